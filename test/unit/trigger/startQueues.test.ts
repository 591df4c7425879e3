import type { IDataObject } from 'n8n-workflow';
import type { PastEvent } from '../../../nodes/CrispTrigger/catchUp/catchUp';
import { StartsPerMinute } from '../../../nodes/CrispTrigger/starts/releasePolicy';
import { StartQueues, type StartBounds } from '../../../nodes/CrispTrigger/starts/startQueues';
import type { ConversationPlace, Period } from '../../../nodes/CrispTrigger/starts/backlogs';
import { FakeClock } from '../../support/fakeClock';

const minute = 60_000;

interface Beginning {
	most?: number;
	bounds?: StartBounds;
	isExempt?: (name: string) => boolean;
}

const large = { entries: 1_000, size: 1_000_000 };

function begin({ most = 2, bounds = { lane: large, all: large }, isExempt = () => false }: Beginning = {}) {
	const clock = new FakeClock();
	const stop = new AbortController();
	/** Everything that has started the workflow, in order: its ID and the minute. */
	const started: string[] = [];
	const times: number[] = [];
	const dropped: unknown[] = [];
	const readings: Array<{ place: ConversationPlace; period: Period }> = [];
	const troubles: unknown[] = [];
	let answers: Array<() => PastEvent[]> = [];
	const seen = new Set<string>();
	const begun = clock.now();
	const start = (payload: IDataObject) => {
		started.push(String(payload.fingerprint));
		times.push((clock.now() - begun) / minute);
	};
	const queues = new StartQueues({
		clock,
		signal: stop.signal,
		policy: new StartsPerMinute(most),
		bounds,
		isExempt: ({ name }) => isExempt(name),
		release: (kept) => kept.forEach(({ event }) => start(event.payload)),
		async read(place, period) {
			readings.push({ place, period });
			const answer = answers.length > 1 ? answers.shift() : answers[0];
			const { since, before = Infinity } = period;
			const found = (await Promise.resolve().then(answer)) ?? [];
			return found.filter(({ at }) => at >= since && at < before);
		},
		pass: (event) => hear(event),
		onTrouble: (error) => troubles.push(error),
		onDropped: ({ payload }) => dropped.push(String(payload.fingerprint)),
	});
	/** What the subscription does with an event. */
	const hear = (event: PastEvent) => {
		if (queues.isLeft(event, false)) return;
		const id = String(event.payload.fingerprint);
		if (seen.has(id)) return;
		seen.add(id);
		if (queues.mayStart(event, event.at, false)) start(event.payload);
	};
	const answer = (...given: Array<() => PastEvent[]>) => void (answers = given);
	return { clock, stop, queues, started, times, dropped, readings, troubles, hear, answer, begun };
}

function event(id: string, { name = 'message:send', session = 's', at = new FakeClock().now(), ...more } = {}) {
	return { name, at, payload: { website_id: 'w', session_id: session, inbox_id: 'i', fingerprint: id, ...more } };
}

describe('the events of a conversation', () => {
	it('start the workflow at once up to the limit, and then as older starts are a minute old', async () => {
		const { clock, hear, started, times } = begin();
		for (const id of ['1', '2']) hear(event(id));
		await clock.advance(30_000);
		for (const id of ['3', '4', '5']) hear(event(id));
		expect(started).toEqual(['1', '2']);
		await clock.advance(5 * minute);
		expect(started).toEqual(['1', '2', '3', '4', '5']);
		expect(times).toEqual([0, 0, 1, 1, 2]);
		expect(clock.sleeping).toBe(0);
	});

	it('do not delay those of other conversations, or of none', () => {
		const { hear, started } = begin();
		for (const id of ['1', '2', '3']) hear(event(id));
		for (const id of ['4', '5']) hear(event(id, { session: 'other' }));
		for (const id of ['6', '7', '8']) hear(event(id, { session: '' }));
		expect(started).toEqual(['1', '2', '4', '5', '6', '7', '8']);
	});

	it('of different names are counted together, and keep their order', async () => {
		const { hear, started, clock } = begin();
		hear(event('1'));
		hear(event('2', { name: 'session:sync:pages' }));
		hear(event('3', { name: 'session:sync:pages' }));
		hear(event('4', { name: 'message:received' }));
		expect(started).toEqual(['1', '2']);
		await clock.advance(minute);
		expect(started).toEqual(['1', '2', '3', '4']);
	});

	it('that are not counted wait only for those before them', async () => {
		const { hear, started, clock } = begin({ isExempt: (name) => name === 'session:set_state' });
		const state = (id: string) => hear(event(id, { name: 'session:set_state' }));
		for (const id of ['a', 'b', 'c']) state(id);
		for (const id of ['1', '2', '3']) hear(event(id));
		state('d');
		hear(event('4'));
		expect(started).toEqual(['a', 'b', 'c', '1', '2']);
		await clock.advance(minute);
		expect(started).toEqual(['a', 'b', 'c', '1', '2', '3', 'd', '4']);
	});

	it('do not start it any more after the end', async () => {
		const { hear, started, clock, stop } = begin();
		for (const id of ['1', '2', '3']) hear(event(id));
		stop.abort();
		await clock.advance(5 * minute);
		expect([started, clock.sleeping]).toEqual([['1', '2'], 0]);
	});

	it('start it although the clock was set back', async () => {
		const { hear, started, clock } = begin({ most: 1 });
		hear(event('1'));
		const real = clock.now.bind(clock);
		clock.now = () => real() - 3_600_000;
		hear(event('2'));
		hear(event('3'));
		await clock.advance(minute);
		expect(started).toEqual(['1', '2', '3']);
	});
});

describe('typing', () => {
	const typing = 'message:compose:send';

	it('delays no message, and only the latest waits', async () => {
		const { hear, started, clock } = begin();
		for (const id of ['a', 'b', 'c', 'd', 'e']) hear(event(id, { name: typing }));
		for (const id of ['1', '2']) hear(event(id));
		expect(started).toEqual(['a', 'b', '1', '2']);
		await clock.advance(minute);
		expect(started).toEqual(['a', 'b', '1', '2', 'e']);
	});
});

describe('the oldest event that waits', () => {
	it('is told until it has started the workflow', async () => {
		const { hear, queues, clock, begun } = begin({ most: 1 });
		hear(event('1', { at: begun - 9 }));
		expect(queues.oldest).toBe(Infinity);
		hear(event('2', { at: begun - 7 }));
		hear(event('3', { at: begun - 5 }));
		hear(event('4', { at: begun - 8, session: 'other' }));
		expect(queues.oldest).toBe(begun - 7);
		await clock.advance(minute);
		expect(queues.oldest).toBe(begun - 5);
		await clock.advance(minute);
		expect(queues.oldest).toBe(Infinity);
	});
});

describe('beyond the bounds', () => {
	const bounds = { lane: { entries: 4, size: 1_000_000 }, all: large };
	const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

	const timed = (from: number, to: number) => {
		return ids(from, to).map((id) => event(id, { at: new FakeClock().now() + Number(id) }));
	};

	it('messages are read again when half of the others are through, 12 seconds later, and what came meanwhile follows', async () => {
		const { hear, started, queues, readings, answer, clock, begun } = begin({ bounds });
		for (const one of timed(1, 7)) hear(one);
		expect(queues.oldest).toBe(begun + 3);
		answer(() => timed(1, 7));
		await clock.advance(minute);
		expect(started).toEqual(ids(1, 4));
		await clock.advance(11_000);
		expect(readings).toEqual([]);
		// Crisp's answer does not have it yet.
		for (const one of timed(8, 8)) hear(one);
		await clock.advance(1_000);
		expect(readings).toEqual([{ place: { website: 'w', session: 's', inbox: 'i' }, period: { since: begun + 7 } }]);
		await clock.advance(10 * minute);
		expect(started).toEqual(ids(1, 8));
		expect([queues.oldest, readings.length]).toEqual([Infinity, 1]);
	});

	it('very many messages are read part by part, none of which is read again and again', async () => {
		const { hear, started, readings, answer, clock, begun } = begin({
			most: 50,
			bounds: { lane: { entries: 100, size: 1_000_000 }, all: large },
		});
		const all = timed(1, 2_000);
		for (const one of all) hear(one);
		let read = 0;
		answer(() => all);
		await clock.advance(60 * minute);
		expect(started).toEqual(ids(1, 2_000));
		for (const { period } of readings)
			read += Math.min((period.before ?? Infinity) - period.since, begun + 2_001 - period.since);
		expect(read).toBeLessThan(2 * 2_000);
	});

	it('messages that came in one burst after a few others are read again, too', async () => {
		const { hear, started, readings, answer, clock, begun } = begin({
			most: 50,
			bounds: { lane: { entries: 20, size: 1_000_000 }, all: large },
		});
		const all = ids(1, 500).map((id) => event(id, { at: begun + (Number(id) < 80 ? Number(id) * 1_000 : 100_000) }));
		for (const one of all) hear(one);
		answer(() => all);
		await clock.advance(60 * minute);
		expect(started).toEqual(ids(1, 500));
		expect(readings.length).toBeLessThan(100);
	});

	it('the watermark cannot pass messages that are to be read again', async () => {
		const { hear, queues, answer, clock, begun } = begin({ bounds });
		for (const id of ids(1, 9)) hear(event(id, { at: begun + Number(id) }));
		answer(() => {
			throw new Error('down');
		});
		await clock.advance(2 * minute - 1);
		expect(queues.oldest).toBe(begun + 5);
		answer(...ids(1, 9).map(() => () => []));
		await clock.advance(minute);
		expect(queues.oldest).toBe(Infinity);
	});

	it('messages that fail to be read are tried again, and a failure is reported', async () => {
		const { hear, started, troubles, answer, clock } = begin({ bounds });
		for (const id of ids(1, 8)) hear(event(id));
		const found = () => ids(1, 8).map((id) => event(id));
		answer(() => {
			throw new Error('down');
		}, found);
		await clock.advance(10 * minute);
		expect([started, troubles.length]).toEqual([ids(1, 8), 1]);
	});

	it('messages that come too fast even while others are read are read again, too', async () => {
		const { hear, started, answer, clock, readings } = begin({ bounds });
		for (const one of timed(1, 8)) hear(one);
		answer(() => timed(1, 30));
		await clock.advance(minute + 5_000);
		for (const one of timed(9, 30)) hear(one);
		await clock.advance(20 * minute);
		expect(started).toEqual(ids(1, 30));
		expect(readings.length).toBeGreaterThan(1);
	});

	it('the oldest of the events that Crisp does not store are dropped, and no message', async () => {
		const { hear, started, dropped, clock } = begin({ bounds });
		hear(event('1'));
		hear(event('2'));
		hear(event('3'));
		for (const id of ['a', 'b', 'c', 'd', 'e']) hear(event(id, { name: 'session:sync:rating' }));
		await clock.advance(10 * minute);
		expect(started).toEqual(['1', '2', '3', 'c', 'd', 'e']);
		expect(dropped).toEqual(['a', 'b']);
	});

	it('one flood does not use up the room of other conversations', async () => {
		const { hear, started, answer, clock } = begin({ bounds: { lane: large, all: { entries: 6, size: 1_000_000 } } });
		for (const id of ids(1, 20)) hear(event(id));
		for (const id of ids(21, 25)) hear(event(id, { session: 'other' }));
		const stored = [...ids(1, 20).map((id) => event(id)), ...ids(21, 25).map((id) => event(id, { session: 'other' }))];
		const found = (session: string) => stored.filter(({ payload }) => payload.session_id === session);
		answer(...ids(1, 40).map(() => () => [...found('s'), ...found('other')]));
		await clock.advance(30 * minute);
		expect([...started].sort((a, b) => Number(a) - Number(b))).toEqual(ids(1, 25));
	});

	it('large events use up the room as many do', () => {
		const { hear, queues, begun } = begin({ bounds: { lane: { entries: 100, size: 10_000 }, all: large } });
		for (const id of ids(1, 8)) hear(event(id, { content: 'x'.repeat(6_000), at: begun + Number(id) } as object));
		// Two have started, two are kept.
		expect(queues.isLeft(event('9', { at: begun + 9 }), false)).toBe(true);
	});

	it('a removed conversation is not asked for again and again', async () => {
		const { hear, readings, answer, clock } = begin({ bounds });
		for (const id of ids(1, 8)) hear(event(id));
		answer(() => []);
		await clock.advance(30 * minute);
		expect(readings).toHaveLength(1);
	});
});
