import { startSandbox, type Sandbox } from '../../sandbox';
import { SHOP_ID, sessionId } from '../../sandbox/state/seed';
import type { Message } from '../../sandbox/state/state';
import { addressOf, call, control } from './client';
import { claims, endpointOf, open, type Listener } from './listener';

let sandbox: Sandbox;
let now = 0;
let opened: Listener[] = [];
beforeEach(async () => {
	now = Date.UTC(2026, 5, 1);
	sandbox = await startSandbox({ page: false, clock: () => now });
});
afterEach(async () => {
	for (const { socket } of opened) socket.close();
	opened = [];
	await sandbox.close();
});

const ONE = addressOf('/v1/website/{website_id}/conversation/{session_id}');
const read = (path = '') => call(sandbox, 'plugin', `GET /v1/website/${SHOP_ID}${path}`);
const say = (content: string) =>
	call(sandbox, 'plugin', `POST ${ONE}/message`, { type: 'text', from: 'user', origin: 'chat', content });
const lastSaid = () => sandbox.state.websites.get(SHOP_ID)?.conversations.get(sessionId(1))?.messages.at(-1)?.content;

test('a rate limit rejects requests above it without executing them, and refills', async () => {
	sandbox.faults.limit({ perSecond: 2, burst: 3, retryAfter: 1 });
	const statuses = async (count: number) => {
		const all = [];
		for (let sent = 0; sent < count; sent += 1) all.push((await say('Limited')).status);
		return all;
	};
	expect(await statuses(5)).toEqual([202, 202, 202, 429, 429]);
	const { messages } = sandbox.state.websites.get(SHOP_ID)?.conversations.get(sessionId(1)) as { messages: Message[] };
	expect(messages.filter(({ content }) => content === 'Limited')).toHaveLength(3);
	const rejected = await read();
	expect(rejected).toMatchObject({ status: 429, reason: 'rate_limited' });
	expect(rejected.headers.get('retry-after')).toBe('1');
	now += 1000;
	expect(await statuses(3)).toEqual([202, 202, 429]);
	sandbox.faults.reset();
	expect((await read()).status).toBe(200);
});

test('a failure affects the given number of matching requests, and does not execute them', async () => {
	sandbox.faults.fail({ status: 503, times: 2, match: /^POST .*\/message$/ });
	expect((await read()).status).toBe(200);
	expect(await say('Lost')).toMatchObject({ status: 503, reason: 'server_error', error: true });
	expect((await say('Lost')).status).toBe(503);
	expect(lastSaid()).not.toBe('Lost');
	expect((await say('Stored')).status).toBe(202);
});

test('a failure affects a share of the requests, the same ones every time', async () => {
	const statuses = async () => {
		sandbox.faults.reset();
		sandbox.faults.fail({ status: 502, share: 0.25, match: '/message' });
		const all = [];
		for (let sent = 0; sent < 40; sent += 1) all.push((await say(`Number ${sent}`)).status);
		return all;
	};
	const first = await statuses();
	expect(first.filter((status) => status === 502).length).toBeGreaterThan(4);
	expect(first.filter((status) => status === 202).length).toBeGreaterThan(20);
	expect(await statuses()).toEqual(first);
	expect((await read()).status).toBe(200);
});

test('a failure can be reported although the request was executed', async () => {
	sandbox.faults.fail({ status: 502, isExecuted: true, match: '/message' });
	expect((await say('Stored')).status).toBe(502);
	expect(lastSaid()).toBe('Stored');
});

test('a cut executes the request and closes the connection without a response', async () => {
	sandbox.faults.cut({ match: '/message' });
	await expect(say('Stored')).rejects.toThrow('fetch failed');
	expect(lastSaid()).toBe('Stored');
	expect(sandbox.requests.at(-1)).toMatchObject({ method: 'POST', status: 0 });
	expect((await read()).status).toBe(200);
});

test('a stall executes the request immediately and delays the response', async () => {
	sandbox.faults.stall({ ms: 60_000, match: '/message' });
	const announced = new Promise<void>((resolve) => {
		const { messages } = sandbox.state.websites.get(SHOP_ID)?.conversations.get(sessionId(1)) as {
			messages: Message[];
		};
		const before = messages.length;
		const look = () => (messages.length > before ? resolve() : setImmediate(look));
		look();
	});
	const answer = say('Stored');
	await announced;
	expect(lastSaid()).toBe('Stored');
	expect(sandbox.requests.at(-1)?.status).toBe(0);
	// The reset ends stalled requests, so that no test has to wait for them.
	sandbox.faults.reset();
	expect((await answer).status).toBe(202);
});

test('latency delays all requests', async () => {
	sandbox.faults.latency(30);
	const before = performance.now();
	expect((await read()).status).toBe(200);
	expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

test('varying latency lets requests overtake each other', async () => {
	sandbox.faults.latency(0, 60);
	const texts = Array.from({ length: 8 }, (_, index) => `Number ${index}`);
	await Promise.all(texts.map(async (text) => await say(text)));
	const conversation = sandbox.state.websites.get(SHOP_ID)?.conversations.get(sessionId(1));
	const stored = conversation?.messages.map(({ content }) => content).slice(-8);
	expect(stored).not.toEqual(texts);
	expect([...(stored ?? [])].sort()).toEqual(texts);
});

test('faults can be set by other processes', async () => {
	await control(sandbox, '/faults', { fail: { status: 500, match: '/settings' } });
	expect((await read('/settings')).status).toBe(500);
	await control(sandbox, '/faults', { limit: { perSecond: 1, burst: 0 } });
	expect((await read()).status).toBe(429);
	await control(sandbox, '/faults', { reset: true });
	expect((await read()).status).toBe(200);
});

test.each([
	[402, 'subscription_upgrade_required'],
	[423, 'password_unverified'],
])('a route can answer %i %s', async (status, reason) => {
	await control(sandbox, '/faults', { fail: { status, reason, match: '/settings' } });
	expect(await read('/settings')).toMatchObject({ status, reason, error: true });
	expect((await read('/settings')).status).toBe(200);
});

describe('sockets', () => {
	async function connect(): Promise<Listener> {
		const listener = open(await endpointOf(sandbox));
		opened.push(listener);
		return listener;
	}

	async function listen(): Promise<Listener> {
		const listener = await connect();
		listener.socket.emit('authentication', claims(sandbox, 'plugin', ['message:send']));
		await listener.first('authenticated');
		return listener;
	}

	const refusal = (listener: Listener) =>
		new Promise<void>((resolve) => listener.socket.once('connect_error', () => resolve()));

	test('are disconnected at transport level, so that a client would reconnect', async () => {
		const listener = await listen();
		const end = listener.disconnected();
		sandbox.dropSockets();
		expect(await end).toMatch(/^transport/);
		expect(sandbox.connections()).toBe(0);
		await listen();
		expect(sandbox.connections()).toBe(1);
	});

	test('are disconnected and need a new address when the endpoint moves', async () => {
		const old = await endpointOf(sandbox);
		const listener = await listen();
		const end = listener.disconnected();
		sandbox.faults.moveEndpoint();
		expect(await end).toMatch(/^transport/);
		const late = open(old);
		opened.push(late);
		await refusal(late);
		expect((await endpointOf(sandbox)).href).not.toBe(old.href);
		await listen();
	});

	test('are refused before or after they connect, as often as configured', async () => {
		sandbox.faults.refuseSockets({ times: 1 });
		await refusal(await connect());
		sandbox.faults.refuseSockets({ times: 1, how: 'unauthorized' });
		const refused = await connect();
		refused.socket.emit('authentication', claims(sandbox, 'plugin', ['message:send']));
		await refused.first('unauthorized');
		await listen();
	});

	test('can be left without a response', async () => {
		sandbox.faults.refuseSockets({ times: 1, how: 'silence' });
		const ignored = await connect();
		await new Promise<void>((resolve) => ignored.socket.once('connect', resolve));
		ignored.socket.emit('authentication', claims(sandbox, 'plugin', ['message:send']));
		await listen();
		expect(ignored.received).toEqual([]);
	});

	test('stop responding without closing when frozen', async () => {
		const frozen = await listen();
		sandbox.faults.freezeSockets();
		const live = await listen();
		await say('Hello');
		await live.first('message:send');
		expect(frozen.all('message:send')).toEqual([]);
		expect(frozen.socket.connected).toBe(true);
	});
});
