import type { PastEvent } from '../../../../nodes/CrispTrigger/catchUp/catchUp';
import { Subscription } from '../../../../nodes/CrispTrigger/delivery/subscription';
import { FakeClock, settled } from '../../../support/fakeClock';

const minute = 60_000;

function message(fingerprint: number, at: number): PastEvent {
	const payload = { website_id: 'w', session_id: 's', fingerprint, timestamp: at, from: 'user' };
	return { name: 'message:send', payload, at };
}

interface Reading {
	since: number;
	isFollowed: boolean;
	answer(missed: PastEvent[]): Promise<void>;
	fail(): Promise<void>;
}

/** A subscription whose readings the test answers, and the fingerprints of what it delivered. */
function begin({ lookBack = 24 * 60 * minute } = {}) {
	const clock = new FakeClock();
	const readings: Reading[] = [];
	const delivered: unknown[] = [];
	const seen = new Set<unknown>();
	const subscription = new Subscription({
		clock,
		lookBack,
		memory: {},
		scope: { owner: ['i', 'w'], events: ['message:send'], websites: ['w'], filter: {}, token: 't' },
		isResumed: false,
		readMissed: async (since, _, { isFollowed }) =>
			await new Promise((resolve, reject) => {
				readings.push({
					since,
					isFollowed,
					answer: async (missed) => (resolve(missed), await settled()),
					fail: async () => (reject(new Error('down')), await settled()),
				});
			}),
		accept({ name, payload }) {
			if (seen.has(payload.fingerprint)) return undefined;
			seen.add(payload.fingerprint);
			return [{ name, payload }];
		},
		start: async (events) => {
			delivered.push(...events.map(({ payload }) => payload.fingerprint));
			await Promise.resolve();
		},
		onTrouble: () => undefined,
	});
	const hear = ({ name, payload }: PastEvent) => subscription.receive({ name, payload });
	return { clock, subscription, readings, delivered, hear, now: clock.now() };
}

it('a connection that works again during a poll delivers what the poll reads first, then the rest of the gap', async () => {
	const { clock, subscription, readings, delivered, hear, now } = begin();
	await clock.advance(10 * minute);
	subscription.disconnected();
	await clock.advance(minute);
	const polled = subscription.poll();
	void subscription.connected();
	await settled();
	hear(message(3, now + 11 * minute + 3));
	expect([readings.length, delivered]).toEqual([1, []]);
	await readings[0]?.answer([message(1, now + 10 * minute)]);
	expect(await polled).toBe(1);
	expect([readings.length, delivered]).toEqual([2, [1]]);
	await readings[1]?.answer([message(1, now + 10 * minute), message(2, now + 11 * minute + 1)]);
	expect(delivered).toEqual([1, 2, 3]);
	subscription.close();
});

it.each(['answers', 'fails'])(
	'a connection that is lost again during a poll, which %s, keeps what it has delivered',
	async (how) => {
		const { clock, subscription, readings, delivered, hear, now } = begin();
		await clock.advance(10 * minute);
		subscription.disconnected();
		const polled = subscription.poll().catch(() => 0);
		void subscription.connected();
		await settled();
		hear(message(2, now + 10 * minute + 2));
		subscription.disconnected();
		if (how === 'answers') await readings[0]?.answer([message(1, now + 10 * minute)]);
		else await readings[0]?.fail();
		await polled;
		expect(delivered).toEqual(how === 'answers' ? [1, 2] : [2]);
		await clock.advance(minute);
		const again = subscription.poll();
		await settled();
		expect(readings.map(({ since }) => since)).toEqual([now + 8 * minute, now + 8 * minute]);
		await readings[1]?.answer([message(1, now + 10 * minute), message(2, now + 10 * minute + 2)]);
		expect(await again).toBe(how === 'answers' ? 0 : 1);
		expect(delivered).toEqual(how === 'answers' ? [1, 2] : [2, 1]);
		subscription.close();
	},
);

it('a poll begins where the last successful one began, and reads nothing while there is a connection', async () => {
	const { clock, subscription, readings, now } = begin();
	await clock.advance(10 * minute);
	subscription.disconnected();
	for (const isAnswered of [true, false, true]) {
		await clock.advance(minute);
		const polled = subscription.poll().catch(() => undefined);
		await settled();
		if (isAnswered) await readings.at(-1)?.answer([]);
		else await readings.at(-1)?.fail();
		await polled;
	}
	await clock.advance(minute);
	void subscription.poll();
	await settled();
	const minutes = readings.map(({ since }) => (since - now) / minute + 2);
	expect(minutes).toEqual([10, 11, 11, 13]);
	expect(readings.every(({ isFollowed }) => isFollowed)).toBe(true);
	await readings.at(-1)?.answer([]);
	void subscription.connected();
	await settled();
	const count = readings.length;
	await subscription.poll();
	expect(readings).toHaveLength(count);
	subscription.close();
});

it('without look-back, polling reads from its beginning, and the connection reads the rest', async () => {
	const { clock, subscription, readings, now } = begin({ lookBack: 0 });
	await clock.advance(minute);
	subscription.disconnected();
	await clock.advance(minute);
	const polled = subscription.poll();
	await settled();
	await readings[0]?.answer([]);
	await polled;
	await clock.advance(10 * minute);
	void subscription.connected();
	await settled();
	expect(readings.map(({ since }) => (since - now) / minute)).toEqual([0, 0]);
	await readings[1]?.answer([]);
	subscription.disconnected();
	void subscription.connected();
	await settled();
	expect(readings).toHaveLength(2);
	subscription.close();
});
