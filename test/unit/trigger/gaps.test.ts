import type { IDataObject } from 'n8n-workflow';
import { eventReceiver } from '../../support/eventReceiver';
import { PollRound } from '../../../nodes/CrispTrigger/polling/pollRound';
import { FakeClock, settled } from '../../support/fakeClock';

const message = (number: number): IDataObject => ({
	website_id: 'w',
	session_id: 'session_1',
	from: 'user',
	fingerprint: number,
	number,
});

describe('a gap without catch-up (Look Back 0)', () => {
	it('costs no request', async () => {
		const { receiver, started, requests, clock } = eventReceiver({
			events: ['message:send', 'people:profile:created'],
			more: { lookBack: 0 },
			isResumed: true,
			memory: { mark: 1 },
		});
		receiver.connected();
		await clock.advance(60_000);
		receiver.receive('message:send', message(1));
		receiver.disconnected();
		receiver.connected();
		receiver.receive('message:send', message(2));
		await clock.advance(60_000);
		expect([started, requests]).toEqual([[1, 2], []]);
		await receiver.close();
	});

	it('forgets the states of conversations, which may have changed in it', async () => {
		const listed = { website_id: 'w', session_id: 'session_1', state: 'unresolved', updated_at: 1 };
		let state = 'unresolved';
		const { receiver, started, clock } = eventReceiver({
			events: ['conversation:reopened'],
			more: { lookBack: 0 },
			answer: ({ path }) =>
				path.includes('/conversations/1') ? [{ ...listed, state, updated_at: Date.now() * 2 }] : [],
		});
		receiver.connected();
		await settled();
		receiver.disconnected();
		// Resolved in the gap, of which no event tells.
		state = 'resolved';
		receiver.connected();
		await settled();
		const payload = { website_id: 'w', session_id: 'session_1', state: 'unresolved', number: 5 };
		receiver.receive('session:set_state', payload);
		await clock.advance(10_000);
		expect(started).toEqual([5]);
		await receiver.close();
	});
});

it('segments that were fetched while disconnected are fetched again once connected', async () => {
	let segments = ['vip'];
	const { receiver, started, clock } = eventReceiver({
		events: ['message:send'],
		filter: { segments: ['vip'] },
		answer: ({ path }) => (path.endsWith('/meta') ? { segments } : []),
	});
	receiver.connected();
	receiver.disconnected();
	// An event that was received before the connection was lost may be processed after it.
	receiver.receive('message:send', message(1));
	await clock.advance(1_000);
	// The event of this change is missed.
	segments = [];
	receiver.connected();
	receiver.receive('message:send', message(2));
	await clock.advance(1_000);
	expect(started).toEqual([1]);
	await receiver.close();
});

it('a new key of the token does not count as a change of the filter, and nothing that is saved follows from it', async () => {
	const savedWith = async (ownKey: string) => {
		const memory: IDataObject = {};
		const { receiver } = eventReceiver({ events: ['message:send'], filter: { ownKey }, memory });
		await receiver.close();
		return JSON.stringify(memory);
	};
	expect(await savedWith('one')).toBe(await savedWith('other'));
});

it('a restart while missed events are delivered reads all of them again, although a live event came before them', async () => {
	const missed: IDataObject[] = [];
	const memory: IDataObject = {};
	let isDown = false;
	const { receiver, started, clock } = eventReceiver({
		events: ['message:send'],
		memory,
		answer({ path }) {
			if (isDown) throw new Error('Crisp cannot be reached');
			if (path.endsWith('/messages')) return missed;
			const { timestamp } = missed.at(-1) ?? {};
			return path.includes('/conversations/') && timestamp
				? [{ website_id: 'w', session_id: 'session_1', state: 'pending', created_at: 1, updated_at: timestamp }]
				: [];
		},
	});
	/** The watermark that n8n saves with each execution. */
	const marks: number[] = [];
	started.push = (number) => {
		marks.push(Number(memory.mark));
		return Array.prototype.push.call(started, number);
	};
	receiver.connected();
	await clock.advance(60_000);
	receiver.disconnected();
	const lostAt = clock.now();
	for (let number = 1; number <= 40; number++) {
		await clock.advance(10_000);
		missed.push({ ...message(number), type: 'text', content: 'Hello', timestamp: clock.now() });
	}
	isDown = true;
	receiver.connected();
	await settled();
	receiver.receive('message:send', { ...message(99), session_id: 'session_2', timestamp: clock.now() });
	isDown = false;
	await clock.advance(30_000);
	expect([...started]).toEqual([99, ...Array.from({ length: 40 }, (_, index) => index + 1)]);
	expect(Math.max(...marks)).toBeLessThanOrEqual(lostAt);
	await receiver.close();
});

it('live events wait a minute at most for missed ones that take long to read, and a restart reads those again', async () => {
	const memory: IDataObject = { mark: new FakeClock().now() - 600_000 };
	const { receiver, started, clock, warnings } = eventReceiver({
		events: ['message:send'],
		isResumed: true,
		memory,
		answer: async () => await new Promise(() => undefined),
	});
	const { mark } = memory;
	void receiver.connected();
	await settled();
	receiver.receive('message:send', { ...message(1), timestamp: clock.now() });
	await clock.advance(59_999);
	expect(started).toEqual([]);
	await clock.advance(1);
	receiver.receive('message:send', { ...message(2), timestamp: clock.now() });
	expect([started, warnings.length]).toEqual([[1], 1]);
	await clock.advance(60_000);
	expect([started, memory.mark]).toEqual([[1, 2], mark]);
	await receiver.close();
	expect([clock.sleeping, clock.alarms]).toEqual([0, 0]);
});

it('a failed catch-up is tried again at once when the connection is back, and until then is not reported as complete', async () => {
	let isDown = true;
	const { receiver, requests } = eventReceiver({
		events: ['message:send'],
		isResumed: true,
		memory: { mark: new FakeClock().now() },
		answer() {
			if (isDown) throw new Error('Crisp cannot be reached');
			return [];
		},
	});
	let complete = 0;
	const count = () => void (complete += 1);
	void receiver.connected().then(count);
	await settled();
	isDown = false;
	receiver.disconnected();
	void receiver.connected().then(count);
	expect([requests.length, complete]).toEqual([1, 0]);
	await settled();
	expect([requests.length, complete]).toEqual([2, 2]);
	await receiver.close();
});

it('a connection during a round of polling does not take its answers, which are older', async () => {
	const missed: IDataObject[] = [];
	const answers: Array<() => void> = [];
	const { receiver, started } = eventReceiver({
		events: ['message:send', 'conversation:resolved'],
		answer: async ({ path }) => {
			if (path.endsWith('/messages')) return [...missed];
			const isListed = path.includes('/conversations/1') && missed.length > 0;
			const answer = isListed ? [{ website_id: 'w', session_id: 'session_1', updated_at: Infinity }] : [];
			await new Promise<void>((resolve) => answers.push(resolve));
			return answer;
		},
	});
	const answerAll = async () => {
		for (const one of answers.splice(0)) one();
		await settled();
	};
	receiver.disconnected();
	void receiver.poll(new PollRound());
	await settled();
	missed.push({ ...message(1), type: 'text', content: 'Hello', timestamp: new FakeClock().now() });
	// The connection comes while the first list is read; states are read after it, in the same round.
	void receiver.connected();
	await answerAll();
	await answerAll();
	expect(started).toEqual([1]);
	await answerAll();
	await receiver.close();
});
