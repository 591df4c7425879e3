import { startSandbox, type Sandbox } from '../../sandbox';
import { SHOP_ID } from '../../sandbox/state/seed';
import { operators, personId, sandboxSeats } from '../../sandbox/state/seedData';
import type { Person } from '../../sandbox/state/state';
import { call } from './client';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});
afterEach(() => sandbox.close());

const WEBSITE = `/v1/website/${SHOP_ID}`;
const send = (request: string, body?: unknown) => call(sandbox, 'plugin', request, body);
const asUser = (request: string, body?: unknown) => call(sandbox, 'user', request, body);
const read = async <Data>(path: string) => (await send(`GET ${path}`)).data as Data;
const NEW = { email: 'ana@new.example', person: { nickname: 'Ana' }, segments: ['one'] };

describe('people', () => {
	const PROFILE = `${WEBSITE}/people/profile`;
	const find = (search: Record<string, string>) =>
		read<Person[]>(`${WEBSITE}/people/profiles/1?${new URLSearchParams(search).toString()}`);
	const emails = (people: Person[]) => people.map(({ email }) => email);

	test('are created once per email, and found by email or ID', async () => {
		const { status, data } = await send(`POST ${PROFILE}`, NEW);
		const { people_id } = data as { people_id: string };
		expect(status).toBe(201);
		expect(await read(`${PROFILE}/${people_id}`)).toEqual(await read(`${PROFILE}/ana%40new.example`));
		expect((await send(`HEAD ${PROFILE}/ana@new.example`)).status).toBe(200);
		const again = await send(`POST ${PROFILE}`, { ...NEW, email: 'ANA@new.example' });
		expect([again.status, again.reason]).toEqual([409, 'people_exists']);
		expect(await read(`${WEBSITE}/people/stats`)).toEqual({ total: 16 });
	});

	test('are patched, replaced and deleted', async () => {
		const one = `${PROFILE}/${personId(1)}`;
		await send(`PATCH ${one}`, { person: { phone: '+44 1' }, segments: ['patched'] });
		expect(await read(one)).toMatchObject({
			person: { nickname: 'Mira Quill', phone: '+44 1', employment: { title: 'Owner' } },
			segments: ['patched'],
		});
		await send(`PUT ${one}`, { email: 'mira@quill-books.example', person: { nickname: 'Mira' } });
		expect(await read(one)).toMatchObject({ person: { nickname: 'Mira' }, segments: [], company: {} });
		expect((await send(`PATCH ${one}`, { email: 'odile@marrow.example' })).status).toBe(409);
		expect((await send(`PATCH ${one}`, { email: 'nobody' })).status).toBe(400);
		await send(`DELETE ${one}`);
		expect((await send(`HEAD ${one}`)).status).toBe(404);
	});

	test('have data that can be merged or replaced, and events', async () => {
		const data = `${WEBSITE}/people/data/odile%40marrow.example`;
		await send(`PATCH ${data}`, { data: { plan: 'gold' } });
		expect(await read(data)).toEqual({ data: { orders: 41, subscription: true, plan: 'gold' } });
		await send(`PUT ${data}`, { data: { only: 1 } });
		expect(await read(data)).toEqual({ data: { only: 1 } });
		await send(`POST ${WEBSITE}/people/events/${personId(3)}`, { text: 'bought', color: 'green' });
		expect(await read(`${WEBSITE}/people/events/${personId(3)}/list/1`)).toMatchObject([
			{ text: 'bought', color: 'green' },
		]);
	});

	test('are searched fuzzily by text and exactly by filter', async () => {
		await send(`POST ${PROFILE}`, { email: 'mira@elsewhere.example', person: { nickname: 'M' } });
		const loosely = await find({ search_text: 'mira@quill-books.example' });
		expect(emails(loosely).sort()).toEqual(['mira@elsewhere.example', 'mira@quill-books.example']);
		expect(emails(await find({ search_text: 'fennel' }))).toEqual(['tobias.fennel@mail.example']);

		const filter = (criterion: string, operator: string, ...query: unknown[]) => ({
			search_filter: JSON.stringify([{ model: 'people', criterion, operator, query }]),
		});
		const exactly = await find(filter('email', 'eq', 'mira@quill-books.example'));
		expect(emails(exactly)).toEqual(['mira@quill-books.example']);
		expect(await find(filter('segments', 'in', 'vip'))).toHaveLength(2);
		expect(await find(filter('person.nickname', 'eq', 'wren tallow'))).toHaveLength(1);
		expect(await find(filter('segments', 'neq', 'customer'))).toHaveLength(8);
	});

	test('are sorted and paged', async () => {
		const sorted = emails(await find({ sort_field: 'email', sort_order: 'ascending', per_page: '20' }));
		expect(sorted).toEqual([...sorted].sort());
		expect((await send(`GET ${WEBSITE}/people/profiles/1?sort_order=sideways`)).status).toBe(400);
		expect(await read(`${WEBSITE}/people/profiles/2`)).toEqual([]);
	});
});

test('operators are listed, invited, changed and unlinked, except for the last one', async () => {
	const list = () =>
		read<Array<{ type: string; details: { email: string; user_id: string } }>>(`${WEBSITE}/operators/list`);
	await asUser(`POST ${WEBSITE}/operator`, { email: 'new@a.example', role: 'member', verify: {} });
	const ofOperators = operators.map(() => 'operator');
	expect((await list()).map(({ type }) => type)).toEqual([...ofOperators, 'sandbox', 'invite']);
	const ids = operators.map(({ user_id }) => user_id);
	await asUser(`PATCH ${WEBSITE}/operator/${ids[1]}`, { title: 'Lead' });
	expect(await read(`${WEBSITE}/operator/${ids[1]}`)).toMatchObject({ title: 'Lead', role: 'member' });
	for (const id of ids.slice(1)) expect((await asUser(`DELETE ${WEBSITE}/operator/${id}`)).status).toBe(200);
	expect((await asUser(`DELETE ${WEBSITE}/operator/${ids[0]}`)).reason).toBe('not_allowed');
	expect(await read(`${WEBSITE}/availability/operators`)).toMatchObject([
		{ user_id: ids[0], type: 'online' },
		{ user_id: sandboxSeats[0]?.user_id, type: 'online' },
	]);
	expect(await read(`${WEBSITE}/availability/status`)).toMatchObject({ status: 'online' });
});

test('settings are merged deeply', async () => {
	await send(`PATCH ${WEBSITE}/settings`, { name: 'Renamed', chatbox: { color_theme: 'blue' } });
	expect(await read(`${WEBSITE}/settings`)).toMatchObject({
		name: 'Renamed',
		chatbox: { color_theme: 'blue', welcome_message: 'How can we help?' },
	});
	expect(await read(WEBSITE)).toMatchObject({ name: 'Renamed' });
});

test('teams are created, replaced and deleted, and inboxes list the operators of their teams', async () => {
	const [one, two] = operators.map(({ user_id }) => user_id);
	const { data } = await send(`POST ${WEBSITE}/team`, { name: 'Night', operators: [one] });
	const { team_id } = data as { team_id: string };
	const address = `${WEBSITE}/team/${team_id}`;
	await send(`PUT ${address}`, { name: 'Late', emoji: '🌙', operators: [one, two] });
	expect(await read(address)).toMatchObject({ team_id, name: 'Late', emoji: '🌙', operators: [one, two] });
	const inbox = { name: 'New', emoji: '🍵', order: 0, operators: [], conditions: [], teams: [team_id] };
	const made = await asUser(`POST ${WEBSITE}/inbox`, inbox);
	const { inbox_id } = made.data as { inbox_id: string };
	expect(await read(`${WEBSITE}/inbox/${inbox_id}`)).toMatchObject({ operators: [], team_operators: [one, two] });
	const names = async () => (await read<Array<{ name: string }>>(`${WEBSITE}/teams/list/1`)).map(({ name }) => name);
	expect(await names()).toEqual(['Counter', 'Trade', 'Late']);
	await send(`DELETE ${address}`);
	expect(await names()).toEqual(['Counter', 'Trade']);
	expect((await send(`HEAD ${address}`)).status).toBe(404);
});

test('inboxes are created, replaced, ordered and deleted', async () => {
	const inbox = { name: 'New', emoji: '🍵', order: 0, operators: [], conditions: [] };
	const { data } = await asUser(`POST ${WEBSITE}/inbox`, inbox);
	const address = `${WEBSITE}/inbox/${(data as { inbox_id: string }).inbox_id}`;
	const names = async () => (await read<Array<{ name: string }>>(`${WEBSITE}/inboxes/list/1`)).map(({ name }) => name);
	expect(await names()).toEqual(['New', 'Billing', 'Wholesale']);
	await asUser(`PUT ${address}`, { ...inbox, name: 'Newer', order: 9 });
	expect(await names()).toEqual(['Billing', 'Wholesale', 'Newer']);
	await asUser(`DELETE ${address}`);
	expect((await send(`HEAD ${address}`)).status).toBe(404);
});

test('a website that a user creates is not visible for the plugin', async () => {
	const { data } = await call(sandbox, 'user', 'POST /v1/website', { name: 'A', domain: 'a.example' });
	const { website_id } = data as { website_id: string };
	expect((await call(sandbox, 'user', `GET /v1/website/${website_id}`)).data).toMatchObject({ name: 'A' });
	expect((await send(`GET /v1/website/${website_id}`)).reason).toBe('not_subscribed');
	expect((await call(sandbox, 'user', 'HEAD /v1/website?domain=a.example')).status).toBe(200);
	const account = await call(sandbox, 'user', 'GET /v1/user/account/websites');
	expect(account.data).toHaveLength(4);
	const removal = await call(sandbox, 'user', `DELETE /v1/website/${website_id}`, { verify: {} });
	expect(removal.status).toBe(202);
});

test('a plugin finds its account, its websites and the address of the realtime channel', async () => {
	expect((await send('HEAD /v1/plugin/connect/session')).status).toBe(200);
	expect(await read('/v1/plugin/connect/account')).toHaveProperty('plugin_id');
	expect(await read('/v1/plugin/connect/websites/all/1')).toHaveLength(2);
	expect(await read('/v1/plugin/connect/websites/all/1?filter_configured=1')).toHaveLength(1);
	expect(await read('/v1/plugin/connect/websites/all/2')).toEqual([]);
	const endpoint = { socket: { app: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/socket\//) as unknown } };
	expect(await read('/v1/plugin/connect/endpoints')).toMatchObject(endpoint);
	expect((await call(sandbox, 'website', 'GET /v1/website/connect/endpoints')).data).toMatchObject(endpoint);
	expect((await call(sandbox, 'user', 'GET /v1/user/connect/endpoints')).data).toMatchObject(endpoint);
});

test('a person without a session can log in and gets one', async () => {
	const login = (email: string) =>
		fetch(`${sandbox.url}/v1/user/session/login`, {
			method: 'POST',
			headers: { 'X-Crisp-Tier': 'user', 'Content-Type': 'application/json' },
			body: JSON.stringify({ email, password: 'anything' }),
		});
	const session = (await (await login(sandbox.state.account.email)).json()) as { data: unknown };
	expect(session.data).toEqual(sandbox.tokens.user);
	expect((await login('nobody@a.example')).status).toBe(401);
});

describe('sample data on routes without state', () => {
	test('is always the same, contains the requested IDs, and has one page', async () => {
		const list = `${WEBSITE}/helpdesk/history/changes/`;
		const first = await read<unknown[]>(`${list}1`);
		expect(first).toHaveLength(2);
		expect(await read(`${list}1`)).toEqual(first);
		expect(await read(`${list}2`)).toEqual([]);
		expect(await read(`${WEBSITE}/helpdesk/history/change/abc`)).toMatchObject({ change_id: 'abc' });
	});

	test('uses the names of the API where the types of the SDK differ', async () => {
		const [active] = await read<object[]>(`${WEBSITE}/operators/active`);
		expect(Object.keys(active ?? {})).toEqual(['user_id', 'avatar', 'nickname', 'timestamp']);
	});

	test('accepts a helpdesk path with slashes, encoded or not', async () => {
		const tree = `${WEBSITE}/helpdesk/tree/content/en/articles`;
		expect((await send(`GET ${tree}/shipping/abroad`)).status).toBe(200);
		expect((await send(`GET ${tree}/shipping%2Fabroad`)).status).toBe(200);
	});
});

test('a request is recorded as received', async () => {
	await send(`GET ${WEBSITE}/people/profile/a%2520b%2Fc?x=%20y`);
	expect(sandbox.requests.at(-1)).toMatchObject({
		method: 'GET',
		path: `${WEBSITE}/people/profile/a%2520b%2Fc`,
		query: { x: ' y' },
		status: 400,
	});
	await send(`POST ${WEBSITE}/people/profile`, NEW);
	expect(sandbox.requests.at(-1)).toMatchObject({ body: NEW, status: 201 });
});

test('a path variable is decoded exactly once', async () => {
	const email = 'a%2fb+c d@new.example'.replace(' ', '_');
	await send(`POST ${WEBSITE}/people/profile`, { ...NEW, email });
	const once = await send(`GET ${WEBSITE}/people/profile/${encodeURIComponent(email)}`);
	expect(once.data).toMatchObject({ email });
	const twice = encodeURIComponent(encodeURIComponent(email));
	expect((await send(`GET ${WEBSITE}/people/profile/${twice}`)).status).toBe(404);
});
