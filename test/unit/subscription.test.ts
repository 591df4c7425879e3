import type { IDataObject } from 'n8n-workflow';
import type { Happening } from '../../nodes/CrispTrigger/missed';
import { Subscription } from '../../nodes/CrispTrigger/subscription';
import { FakeClock, settled } from '../fakeClock';

const minute = 60_000;

/** A message of the realtime channel or of REST, so many minutes from now. */
function message(fingerprint: number, at: number): Happening {
	const payload = { website_id: 'w', session_id: 's', fingerprint, timestamp: at, from: 'user' };
	return { name: 'message:send', payload, at };
}

interface Reading {
	since: number;
	answer(missed: Happening[]): Promise<void>;
	fail(): Promise<void>;
}

function begin({ isResumed = false, mark }: { isResumed?: boolean; mark?: number } = {}) {
	const clock = new FakeClock();
	const readings: Reading[] = [];
	const delivered: unknown[] = [];
	const keys: Array<string | undefined> = [];
	const marks: Array<number | undefined> = [];
	const troubles: unknown[] = [];
	const memory: { mark?: number } = mark === undefined ? {} : { mark };
	const subscription = new Subscription({
		clock,
		memory,
		isResumed,
		lookBack: 24 * 60 * minute,
		readMissed: async (since) =>
			await new Promise((resolve, reject) => {
				readings.push({
					since,
					answer: async (missed) => (resolve(missed), await settled()),
					fail: async () => (reject(new Error('down')), await settled()),
				});
			}),
		deliver(_, payload, identity) {
			delivered.push(payload.fingerprint ?? payload.state);
			keys.push(identity);
			marks.push(memory.mark);
		},
		onTrouble: (error) => troubles.push(error),
	});
	const hear = ({ name, payload }: Happening) => subscription.hear(name, payload);
	return { clock, subscription, readings, delivered, keys, marks, troubles, memory, hear, now: clock.now() };
}

describe('a subscription that a person switched on', () => {
	it('starts at now, and remembers that', () => {
		const { subscription, readings, memory, now } = begin({ mark: 5 });
		subscription.ready();
		expect(readings).toEqual([]);
		expect(memory.mark).toBe(now);
	});

	it('delivers each message once, and what may happen again as often as it happens', () => {
		const { subscription, delivered, keys, hear, now } = begin();
		subscription.ready();
		for (const event of [message(1, now), message(2, now), message(1, now)]) hear(event);
		for (const state of ['resolved', 'unresolved', 'resolved']) {
			subscription.hear('session:set_state', { website_id: 'w', session_id: 's', state });
		}
		expect(delivered).toEqual([1, 2, 'resolved', 'unresolved', 'resolved']);
		expect(keys.map((key) => key !== undefined)).toEqual([true, true, false, false, false]);
	});

	it('never marks more than what was delivered before', () => {
		const { subscription, marks, hear, now } = begin();
		subscription.ready();
		for (const [index, at] of [now + 5, now + 9, now + 7, now + 20].entries()) hear(message(index + 1, at));
		expect(marks).toEqual([now, now + 5, now + 9, now + 9]);
	});
});

describe('after a gap', () => {
	it('reads from two minutes before, and delivers the missed before what happens now', async () => {
		const { subscription, readings, delivered, hear, clock, now } = begin();
		subscription.ready();
		hear(message(1, now));
		subscription.lost();
		await clock.advance(10 * minute);
		subscription.ready();
		await settled();
		expect(readings.map(({ since }) => since)).toEqual([now - 2 * minute]);
		hear(message(4, clock.now()));
		await readings[0]?.answer([message(1, now), message(2, now + 1), message(3, now + 2), message(4, clock.now())]);
		hear(message(5, clock.now()));
		expect(delivered).toEqual([1, 2, 3, 4, 5]);
	});

	it('of n8n itself begins at the mark, but looks no further back than it may', async () => {
		for (const [age, expected] of [
			[60 * minute, 62 * minute],
			[72 * 60 * minute, 24 * 60 * minute],
		] as const) {
			const start = new FakeClock().now();
			const { subscription, readings, now } = begin({ isResumed: true, mark: start - age });
			subscription.ready();
			await settled();
			expect(now - (readings[0]?.since ?? 0)).toBe(expected);
		}
	});

	it('that cannot be read yet holds back nothing, and is read later', async () => {
		const { subscription, readings, delivered, troubles, hear, clock, now, marks } = begin();
		subscription.ready();
		subscription.lost();
		subscription.ready();
		await settled();
		hear(message(2, now + 5));
		await readings[0]?.fail();
		expect([delivered, troubles.length]).toEqual([[2], 1]);
		hear(message(3, now + 6));
		await clock.advance(5_000);
		await readings[1]?.answer([message(1, now + 1), message(2, now + 5)]);
		expect(delivered).toEqual([2, 3, 1]);
		// Until it was read, a restart would have begun at the gap again.
		expect(marks).toEqual([now, now, now + 6]);
	});

	it('that comes while another is read is read as well', async () => {
		const { subscription, readings, delivered, clock, now } = begin();
		subscription.ready();
		subscription.lost();
		subscription.ready();
		await settled();
		await clock.advance(minute);
		subscription.lost();
		await clock.advance(minute);
		subscription.ready();
		await readings[0]?.answer([message(1, now)]);
		expect(readings.map(({ since }) => since)).toEqual([now - 2 * minute, now - minute]);
		await readings[1]?.answer([message(1, now), message(2, now + minute)]);
		expect(delivered).toEqual([1, 2]);
	});

	it('is left alone once it is closed', async () => {
		const { subscription, readings, delivered, clock, now } = begin();
		subscription.ready();
		subscription.lost();
		subscription.ready();
		await settled();
		subscription.close();
		await readings[0]?.answer([message(1, now)]);
		await clock.advance(10 * minute);
		expect([delivered, readings.length, clock.sleeping]).toEqual([[], 1, 0]);
	});
});

it('forgets the oldest of many, and still delivers each of the rest once', () => {
	const { subscription, delivered, hear, now } = begin();
	subscription.ready();
	const many = Array.from({ length: 10_500 }, (_, index) => message(index + 1, now));
	for (const event of many) hear(event);
	for (const event of many.slice(600)) hear(event);
	expect(delivered).toHaveLength(10_500);
	expect((delivered as IDataObject[]).length).toBe(new Set(delivered).size);
});
