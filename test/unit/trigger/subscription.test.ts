import type { PastEvent } from '../../../nodes/CrispTrigger/catchUp/catchUp';
import type { Scope } from '../../../nodes/CrispTrigger/catchUp/coverage';
import { Subscription, type Memory } from '../../../nodes/CrispTrigger/delivery/subscription';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { EventEnricher } from '../../../nodes/shared/events/enrichment';
import { EventPipeline } from '../../../nodes/shared/events/pipeline';
import { neededEnrichment, type EventSelection } from '../../../nodes/shared/events/selection/selection';
import { FakeClock, settled } from '../../support/fakeClock';

const minute = 60_000;

/** A message of the realtime channel or of REST, sent at the given time. */
function message(fingerprint: number, at: number, session_id = 's'): PastEvent {
	const payload = { website_id: 'w', session_id, fingerprint, timestamp: at, from: 'user' };
	return { name: 'message:send', payload, at };
}

interface Reading {
	since: number;
	answer(missed: PastEvent[]): Promise<void>;
	fail(): Promise<void>;
}

const scope: Scope = {
	owner: ['instance', 'workflow'],
	events: ['message:send', 'session:set_state'],
	websites: ['w'],
	filter: {},
	token: 't',
};

const selection: EventSelection = {
	events: scope.events,
	websites: ['w'],
	filter: {
		websites: ['w'],
		inboxes: ['main'],
		segments: [],
		messageTypes: [],
		origins: [],
		ignoresOwn: false,
		ignoresAutomated: false,
		ownKey: 'instance',
	},
};

interface Beginning {
	isResumed?: boolean;
	mark?: number;
	batched?: Memory['batched'];
	batch?: { size: number; wait: number };
	isKeyless?: boolean;
	/** Resolves when n8n is done with an execution; at once if undefined. */
	starting?: () => Promise<void>;
}

function begin({ isResumed = false, batch, isKeyless, starting, ...former }: Beginning = {}) {
	const clock = new FakeClock();
	const readings: Reading[] = [];
	const executions: unknown[][] = [];
	const keys: unknown[] = [];
	const marks: Array<number | undefined> = [];
	const troubles: unknown[] = [];
	const memory: Memory = { ...former };
	/** n8n stores the memory when it is handed an execution, not when the trigger ends. */
	let saved: Memory = {};
	const subscription: Subscription = new Subscription({
		clock,
		memory,
		scope,
		isResumed,
		batch,
		isKeyless,
		lookBack: 24 * 60 * minute,
		readMissed: async (since) =>
			await new Promise((resolve, reject) => {
				readings.push({
					since,
					answer: async (missed) => (resolve(missed), await settled()),
					fail: async () => (reject(new Error('down')), await settled()),
				});
			}),
		accept: (event) => pipeline.accept(event),
		async start(events) {
			executions.push(events.map(({ payload }) => payload.fingerprint ?? payload.state));
			keys.push(...events.map(({ identity }) => identity));
			marks.push(memory.mark);
			saved = structuredClone(memory);
			await starting?.();
		},
		onTrouble: (error) => troubles.push(error),
	});
	const pipeline = new EventPipeline({
		selection,
		states: new ConversationStates(clock),
		seen: subscription.delivered,
		enricher: new EventEnricher({
			clock,
			needs: neededEnrichment(selection),
			isKept: true,
			open: async () => await Promise.reject(new Error('nothing is to be fetched')),
			onFailure: (error) => troubles.push(error),
		}),
	});
	const hear = ({ name, payload }: PastEvent) => subscription.receive({ name, payload });
	/** Everything that has been delivered so far. */
	const delivered = () => executions.flat();
	return {
		clock,
		subscription,
		readings,
		executions,
		delivered,
		keys,
		marks,
		troubles,
		memory,
		saved: () => saved,
		hear,
		now: clock.now(),
	};
}

describe('a subscription that was activated manually', () => {
	it('starts from now, and remembers that', () => {
		const { subscription, readings, memory, now } = begin({ mark: 5 });
		subscription.connected();
		expect(readings).toEqual([]);
		expect(memory.mark).toBe(now);
	});

	it('delivers each message once, and repeatable events as often as they happen', () => {
		const { subscription, delivered, keys, hear, now } = begin();
		subscription.connected();
		for (const event of [message(1, now), message(2, now), message(1, now)]) hear(event);
		for (const state of ['resolved', 'unresolved', 'resolved']) {
			const payload = { website_id: 'w', session_id: 's', state };
			subscription.receive({ name: 'session:set_state', payload });
		}
		expect(delivered()).toEqual([1, 2, 'resolved', 'unresolved', 'resolved']);
		expect(keys.map((key) => key !== undefined)).toEqual([true, true, false, false, false]);
	});

	it('never moves the watermark past what was delivered before', async () => {
		const { subscription, marks, hear, clock, now } = begin();
		subscription.connected();
		await clock.advance(20);
		for (const [index, at] of [now + 5, now + 9, now + 7, now + 20].entries()) hear(message(index + 1, at));
		expect(marks).toEqual([now, now + 5, now + 9, now + 9]);
	});
});

describe('a gap', () => {
	it('is read from two minutes before it, and missed events are delivered before new ones', async () => {
		const { subscription, readings, delivered, hear, clock } = begin();
		subscription.connected();
		await clock.advance(10 * minute);
		const now = clock.now();
		hear(message(1, now));
		subscription.disconnected();
		await clock.advance(10 * minute);
		subscription.connected();
		await settled();
		expect(readings.map(({ since }) => since)).toEqual([now - 2 * minute]);
		hear(message(4, clock.now()));
		await readings[0]?.answer([message(1, now), message(2, now + 1), message(3, now + 2), message(4, clock.now())]);
		hear(message(5, clock.now()));
		expect(delivered()).toEqual([1, 2, 3, 4, 5]);
	});

	it('of n8n itself starts at the watermark, but not before the maximum look-back', async () => {
		for (const [age, expected] of [
			[60 * minute, 62 * minute],
			[72 * 60 * minute, 24 * 60 * minute],
		] as const) {
			const start = new FakeClock().now();
			const { subscription, readings, now } = begin({ isResumed: true, mark: start - age });
			subscription.connected();
			await settled();
			expect(now - (readings[0]?.since ?? 0)).toBe(expected);
		}
	});

	it('that cannot be read yet delays no other event, and is read later', async () => {
		const { subscription, readings, delivered, troubles, hear, clock, now, marks } = begin();
		subscription.connected();
		subscription.disconnected();
		subscription.connected();
		await settled();
		hear(message(2, now + 5));
		await readings[0]?.fail();
		expect([delivered(), troubles.length]).toEqual([[2], 1]);
		hear(message(3, now + 6));
		await clock.advance(5_000);
		await readings[1]?.answer([message(1, now + 1), message(2, now + 5)]);
		expect(delivered()).toEqual([2, 3, 1]);
		// Until all of it was delivered, a restart would have started at the gap again.
		expect(marks).toEqual([now, now, now]);
	});

	it('that occurs while another is read is read as well', async () => {
		const { subscription, readings, delivered, clock } = begin();
		subscription.connected();
		await clock.advance(10 * minute);
		const now = clock.now();
		subscription.disconnected();
		subscription.connected();
		await settled();
		await clock.advance(minute);
		subscription.disconnected();
		await clock.advance(minute);
		subscription.connected();
		await readings[0]?.answer([message(1, now)]);
		// The second reading includes the time of the first one, to which a cache may have hidden something.
		expect(readings.map(({ since }) => since)).toEqual([now - 2 * minute, now - 2 * minute]);
		await readings[1]?.answer([message(1, now), message(2, now + minute)]);
		expect(delivered()).toEqual([1, 2]);
	});

	describe('that was read', () => {
		/** Reads a gap, in which one message was missed. */
		const readGap = async () => {
			const subscribed = begin();
			const { subscription, readings, clock } = subscribed;
			subscription.connected();
			await clock.advance(10 * minute);
			const begun = clock.now();
			subscription.disconnected();
			subscription.connected();
			await settled();
			await readings[0]?.answer([message(1, begun)]);
			return { ...subscribed, begun };
		};

		it('is read again once the cache of Crisp has expired, and only what is new is delivered', async () => {
			const { readings, delivered, clock, hear, begun } = await readGap();
			await clock.advance(11_999);
			expect(readings).toHaveLength(1);
			await clock.advance(1);
			expect(readings.map(({ since }) => since)).toEqual([begun - 2 * minute, begun - 2 * minute]);
			hear(message(3, clock.now()));
			expect(delivered()).toEqual([1, 3]);
			await readings[1]?.answer([message(1, begun), message(2, begun)]);
			expect(delivered()).toEqual([1, 3, 2]);
			await clock.advance(10 * minute);
			expect(readings).toHaveLength(2);
		});

		it('is read again until that succeeds', async () => {
			const { readings, delivered, clock, troubles, begun } = await readGap();
			await clock.advance(12_000);
			await readings[1]?.fail();
			await clock.advance(5_000);
			await readings[2]?.answer([message(2, begun)]);
			expect([delivered(), troubles.length, readings.length]).toEqual([[1, 2], 1, 3]);
		});

		it('is part of the next gap if the connection is lost before it is read again', async () => {
			const { subscription, readings, clock, begun } = await readGap();
			await clock.advance(11_000);
			subscription.disconnected();
			await clock.advance(10 * minute);
			subscription.connected();
			await settled();
			expect(readings.map(({ since }) => since)).toEqual([begun - 2 * minute, begun - 2 * minute]);
			await readings[1]?.answer([]);
			await clock.advance(12_000);
			expect(readings).toHaveLength(3);
		});

		it('is delivered as it was read, even if the connection is lost meanwhile', async () => {
			const { subscription, readings, delivered, clock, begun } = await readGap();
			await clock.advance(12_000);
			subscription.disconnected();
			await readings[1]?.answer([message(2, begun)]);
			expect(delivered()).toEqual([1, 2]);
		});

		it('would be read after a restart of n8n, until it is read again', async () => {
			const { readings, clock, hear, marks, begun } = await readGap();
			await clock.advance(5_000);
			hear(message(5, clock.now()));
			hear(message(6, clock.now()));
			expect(marks.at(-1)).toBe(begun);
			await clock.advance(7_000);
			await readings[1]?.answer([]);
			hear(message(7, clock.now()));
			expect(marks.at(-1)).toBe(begun + 5_000);
		});
	});

	it('does not reach back before the manual activation', async () => {
		const { subscription, readings, now } = begin();
		subscription.disconnected();
		subscription.connected();
		await settled();
		expect(readings.map(({ since }) => since)).toEqual([now]);
	});

	it('with many events is handed over twenty at a time, and not delayed by a slow one', async () => {
		let finish: Array<() => void> = [];
		const starting = async () => await new Promise<void>((resolve) => finish.push(resolve));
		const { subscription, readings, delivered, hear, clock, now } = begin({ isResumed: true, mark: 5, starting });
		subscription.connected();
		await settled();
		const missed = Array.from({ length: 50 }, (_, index) => message(index + 1, now + index, `s${index}`));
		void readings[0]?.answer(missed);
		await settled();
		hear(message(99, now + 99));
		expect(delivered()).toHaveLength(20);
		for (const one of finish.splice(0, 7)) one();
		await settled();
		expect(delivered()).toHaveLength(27);
		await clock.advance(5_000);
		expect(delivered()).toHaveLength(28);
		while (delivered().length < 51) {
			for (const one of finish.splice(0)) one();
			await settled();
		}
		finish = [];
		expect(delivered()).toEqual([...missed.map(({ payload }) => payload.fingerprint), 99]);
	});

	it('hands over what belongs to one conversation with a pause, because n8n stores what starts together in any order', async () => {
		let finish = () => {};
		const starting = async () => await new Promise<void>((resolve) => (finish = resolve));
		const { subscription, readings, delivered, clock, now } = begin({ isResumed: true, mark: 5, starting });
		subscription.connected();
		await settled();
		const missed = [1, 2, 3].map((number) => message(number, now + number));
		void readings[0]?.answer([...missed, message(4, now + 4, 'other')]);
		await clock.advance(249);
		expect(delivered()).toEqual([1]);
		await clock.advance(1);
		expect(delivered()).toEqual([1, 2]);
		finish();
		await settled();
		expect(delivered()).toEqual([1, 2, 3, 4]);
		subscription.close();
	});

	it('is not read further once the subscription is closed', async () => {
		const { subscription, readings, delivered, clock, now } = begin();
		subscription.connected();
		subscription.disconnected();
		subscription.connected();
		await settled();
		subscription.close();
		await readings[0]?.answer([message(1, now)]);
		await clock.advance(10 * minute);
		expect([delivered(), readings.length, clock.sleeping]).toEqual([[], 1, 0]);
	});
});

it('forgets the oldest of many events, and still delivers each of the rest once', () => {
	const { subscription, delivered, hear, now } = begin();
	subscription.connected();
	const many = Array.from({ length: 10_500 }, (_, index) => message(index + 1, now));
	for (const event of many) hear(event);
	for (const event of many.slice(600)) hear(event);
	expect(delivered()).toHaveLength(10_500);
	expect(delivered().length).toBe(new Set(delivered()).size);
});

describe('batches', () => {
	const batch = { size: 3, wait: 250 };
	const write = (hear: (event: PastEvent) => void, ...fingerprints: number[]) => {
		for (const fingerprint of fingerprints) hear(message(fingerprint, new FakeClock().now() + fingerprint));
	};

	it('have one event if nothing runs, and else what arrives meanwhile', async () => {
		let finish = () => {};
		const starting = async () => await new Promise<void>((resolve) => (finish = resolve));
		const { subscription, executions, hear, clock } = begin({ batch, starting });
		subscription.connected();
		write(hear, 1, 2, 3);
		expect(executions).toEqual([[1]]);
		finish();
		await settled();
		expect(executions).toEqual([[1], [2, 3]]);
		finish();
		await settled();
		write(hear, 4);
		expect(executions).toEqual([[1], [2, 3], [4]]);
		finish();
		await clock.advance(1_000);
		expect([executions.length, clock.sleeping]).toEqual([3, 0]);
	});

	it('are started at once when the trigger ends, and leave no timer behind', async () => {
		const { subscription, executions, hear, clock } = begin({ batch });
		subscription.connected();
		write(hear, 1);
		subscription.close();
		await clock.advance(1_000);
		expect([executions, clock.sleeping]).toEqual([[[1]], 0]);
	});

	it('contain only what passes the filters', async () => {
		const { subscription, executions, hear, clock, now } = begin({ batch });
		subscription.connected();
		for (let count = 0; count < 5; count++)
			subscription.receive({ name: 'message:send', payload: { inbox_id: 'unwanted', timestamp: now } });
		write(hear, 1, 2);
		await clock.advance(250);
		expect(executions).toEqual([[1], [2]]);
	});

	it('do not move the watermark past their own events, whose identities are saved', async () => {
		const { subscription, marks, memory, hear, clock, now } = begin({ batch });
		subscription.connected();
		await clock.advance(4);
		write(hear, 1, 2, 3, 4);
		await clock.advance(250);
		expect(marks).toEqual([now, now + 1]);
		expect(memory.batched?.flatMap(({ ids }) => ids)).toHaveLength(4);
	});

	it('are not repeated after a restart of n8n', async () => {
		const first = begin({ batch });
		first.subscription.connected();
		write(first.hear, 1, 2, 3, 4, 5);
		first.subscription.close();
		const { subscription, readings, delivered, clock, now } = begin({ batch, isResumed: true, ...first.saved() });
		subscription.connected();
		await settled();
		await readings[0]?.answer([1, 2, 3, 4, 5, 6].map((number) => message(number, now + number)));
		await clock.advance(250);
		expect(delivered()).toEqual([6]);
	});

	it('of one event are not repeated within a batch of many', async () => {
		const first = begin({ batch });
		first.subscription.connected();
		write(first.hear, 1);
		await first.clock.advance(250);
		write(first.hear, 2);
		first.subscription.close();
		const { subscription, readings, delivered, now } = begin({ batch, isResumed: true, ...first.saved() });
		subscription.connected();
		await settled();
		await readings[0]?.answer([1, 2, 3].map((number) => message(number, now + number)));
		expect(delivered()).toEqual([3]);
	});

	it('are not made of missed events: n8n deduplicates single events only', async () => {
		const { subscription, executions, readings, keys, now } = begin({
			batch,
			isResumed: true,
			mark: new FakeClock().now(),
		});
		subscription.connected();
		await settled();
		await readings[0]?.answer([1, 2].map((number) => message(number, now + number)));
		expect(executions).toEqual([[1], [2]]);
		expect(keys.every(Boolean)).toBe(true);
	});

	it('are forgotten once they are too old to be read again', async () => {
		const { subscription, memory, hear, clock, now } = begin({ batch });
		subscription.connected();
		for (let minutes = 0; minutes < 10; minutes++) {
			if (minutes > 0) await clock.advance(minute);
			for (let one = 0; one < 3; one++) hear(message(minutes * 10 + one, now + minutes * minute));
		}
		const times = memory.batched?.map(({ at }) => at) ?? [];
		expect(Math.min(...times)).toBeGreaterThanOrEqual(now + 6 * minute);
	});

	it('from before a manual activation are discarded', () => {
		const { subscription, hear, delivered, memory } = begin({ batched: [{ at: 5, ids: ['something'] }], mark: 5 });
		subscription.connected();
		write(hear, 1);
		expect([delivered(), memory.batched]).toEqual([[1], undefined]);
	});
});

describe('single events', () => {
	it.each([
		[true, [3]],
		[false, [1, 2, 3]],
	])('are remembered across a restart if n8n has no keys (%p)', async (isKeyless, expected) => {
		const first = begin({ isKeyless });
		first.subscription.connected();
		for (const number of [1, 2]) first.hear(message(number, first.clock.now() + number));
		first.subscription.close();
		const { subscription, readings, delivered, clock } = begin({ isKeyless, isResumed: true, ...first.saved() });
		subscription.connected();
		await settled();
		await readings[0]?.answer([1, 2, 3].map((number) => message(number, clock.now() + number)));
		expect(delivered()).toEqual(expected);
	});
});

describe('a time in the future', () => {
	it('of one message does not move the watermark past now', () => {
		const { subscription, memory, clock } = begin();
		subscription.receive(message(1, clock.now() + 30 * 24 * 60 * minute));
		subscription.receive(message(2, clock.now()));
		subscription.receive(message(3, clock.now()));
		expect(memory.mark).toBeLessThanOrEqual(clock.now());
	});

	it('that was saved does not keep a restart from reading the gap', async () => {
		const now = new FakeClock().now();
		const { subscription, readings } = begin({ isResumed: true, mark: now + 720 * 60 * minute });
		void subscription.connected();
		await settled();
		expect(readings[0]?.since).toBe(now - 2 * minute);
	});
});
