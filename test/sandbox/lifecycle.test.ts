import { spawn } from 'child_process';
import { once } from 'events';
import { request } from 'http';
import { connect } from 'net';
import { networkInterfaces } from 'os';
import { join } from 'path';
import { io } from 'socket.io-client';
import { startSandbox, type Sandbox } from '../../sandbox';
import { call, control } from './client';
import { claims, endpointOf, open } from './listener';

const portOf = ({ url }: Sandbox) => Number(new URL(url).port);

/** A request with forged Host and Origin headers, which `fetch` does not allow to set. */
function statusOf(sandbox: Sandbox, path: string, headers: Record<string, string>, method = 'GET') {
	return new Promise<number>((resolve, reject) => {
		const sent = request({ host: '127.0.0.1', port: portOf(sandbox), path, method, headers });
		sent.once('response', (response) => resolve(response.resume().statusCode ?? 0));
		sent.once('error', reject);
		sent.end();
	});
}

test('listens on the loopback address only', async () => {
	const sandbox = await startSandbox({ page: false });
	expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
	const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
	if (outside) {
		const socket = connect(portOf(sandbox), outside.address);
		const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
		expect(error.code).toBe('ECONNREFUSED');
	}
	await sandbox.close();
});

test('rejects requests from other sites, with another host name or another origin', async () => {
	const sandbox = await startSandbox();
	const host = `127.0.0.1:${portOf(sandbox)}`;
	for (const path of ['/', '/sandbox/tokens', '/v1/website', '/storage/x']) {
		expect(await statusOf(sandbox, path, { Host: 'rebound.example' })).toBe(403);
		expect(await statusOf(sandbox, path, { Host: host, Origin: 'https://a.example' })).toBe(403);
		expect(await statusOf(sandbox, path, { Host: host, Origin: 'http://127.0.0.1:1' })).toBe(403);
	}
	expect(await statusOf(sandbox, '/sandbox/tokens', { Host: host, Origin: `http://${host}` })).toBe(200);
	const { origin, pathname } = await endpointOf(sandbox);
	const extraHeaders = { Origin: 'https://a.example' };
	const transports = ['websocket'];
	const socket = io(origin, { path: pathname, transports, extraHeaders, reconnection: false });
	await new Promise<void>((resolve) => socket.once('connect_error', () => resolve()));
	const form = { Host: host, 'Content-Type': 'application/x-www-form-urlencoded' };
	expect(await statusOf(sandbox, '/sandbox/drop-sockets', form, 'POST')).toBe(400);
	await sandbox.close();
});

test('ends all connections and frees the port when it closes', async () => {
	const sandbox = await startSandbox({ page: false });
	const listener = open(await endpointOf(sandbox));
	listener.socket.emit('authentication', claims(sandbox, 'plugin', ['message:send']));
	await listener.first('authenticated');
	const stream = await fetch(`${sandbox.url}/sandbox/events`);
	sandbox.faults.stall({ ms: 60_000 });
	const stalled = call(sandbox, 'plugin', 'GET /v1/plugin/connect/account').catch(() => 'cut');

	const end = listener.disconnected();
	await sandbox.close();
	expect(await end).toMatch(/^transport/);
	await expect(stream.text()).rejects.toThrow();
	await stalled;
	expect(sandbox.connections()).toBe(0);
	await expect(fetch(sandbox.url)).rejects.toThrow();
	listener.socket.close();

	// The port is immediately free again.
	const next = await startSandbox({ port: portOf(sandbox), page: false });
	await next.close();
});

test('always starts with the same workspace, which is not shared between sandboxes', async () => {
	const clock = () => Date.UTC(2026, 0, 1);
	const first = await startSandbox({ page: false, clock });
	const { websites } = first.state;
	for (const { people } of websites.values()) for (const { data } of people.values()) data.seen = true;
	const second = await startSandbox({ page: false, clock });
	for (const { people } of second.state.websites.values()) {
		for (const { data } of people.values()) expect(data).not.toHaveProperty('seen');
	}

	await Promise.all([first.close(), second.close()]);
});

test('reports its status', async () => {
	const sandbox = await startSandbox({ page: false });
	expect(await control(sandbox, '/status')).toMatchObject({
		connections: 0,
		requests: 0,
		websites: 3,
		conversations: 13,
		people: 17,
	});
	expect(await control(sandbox, '/tokens')).toEqual(sandbox.tokens);
	await sandbox.close();
});

test('serves its page, which loads nothing from other sites', async () => {
	const sandbox = await startSandbox();
	const page = await fetch(sandbox.url);
	const text = await page.text();
	expect(page.headers.get('content-type')).toMatch(/^text\/html/);
	expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
	expect(text).toContain('nothing leaves this machine');
	const parts = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
	expect(parts.length).toBeGreaterThan(1);
	for (const path of parts) expect((await fetch(new URL(path, `${sandbox.url}/`))).status).toBe(200);
	expect(text).not.toMatch(/https?:|\/\//);
	await sandbox.close();
});

describe('the command', () => {
	const ROOT = join(__dirname, '../..');
	const run = (...args: string[]) => {
		const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/bin.ts', ...args], { cwd: ROOT });
		const output = { text: '' };
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
		}
		return { child, output };
	};

	test('prints its URL and its tokens, and stops on a signal', async () => {
		const { child, output } = run('--port', '0');
		while (!output.text.includes('Harbour Pottery')) await once(child.stdout, 'data');
		expect(output.text).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
		expect(output.text).toContain('sandbox-plugin-key');
		child.kill('SIGTERM');
		expect(await once(child, 'exit')).toEqual([0, null]);
	});

	test('starts with the moods of its arguments, and refuses others', async () => {
		const { child, output } = run('--port', '0', '--mood', 'lookup=late', '--mood', 'limitStatus=420');
		while (!output.text.includes('Harbour Pottery')) await once(child.stdout, 'data');
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.text)?.[0];
		const moods = (await (await fetch(`${url}/sandbox/moods`)).json()) as object;
		expect(moods).toMatchObject({ lookup: 'late', limitStatus: '420', dispatch: 'atOnce' });
		child.kill('SIGTERM');
		await once(child, 'exit');
		for (const [wrong, message] of [
			['lookup=never', 'moods.lookup: must be one of atOnce, late'],
			['lookup', 'moods: "lookup" must have the form name=value'],
		] as const) {
			const refused = run('--port', '0', '--mood', wrong);
			expect(await once(refused.child, 'close')).toEqual([1, null]);
			expect(refused.output.text).toContain(message);
		}
	});

	test('prints a clear message if the port is in use or invalid', async () => {
		const sandbox = await startSandbox({ page: false });
		const port = String(portOf(sandbox));
		const taken = run('--port', port);
		expect(await once(taken.child, 'close')).toEqual([1, null]);
		expect(taken.output.text).toBe(`Port ${port} is in use. Choose another one with --port.\n`);
		const wrong = run('--port', 'http');
		expect(await once(wrong.child, 'close')).toEqual([1, null]);
		expect(wrong.output.text.split('\n')).toHaveLength(2);
		await sandbox.close();
	});
});
