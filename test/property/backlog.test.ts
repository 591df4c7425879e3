import fc from 'fast-check';
import { Backlog, overlap, settling, websiteKey, type SavedGap } from '../../nodes/CrispTrigger/catchUp/backlog';
import './strangers';

const websites = ['a', 'b', 'c', 'd'];
const keys = websites.map(websiteKey);

type Action =
	| { kind: 'gap'; pause: number; length: number }
	| { kind: 'read'; website: number; pause: number; gapMeanwhile: boolean }
	| { kind: 'finish' | 'restart' };

const action: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant('gap' as const), pause: fc.nat(900_000), length: fc.nat(900_000) }),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			kind: fc.constant('read' as const),
			website: fc.nat(websites.length - 1),
			pause: fc.nat(60_000),
			gapMeanwhile: fc.boolean(),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('finish' as const, 'restart' as const) }) },
);

/** Plays actions, and notes for each website which gaps are still to be read, one by one. */
class Play {
	private now = 1_800_000_000_000;

	private memory: { backlog?: SavedGap[] } = {};

	private backlog = new Backlog(this.memory);

	/** The gaps that were not read yet, by website. */
	private readonly unread = websites.map(() => [] as Array<{ since: number; end: number }>);

	run(one: Action): void {
		if (one.kind === 'gap') this.gap(one.pause, one.length);
		else if (one.kind === 'read') this.read(one.website, one.pause, one.gapMeanwhile);
		else if (one.kind === 'finish') this.backlog.finish(keys, this.now);
		else {
			this.memory = JSON.parse(JSON.stringify(this.memory)) as typeof this.memory;
			this.backlog = new Backlog(this.memory);
		}
	}

	private gap(pause: number, length: number): void {
		const since = (this.now += pause) - overlap;
		const end = (this.now += length);
		this.backlog.add(since, end);
		for (const gaps of this.unread) gaps.push({ since, end });
	}

	private read(website: number, pause: number, gapMeanwhile: boolean): void {
		this.now += pause;
		const begun = this.now;
		const pending = this.backlog.take(keys[website] ?? '', begun);
		const gaps = this.unread[website] ?? [];
		const isRead = ({ since, end }: (typeof gaps)[number]) =>
			pending?.since !== undefined && pending.since <= since && pending.includes(since) && pending.includes(end);
		// What Crisp may not show yet has to be read again.
		const read = gaps.filter((gap) => gap.end + settling <= begun && isRead(gap));
		if (gapMeanwhile) this.gap(1, 1_000);
		if (!pending) return;
		this.backlog.note(keys[website] ?? '', pending);
		this.unread[website] = (this.unread[website] ?? []).filter((gap) => !read.includes(gap));
	}

	/** Reads all websites. */
	end(): void {
		this.now += settling;
		for (const index of websites.keys()) this.read(index, 0, false);
		expect(this.unread).toEqual(websites.map(() => []));
		this.backlog.finish(keys, this.now);
		expect(this.backlog.isEmpty).toBe(true);
		expect(this.memory).toEqual({});
	}
}

it('each gap is read of each website, over restarts, and nothing is left once all were read', () => {
	fc.assert(
		fc.property(fc.array(action, { maxLength: 150 }), (actions) => {
			const play = new Play();
			for (const one of actions) play.run(one);
			play.end();
		}),
	);
});

it('a website is not read again before the next gap', () => {
	const backlog = new Backlog({});
	backlog.add(0, 1_000_000);
	const [a = '', b = ''] = keys;
	const now = 1_000_000 + settling;
	backlog.note(a, backlog.take(a, now) ?? { includes: () => false, last: undefined });
	expect(backlog.take(a, now)).toBeUndefined();
	expect(backlog.take(b, now)?.since).toBe(0);
	backlog.add(5_000_000, 6_000_000);
	const later = 6_000_000 + settling;
	expect(backlog.take(a, later)?.since).toBe(5_000_000);
	expect(backlog.take(a, later)?.includes(1_000_000)).toBe(false);
	expect(backlog.take(b, later)?.since).toBe(0);
	// Between the gaps, everything was delivered over the connection.
	expect(backlog.take(b, later)?.includes(3_000_000)).toBe(false);
});

it('of a thousand websites and a hundred gaps takes at most 12,000 characters', () => {
	const memory: { backlog?: SavedGap[] } = {};
	const backlog = new Backlog(memory);
	const all = Array.from({ length: 1_000 }, (_, index) => websiteKey(String(index)));
	let now = 1_800_000_000_000;
	for (let gap = 0; gap < 100; gap++) {
		backlog.add(now, (now += 600_000));
		now += 600_000;
		// Some websites are read after each gap.
		for (const key of [...all.slice(gap * 10, gap * 10 + 10), ...all.slice(0, 24)]) {
			const pending = backlog.take(key, now);
			if (pending) backlog.note(key, pending);
		}
	}
	expect(memory.backlog?.length).toBe(50);
	expect(JSON.stringify(memory).length).toBeLessThan(12_000);
});

it('reads a website again that was read between two gaps of too many, which become one', () => {
	const backlog = new Backlog({});
	const [a = ''] = keys;
	const distant = 10_000_000;
	for (let gap = 1; gap <= 49; gap++) backlog.add(gap * distant, gap * distant + 1_000);
	const early = 50 * distant;
	backlog.add(early, early + 1_000);
	const pending = backlog.take(a, early + 20_000);
	if (pending) backlog.note(a, pending);
	expect(backlog.has(a, early + 20_000)).toBe(false);
	backlog.add(early + 500_000, early + 600_000);
	const merged = backlog.take(a, early + 1_000_000);
	expect([merged?.since, merged?.includes(early + 550_000)]).toEqual([early, true]);
	// The website was read after all earlier gaps.
	expect(merged?.includes(49 * distant)).toBe(false);
});

it('gives up what could not be read for 14 days', () => {
	const day = 86_400_000;
	const backlog = new Backlog({});
	backlog.add(0, day);
	expect(backlog.giveUp(14 * day)).toBe(false);
	expect(backlog.giveUp(15 * day + overlap)).toBe(true);
	expect(backlog.isEmpty).toBe(true);
});
