import type { IDataObject } from 'n8n-workflow';
import { readMissedEvents, type Search } from '../../../nodes/CrispTrigger/catchUp/catchUp';
import { ReadConversations } from '../../../nodes/CrispTrigger/catchUp/readConversations';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { Semaphore } from '../../../nodes/shared/runtime/concurrency';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';

const begun = new FakeClock().now();
const perPage = 50;

/** A website with conversations of one message each. Crisp lists the latest change first. */
class Website {
	private readonly conversations: Array<{ session_id: string; updated_at: number; messages: IDataObject[] }> = [];

	readonly requests: CrispRequest[] = [];

	/** Requests that are answered when the test decides. */
	private held: Array<() => void> = [];

	isHeld = false;

	/** Called when a page of conversations is requested, before it is built. */
	beforePage: (page: number) => void = () => undefined;

	constructor(count: number) {
		for (let number = count; number >= 1; number--) this.write(number, `first of ${number}`, begun - number * 1_000);
	}

	write(number: number, content: string, timestamp: number): void {
		const session_id = `session_${number}`;
		const index = this.conversations.findIndex((one) => one.session_id === session_id);
		const [known] = index < 0 ? [] : this.conversations.splice(index, 1);
		const message = {
			session_id,
			website_id: 'w',
			from: 'user',
			type: 'text',
			content,
			timestamp,
			fingerprint: content,
		};
		this.conversations.unshift({ session_id, updated_at: timestamp, messages: [...(known?.messages ?? []), message] });
	}

	send = async (request: CrispRequest): Promise<unknown> => {
		this.requests.push(request);
		if (this.isHeld) await new Promise<void>((resolve) => this.held.push(resolve));
		const page = /\/conversations\/(\d+)$/.exec(request.path)?.[1];
		if (page) {
			this.beforePage(Number(page));
			return this.conversations.slice((Number(page) - 1) * perPage, Number(page) * perPage);
		}
		const [, session] = /\/conversation\/([^/]+)\/messages$/.exec(request.path) ?? [];
		const { messages = [] } = this.conversations.find(({ session_id }) => session_id === session) ?? {};
		const { timestamp_before: before = Infinity } = request.query ?? {};
		return messages.filter(({ timestamp }) => Number(timestamp) < Number(before)).slice(-40);
	};

	/** Answers the requests so far, and returns their number. */
	async answer(): Promise<number> {
		const held = this.held.splice(0);
		for (const release of held) release();
		await settled();
		return held.length;
	}

	/** Clears the recorded requests; returns how many were for messages. */
	takeAsked(): number {
		return this.requests.splice(0).filter(({ path }) => path.endsWith('/messages')).length;
	}
}

function searchOf(more: Partial<Search> = {}): Search {
	return {
		events: ['message:send'],
		website: 'w',
		since: begun - 3_600_000,
		conversationStates: new ConversationStates(new FakeClock()),
		begun,
		readConversations: new ReadConversations(),
		semaphore: new Semaphore(50),
		...more,
	};
}

const texts = ({ events }: Awaited<ReturnType<typeof readMissedEvents>>) =>
	events.map(({ payload }) => payload.content);

describe('catch-up', () => {
	it('reads every conversation that has changed since, in chronological order', async () => {
		const website = new Website(120);
		const since = begun - 100_500;
		const missed = await readMissedEvents(website.send, searchOf({ since }));
		expect(texts(missed)).toEqual(Array.from({ length: 100 }, (_, index) => `first of ${100 - index}`));
	});

	it('finds a conversation that moves to the front while the pages are read', async () => {
		const website = new Website(120);
		// Its former place on the second or third page is then taken by another conversation.
		website.beforePage = (page) => {
			if (page === 2) website.write(60, 'another', begun + 1);
			if (page === 3) website.write(110, 'one more', begun + 2);
		};
		const missed = await readMissedEvents(website.send, searchOf());
		for (const number of [60, 110]) expect(texts(missed)).toContain(`first of ${number}`);
		expect(new Set(texts(missed)).size).toBe(texts(missed).length);
	});

	it('reads messages while the list is read, of up to fifty conversations concurrently', async () => {
		const website = new Website(80);
		website.isHeld = true;
		const reading = readMissedEvents(website.send, searchOf());
		await settled();
		// The requests of each step: a page; the next page and the conversations of the first one; the conversations of
		// the second page. The list did not shift, so there are no further requests.
		const steps = [await website.answer(), await website.answer(), await website.answer(), await website.answer()];
		expect(steps).toEqual([1, 51, 31, 0]);
		expect(texts(await reading)).toHaveLength(80);
	});

	it('skips conversations that have not changed, once the reading was late enough to show everything', async () => {
		const website = new Website(40);
		const search = searchOf();
		const read = async (at: number) => {
			const missed = await readMissedEvents(website.send, { ...search, begun: at });
			search.readConversations.note(missed.conversations, { begun: at, ended: at + 500 });
			return [texts(missed).length, website.takeAsked()];
		};
		// All of them changed less than two minutes before.
		expect(await read(begun)).toEqual([40, 40]);
		expect(await read(begun + 5_000)).toEqual([40, 40]);
		expect(await read(begun + 12_000)).toEqual([40, 40]);
		expect(await read(begun + 13_000)).toEqual([0, 0]);
		website.write(7, 'news', begun + 13_500);
		expect(await read(begun + 20_000)).toEqual([2, 1]);
		expect(await read(begun + 33_000)).toEqual([2, 1]);
		expect(await read(begun + 34_000)).toEqual([0, 0]);
	});

	it('skips conversations that changed long before the reading', async () => {
		const website = new Website(40);
		const search = searchOf({ begun: begun + 200_000 });
		const missed = await readMissedEvents(website.send, search);
		search.readConversations.note(missed.conversations, { begun: search.begun, ended: search.begun });
		website.takeAsked();
		expect(texts(await readMissedEvents(website.send, search))).toEqual([]);
		expect(website.takeAsked()).toBe(0);
	});

	it('reads back only to the former reading', async () => {
		const website = new Website(1);
		for (let n = 0; n < 100; n++) website.write(1, `message ${n}`, begun + n * 1_000);
		const search = searchOf();
		const missed = await readMissedEvents(website.send, search);
		expect([texts(missed).length, website.takeAsked()]).toEqual([101, 4]);
		search.readConversations.note(missed.conversations, { begun: begun + 100_000, ended: begun + 100_000 });
		website.write(1, 'news', begun + 300_000);
		const again = await readMissedEvents(website.send, search);
		// An overlap of 30 s.
		expect([texts(again).length, website.takeAsked()]).toEqual([32, 1]);
	});
});
