import { startSandbox, type Sandbox } from '../../sandbox';
import { SHOP_ID, sessionId } from '../../sandbox/state/seed';
import { operators, personId } from '../../sandbox/state/seedData';
import type { Conversation, Message } from '../../sandbox/state/state';
import { VARS, addressOf, call } from './client';

const NOW = Date.UTC(2026, 5, 1, 12);

let sandbox: Sandbox;
let now = NOW;
beforeEach(async () => {
	now = NOW;
	sandbox = await startSandbox({ page: false, clock: () => now });
});
afterEach(() => sandbox.close());

const WEBSITE = `/v1/website/${SHOP_ID}`;
const ONE = addressOf('/v1/website/{website_id}/conversation/{session_id}');
const post = (path: string, body: unknown) => call(sandbox, 'plugin', `POST ${path}`, body);
const patch = (path: string, body: unknown) => call(sandbox, 'plugin', `PATCH ${path}`, body);
const asUser = (request: string, body: unknown) => call(sandbox, 'user', request, body);
const read = async <Data>(path: string) => (await call(sandbox, 'plugin', `GET ${path}`)).data as Data;
const list = (search: string, page = 1) => read<Conversation[]>(`${WEBSITE}/conversations/${page}?${search}`);
const numbersOf = (conversations: Conversation[]) =>
	conversations.map(({ session_id }) => Number(session_id.slice(-4))).sort((a, b) => a - b);

const said = (content: string, more: Record<string, unknown> = {}) => ({
	type: 'text',
	from: 'user',
	origin: 'chat',
	content,
	...more,
});

async function create(): Promise<string> {
	const { status, data } = await post(`${WEBSITE}/conversation`, {});
	expect(status).toBe(201);
	return `${WEBSITE}/conversation/${(data as { session_id: string }).session_id}`;
}

describe('a conversation', () => {
	test('is created, found, changed and deleted', async () => {
		const address = await create();
		expect((await call(sandbox, 'plugin', `HEAD ${address}`)).status).toBe(200);
		const fresh = await read<Conversation>(address);
		expect(fresh).toMatchObject({ website_id: SHOP_ID, state: 'pending', assigned: null });
		expect(fresh).not.toHaveProperty('messages');

		await patch(`${address}/state`, { state: 'resolved' });
		expect(await read(`${address}/state`)).toEqual({ state: 'resolved' });
		await patch(`${address}/block`, { blocked: true });
		expect(await read(`${address}/block`)).toEqual({ blocked: true });
		await patch(`${address}/inbox`, { inbox_id: VARS.inbox_id });
		expect(await read(address)).toMatchObject({ inbox_id: VARS.inbox_id, is_blocked: true });
		await patch(`${address}/inbox`, { inbox_id: null });
		expect(await read(address)).toMatchObject({ inbox_id: null });

		expect((await call(sandbox, 'plugin', `DELETE ${address}`)).status).toBe(200);
		expect((await call(sandbox, 'plugin', `HEAD ${address}`)).status).toBe(404);
	});

	test('has the events that the website told, and the conversations that came from it', async () => {
		const { updated_at } = await read<Conversation>(ONE);
		expect(await read(`${ONE}/events/1`)).toMatchObject([
			{ text: 'Opened the tracking page', color: 'grey', timestamp: updated_at },
			{ text: 'Placed an order', data: { order: 'TT-10482', total: 38.5, gift: true } },
		]);
		const child = sessionId(2);
		expect(await read(`${ONE}/relations`)).toEqual({ conversations: { parent: null, children: [child] } });
		const conversations = { parent: sessionId(1), children: [] };
		expect(await read(`${WEBSITE}/conversation/${child}/relations`)).toEqual({ conversations });
	});

	test('is assigned and unassigned', async () => {
		const [operator] = operators;
		const assigned = { user_id: operator?.user_id };
		await patch(`${ONE}/routing`, { assigned });
		expect(await read(`${ONE}/routing`)).toEqual({ assigned });
		await patch(`${ONE}/routing`, { assigned: null });
		expect(await read(`${ONE}/routing`)).toEqual({ assigned: null });
		const nobody = await patch(`${ONE}/routing`, { assigned: { user_id: 'nobody' } });
		expect(nobody.status).toBe(400);
	});

	test('merges data and replaces segments', async () => {
		const address = await create();
		await patch(`${address}/meta`, { nickname: 'Ana', data: { a: 1 }, segments: ['one', 'two'] });
		await patch(`${address}/meta`, { data: { b: 'x' }, segments: ['three'] });
		expect(await read(`${address}/meta`)).toMatchObject({
			nickname: 'Ana',
			data: { a: 1, b: 'x' },
			segments: ['three'],
		});
	});

	test('belongs to the person whose email it gets', async () => {
		const known = await create();
		await patch(`${known}/meta`, { email: 'mira@quill-books.example' });
		expect(await read(known)).toMatchObject({ people_id: personId(1) });

		const unknown = await create();
		await patch(`${unknown}/meta`, { email: 'new@mail.example', nickname: 'Newcomer' });
		const { people_id } = await read<Conversation>(unknown);
		const person = await read(`${WEBSITE}/people/profile/new%40mail.example`);
		expect(person).toMatchObject({ people_id, person: { nickname: 'Newcomer' } });
		const sessions = await read<string[]>(`${WEBSITE}/people/conversations/${people_id}/list/1`);
		expect(sessions).toEqual([unknown.split('/').pop()]);
	});
});

describe('the list', () => {
	test('shows a conversation once the visitor has written a message', async () => {
		const address = await create();
		expect(await list('')).toHaveLength(10);
		expect(await list('include_empty=1')).toHaveLength(11);
		await post(`${address}/message`, said('Hello'));
		const [latest] = await list('');
		expect(address).toContain(latest?.session_id);
	});

	test.each([
		['filter_unread=1', [1, 2, 3, 4, 9]],
		['filter_resolved=1', [6, 7, 8]],
		['filter_not_resolved=1', [1, 2, 3, 4, 5, 9, 10]],
		['filter_unassigned=1', [2, 4, 9]],
		[`filter_assigned=${operators[3]?.user_id}`, [3, 6]],
		['filter_inbox_id=e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f02', [3, 6]],
		['filter_mention=1', [1]],
		['search_query=iceland', [2]],
		['search_query=iceland&search_type=text', [2]],
		['search_query=wholesale&search_type=segment', [3, 6]],
		[`filter_date_start=${new Date(NOW - 60 * 60_000).toISOString()}`, [1, 2, 3]],
		[`filter_date_end=${NOW - 24 * 60 * 60_000}`, [6, 7, 8]],
		['filter_unread=1&filter_unassigned=1', [2, 4, 9]],
	])('filters by %s', async (search, numbers) => {
		expect(numbersOf(await list(search))).toEqual(numbers);
	});

	test('filters by conditions that are combined with "and" or "or"', async () => {
		const conditions = [
			{ model: 'session', criterion: 'segments', operator: 'eq', query: ['wholesale'] },
			{ model: 'session', criterion: 'state', operator: 'eq', query: ['resolved'] },
		];
		const query = encodeURIComponent(JSON.stringify(conditions));
		const search = `search_type=filter&search_query=${query}`;
		expect(numbersOf(await list(`${search}&search_operator=and`))).toEqual([6]);
		expect(numbersOf(await list(`${search}&search_operator=or`))).toEqual([3, 6, 7, 8]);
		const broken = await call(sandbox, 'plugin', `GET ${WEBSITE}/conversations/1?search_type=filter&search_query=[{}]`);
		expect(broken.status).toBe(400);
	});

	test('is ordered by update, by creation or by waiting time', async () => {
		const order = async (search: string) => (await list(search)).map(({ session_id }) => Number(session_id.slice(-4)));
		expect((await order('')).slice(0, 3)).toEqual([2, 1, 3]);
		expect((await order('order_date_created=1')).slice(0, 3)).toEqual([2, 1, 3]);
		expect((await order('order_date_waiting=1')).slice(0, 3)).toEqual([9, 4, 3]);
	});

	test('has pages of twenty by default, or of the requested size', async () => {
		for (let made = 0; made < 35; made += 1) {
			now += 1000;
			await post(`${await create()}/message`, said(`Message ${made}`));
		}
		expect(await list('', 1)).toHaveLength(20);
		expect(await list('', 2)).toHaveLength(20);
		expect(await list('', 3)).toHaveLength(5);
		expect(await list('', 4)).toEqual([]);
		expect(await list('per_page=50')).toHaveLength(45);
	});
});

describe('messages', () => {
	test('are sent, read, edited and deleted', async () => {
		const sent = await post(`${ONE}/message`, said('Hello', { fingerprint: 123 }));
		expect(sent).toMatchObject({ status: 202, reason: 'dispatched', data: { fingerprint: 123 } });
		expect(await read(`${ONE}/message/123`)).toMatchObject({
			content: 'Hello',
			from: 'user',
			read: '',
			user: { user_id: sessionId(1), nickname: 'Odile Marrow' },
		});
		await patch(`${ONE}/read`, { from: 'user', origin: 'chat', fingerprints: [123] });
		expect(await read(`${ONE}/message/123`)).toMatchObject({ read: 'chat' });
		await patch(`${ONE}/message/123`, { content: 'Hello again' });
		expect(await read(`${ONE}/message/123`)).toMatchObject({ content: 'Hello again', edited: true });
		expect((await patch(`${ONE}/message/123`, { content: {} })).status).toBe(400);
		await call(sandbox, 'plugin', `DELETE ${ONE}/message/123`);
		expect((await call(sandbox, 'plugin', `GET ${ONE}/message/123`)).reason).toBe('message_not_found');
	});

	test('with the same fingerprint are stored once', async () => {
		const before = (await read<Message[]>(`${ONE}/messages`)).length;
		const message = said('Once', { fingerprint: 99 });
		await post(`${ONE}/message`, message);
		const again = await post(`${ONE}/message`, message);
		expect(again).toMatchObject({ status: 202, data: { fingerprint: 99 } });
		expect(await read<Message[]>(`${ONE}/messages`)).toHaveLength(before + 1);
	});

	test('come in batches of forty, oldest first', async () => {
		const address = await create();
		for (let sent = 0; sent < 90; sent += 1) await post(`${address}/message`, said(`${sent}`));
		const batch = async (search = '') => {
			const messages = await read<Message[]>(`${address}/messages?${search}`);
			return { messages, texts: messages.map(({ content }) => Number(content)) };
		};
		const span = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

		const latest = await batch();
		expect(latest.texts).toEqual(span(50, 90));
		const older = await batch(`timestamp_before=${latest.messages[0]?.timestamp}`);
		expect(older.texts).toEqual(span(10, 50));
		const oldest = await batch(`timestamp_before=${older.messages[0]?.timestamp}`);
		expect(oldest.texts).toEqual(span(0, 10));
		const newer = await batch(`timestamp_after=${oldest.messages[0]?.timestamp}`);
		expect(newer.texts).toEqual(span(1, 41));
		const around = await batch(`timestamp_around=${older.messages[20]?.timestamp}`);
		expect(around.texts).toEqual(span(10, 50));
	});

	test('keep a given timestamp', async () => {
		const address = await create();
		await post(`${address}/message`, said('Second', { timestamp: 2000 }));
		await post(`${address}/message`, said('First', { timestamp: 1000 }));
		const messages = await read<Message[]>(`${address}/messages`);
		expect(messages.map(({ content }) => content)).toEqual(['First', 'Second']);
	});

	test('of a blocked visitor are dropped', async () => {
		await patch(`${ONE}/block`, { blocked: true });
		const before = await read<Message[]>(`${ONE}/messages`);
		expect((await post(`${ONE}/message`, said('Hello?'))).status).toBe(202);
		expect(await read(`${ONE}/messages`)).toEqual(before);
	});

	test('of a visitor reopen a resolved conversation', async () => {
		await patch(`${ONE}/state`, { state: 'resolved' });
		await post(`${ONE}/message`, said('One more thing'));
		expect(await read(`${ONE}/state`)).toEqual({ state: 'unresolved' });
	});
});

test('a batch changes the given sessions', async () => {
	const sessions = [sessionId(1), sessionId(2), 'session_none'];
	await asUser(`PATCH ${WEBSITE}/batch/resolve`, { sessions });
	expect(numbersOf(await list('filter_resolved=1'))).toEqual([1, 2, 6, 7, 8]);
	await patch(`${WEBSITE}/batch/segments`, { sessions, segments: ['tagged'] });
	expect(numbersOf(await list('search_type=segment&search_query=tagged'))).toEqual([1, 2]);
	await asUser(`PATCH ${WEBSITE}/batch/read`, {});
	expect(await list('filter_unread=1')).toEqual([]);
	await asUser(`PATCH ${WEBSITE}/batch/remove`, { sessions });
	expect(numbersOf(await list(''))).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
});

test('suggestions count the words in use and omit deleted ones', async () => {
	const suggested = () => read<unknown[]>(`${WEBSITE}/conversations/suggest/segments/1`);
	expect(await suggested()).toContainEqual({ segment: 'wholesale', count: 2 });
	await call(sandbox, 'plugin', `DELETE ${WEBSITE}/conversations/suggest/segment`, { segment: 'wholesale' });
	expect(await suggested()).not.toContainEqual({ segment: 'wholesale', count: 2 });
	expect(await read(`${WEBSITE}/people/suggest/data/1`)).toContainEqual({ key: 'plan', count: 3 });
});
