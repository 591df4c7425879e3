import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../../sandbox';
import type * as SocketModule from '../../../nodes/shared/realtime/socket';
import { shop } from '../../support/sandboxWorkspace';

/** The published socket client: bundled, on the WebSocket of Node.js, without the globals that n8n forbids. */

const { bundleSocketTo } = jest.requireActual<{ bundleSocketTo(file: string): Promise<void> }>('../../../gulpfile.js');
const folder = join(__dirname, '../../../node_modules/.cache/n8n-nodes-crisp');
const file = join(folder, 'socket.js');

let sandbox: Sandbox;
let published: typeof SocketModule;

beforeAll(async () => {
	await bundleSocketTo(file);
	published = jest.requireActual<typeof SocketModule>(file);
	sandbox = await startSandbox({ page: false });
});

afterAll(async () => {
	await sandbox.close();
	rmSync(folder, { recursive: true });
});

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function openLine() {
	const headers = {
		Authorization: `Basic ${btoa(`${sandbox.tokens.website.identifier}:${sandbox.tokens.website.key}`)}`,
		'X-Crisp-Tier': 'website',
	};
	const answer = await fetch(`${sandbox.url}/v1/website/${shop}/connect/endpoints`, { headers });
	const { data } = (await answer.json()) as { data: { socket: { app: string } } };
	const log: Array<[string, unknown]> = [];
	const channel = published.openSocket(data.socket.app, {
		onOpen() {
			const { identifier: username, key: password } = sandbox.tokens.website;
			channel.emit('authentication', { tier: 'website', username, password, events: ['people:profile:created'] });
		},
		onEvent: (name, payload) => log.push([name, payload]),
		onClose: (reason) => log.push(['closed', reason]),
	});
	await until(() => log.length > 0);
	return { channel, log };
}

it('needs nothing but n8n, and accesses no global indirectly', () => {
	const code = readFileSync(file, 'utf8');
	const needed = [...code.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map((match) => match[1]);
	expect(new Set(needed)).toEqual(new Set(['n8n-workflow']));
	expect(code).not.toMatch(/\bFunction\(|\beval\(/);
});

it('authenticates, receives events, and reports once that it is closed', async () => {
	const { channel, log } = await openLine();
	expect(log.map(([name]) => name)).toEqual(['authenticated']);
	sandbox.announce('people:profile:created', shop, { people_id: 'p1', email: 'é@example.org' });
	await until(() => log.length === 2);
	expect(log[1]).toEqual([
		'people:profile:created',
		expect.objectContaining({ people_id: 'p1', email: 'é@example.org' }),
	]);
	channel.close();
	channel.close();
	await until(() => sandbox.connections() === 0);
	expect(log.slice(2)).toEqual([['closed', 'closed']]);
});

it('detects that it was dropped', async () => {
	const { log } = await openLine();
	sandbox.dropSockets();
	await until(() => log.length === 2);
	expect(log[1]?.[0]).toBe('closed');
});

/** A proxy to a server, whose connections can go silent without being closed, as if a cable was pulled. */
async function openWayTo(url: string) {
	const lines: Socket[] = [];
	const { hostname, port } = new URL(url);
	const server = createServer((near) => {
		const far = connect(Number(port), hostname);
		lines.push(near.pipe(far), far.pipe(near));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		cut: () => lines.forEach((line) => line.unpipe()),
		close: () => (lines.forEach((line) => line.destroy()), server.close()),
	};
}

it('detects a silent connection, once the ping that the server announced is late', async () => {
	const pinging = await startSandbox({ page: false, pingInterval: 100, pingTimeout: 1_000 });
	const way = await openWayTo(pinging.url);
	const log: string[] = [];
	const signs: number[] = [];
	const endpoint = `ws://127.0.0.1:${way.port}/socket/relay-1/`;
	published.openSocket(endpoint, {
		onOpen: () => log.push('open'),
		onEvent() {},
		onClose: (reason) => log.push(reason),
		onAlive: (patience) => signs.push(patience),
	});
	// The beginning, and two pings.
	await until(() => signs.length > 2);
	expect(new Set(signs)).toEqual(new Set([100 + 1_000 / 2]));
	way.cut();
	await until(() => log.length > 1);
	expect(log).toEqual(['open', 'ping timeout']);
	way.close();
	await pinging.close();
});

it('reports that there is no server', async () => {
	const reason = await new Promise((resolve) => {
		published.openSocket('ws://127.0.0.1:9/', { onOpen() {}, onEvent() {}, onClose: resolve });
	});
	expect(reason).toEqual(expect.any(String));
});
