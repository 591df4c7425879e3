import type { RealtimeEndpoint, Ending } from '../../../nodes/shared/realtime/connection';
import { SharedConnection, type Listener, type Topics } from '../../../nodes/shared/realtime/sharedConnection';
import type { ChannelListener } from '../../../nodes/shared/realtime/socket';
import { FakeClock, settled } from '../../support/fakeClock';
import { reachableFrom } from '../../support/memory';
import { nested } from '../../property/strangers';

interface Line extends ChannelListener {
	topics: Topics;
	isClosed: boolean;
}

/** A shared connection over channels whose other end is the test. */
function begin() {
	const lines: Line[] = [];
	const topics: Topics[] = [];
	const clock = new FakeClock();
	const shared = new SharedConnection({
		clock,
		random: () => 1,
		openChannel(endpoint, listener) {
			const line: Line = { ...listener, topics: JSON.parse(decodeURIComponent(endpoint)) as Topics, isClosed: false };
			lines.push(line);
			return {
				emit() {},
				close() {
					if (line.isClosed) return;
					line.isClosed = true;
					listener.onClose('closed');
				},
			};
		},
	});
	return { shared, lines, topics, clock };
}

/** A listening workflow, and the events it received. */
function workflow(events: string[], websites: string[] = []) {
	const heard: unknown[] = [];
	const endings: Ending[] = [];
	let ready = 0;
	const listener: Listener = {
		events,
		websites,
		findEndpoint: async (topics): Promise<RealtimeEndpoint> => ({
			url: encodeURIComponent(JSON.stringify(topics)),
			authentication: { tier: 'plugin', username: 'i', password: 'k', events: topics.events },
		}),
		onEvent: (_, payload) => heard.push(payload),
		onReady: () => (ready += 1),
		onEnding: (ending) => endings.push(ending),
	};
	return { listener, heard, endings, ready: () => ready };
}

async function accept(line?: Line): Promise<void> {
	await settled();
	line?.onOpen();
	line?.onEvent('authenticated', undefined);
	await settled();
}

async function refuse(line?: Line): Promise<void> {
	line?.onOpen();
	line?.onEvent('unauthorized', undefined);
	await settled();
}

it('a hundred workflows with the same events share one connection', async () => {
	const { shared, lines } = begin();
	const all = Array.from({ length: 100 }, () => workflow(['message:send']));
	const joins = Promise.all(all.map(async ({ listener }) => await shared.join(listener)));
	await settled();
	await accept(lines[0]);
	expect(new Set(await joins)).toEqual(new Set([undefined]));
	lines[0]?.onEvent('message:send', 1);
	expect(lines).toHaveLength(1);
	expect(all.map(({ heard, ready }) => [heard, ready()])).toEqual(all.map(() => [[1], 1]));
});

it('each workflow receives its own events only', async () => {
	const { shared, lines } = begin();
	const both = workflow(['message:send', 'session:set_state']);
	const one = workflow(['message:send']);
	void shared.join(both.listener);
	await settled();
	await accept(lines[0]);
	expect(await shared.join(one.listener)).toBeUndefined();
	lines[0]?.onEvent('session:set_state', 'state');
	lines[0]?.onEvent('message:send', 'message');
	expect([both.heard, one.heard, lines.length]).toEqual([['state', 'message'], ['message'], 1]);
});

describe('a workflow that needs more than the current connection covers', () => {
	async function overtaking() {
		const parts = begin();
		const first = workflow(['message:send'], ['w1']);
		void parts.shared.join(first.listener);
		await settled();
		await accept(parts.lines[0]);
		const second = workflow(['people:profile:created'], ['w2']);
		const joined = parts.shared.join(second.listener);
		await settled();
		const [old, wide] = parts.lines as [Line, Line];
		return { ...parts, first, second, joined, old, wide };
	}

	it('opens a wider connection, while the old one delivers until it is ready', async () => {
		const { first, second, joined, old, wide } = await overtaking();
		expect(wide.topics).toEqual({ events: ['message:send', 'people:profile:created'], websites: ['w1', 'w2'] });
		old.onEvent('message:send', 'before');
		expect(old.isClosed).toBe(false);
		await accept(wide);
		expect(await joined).toBeUndefined();
		expect(old.isClosed).toBe(true);
		old.onEvent('message:send', 'too late');
		wide.onEvent('message:send', 'after');
		wide.onEvent('people:profile:created', 'person');
		expect([first.heard, second.heard]).toEqual([['before', 'after'], ['person']]);
		expect([first.ready(), second.ready()]).toEqual([2, 1]);
	});

	it('loses and duplicates no event while both connections are open', async () => {
		const { first, old, wide } = await overtaking();
		old.onEvent('message:send', 'same words');
		wide.onOpen();
		old.onEvent('message:send', 'same words');
		old.onEvent('message:send', 'seen twice');
		wide.onEvent('authenticated', undefined);
		wide.onEvent('message:send', 'same words');
		wide.onEvent('message:send', 'seen twice');
		wide.onEvent('message:send', 'same words');
		expect(first.heard).toEqual(['same words', 'same words', 'seen twice', 'same words']);
	});

	it('still delivers events that are nested too deeply to be compared, and all later ones', async () => {
		const { first, old, wide } = await overtaking();
		wide.onOpen();
		const deep = nested(100_000);
		old.onEvent('message:send', deep);
		old.onEvent('message:send', 'another');
		expect(first.heard[0] === deep).toBe(true);
		expect(first.heard.slice(1)).toEqual(['another']);
	});

	it('counts nothing as delivered twice because of a connection that Crisp refused', async () => {
		const { first, old, wide, lines } = await overtaking();
		wide.onOpen();
		old.onEvent('message:send', 'same words');
		wide.onEvent('unauthorized', undefined);
		await settled();
		lines[2]?.onOpen();
		old.onEvent('message:send', 'same words');
		await accept(lines[2]);
		old.onEvent('message:send', 'same words');
		expect([first.heard, old.isClosed]).toEqual([['same words', 'same words', 'same words'], false]);
	});

	it('does not affect the others if Crisp refuses it, and is told only what Crisp refuses it alone', async () => {
		const { first, second, joined, old, wide, lines } = await overtaking();
		await refuse(wide);
		expect([second.endings, wide.isClosed, lines.length]).toEqual([[], true, 3]);
		expect(lines[2]?.topics).toEqual({ events: ['people:profile:created'], websites: ['w2'] });
		await refuse(lines[2]);
		expect((await joined)?.kind).toBe('refused');
		old.onEvent('message:send', 'still here');
		expect([first.heard, first.endings]).toEqual([['still here'], []]);
		expect(second.endings.map(({ kind }) => kind)).toEqual(['refused']);
	});
});

it('a workflow that joins later gets the current state of the connection, not its first outcome', async () => {
	const { shared, lines, clock } = begin();
	const [first, second, third] = [workflow(['message:send']), workflow(['message:send']), workflow(['message:send'])];
	const joined = shared.join(first.listener);
	await settled();
	lines[0]?.onClose('no network');
	expect((await joined)?.kind).toBe('unreachable');
	expect((await shared.join(second.listener))?.kind).toBe('unreachable');
	await clock.advance(1_000);
	await accept(lines[1]);
	expect(await shared.join(third.listener)).toBeUndefined();
	expect([first, second, third].map(({ ready }) => ready())).toEqual([1, 1, 1]);
});

it('a refusal for one workflow does not affect the others', async () => {
	const { shared, lines, clock } = begin();
	const [first, refused, later] = [workflow(['a']), workflow(['b']), workflow(['a'])];
	void shared.join(first.listener);
	await settled();
	await accept(lines[0]);
	const joined = shared.join(refused.listener);
	await settled();
	await refuse(lines[1]);
	await refuse(lines[2]);
	expect((await joined)?.kind).toBe('refused');
	await shared.leave(refused.listener);
	expect(await shared.join(later.listener)).toBeUndefined();
	await clock.advance(120_000);
	lines[0]?.onEvent('a', 1);
	expect([first.heard, later.heard, lines.length]).toEqual([[1], [1], 3]);
});

it('a workflow prefers a connection that is ready and has its events to a wider one', async () => {
	const { shared, lines } = begin();
	const [first, wider, same] = [workflow(['a']), workflow(['b']), workflow(['a'])];
	void shared.join(first.listener);
	await settled();
	await accept(lines[0]);
	void shared.join(wider.listener);
	await settled();
	expect(await shared.join(same.listener)).toBeUndefined();
	expect([same.ready(), lines.length]).toEqual([1, 2]);
	await shared.leave(wider.listener);
	lines[0]?.onEvent('a', 1);
	expect([same.heard, lines.map(({ isClosed }) => isClosed)]).toEqual([[1], [false, true]]);
});

it('connections that were replaced are not kept in memory', async () => {
	const { shared, lines } = begin();
	let former = workflow(['0']);
	void shared.join(former.listener);
	for (let number = 1; number <= 20; number++) {
		await settled();
		await accept(lines.at(-1));
		const next = workflow([`${number}`.padEnd(1_000)]);
		void shared.join(next.listener);
		await settled();
		await accept(lines.at(-1));
		await shared.leave(former.listener);
		former = next;
	}
	expect(lines).toHaveLength(21);
	expect(reachableFrom(shared).characters).toBeLessThan(10_000);
});

it('the connection requests everything again after it was lost', async () => {
	const { shared, lines, clock } = begin();
	const { listener, heard, ready, endings } = workflow(['message:send']);
	void shared.join(listener);
	await settled();
	await accept(lines[0]);
	lines[0]?.onClose('lost');
	await clock.advance(1_000);
	await accept(lines[1]);
	lines[1]?.onEvent('message:send', 'back');
	expect([heard, ready(), endings.map(({ kind }) => kind)]).toEqual([['back'], 2, ['lost']]);
});

it('the connection is closed with the last workflow, and not before', async () => {
	const { shared, lines, clock } = begin();
	const [one, other] = [workflow(['message:send']), workflow(['message:send'])];
	void shared.join(one.listener);
	void shared.join(other.listener);
	await settled();
	await accept(lines[0]);
	await shared.leave(one.listener);
	lines[0]?.onEvent('message:send', 1);
	expect([one.heard, other.heard, shared.isEmpty]).toEqual([[], [1], false]);
	await shared.leave(other.listener);
	expect([lines[0]?.isClosed, shared.isEmpty, clock.sleeping]).toEqual([true, true, 0]);
});
