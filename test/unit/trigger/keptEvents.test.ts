import type { PastEvent } from '../../../nodes/CrispTrigger/catchUp/catchUp';
import { Gathering } from '../../../nodes/CrispTrigger/starts/gathering';
import { StartsPerMinute, type ReleasePolicy } from '../../../nodes/CrispTrigger/starts/releasePolicy';
import { Subscription, type Memory } from '../../../nodes/CrispTrigger/delivery/subscription';
import type { SelectedEvent } from '../../../nodes/shared/events/pipeline';
import { FakeClock, settled } from '../../support/fakeClock';

/** What a subscription does with events that had to wait, because their conversation started the workflow too often. */

const minute = 60_000;

interface Beginning {
	batch?: { size: number; wait: number };
	isResumed?: boolean;
	/** Resolves when n8n is done with an execution; at once if undefined. */
	starting?: () => Promise<void>;
	missed?: PastEvent[];
	policy?: ReleasePolicy;
}

function begin({ batch, isResumed = false, starting, missed = [], policy = new StartsPerMinute(1) }: Beginning = {}) {
	const clock = new FakeClock();
	const begun = clock.now();
	const memory: Memory = isResumed ? { mark: begun - 60 * minute } : {};
	const executions: number[][] = [];
	const marks: number[] = [];
	const seen = new Set<unknown>();
	const subscription = new Subscription({
		clock,
		memory,
		scope: { owner: ['o'], events: ['message:send'], websites: ['w'], filter: {}, token: 't' },
		isResumed,
		batch,
		lookBack: 24 * 60 * minute,
		starts: { policy, isExempt: () => false, read: async () => await Promise.resolve([]) },
		readMissed: async () => await Promise.resolve(missed),
		accept({ name, payload }) {
			if (seen.has(payload.fingerprint)) return undefined;
			seen.add(payload.fingerprint);
			const id = { name, website: 'w', session: String(payload.session_id), id: Number(payload.fingerprint) };
			return [{ name, payload, identity: id } as SelectedEvent];
		},
		async start(events) {
			executions.push(events.map(({ payload }) => Number(payload.fingerprint)));
			marks.push((memory.mark ?? 0) - begun);
			await starting?.();
		},
		onTrouble: () => {},
	});
	void subscription.connected();
	const hear = (fingerprint: number, session: string, at = clock.now()) => {
		subscription.receive({ name: 'message:send', payload: message(fingerprint, session, at).payload });
	};
	return { clock, subscription, executions, marks, memory, hear, begun };
}

function message(fingerprint: number, session: string, at: number): PastEvent {
	const payload = { website_id: 'w', session_id: session, fingerprint, timestamp: at, from: 'user' };
	return { name: 'message:send', payload, at };
}

it('the watermark stays before the oldest event that waits while others are delivered', async () => {
	const { clock, hear, marks, executions, begun } = begin();
	for (const id of [1, 2, 3, 4, 5, 6]) hear(id, 'flood', begun + id);
	await clock.advance(3.5 * minute);
	hear(11, 'other');
	await clock.advance(1);
	hear(12, 'another');
	expect(executions.flat()).toEqual([1, 2, 3, 4, 11, 12]);
	expect(marks.at(-1)).toBe(5);
});

it('the watermark passes an event that waited once n8n is done with it, or had time to store it', async () => {
	let finish = () => {};
	const starting = async () => await new Promise<void>((resolve) => (finish = resolve));
	for (const isDone of [true, false]) {
		const { clock, hear, marks, begun } = begin({ starting });
		hear(1, 'flood', begun);
		hear(2, 'flood', begun);
		await clock.advance(minute);
		const done = finish;
		hear(11, 'a');
		hear(12, 'b');
		expect(marks.at(-1)).toBe(0);
		if (isDone) done();
		await clock.advance(isDone ? 1 : 5_000);
		hear(13, 'c');
		hear(14, 'd');
		expect(marks.at(-1)).toBeGreaterThanOrEqual(minute);
	}
});

it('an event is saved as delivered once it waited and n8n is done with it', async () => {
	const { clock, hear, memory } = begin();
	hear(1, 'flood');
	hear(2, 'flood');
	expect(memory.batched).toBeUndefined();
	await clock.advance(minute);
	expect(memory.batched?.flatMap(({ ids }) => ids)).toHaveLength(1);
});

it('missed events that waited are not batched, but live ones are', async () => {
	const now = new FakeClock().now();
	const missed = ['a', 'b', 'c'].flatMap((session, index) => [
		message(index * 2 + 1, session, now - 5),
		message(index * 2 + 2, session, now - 4),
	]);
	const batch = { size: 10, wait: 250 };
	const begun = begin({ isResumed: true, batch, missed, starting: async () => await begun.clock.sleep(100) });
	const { clock, executions, hear } = begun;
	await clock.advance(minute + 1_000);
	expect(executions).toEqual([[1], [3], [5], [2], [4], [6]]);
	for (const id of [11, 12, 13]) {
		hear(id, 'd');
		hear(id + 10, 'e');
		hear(id + 20, 'f');
	}
	await clock.advance(5 * minute);
	expect(executions.slice(6)).toEqual([[11], [21, 31], [12], [22, 32], [13], [23, 33]]);
});

it('what waits does not start the workflow when the trigger ends, and stays to be read again', async () => {
	const { clock, hear, subscription, executions, memory, begun } = begin();
	for (const id of [1, 2, 3]) hear(id, 'flood', begun + id);
	subscription.close();
	await clock.advance(10 * minute);
	await settled();
	expect(executions).toEqual([[1]]);
	expect(memory.mark).toBeLessThanOrEqual(begun + 2);
	expect(clock.sleeping).toBe(0);
});

it('what waits for more of a visitor starts the workflow together when the trigger ends', () => {
	const { hear, subscription, executions, begun } = begin({ policy: new Gathering(3_000) });
	for (const id of [1, 2]) hear(id, 'session', begun + id);
	expect(executions).toEqual([]);
	subscription.close();
	expect(executions).toEqual([[1, 2]]);
});
