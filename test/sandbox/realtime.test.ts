import { startSandbox, type Sandbox } from '../../sandbox';
import { events } from '../../sandbox/realtime/announce';
import type { Tier } from '../../sandbox/http/routes';
import { HELP_ID, PLUGIN_ID, SHOP_ID, UNCONNECTED_ID, sessionId } from '../../sandbox/state/seed';
import { operators, personId } from '../../sandbox/state/seedData';
import { VARS, addressOf, call, control } from './client';
import { claims, endpointOf, open, type Listener } from './listener';

let sandbox: Sandbox;
let opened: Listener[] = [];
beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});
afterEach(async () => {
	for (const { socket } of opened) socket.close();
	opened = [];
	await sandbox.close();
});

const ONE = addressOf('/v1/website/{website_id}/conversation/{session_id}');
const WEBSITE = `/v1/website/${SHOP_ID}`;
const send = (request: string, body?: unknown) => call(sandbox, 'plugin', request, body);
const said = (content: string, from = 'user') => ({ type: 'text', from, origin: 'chat', content });

async function connect(): Promise<Listener> {
	const listener = open(await endpointOf(sandbox));
	opened.push(listener);
	return listener;
}

async function listen(tier: Tier, names: string[], more: object = {}): Promise<Listener> {
	const listener = await connect();
	listener.socket.emit('authentication', claims(sandbox, tier, names, more));
	await listener.first('authenticated');
	return listener;
}

describe('authentication', () => {
	test.each([
		['wrong credentials', { password: 'wrong' }],
		['another tier than that of the token', { tier: 'plugin' }],
		['an event that does not exist', { events: ['message:sent'] }],
		['an event of another tier', { events: ['campaign:progress'] }],
		['no events', { events: [] }],
		['events that are not a list', { events: 'message:send' }],
		['rooms that are not a list', { rooms: SHOP_ID }],
	])('refuses %s and disconnects', async (_, wrong) => {
		const listener = await connect();
		const end = listener.disconnected();
		const right = claims(sandbox, 'website', ['message:send']);
		listener.socket.emit('authentication', { ...right, ...wrong });
		expect(await end).toBe('io server disconnect');
		expect(listener.received.map(({ event }) => event)).toEqual(['unauthorized']);
		expect(sandbox.connections()).toBe(0);
	});

	test('accepts legacy events', async () => {
		await listen('website', ['billing:link:redirect', 'message:send']);
		expect(sandbox.connections()).toBe(1);
	});

	test('is required before any event is sent', async () => {
		const silent = await connect();
		await new Promise<void>((resolve) => silent.socket.on('connect', resolve));
		const listening = await listen('plugin', ['message:send']);
		await send(`POST ${ONE}/message`, said('Hello'));
		await listening.first('message:send');
		expect(silent.received).toEqual([]);
	});
});

describe('delivery of events', () => {
	const textsOf = (listener: Listener) => listener.all('message:send').map(({ content }) => content);

	test('sends each token the events of its websites', async () => {
		const tiers: Tier[] = ['website', 'plugin', 'user'];
		const listeners = await Promise.all(tiers.map((tier) => listen(tier, ['message:send'])));
		for (const website_id of [UNCONNECTED_ID, HELP_ID, SHOP_ID]) {
			await control(sandbox, '/visitor/message', { website_id, text: website_id });
		}
		const [website, plugin, user] = listeners as [Listener, Listener, Listener];
		await Promise.all([website.hear('message:send', 1), plugin.hear('message:send', 2), user.hear('message:send', 3)]);
		expect(textsOf(website)).toEqual([SHOP_ID]);
		expect(textsOf(plugin)).toEqual([HELP_ID, SHOP_ID]);
		expect(textsOf(user)).toEqual([UNCONNECTED_ID, HELP_ID, SHOP_ID]);
	});

	test('is limited by rooms, inboxes and the requested events', async () => {
		const all = await listen('plugin', ['message:send']);
		const room = await listen('plugin', ['message:send'], { rooms: [HELP_ID] });
		const inbox = await listen('plugin', ['message:send'], { inboxes: [VARS.inbox_id] });
		await send(`PATCH ${ONE}/state`, { state: 'resolved' });
		await control(sandbox, '/visitor/message', { website_id: HELP_ID, text: 'help' });
		await control(sandbox, '/visitor/message', { session_id: sessionId(4), text: 'billing' });
		await control(sandbox, '/visitor/message', { session_id: sessionId(2), text: 'main' });
		await Promise.all([all.hear('message:send', 3), room.hear('message:send'), inbox.hear('message:send')]);
		expect([all, room, inbox].map(textsOf)).toEqual([['help', 'billing', 'main'], ['help'], ['billing']]);
		expect(all.received.map(({ event }) => event)).not.toContain('session:set_state');
	});

	test('includes a website that installs the plugin after socket:bind', async () => {
		const listener = await listen('plugin', ['message:send', 'plugin:subscription:updated']);
		const install = `POST /v1/plugins/subscription/${UNCONNECTED_ID}`;
		await call(sandbox, 'user', install, { plugin_id: PLUGIN_ID });
		const told = await listener.first('plugin:subscription:updated');
		expect(told).toMatchObject({ bound: true, website_id: UNCONNECTED_ID });

		const speak = (text: string) => control(sandbox, '/visitor/message', { website_id: UNCONNECTED_ID, text });
		await speak('too early');
		listener.socket.emit('socket:bind', {});
		// The binding is not acknowledged, so send messages until one arrives.
		for (let tries = 0; tries < 100 && textsOf(listener).length === 0; tries += 1) await speak('bound');
		expect(textsOf(listener)[0]).toBe('bound');
	});
});

describe('announcements', () => {
	const anywhere = { website_id: SHOP_ID, session_id: sessionId(1), inbox_id: null };
	const everything = [...events].filter(([, { tiers }]) => tiers.includes('plugin')).map(([name]) => name);
	const [juno] = operators;
	const MIRA = personId(1);

	const CASES: Array<[string, string, unknown, Record<string, unknown>]> = [
		[
			'message:send',
			`POST ${ONE}/message`,
			said('Hello'),
			{ ...anywhere, ...said('Hello'), stamped: true, user: { nickname: 'Odile Marrow', user_id: sessionId(1) } },
		],
		[
			'message:received',
			`POST ${ONE}/message`,
			{ ...said('Hello', 'operator'), user: { user_id: juno?.user_id } },
			{ ...anywhere, from: 'operator', user: { user_id: juno?.user_id, nickname: 'Juno' } },
		],
		[
			'message:received',
			`POST ${ONE}/message`,
			{ ...said('Look', 'operator'), type: 'note', automated: true },
			{ type: 'note', automated: true },
		],
		[
			'message:received',
			`POST ${ONE}/message`,
			{ type: 'event', from: 'operator', origin: 'chat', content: { namespace: 'state:resolved' } },
			{ type: 'event' },
		],
		[
			'session:set_mentions',
			`POST ${ONE}/message`,
			{ ...said('Look', 'operator'), type: 'note', mentions: [juno?.user_id] },
			{ ...anywhere },
		],
		[
			'message:updated',
			`PATCH ${ONE}/message/150000000000100`,
			{ content: 'Edited' },
			{ ...anywhere, fingerprint: 150000000000100, content: 'Edited' },
		],
		[
			'message:removed',
			`DELETE ${ONE}/message/150000000000100`,
			undefined,
			{ ...anywhere, fingerprint: 150000000000100 },
		],
		[
			'message:compose:send',
			`PATCH ${ONE}/compose`,
			{ type: 'start', from: 'user', excerpt: 'Hel' },
			{ ...anywhere, type: 'start', excerpt: 'Hel' },
		],
		[
			'message:compose:receive',
			`PATCH ${ONE}/compose`,
			{ type: 'stop', from: 'operator' },
			{ ...anywhere, type: 'stop', user: { nickname: 'Thistle Tea' } },
		],
		[
			'message:acknowledge:read:send',
			`PATCH ${ONE}/read`,
			{ from: 'user', origin: 'chat' },
			{ ...anywhere, origin: 'chat', fingerprints: [150000000000105] },
		],
		['message:acknowledge:unread:send', `PATCH ${ONE}/unread`, { from: 'user' }, { ...anywhere, origin: 'chat' }],
		[
			'message:acknowledge:delivered',
			`PATCH ${ONE}/delivered`,
			{ from: 'operator', origin: 'email', fingerprints: [1] },
			{ ...anywhere, origin: 'email', fingerprints: [1] },
		],
		['session:request:initiated', `POST ${ONE}/initiate`, undefined, anywhere],
		['session:set_state', `PATCH ${ONE}/state`, { state: 'resolved' }, { ...anywhere, state: 'resolved' }],
		[
			'session:set_routing',
			`PATCH ${ONE}/routing`,
			{ assigned: null },
			{ ...anywhere, routing_id: null, previous_routing_id: juno?.user_id },
		],
		[
			'session:set_inbox',
			`PATCH ${ONE}/inbox`,
			{ inbox_id: VARS.inbox_id },
			{ ...anywhere, inbox_id: VARS.inbox_id, previous_inbox_id: null },
		],
		['session:set_block', `PATCH ${ONE}/block`, { blocked: true }, { ...anywhere, is_blocked: true }],
		['session:set_email', `PATCH ${ONE}/meta`, { email: 'a@b.example' }, { ...anywhere, email: 'a@b.example' }],
		[
			'people:profile:created',
			`PATCH ${ONE}/meta`,
			{ email: 'a@b.example' },
			{ website_id: SHOP_ID, email: 'a@b.example' },
		],
		[
			'people:bind:session',
			`PATCH ${ONE}/meta`,
			{ email: 'mira@quill-books.example' },
			{ ...anywhere, people_id: MIRA },
		],
		['session:set_phone', `PATCH ${ONE}/meta`, { phone: '1' }, { ...anywhere, phone: '1' }],
		['session:set_nickname', `PATCH ${ONE}/meta`, { nickname: 'Ana' }, { ...anywhere, nickname: 'Ana' }],
		['session:set_data', `PATCH ${ONE}/meta`, { data: { a: 1 } }, { ...anywhere, data: { a: 1, order: 'TT-10482' } }],
		['session:set_segments', `PATCH ${ONE}/meta`, { segments: ['a'] }, { ...anywhere, segments: ['a'] }],
		[
			'session:set_participants',
			`PUT ${ONE}/participants`,
			{ participants: [{ type: 'email', target: 'a@b.example' }] },
			{ ...anywhere, participants: [{ type: 'email', target: 'a@b.example' }] },
		],
		[
			'session:update_verify',
			`PATCH ${ONE}/verify`,
			{ verified: true },
			{ ...anywhere, is_verified: true, verifications: [{ identity: 'email', annotation: 'odile@marrow.example' }] },
		],
		['session:set_opened', `PATCH ${ONE}/open`, { opened: true }, { ...anywhere, operator: { nickname: 'Juno' } }],
		['session:removed', `DELETE ${ONE}`, undefined, anywhere],
		[
			'people:profile:created',
			`POST ${WEBSITE}/people/profile`,
			{ email: 'a@b.example', person: {} },
			{ website_id: SHOP_ID, email: 'a@b.example' },
		],
		[
			'people:profile:updated',
			`PATCH ${WEBSITE}/people/profile/${MIRA}`,
			{ person: { phone: '1' } },
			{ people_id: MIRA, update: { person: { phone: '1' } } },
		],
		['people:profile:removed', `DELETE ${WEBSITE}/people/profile/${MIRA}`, undefined, { people_id: MIRA }],
		[
			'email:subscribe',
			`PATCH ${WEBSITE}/people/subscription/${MIRA}`,
			{ email: false },
			{ email: 'mira@quill-books.example', subscribed: false },
		],
		[
			'plugin:settings:saved',
			`PATCH ${addressOf('/v1/plugins/subscription/{website_id}/{plugin_id}')}/settings`,
			{ a: 1 },
			{ settings: { a: 1, greeting: 'Hello!' } },
		],
	];

	test.each(CASES)('%s by %s', async (event, request, body, data) => {
		const listener = await listen('plugin', everything);
		const reply = await send(request, body);
		expect(reply.status).toBeLessThan(300);
		expect(await listener.first(event)).toMatchObject(data);
	});

	test.each([
		['a text', ['text'], ['unresolved']],
		['a note', ['note'], []],
		['only the first of two texts', ['text', 'text'], ['unresolved']],
	])('of the state of a pending conversation that %s of an operator changes', async (_, types, states) => {
		const listener = await listen('plugin', ['session:set_state', 'email:track:view']);
		const pending = `${WEBSITE}/conversation/${sessionId(2)}`;
		for (const type of types) await send(`POST ${pending}/message`, { ...said('Yes, we do', 'operator'), type });
		sandbox.announce('email:track:view', SHOP_ID, {});
		await listener.first('email:track:view');
		expect(listener.all('session:set_state').map(({ state }) => state)).toEqual(states);
		const { data } = await send(`GET ${pending}/state`);
		expect(data).toEqual({ state: states[0] ?? 'pending' });
	});

	test('of an operator who comes online or goes offline', async () => {
		const listener = await listen(
			'website',
			everything.filter((name) => name.startsWith('website:')),
		);
		for (const { user_id } of operators) {
			await control(sandbox, '/operator/availability', { user_id, type: 'offline' });
		}
		expect(await listener.first('website:users:available')).toEqual({ website_id: SHOP_ID, available: false });
		expect(await listener.first('website:update_operators_availability')).toEqual({
			website_id: SHOP_ID,
			user_id: juno?.user_id,
			availability: { type: 'offline' },
		});
	});

	test('of actions of the visitor that are not in the REST API', async () => {
		const listener = await listen('plugin', everything);
		const session = { session_id: sessionId(5) };
		await control(sandbox, '/visitor/choice', { ...session, fingerprint: 150000000000501, value: 'order' });
		const { content } = await listener.first('message:updated');
		const { choices } = content as { choices: Array<{ value: string; selected: boolean }> };
		expect(choices.filter(({ selected }) => selected).map(({ value }) => value)).toEqual(['order']);
		await control(sandbox, '/visitor/rating', { ...session, stars: 2, comment: 'Slow' });
		expect(await listener.first('session:sync:rating')).toMatchObject({ rating: { stars: 2, comment: 'Slow' } });
		await control(sandbox, '/visitor/compose', { ...session, excerpt: 'I' });
		expect(await listener.first('message:compose:send')).toMatchObject({ excerpt: 'I' });
	});

	test('of any other event of the catalogue, on request', async () => {
		const listener = await listen('plugin', ['email:track:view']);
		const data = { type: 'session', identifier: sessionId(1), mode: 'text' };
		await control(sandbox, '/announce', { event: 'email:track:view', website_id: SHOP_ID, data });
		expect(await listener.first('email:track:view')).toEqual({ website_id: SHOP_ID, ...data });
		expect(() => sandbox.announce('no:such:event', SHOP_ID, {})).toThrow('no:such:event');
	});
});

describe('a file', () => {
	const file = { name: 'a b.txt', type: 'text/plain' };
	const resource = { type: 'website', id: SHOP_ID };

	/** Requests an upload URL, which arrives over the realtime channel. */
	async function announced() {
		const listener = await listen('plugin', ['bucket:url:upload:generated']);
		await send('POST /v1/bucket/url/generate', { namespace: 'upload', id: 'mine', file, resource });
		const told = await listener.first('bucket:url:upload:generated');
		const { signed, resource: url } = told.url as { signed: string; resource: string };
		return { told, url, signed: new URL(signed, url).href, path: signed };
	}

	const put = async (address: string, headers: Record<string, string> = {}, body = 'bytes') =>
		(await fetch(address, { method: 'PUT', headers: { 'Content-Type': 'text/plain', ...headers }, body })).status;

	test('is uploaded to the announced URL, and can be read at its public URL', async () => {
		const { told, url, signed, path } = await announced();
		expect(told).toMatchObject({ id: 'mine', resource, type: 'text/plain', policy: { size_limit: 10_000_000 } });
		expect(path).toMatch(/^\/storage\/upload\//);
		expect((await fetch(url)).status).toBe(404);
		expect(await put(signed, { 'Content-Type': 'text/html' })).toBe(403);
		expect(await put(url)).toBe(403);
		expect(await put(signed)).toBe(200);
		expect(await (await fetch(url)).text()).toBe('bytes');
		const paths = sandbox.storageRequests.map(({ method, path: asked }) => `${method} ${new URL(asked, url).href}`);
		expect(paths.slice(-2)).toEqual([`PUT ${signed}`, `GET ${url}`]);
	});

	test('is rejected if credentials are sent or the URL has expired', async () => {
		const { signed, url } = await announced();
		expect(await put(signed, { Authorization: 'Basic eDp5' })).toBe(400);
		sandbox.state.uploads.lifetime = -1;
		expect(await put((await announced()).signed)).toBe(403);
		expect((await fetch(url)).status).toBe(404);
	});

	test('is limited to the size in the policy, which can be configured', async () => {
		sandbox.state.uploads.sizeLimit = 5;
		const { told, signed } = await announced();
		expect(told.policy).toEqual({ size_limit: 5 });
		expect(await put(signed, {}, 'bytes!')).toBe(413);
		expect(await put(signed)).toBe(200);
	});

	test('can have a signed URL that includes the host', async () => {
		sandbox.state.uploads.isAbsolute = true;
		const { path, signed } = await announced();
		expect(path).toBe(signed);
		expect(await put(path)).toBe(200);
	});
});

test('a muted event is not delivered, as often as configured', async () => {
	const listener = await listen('plugin', ['email:track:view']);
	sandbox.faults.mute({ match: 'email:track' });
	sandbox.announce('email:track:view', SHOP_ID, { identifier: 'first' });
	sandbox.announce('email:track:view', SHOP_ID, { identifier: 'second' });
	expect(await listener.first('email:track:view')).toMatchObject({ identifier: 'second' });
});
