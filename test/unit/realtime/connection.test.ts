import {
	Connection,
	RefusedError,
	type RealtimeEndpoint,
	type Ending,
} from '../../../nodes/shared/realtime/connection';
import type { ChannelListener } from '../../../nodes/shared/realtime/socket';
import { FakeClock, settled } from '../../support/fakeClock';

interface Line extends ChannelListener {
	endpoint: string;
	said: Array<[string, unknown]>;
	isClosed: boolean;
}

const access: RealtimeEndpoint = {
	url: 'wss://relay.example/socket',
	authentication: { tier: 'plugin', username: 'i', password: 'k', events: ['message:send'] },
};

/** A realtime connection over channels whose other end is the test. */
function begin(findAccess: () => Promise<RealtimeEndpoint> = async () => access) {
	const lines: Line[] = [];
	const events: Array<[string, unknown]> = [];
	const endings: Ending[] = [];
	const clock = new FakeClock();
	let ready = 0;
	const connection = new Connection({
		clock,
		random: () => 1,
		findEndpoint: findAccess,
		openChannel(endpoint, listener) {
			const line: Line = { ...listener, endpoint, said: [], isClosed: false };
			lines.push(line);
			return {
				emit: (event, payload) => line.said.push([event, payload]),
				close() {
					if (line.isClosed) return;
					line.isClosed = true;
					listener.onClose('closed');
				},
			};
		},
		onEvent: (name, payload) => events.push([name, payload]),
		onReady: () => (ready += 1),
		onEnding: (ending) => endings.push(ending),
	});
	return { connection, lines, events, endings, clock, ready: () => ready };
}

/** Lets the other end accept the newest channel. */
async function accept(lines: Line[]): Promise<Line> {
	await settled();
	const line = lines.at(-1) as Line;
	line.onOpen();
	line.onEvent('authenticated', undefined);
	await settled();
	return line;
}

describe('a realtime connection', () => {
	it('authenticates, and delivers events once accepted', async () => {
		const { connection, lines, events } = begin();
		const opening = connection.open();
		await settled();
		const [line] = lines;
		expect(line?.endpoint).toBe(access.url);
		expect(line?.said).toEqual([]);
		line?.onOpen();
		expect(line?.said).toEqual([['authentication', access.authentication]]);
		line?.onEvent('message:send', { early: true });
		line?.onEvent('authenticated', undefined);
		line?.onEvent('message:send', { text: 'hi' });
		expect(await opening).toBeUndefined();
		expect(events).toEqual([['message:send', { text: 'hi' }]]);
		await connection.close();
	});

	it('reconnects forever with a backoff of 1 to 30 seconds, requesting the endpoint each time', async () => {
		let asked = 0;
		const endpoints = () => ({ ...access, url: `wss://relay.example/${++asked}` });
		const { connection, lines, clock, endings } = begin(async () => endpoints());
		void connection.open();
		const waits = [1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 11.390625, 17.0859375, 25.62890625, 30, 30];
		for (const [index, seconds] of waits.entries()) {
			await settled();
			expect(lines).toHaveLength(index + 1);
			lines.at(-1)?.onClose('refused by the network');
			await clock.advance(seconds * 1_000 - 1);
			expect(lines).toHaveLength(index + 1);
			await clock.advance(1);
		}
		await settled();
		expect(lines.map(({ endpoint }) => endpoint)).toEqual(
			[...waits, 0].map((_, index) => `wss://relay.example/${index + 1}`),
		);
		expect(new Set(endings.map(({ kind }) => kind))).toEqual(new Set(['unreachable']));
		await connection.close();
	});

	it('resets the backoff once a connection was in use, and authenticates again', async () => {
		const { connection, lines, clock, endings, ready } = begin();
		void connection.open();
		await settled();
		lines[0]?.onClose('no');
		await clock.advance(1_000);
		const line = await accept(lines);
		await clock.advance(5_000);
		line.onClose('transport close');
		await settled();
		expect(endings.at(-1)).toEqual({ kind: 'lost', wasReady: true, cause: 'transport close' });
		await clock.advance(1_000);
		const next = await accept(lines);
		expect(next.said).toEqual([['authentication', access.authentication]]);
		expect(ready()).toBe(2);
		await connection.close();
	});

	it('keeps the backoff if the server accepts and drops connections at once', async () => {
		const { connection, lines, clock } = begin();
		void connection.open();
		for (const seconds of [1, 1.5, 2.25, 3.375]) {
			(await accept(lines)).onClose('dropped');
			const count = lines.length;
			await clock.advance(seconds * 1_000 - 1);
			expect(lines).toHaveLength(count);
			await clock.advance(1);
			expect(lines).toHaveLength(count + 1);
		}
		await connection.close();
	});

	it('survives a channel that cannot be opened, and reports if it was closed before it began', async () => {
		const clock = new FakeClock();
		const endings: Ending[] = [];
		const broken = new Connection({
			clock,
			findEndpoint: async () => access,
			openChannel() {
				throw new TypeError('Invalid URL');
			},
			onEvent() {},
			onEnding: (ending) => endings.push(ending),
		});
		expect((await broken.open())?.kind).toBe('unreachable');
		await clock.advance(10_000);
		expect(endings.length).toBeGreaterThan(2);
		await broken.close();
		expect((await broken.open())?.kind).toBe('closed');
	});

	it('requests the events of new websites at once, then every two and a half seconds at most', async () => {
		const { connection, lines, events, clock } = begin(async () => ({ ...access, isOpenEnded: true }));
		void connection.open();
		const line = await accept(lines);
		const asked = () => line.said.filter(([event]) => event === 'socket:bind').length;
		const install = () => line.onEvent('plugin:subscription:updated', { bound: true });
		install();
		await clock.advance(0);
		expect(asked()).toBe(1);
		for (let time = 0; time < 3; time++) install();
		await clock.advance(2_499);
		expect(asked()).toBe(1);
		await clock.advance(1);
		expect([asked(), events.length]).toEqual([2, 4]);
		install();
		await connection.close();
		await clock.advance(10_000);
		expect([asked(), clock.sleeping]).toEqual([2, 0]);
	});

	it('requests no websites if there can be no new ones', async () => {
		const { connection, lines, clock } = begin();
		void connection.open();
		const line = await accept(lines);
		line.onEvent('plugin:subscription:updated', { bound: true });
		await clock.advance(10_000);
		expect(line.said.map(([event]) => event)).toEqual(['authentication']);
		await connection.close();
	});

	it('delivers no events of an earlier channel', async () => {
		const { connection, lines, events, clock } = begin();
		void connection.open();
		const old = await accept(lines);
		old.onEvent('unauthorized', undefined);
		old.onEvent('message:send', { late: true });
		await clock.advance(60_000);
		await accept(lines);
		old.onEvent('message:send', { later: true });
		expect(events).toEqual([]);
		await connection.close();
	});

	it('that Crisp ends later is lost, not refused: only the response to the authentication is a refusal', async () => {
		const { connection, lines, clock, endings } = begin();
		void connection.open();
		(await accept(lines)).onEvent('unauthorized', undefined);
		await clock.advance(1_000);
		lines[1]?.onOpen();
		lines[1]?.onEvent('unauthorized', undefined);
		await settled();
		expect(endings.map(({ kind }) => kind)).toEqual(['lost', 'refused']);
		await connection.close();
	});

	it('without a heartbeat is closed and replaced within 45 seconds', async () => {
		const { connection, lines, clock, endings } = begin();
		void connection.open();
		const line = await accept(lines);
		// The defaults of a Socket.IO server: a ping every 25 seconds, a response within 20.
		const alive = () => line.onAlive?.(25_000 + 20_000 / 2);
		alive();
		for (let pings = 0; pings < 3; pings++) {
			await clock.advance(25_000);
			alive();
		}
		const since = clock.now();
		await clock.advance(34_999);
		expect([lines.length, line.isClosed]).toEqual([1, false]);
		await clock.advance(1);
		expect(line.isClosed).toBe(true);
		expect(endings).toEqual([{ kind: 'lost', wasReady: true, cause: 'no heartbeat from the server' }]);
		while (lines.length === 1) await clock.advance(100);
		expect(clock.now() - since).toBeLessThan(45_000);
		(await accept(lines)).onAlive?.(35_000);
		await connection.close();
		expect(clock.sleeping).toBe(0);
	});

	it.each<[Ending['kind'], (line: Line, clock: FakeClock) => Promise<void> | void]>([
		['refused', (line) => line.onEvent('unauthorized', undefined)],
		['unreachable', (line) => line.onClose('timeout')],
		['silent', async (_, clock) => await clock.advance(15_000)],
	])('reports its first outcome: %s', async (kind, happen) => {
		const { connection, lines, clock } = begin();
		const opening = connection.open();
		await settled();
		lines[0]?.onOpen();
		await happen(lines[0] as Line, clock);
		expect((await opening)?.kind).toBe(kind);
		await connection.close();
	});

	it('reports a refused endpoint request, with the reason', async () => {
		const { connection } = begin(async () => {
			throw new RefusedError('invalid_session');
		});
		expect(await connection.open()).toEqual({ kind: 'refused', wasReady: false, cause: 'invalid_session' });
		await connection.close();
	});

	it('retries a refused token slowly', async () => {
		const { connection, lines, clock } = begin();
		void connection.open();
		await settled();
		lines[0]?.onEvent('unauthorized', undefined);
		await clock.advance(59_999);
		expect(lines).toHaveLength(1);
		await clock.advance(1);
		expect(lines).toHaveLength(2);
		await connection.close();
	});

	it.each<[string, (parts: ReturnType<typeof begin>) => Promise<void>]>([
		['while it requests the endpoint', async () => await settled()],
		['while it waits to be accepted', async ({ lines }) => (await settled(), lines[0]?.onOpen())],
		['in use', async ({ lines }) => void (await accept(lines))],
		[
			'between two channels',
			async ({ lines, clock }) => ((await accept(lines)).onClose('lost'), await clock.advance(1)),
		],
	])('leaves nothing behind when closed %s', async (_, until) => {
		const parts = begin();
		void parts.connection.open();
		await until(parts);
		await parts.connection.close();
		await settled();
		expect(
			parts.lines.every(
				({ isClosed }, index) => isClosed || index < parts.lines.length - 1 || parts.endings.length > 0,
			),
		).toBe(true);
		expect(parts.clock.sleeping).toBe(0);
		const count = parts.lines.length;
		await parts.clock.advance(120_000);
		expect(parts.lines).toHaveLength(count);
	});
});
