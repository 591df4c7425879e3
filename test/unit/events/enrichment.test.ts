import type { IDataObject, INode } from 'n8n-workflow';
import { refusalError } from '../../../nodes/shared/errors/apiErrors';
import { markPartial } from '../../../nodes/shared/api/list';
import { EventEnricher, type EventEnricherOptions } from '../../../nodes/shared/events/enrichment';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';

type Answer = (request: CrispRequest) => unknown;

function begin(
	wants: Partial<EventEnricherOptions['needs']>,
	answer: Answer,
	isKept = true,
	states?: EventEnricherOptions['states'],
) {
	const requests: string[] = [];
	const troubles: unknown[] = [];
	const patience: boolean[] = [];
	const clock = new FakeClock();
	const enricher = new EventEnricher({
		needs: { segments: false, first: false, ...wants },
		isKept,
		states,
		clock,
		open: async (signal, isPatient) => async (request) => {
			requests.push(`${request.method} ${request.path}`);
			patience.push(isPatient);
			const cut = new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))));
			cut.catch(() => {});
			return await Promise.race([answer(request), cut]);
		},
		onFailure: (error) => troubles.push(error),
	});
	return { enricher, requests, troubles, patience, clock };
}

const message = (more: IDataObject = {}): IDataObject => ({
	website_id: 'w',
	session_id: 'session_1',
	from: 'user',
	fingerprint: 7,
	timestamp: 700,
	...more,
});

const vip = () => ({ segments: ['vip'] });
const fail = () => {
	throw new Error('down');
};

describe('a live event', () => {
	it('does not wait for the lookups of a catch-up, however many there are and however long they take', async () => {
		const slow = (request: CrispRequest) =>
			request.path.includes('session_live') ? { segments: ['vip'] } : new Promise(() => undefined);
		const { enricher } = begin({ segments: true }, slow);
		for (let number = 0; number < 30; number++) {
			void enricher.enrich('message:send', message({ session_id: `session_${number}` }), { isPatient: true });
		}
		await settled();
		expect(await enricher.enrich('message:send', message({ session_id: 'session_live' }))).toEqual(vip());
	});

	it.each([{ segments: true }, { first: true }])(
		'waits five seconds at most for what a catch-up looks up, too: %o',
		async (wants) => {
			const { enricher, clock } = begin(wants, async () => await new Promise(() => undefined));
			void enricher.enrich('message:send', message(), { isPatient: true });
			await settled();
			let found: unknown;
			void enricher.enrich('message:send', message()).then((one) => (found = one));
			await clock.advance(4_999);
			expect(found).toBeUndefined();
			await clock.advance(1);
			expect(found).toMatchObject({ failed: Object.keys(wants).map((one) => (one === 'first' ? 'isFirst' : one)) });
		},
	);

	it('waits five seconds at most for the credential', async () => {
		const clock = new FakeClock();
		const troubles: unknown[] = [];
		const enricher = new EventEnricher({
			needs: { segments: true, first: false },
			isKept: true,
			clock,
			open: async () => await new Promise(() => undefined),
			onFailure: (error) => troubles.push(error),
		});
		const enriching = enricher.enrich('message:send', message());
		await clock.advance(5_000);
		expect(await enriching).toMatchObject({ failed: ['segments'] });
		expect(troubles).toEqual([new Error('the request timed out')]);
	});
});

describe('the segments for an event', () => {
	it('are those of the conversation, or of the person if there is no conversation', async () => {
		const { enricher, requests } = begin({ segments: true }, vip);
		expect(await enricher.enrich('message:send', message())).toEqual({ segments: ['vip'] });
		expect(await enricher.enrich('people:profile:created', { website_id: 'w', people_id: 'p' })).toEqual(vip());
		expect(await enricher.enrich('website:update_visitors_count', { website_id: 'w' })).toEqual({});
		expect(requests).toEqual(['GET /v1/website/w/conversation/session_1/meta', 'GET /v1/website/w/people/profile/p']);
	});

	it('are fetched once and then kept up to date by events, until the connection is lost', async () => {
		const { enricher, requests } = begin({ segments: true }, vip);
		const ask = async () => (await enricher.enrich('message:send', message())).segments;
		expect([await ask(), await ask()]).toEqual([['vip'], ['vip']]);
		await enricher.enrich('session:set_segments', message({ segments: ['press'] }));
		expect([await ask(), requests.length]).toEqual([['press'], 1]);
		enricher.forget();
		expect([await ask(), requests.length]).toEqual([['vip'], 2]);
	});

	it('are fetched each time if no events report changes', async () => {
		const { enricher, requests } = begin({ segments: true }, vip, false);
		await enricher.enrich('message:send', message());
		await enricher.enrich('message:send', message());
		expect(requests).toHaveLength(2);
	});

	it('that change during a fetch are not overwritten by its response', async () => {
		let answer: (answer: unknown) => void = () => {};
		const { enricher } = begin({ segments: true }, async () => await new Promise((resolve) => (answer = resolve)));
		const asked = enricher.enrich('message:send', message());
		await settled();
		await enricher.enrich('session:set_segments', message({ segments: ['press'] }));
		answer(vip());
		await asked;
		expect(await enricher.enrich('message:send', message())).toEqual({ segments: ['press'] });
	});

	it('are unknown if they cannot be fetched, which is reported', async () => {
		const { enricher, troubles } = begin({ segments: true }, fail);
		expect(await enricher.enrich('message:send', message())).toEqual({ failed: ['segments'] });
		expect(troubles).toEqual([new Error('down')]);
	});

	it("are not fetched from a path that an event's ID injects", async () => {
		const { enricher, requests, troubles } = begin({ segments: true }, vip);
		expect(await enricher.enrich('message:send', message({ session_id: '../../x' }))).toEqual(vip());
		expect(await enricher.enrich('message:send', message({ session_id: '..' }))).toEqual({ failed: ['segments'] });
		expect(await enricher.enrich('message:send', message({ session_id: { toString: 1 } }))).toEqual({});
		expect(requests).toEqual(['GET /v1/website/w/conversation/..%2F..%2Fx/meta']);
		expect(troubles).toHaveLength(1);
	});
});

describe('the first message of a visitor', () => {
	/** Returns two messages at a time, with status 206 while more follow; Crisp returns forty. */
	const partial = (messages: IDataObject[]) => {
		const batch = messages.slice(-2);
		if (batch.length < messages.length) markPartial(batch);
		return batch;
	};
	/** Returns messages before a timestamp. */
	const conversation =
		(...messages: Array<[from: string, timestamp: number]>): Answer =>
		({ query }) =>
			partial(
				messages
					.map(([from, timestamp]) => ({ from, timestamp, fingerprint: timestamp / 100 }))
					.filter(({ timestamp }) => timestamp < Number(query?.timestamp_before)),
			);

	it.each<[string, Answer, boolean]>([
		['nothing was written before', conversation(['user', 700]), true],
		['only operators wrote before', conversation(['operator', 100], ['operator', 200], ['operator', 300]), true],
		['a visitor wrote before', conversation(['user', 100]), false],
		[
			'a visitor wrote long before',
			conversation(['user', 100], ['operator', 200], ['operator', 300], ['operator', 400], ['operator', 500]),
			false,
		],
		['a visitor wrote after it', conversation(['user', 800]), true],
	])('is recognised if %s', async (_, answer, isFirst) => {
		const { enricher } = begin({ first: true }, answer);
		expect(await enricher.enrich('message:send', message())).toEqual({ isFirst });
	});

	it('is fetched once, with the same result for lookups during the fetch and later', async () => {
		const { enricher, requests } = begin({ first: true }, conversation());
		const answers = await Promise.all(
			[message(), message()].map(async (one) => await enricher.enrich('message:send', one)),
		);
		answers.push(await enricher.enrich('message:send', message()));
		expect(answers).toEqual([{ isFirst: true }, { isFirst: true }, { isFirst: true }]);
		expect(requests).toHaveLength(1);
	});

	it('is only one, fetched once, even if another message arrives during the fetch', async () => {
		const { enricher, requests } = begin({ first: true }, conversation());
		const both = [message(), message({ fingerprint: 8, timestamp: 701 })];
		const answers = await Promise.all(both.map(async (one) => await enricher.enrich('message:send', one)));
		expect(answers).toEqual([{ isFirst: true }, { isFirst: false }]);
		expect(requests).toHaveLength(1);
	});

	it('is assumed if messages cannot be fetched, but only for messages of visitors', async () => {
		const { enricher, troubles } = begin({ first: true }, fail);
		expect(await enricher.enrich('message:received', message())).toEqual({});
		expect(await enricher.enrich('message:send', message())).toEqual({ isFirst: true, failed: ['isFirst'] });
		expect(troubles).toHaveLength(1);
	});
});

describe('a Crisp server that does not respond', () => {
	const silence = async () => await new Promise(() => {});

	const unknown = { failed: ['segments'] };
	const late = new Error('the request timed out');

	it('is waited for at most five seconds for each event; after three conversations in a row, nothing is fetched for a minute', async () => {
		const { enricher, requests, troubles, clock } = begin({ segments: true }, silence);
		const ask = async (session_id: string) => await enricher.enrich('message:send', message({ session_id }));
		for (const session of ['session_1', 'session_2', 'session_3']) {
			const asked = ask(session);
			await clock.advance(5_000);
			expect(await asked).toEqual(unknown);
		}
		await clock.advance(59_999);
		expect(await ask('session_4')).toEqual(unknown);
		expect([requests.length, troubles]).toEqual([3, [late, late, late]]);
		await clock.advance(1);
		void ask('session_5');
		await settled();
		expect(requests).toHaveLength(4);
	});

	it('is waited for without a deadline if nothing depends on the event', async () => {
		const { enricher, patience, troubles, clock } = begin({ segments: true }, silence);
		void enricher.enrich('message:send', message(), { isPatient: true });
		await clock.advance(600_000);
		expect([patience, troubles]).toEqual([[true], []]);
	});

	it('receives at most ten concurrent requests', async () => {
		const { enricher, requests } = begin({ segments: true }, silence);
		for (let index = 0; index < 30; index++)
			void enricher.enrich('message:send', message({ session_id: `session_${index}` }));
		await settled();
		expect(requests).toHaveLength(10);
	});
});

it('what was requested before the connection was lost is not cached', async () => {
	let answer: (answer: unknown) => void = () => {};
	const { enricher, requests } = begin(
		{ segments: true },
		async () => await new Promise((resolve) => (answer = resolve)),
	);
	const asked = enricher.enrich('message:send', message());
	await settled();
	enricher.forget();
	answer(vip());
	await asked;
	void enricher.enrich('message:send', message());
	await settled();
	expect(requests).toHaveLength(2);
});

it('a conversation that Crisp does not know changes nothing for the others, and is asked for again after a minute', async () => {
	const missing = refusalError({ name: 'Crisp' } as INode, {
		status: 404,
		reason: 'conversation_not_found',
		detail: '',
		method: 'GET',
		path: '/',
	});
	const { enricher, requests, troubles, clock } = begin({ segments: true }, ({ path }) => {
		if (path.includes('session_1')) throw missing;
		return vip();
	});
	const ask = async (session_id: string) => (await enricher.enrich('message:send', message({ session_id }))).segments;
	expect([await ask('session_1'), await ask('session_2'), await ask('session_1')]).toEqual([
		undefined,
		['vip'],
		undefined,
	]);
	expect([requests.length, troubles]).toEqual([2, [missing]]);
	await clock.advance(60_000);
	await ask('session_1');
	expect(requests).toHaveLength(3);
});

describe('what was before a change', () => {
	const changed = (more: IDataObject): IDataObject => ({
		website_id: 'w',
		session_id: 'session_1',
		inbox_id: null,
		...more,
	});
	const record = (state: string, timestamp: number) => ({
		type: 'event',
		timestamp,
		content: { namespace: `state:${state}` },
	});
	const crisp =
		(records: IDataObject[]): Answer =>
		({ path, query }) =>
			path.endsWith('/messages') ? (query?.timestamp_before ? [] : records) : { created_at: 5 };
	const setup = (records: IDataObject[], isKnown = false) =>
		begin({ previous: true }, crisp(records), true, { knowsBefore: () => isKnown, isFollowedSince: () => false });
	const asked = 'GET /v1/website/w/conversation/session_1';

	it('is what Crisp recorded', async () => {
		const { enricher, requests, clock } = setup([record('resolved', 1), record('unresolved', new FakeClock().now())]);
		const event = changed({ state: 'unresolved' });
		expect(enricher.lacks('session:set_state', event)).toBe(true);
		expect(await enricher.enrich('session:set_state', event, { at: clock.now() })).toEqual({ stateBefore: 'resolved' });
		expect(requests).toEqual([`${asked}/messages`]);
	});

	it.each<[string, string, IDataObject, IDataObject, string[]]>([
		[
			'the age of an opened conversation',
			'session:set_state',
			{ state: 'pending' },
			{ createdAt: 5 },
			['/messages', ''],
		],
		['nothing more of a resolved one', 'session:set_state', { state: 'resolved' }, {}, ['/messages']],
		['the age of an unassigned one', 'session:set_routing', { routing_id: null }, { createdAt: 5 }, ['']],
		['nothing of an assigned one', 'session:set_routing', { routing_id: 'o' }, {}, []],
	])('else %s', async (_, name, payload, expected, paths) => {
		const { enricher, requests } = setup([]);
		expect(await enricher.enrich(name, changed(payload))).toEqual(expected);
		expect(requests).toEqual(paths.map((path) => asked + path));
	});

	it('is not asked for where it is known', async () => {
		const { enricher, requests } = setup([], true);
		const event = changed({ state: 'unresolved' });
		expect(enricher.lacks('session:set_state', event)).toBe(false);
		expect(await enricher.enrich('session:set_state', event)).toEqual({});
		expect(requests).toEqual([]);
	});
});

it('nothing is fetched that is not needed', () => {
	expect(begin({}, vip).enricher.isNeeded).toBe(false);
	expect(begin({ segments: true }, vip).enricher.isNeeded).toBe(true);
	expect(begin({ first: true }, vip).enricher.isNeeded).toBe(true);
});
