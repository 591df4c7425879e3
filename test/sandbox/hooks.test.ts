import { createHmac } from 'crypto';
import { once } from 'events';
import { createServer, type Server, type ServerResponse } from 'http';
import type { AddressInfo } from 'net';
import { startSandbox, type Sandbox } from '../../sandbox';
import { HELP_ID, SHOP_ID, UNCONNECTED_ID, sessionId } from '../../sandbox/state/seed';
import { control } from './client';
import { hookServer, type HookRequest } from './hookServer';

const NOW = Date.UTC(2026, 0, 1);

let sandbox: Sandbox;
let server: Server;
let url: string;
let calls: HookRequest[];
let close: () => void;
let statuses: number[];

beforeEach(async () => {
	statuses = [];
	sandbox = await startSandbox({ page: false, clock: () => NOW, hookDelays: [0, 0] });
	({ url, server, close, requests: calls } = await hookServer(() => statuses.shift() ?? 200));
});

afterEach(async () => {
	await sandbox.close();
	close();
});

const state = { session_id: sessionId(1), state: 'resolved' };
const namesCalled = () => calls.map(({ body }) => (JSON.parse(body) as { event: string }).event);

test('a plugin hook is called with the signed event', async () => {
	await control(sandbox, '/hooks', { url, kind: 'plugin', secret: 'shh' });
	sandbox.announce('session:set_state', SHOP_ID, state);
	await sandbox.hooks.idle();
	const [{ headers, body } = { headers: {}, body: '' }] = calls;
	expect(JSON.parse(body)).toEqual({
		website_id: SHOP_ID,
		event: 'session:set_state',
		data: { website_id: SHOP_ID, ...state },
		timestamp: NOW,
	});
	expect(headers).toMatchObject({
		'content-type': 'application/json',
		'x-crisp-request-timestamp': `${NOW}`,
		'x-crisp-signature': createHmac('sha256', 'shh').update(`[${NOW};${body}]`).digest('hex'),
		'x-delivery-attempt-limit': '3',
		'x-delivery-attempt-count': '1',
	});
	expect(headers['x-crisp-hook-origin']).toMatch(/^plugin\/rtm [0-9a-f]{16} production$/);
});

test('a website hook is not signed, belongs to one website and omits the events that Crisp omits', async () => {
	sandbox.hooks.add({ url, kind: 'website' });
	for (const website of [SHOP_ID, HELP_ID, UNCONNECTED_ID]) sandbox.announce('session:set_state', website, state);
	sandbox.announce('session:set_routing', SHOP_ID, {});
	sandbox.announce('identity:verify:request', SHOP_ID, {});
	sandbox.announce('campaign:progress', SHOP_ID, {});
	await sandbox.hooks.idle();
	expect(namesCalled()).toEqual(['session:set_state']);
	expect(calls[0]?.headers).not.toHaveProperty('x-crisp-signature');
});

test('a plugin hook receives the chosen events of the websites that installed the plugin', async () => {
	const remove = sandbox.hooks.add({ url, kind: 'plugin', secret: 's', events: ['session:set_routing'] });
	for (const website of [SHOP_ID, HELP_ID, UNCONNECTED_ID]) sandbox.announce('session:set_routing', website, {});
	sandbox.announce('session:set_state', SHOP_ID, state);
	await sandbox.hooks.idle();
	expect(namesCalled()).toEqual(['session:set_routing', 'session:set_routing']);
	remove();
	sandbox.announce('session:set_routing', SHOP_ID, {});
	await sandbox.hooks.idle();
	expect(calls).toHaveLength(2);
});

test('a hook with isAtOnce does not wait for the previous response, and a removed hook is not called', async () => {
	const unanswered: ServerResponse[] = [];
	const patient = createServer((_, response) => {
		unanswered.push(response);
		// Responds only when both calls have arrived.
		if (unanswered.length === 2) for (const one of unanswered) one.end();
	});
	patient.listen(0, '127.0.0.1');
	await once(patient, 'listening');
	url = `http://127.0.0.1:${(patient.address() as AddressInfo).port}/`;
	await control(sandbox, '/hooks', { url, kind: 'website', isAtOnce: true });
	for (let time = 0; time < 2; time++) sandbox.announce('session:set_state', SHOP_ID, state);
	await sandbox.hooks.idle();
	await control(sandbox, '/hooks/remove', { url });
	sandbox.announce('session:set_state', SHOP_ID, state);
	await sandbox.hooks.idle();
	expect(sandbox.hooks.deliveries.map(({ status }) => status)).toEqual([200, 200]);
	patient.closeAllConnections();
	patient.close();
});

test('failed deliveries are retried a limited number of times', async () => {
	sandbox.hooks.add({ url, kind: 'plugin', secret: 's' });
	statuses = [500, 302, 204, 401, 500, 404, 200];
	for (let time = 0; time < 3; time++) sandbox.announce('session:set_state', SHOP_ID, state);
	await sandbox.hooks.idle();
	const attempts = calls.map(({ headers }) => headers['x-delivery-attempt-count']);
	expect(attempts).toEqual(['1', '2', '3', '1', '2', '3', '1']);
	expect(await control(sandbox, '/hooks/deliveries')).toMatchObject([
		{ attempt: 1, status: 500 },
		{ attempt: 2, status: 302 },
		{ attempt: 3, status: 204 },
		{ attempt: 1, status: 401 },
		{ attempt: 2, status: 500 },
		{ attempt: 3, status: 404 },
		{ attempt: 1, status: 200 },
	]);
});

test.each([
	[{ kind: 'plugin' }, 'url: must be a URL'],
	[{ url: 'file:///etc/hosts', kind: 'plugin' }, 'url: must be a URL'],
	[{ url: 'http://127.0.0.1/', kind: 'socket' }, 'kind: must be plugin or website'],
	[{ url: 'http://127.0.0.1/', kind: 'plugin', events: 'all' }, 'events: must be a list'],
	[
		{ url: 'http://127.0.0.1/', kind: 'website', events: ['session:set_routing'] },
		'events: a website hook cannot send session:set_routing',
	],
	[{ url: 'http://127.0.0.1/', kind: 'plugin', events: ['no:event'] }, 'events: a plugin hook cannot send no:event'],
])('an invalid hook is rejected: %j', async (hook, message) => {
	expect(await control(sandbox, '/hooks', hook)).toMatchObject({ reason: 'invalid_data', data: { message } });
});

test('no hook is called after the sandbox closes, even during a delay or a pending response', async () => {
	const other = await startSandbox({ page: false, hookDelays: [60_000] });
	statuses = [500];
	other.hooks.add({ url, kind: 'plugin', secret: 's' });
	server.prependOnceListener('request', (_, response) => response.once('finish', () => void other.close()));
	other.announce('session:set_state', SHOP_ID, state);
	other.announce('session:set_state', SHOP_ID, state);
	await other.hooks.idle();
	expect(calls).toHaveLength(1);

	const silent = await startSandbox({ page: false });
	server.removeAllListeners('request');
	const asked = once(server, 'request');
	silent.hooks.add({ url, kind: 'plugin', secret: 's' });
	silent.announce('session:set_state', SHOP_ID, state);
	await asked;
	await silent.close();
	expect(silent.hooks.deliveries).toMatchObject([{ status: 0 }]);
});
