import { readFileSync } from 'fs';
import { join } from 'path';
import { startSandbox, type MoodValues, type Sandbox } from '../../sandbox';
import { MOODS, type MoodName, type MoodValue } from '../../sandbox/moods/moods';
import { HELP_ID, SHOP_ID, sessionId } from '../../sandbox/state/seed';
import { operators, personId } from '../../sandbox/state/seedData';
import { addressOf, authorization, call, control } from './client';
import { hookServer, isSigned } from './hookServer';
import { claims, endpointOf, open, type Listener } from './listener';
import { ManualTime } from './time';

let sandbox: Sandbox;
let time: ManualTime;
let closing: Array<() => void>;

async function start(moods: Partial<MoodValues>): Promise<void> {
	const { clock, schedule } = time;
	sandbox = await startSandbox({ page: false, clock, schedule, moods, hookDelays: [0] });
}

beforeEach(() => {
	time = new ManualTime();
	closing = [];
});
afterEach(async () => {
	for (const close of closing) close();
	await sandbox.close();
});

const WEBSITE = `/v1/website/${SHOP_ID}`;
const ONE = addressOf('/v1/website/{website_id}/conversation/{session_id}');
const RESOLVED = `${WEBSITE}/conversation/${sessionId(6)}`;

const send = (request: string, body?: unknown) => call(sandbox, 'plugin', request, body);
const statusOf = async (request: string, body?: unknown) => (await send(request, body)).status;
const read = async <Data>(path: string) => (await send(`GET ${path}`)).data as Data;

interface Said {
	content: string;
	fingerprint: number;
	timestamp: number;
	type?: string;
	automated?: boolean;
	user: object;
}

const said = (content: string, more: object = {}) => ({ type: 'text', from: 'user', origin: 'chat', content, ...more });
const answered = (content: string, more: object = {}) => said(content, { from: 'operator', ...more });

async function create(websiteId = SHOP_ID): Promise<string> {
	const { data } = await send(`POST /v1/website/${websiteId}/conversation`, {});
	return `/v1/website/${websiteId}/conversation/${(data as { session_id: string }).session_id}`;
}

/** A conversation with `count` messages of a visitor: `1` at 1000 ms, `2` at 2000 ms and so on. */
async function createWithMessages(count: number): Promise<string> {
	const address = await create();
	for (let n = 1; n <= count; n += 1) await send(`POST ${address}/message`, said(`${n}`, { timestamp: n * 1000 }));
	return address;
}

const messagesIn = (address: string, search = '') => read<Said[]>(`${address}/messages${search}`);
const textsIn = async (address: string, search = '') =>
	(await messagesIn(address, search)).map(({ content }) => content);

async function listen(...events: string[]): Promise<Listener> {
	const listener = open(await endpointOf(sandbox));
	closing.push(() => listener.socket.close());
	listener.socket.emit('authentication', claims(sandbox, 'plugin', [...events, 'email:track:view']));
	await listener.first('authenticated');
	return listener;
}

/** Waits until the listener has everything that was announced so far: events arrive in order. */
async function caughtUp(listener: Listener): Promise<void> {
	const count = listener.all('email:track:view').length;
	sandbox.announce('email:track:view', SHOP_ID, {});
	await listener.hear('email:track:view', count + 1);
}

/** All pages of a list, until one answers with something other than 206 or is empty. */
async function pagesOf(path: string): Promise<Array<{ status: number; entries: unknown[] }>> {
	const pages = [];
	for (let page = 1; page < 20; page += 1) {
		const { status, data } = await send(`GET ${path}/${page}`);
		pages.push({ status, entries: data as unknown[] });
		if (status !== 206) break;
	}
	return pages;
}

/** The response to a request over the rate limit. */
async function limited() {
	sandbox.faults.limit({ perSecond: 1, burst: 0 });
	const response = await fetch(`${sandbox.url}${WEBSITE}`, { headers: authorization(sandbox, 'plugin') });
	return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** The requests of a webhook that fails once; a second passes between the attempts. */
async function hookRequests() {
	const statuses = [500, 200];
	const server = await hookServer(() => {
		time.advance(1000);
		return statuses.shift() ?? 200;
	});
	closing.push(() => server.close());
	sandbox.hooks.add({ url: server.url, kind: 'plugin', secret: 'shh' });
	sandbox.announce('session:set_state', SHOP_ID, { state: 'resolved' });
	await sandbox.hooks.idle();
	return server.requests.map((request) => ({
		timestamp: Number(request.headers['x-crisp-request-timestamp']),
		isSigned: isSigned(request, 'shh'),
	}));
}

/** Sends requests one after the other, without time passing, and counts those that are executed. */
async function acceptedOf(count: number, request: (n: number) => Promise<number>): Promise<number> {
	let accepted = 0;
	for (let n = 0; n < count; n += 1) if ((await request(n)) < 300) accepted += 1;
	return accepted;
}

const newConversation = (websiteId = SHOP_ID) => statusOf(`POST /v1/website/${websiteId}/conversation`, {});

interface Case<Name extends MoodName> {
	/** What a client sees in a sandbox with this mood. */
	observe(): Promise<unknown>;
	expected: Record<MoodValue<Name>, unknown>;
}

const FIELDS_BY_HAND = {
	text: { type: 'text', automated: false, user: ['user_id', 'nickname', 'avatar'] },
	note: { type: 'note', automated: false, user: ['user_id', 'nickname', 'avatar'] },
};

/** Incomplete if a mood or a value is missing: then this does not compile. */
const CASES: { [Name in MoodName]: Case<Name> } = {
	timestampAfter: {
		observe: async () => {
			const texts = await textsIn(await createWithMessages(90), '?timestamp_after=10000');
			return [texts.length, texts[0], texts.at(-1)];
		},
		expected: { nearest: [40, '11', '50'], newest: [40, '51', '90'] },
	},
	timestampBounds: {
		observe: async () => {
			const address = await createWithMessages(3);
			return [await textsIn(address, '?timestamp_before=2000'), await textsIn(address, '?timestamp_after=2000')];
		},
		expected: {
			exclusive: [['1'], ['3']],
			inclusive: [
				['1', '2'],
				['2', '3'],
			],
		},
	},
	sameFingerprint: {
		observe: async () => {
			const address = await create();
			const first = await statusOf(`POST ${address}/message`, said('One', { fingerprint: 5 }));
			const second = await send(`POST ${address}/message`, said('Two', { fingerprint: 5 }));
			return [first, second.status, second.reason, await textsIn(address)];
		},
		expected: {
			storedOnce: [202, 202, 'dispatched', ['One']],
			storedTwice: [202, 202, 'dispatched', ['One', 'Two']],
			refused: [202, 400, 'invalid_data', ['One']],
		},
	},
	dispatch: {
		observe: async () => {
			const address = await create();
			const sent = ['1', '2', '3', '4', '5'];
			for (const text of sent) await send(`POST ${address}/message`, answered(text));
			const atOnce = [await textsIn(address), await read(`${address}/state`)];
			const { now } = time;
			time.advance(800);
			const stored = await messagesIn(address);
			const texts = stored.map(({ content }) => content);
			return {
				atOnce,
				later: [[...texts].sort(), await read(`${address}/state`)],
				isInOrder: texts.join() === sent.join(),
				// The sandbox gives two messages of a conversation different times.
				isTimeOfResponse: stored.every(({ timestamp }) => timestamp < now + sent.length),
			};
		},
		expected: {
			atOnce: {
				atOnce: [['1', '2', '3', '4', '5'], { state: 'unresolved' }],
				later: [['1', '2', '3', '4', '5'], { state: 'unresolved' }],
				isInOrder: true,
				isTimeOfResponse: true,
			},
			delayed: {
				atOnce: [[], { state: 'pending' }],
				later: [['1', '2', '3', '4', '5'], { state: 'unresolved' }],
				isInOrder: false,
				isTimeOfResponse: false,
			},
		},
	},
	lookup: {
		observe: async () => {
			const address = await create();
			await send(`POST ${address}/message`, said('Hello', { fingerprint: 7 }));
			const look = async () => [await statusOf(`GET ${address}/message/7`), await textsIn(address)];
			const looks = [await look()];
			for (const ms of [1499, 1]) {
				time.advance(ms);
				looks.push(await look());
			}
			return looks;
		},
		expected: {
			atOnce: [
				[200, ['Hello']],
				[200, ['Hello']],
				[200, ['Hello']],
			],
			late: [
				[404, []],
				[404, []],
				[200, ['Hello']],
			],
		},
	},
	conversationData: {
		observe: async () => {
			const address = await create();
			const seen = [];
			for (const data of [{ a: 1 }, { b: 2 }, {}]) {
				await send(`PATCH ${address}/meta`, { data });
				seen.push((await read<{ data: object }>(`${address}/meta`)).data);
			}
			return seen;
		},
		expected: { merged: [{ a: 1 }, { a: 1, b: 2 }, {}], replaced: [{ a: 1 }, { b: 2 }, {}] },
	},
	personData: {
		observe: async () => {
			const address = `${WEBSITE}/people/data/${personId(9)}`;
			for (const data of [{ a: 1 }, { b: 2 }]) await send(`PATCH ${address}`, { data });
			return await read(address);
		},
		expected: { merged: { data: { a: 1, b: 2 } }, replaced: { data: { b: 2 } } },
	},
	unchangedState: {
		observe: async () => {
			const listener = await listen('session:set_state', 'session:set_routing');
			const assigned = { user_id: operators[1]?.user_id };
			for (let time_ = 0; time_ < 2; time_ += 1) {
				await send(`PATCH ${ONE}/state`, { state: 'resolved' });
				await send(`PATCH ${ONE}/routing`, { assigned });
			}
			await caughtUp(listener);
			return [listener.all('session:set_state').length, listener.all('session:set_routing').length];
		},
		expected: { silent: [1, 1], announced: [2, 2] },
	},
	updatedAt: {
		observe: async () => {
			sandbox.moods.set({ dispatch: 'delayed' });
			const address = await create();
			const created = time.now;
			const age = async () => (await read<{ updated_at: number }>(address)).updated_at - created;
			time.advance(1000);
			await send(`PATCH ${address}/block`, { blocked: false });
			const changed = await age();
			time.advance(1000);
			await send(`POST ${address}/message`, said('Hello'));
			const accepted = await age();
			time.advance(800);
			const [message] = await messagesIn(address);
			return { changed, accepted, isTimeOfMessage: (await age()) === Number(message?.timestamp) - created };
		},
		expected: {
			everyChange: { changed: 1000, accepted: 1000, isTimeOfMessage: true },
			messagesOnly: { changed: 0, accepted: 0, isTimeOfMessage: true },
			beforeStored: { changed: 1000, accepted: 2000, isTimeOfMessage: false },
		},
	},
	lists: {
		observe: async () => {
			const lists = [`${WEBSITE}/conversations/1`, `${WEBSITE}/people/profiles/1`];
			const counts = async (search = '') =>
				await Promise.all(lists.map(async (list) => (await read<unknown[]>(`${list}${search}`)).length));
			const seen = [await counts()];
			await send(`POST ${await create()}/message`, said('Hello'));
			await send(`POST ${WEBSITE}/people/profile`, { email: 'ana@new.example', person: { nickname: 'Ana' } });
			seen.push(await counts(), await counts('?per_page=30'));
			for (const ms of [9_999, 1]) {
				time.advance(ms);
				seen.push(await counts());
			}
			return seen;
		},
		expected: {
			fresh: [
				[10, 15],
				[11, 16],
				[11, 16],
				[11, 16],
				[11, 16],
			],
			cached: [
				[10, 15],
				[10, 15],
				[11, 16],
				[10, 15],
				[11, 16],
			],
		},
	},
	pageStatus: {
		observe: async () => {
			await control(sandbox, '/people', { count: 30 });
			const statuses = [];
			for (const page of [1, 2, 3, 4]) statuses.push(await statusOf(`GET ${WEBSITE}/people/profiles/${page}`));
			const address = await createWithMessages(90);
			const searches = [
				'',
				'timestamp_before=51000',
				'timestamp_before=41000',
				'timestamp_after=1',
				'timestamp_after=50000',
			];
			for (const search of searches) statuses.push(await statusOf(`GET ${address}/messages?${search}`));
			return statuses;
		},
		expected: {
			partial: [206, 206, 200, 200, 206, 206, 200, 206, 200],
			alwaysOk: [200, 200, 200, 200, 200, 200, 200, 200, 200],
		},
	},
	pageSize: {
		observe: async () => {
			await control(sandbox, '/people', { count: 30 });
			const pages = await pagesOf(`${WEBSITE}/people/profiles`);
			const ids = pages.flatMap(({ entries }) => (entries as Array<{ people_id: string }>).map((one) => one.people_id));
			const address = await createWithMessages(45);
			const texts = [];
			for (let before = '', status = 206; status === 206;) {
				const batch = await send(`GET ${address}/messages?${before}`);
				const messages = batch.data as Said[];
				texts.push(messages.map(({ content }) => content));
				before = `timestamp_before=${messages[0]?.timestamp}`;
				({ status } = batch);
			}
			return {
				people: pages.map(({ entries }) => entries.length),
				reachedPeople: new Set(ids).size,
				messages: texts.map(({ length }) => length),
				reachedMessages: new Set(texts.flat()).size,
			};
		},
		expected: {
			full: { people: [20, 20, 5], reachedPeople: 45, messages: [40, 5], reachedMessages: 45 },
			short: { people: [13, 6, 13, 6, 7], reachedPeople: 45, messages: [13, 13, 13, 6], reachedMessages: 45 },
		},
	},
	listOrder: {
		observe: async () => {
			const timesOf = async (search: string, name: 'updated_at' | 'created_at') => {
				const listed = await read<Array<Record<typeof name, number>>>(`${WEBSITE}/conversations/1${search}`);
				return listed.map((one) => one[name]);
			};
			const rises = (times: number[]) => times.every((time, index) => time >= (times[index - 1] ?? 0));
			const falls = (times: number[]) => rises([...times].reverse());
			return [
				falls(await timesOf('?order_date_updated=1', 'updated_at')),
				rises(await timesOf('?order_date_updated=1', 'created_at')),
				falls(await timesOf('?order_date_created=1', 'created_at')),
				falls(await timesOf('', 'updated_at')),
			];
		},
		expected: { latestFirst: [true, false, true, true], other: [false, true, true, true] },
	},
	sortField: {
		observe: async () => {
			const sorted = (field: string) => send(`GET ${WEBSITE}/people/profiles/1?sort_field=${field}`);
			const { status, reason, data } = await sorted('created_at');
			const times = status === 200 ? (data as Array<{ created_at: number }>).map((one) => one.created_at) : [];
			return [status, reason, times.length, Number(times[0]) > Number(times.at(-1)), (await sorted('email')).status];
		},
		expected: {
			accepted: [200, 'listed', 15, true, 200],
			refused: [400, 'invalid_data', 0, false, 200],
			ignored: [200, 'listed', 15, false, 200],
		},
	},
	emptyText: {
		observe: async () => {
			const statuses = [];
			for (const name of ['nickname', 'email', 'phone', 'subject']) {
				statuses.push(await statusOf(`PATCH ${ONE}/meta`, { [name]: '' }));
			}
			return statuses;
		},
		expected: { accepted: [200, 200, 200, 200], refused: [400, 400, 400, 200] },
	},
	answerReopens: {
		observe: async () => {
			await send(`POST ${RESOLVED}/message`, answered('For us', { type: 'note' }));
			const afterNote = await read(`${RESOLVED}/state`);
			await send(`POST ${RESOLVED}/message`, answered('For you'));
			return [afterNote, await read(`${RESOLVED}/state`)];
		},
		expected: {
			leaves: [{ state: 'resolved' }, { state: 'resolved' }],
			reopens: [{ state: 'resolved' }, { state: 'unresolved' }],
		},
	},
	limitAnswer: {
		observe: limited,
		expected: {
			json: {
				status: 429,
				type: 'application/json; charset=utf-8',
				text: '{"error":true,"reason":"rate_limited","data":{}}',
			},
			empty: { status: 429, type: null, text: '' },
			text: { status: 429, type: 'text/plain; charset=utf-8', text: 'Too many requests' },
		},
	},
	limitStatus: { observe: async () => (await limited()).status, expected: { 429: 429, 420: 420, 422: 422 } },
	planQuota: {
		observe: async () => {
			const before = sandbox.state.websites.get(SHOP_ID)?.conversations.size ?? 0;
			const accepted = await acceptedOf(45, () => newConversation());
			const created = (sandbox.state.websites.get(SHOP_ID)?.conversations.size ?? 0) - before;
			const { status, reason } = await send(`POST ${WEBSITE}/conversation`, {});
			const elsewhere = await newConversation(HELP_ID);
			const states = await acceptedOf(35, () => statusOf(`PATCH ${ONE}/state`, { state: 'resolved' }));
			const later = [];
			for (const ms of [59_999, 1, 30_000]) {
				time.advance(ms);
				later.push(await newConversation());
			}
			return { accepted, created, refusal: [status, reason], elsewhere, states, later };
		},
		expected: {
			none: {
				...{ accepted: 45, created: 45, refusal: [201, 'added'], elsewhere: 201, states: 35 },
				later: [201, 201, 201],
			},
			free: {
				...{ accepted: 10, created: 10, refusal: [423, 'quota_limit_exceeded'], elsewhere: 201, states: 35 },
				later: [423, 423, 201],
			},
			plus: {
				...{ accepted: 40, created: 40, refusal: [423, 'quota_limit_exceeded'], elsewhere: 201, states: 35 },
				later: [423, 201, 201],
			},
			everyWrite: {
				...{ accepted: 30, created: 30, refusal: [423, 'quota_limit_exceeded'], elsewhere: 201, states: 30 },
				later: [423, 201, 201],
			},
		},
	},
	hookTimestamp: {
		observe: async () => {
			const sentAt = time.now;
			const [first] = await hookRequests();
			return { of: (first?.timestamp ?? 0) / sentAt, isSigned: first?.isSigned };
		},
		expected: { milliseconds: { of: 1, isSigned: true }, seconds: { of: 1 / 1000, isSigned: true } },
	},
	hookRetry: {
		observe: async () => {
			const sentAt = time.now;
			const requests = await hookRequests();
			return requests.map(({ timestamp, ...rest }) => ({ after: timestamp - sentAt, ...rest }));
		},
		expected: {
			newTimestamp: [
				{ after: 0, isSigned: true },
				{ after: 1000, isSigned: true },
			],
			firstTimestamp: [
				{ after: 0, isSigned: true },
				{ after: 0, isSigned: true },
			],
		},
	},
	messageFields: {
		observe: async () => {
			const listener = await listen('message:received', 'message:updated');
			const address = await create();
			const user = { user_id: operators[0]?.user_id };
			await send(`POST ${address}/message`, answered('text', { user }));
			await send(`POST ${address}/message`, answered('note', { type: 'note', user }));
			await send(`POST ${address}/message`, answered('bot', { automated: true, user }));
			const inList = await messagesIn(address);
			await send(`PATCH ${address}/message/${inList[0]?.fingerprint}`, { content: 'Edited' });
			await caughtUp(listener);
			const events = listener.all('message:received') as unknown as Said[];
			const fields = ({ type, automated, user: by }: Said) => ({ type, automated, user: Object.keys(by) });
			const updated = Object.keys(listener.all('message:updated')[0] ?? {});
			return { list: inList.map(fields), events: events.map(fields), hasAuthor: updated.includes('from') };
		},
		expected: {
			complete: {
				list: [FIELDS_BY_HAND.text, FIELDS_BY_HAND.note, { ...FIELDS_BY_HAND.text, automated: true }],
				events: [
					{ ...FIELDS_BY_HAND.text, automated: undefined },
					{ ...FIELDS_BY_HAND.note, automated: undefined },
					{ ...FIELDS_BY_HAND.text, automated: true },
				],
				hasAuthor: false,
			},
			sparse: {
				list: [
					{ type: undefined, automated: undefined, user: ['nickname'] },
					{ type: 'note', automated: undefined, user: ['nickname'] },
					{ ...FIELDS_BY_HAND.text, automated: true },
				],
				events: [
					{ type: undefined, automated: undefined, user: ['nickname'] },
					{ type: 'note', automated: undefined, user: ['nickname'] },
					{ ...FIELDS_BY_HAND.text, automated: true },
				],
				hasAuthor: false,
			},
		},
	},
	verifiedEmail: {
		observe: async () => {
			const address = await create();
			await send(`PATCH ${address}/meta`, { email: 'one@example.com' });
			await send(`PATCH ${address}/verify`, { verified: true });
			await send(`PATCH ${address}/meta`, { email: 'one@example.com', nickname: 'One' });
			const listed = async () => (await read<{ verifications: unknown[] }>(`${address}/verify`)).verifications.length;
			const before = await listed();
			await send(`PATCH ${address}/meta`, { email: 'other@example.com' });
			return [before, await read(`${address}/verify`)];
		},
		expected: {
			ends: [1, { verified: false, verifications: [] }],
			stays: [
				1,
				{ verified: true, verifications: [{ identity: 'email', method: 'link', annotation: 'one@example.com' }] },
			],
		},
	},
	crispFingerprints: {
		observe: async () => {
			const { data } = await send(`POST ${ONE}/message`, said('Hello'));
			const { fingerprint } = data as { fingerprint: number };
			return [
				Math.sign(fingerprint),
				Math.abs(fingerprint) < 2 ** 48,
				await statusOf(`GET ${ONE}/message/${fingerprint}`),
			];
		},
		expected: { positive: [1, true, 200], negative: [-1, true, 200] },
	},
};

const NAMES = Object.keys(MOODS) as MoodName[];
const ROWS = NAMES.flatMap((name) => MOODS[name].values.map((value) => [name, value] as const));

test.each(ROWS)('%s=%s is what a client sees', async (name, value) => {
	await start({ [name]: value });
	const { observe, expected } = CASES[name] as { observe(): Promise<unknown>; expected: Record<string, unknown> };
	expect(await observe()).toEqual(expected[value]);
});

test('a delayed message is announced when it is stored, and not before', async () => {
	await start({ dispatch: 'delayed' });
	const listener = await listen('message:send');
	await send(`POST ${ONE}/message`, said('Hello'));
	await caughtUp(listener);
	expect(listener.all('message:send')).toEqual([]);
	time.advance(800);
	expect(await listener.first('message:send')).toMatchObject({ content: 'Hello' });
});

test('a delayed message whose conversation is deleted in the meantime is dropped', async () => {
	await start({ dispatch: 'delayed' });
	await send(`POST ${ONE}/message`, said('Hello'));
	await send(`DELETE ${ONE}`);
	expect(() => time.advance(800)).not.toThrow();
	expect(await statusOf(`GET ${ONE}`)).toBe(404);
});

test('what is still delayed when the sandbox closes is done at once', async () => {
	await start({ dispatch: 'delayed' });
	await send(`POST ${ONE}/message`, said('Last words'));
	await sandbox.close();
	const conversation = sandbox.state.websites.get(SHOP_ID)?.conversations.get(sessionId(1));
	expect(conversation?.messages.at(-1)?.content).toBe('Last words');
	await start({});
});

test('a plan quota is a sliding window, in which refused requests do not count', async () => {
	await start({ planQuota: 'free' });
	expect(await acceptedOf(5, () => newConversation())).toBe(5);
	time.advance(50_000);
	expect(await acceptedOf(20, () => newConversation())).toBe(5);
	time.advance(39_999);
	expect(await acceptedOf(20, () => newConversation())).toBe(0);
	time.advance(1);
	expect(await acceptedOf(20, () => newConversation())).toBe(5);
	time.advance(50_000);
	expect(await acceptedOf(20, () => newConversation())).toBe(5);
});

test('every write of a website has a quota of its own with planQuota=everyWrite', async () => {
	await start({ planQuota: 'everyWrite' });
	const writes: Array<[string, unknown]> = [
		[`PATCH ${ONE}/meta`, { subject: 'Tea' }],
		[`POST ${ONE}/message`, said('Hello')],
		[`PATCH ${ONE}/read`, { from: 'user', origin: 'chat' }],
		[`PATCH ${ONE}/state`, { state: 'resolved' }],
		[`PUT ${ONE}/participants`, { participants: [] }],
	];
	for (const [request, body] of writes) {
		expect([request, await acceptedOf(32, () => statusOf(request, body))]).toEqual([request, 30]);
	}
	expect(await statusOf(`PATCH ${ONE}/block`, { blocked: false })).toBe(200);
});

describe('the moods', () => {
	test('have their first values as defaults', async () => {
		await start({});
		const defaults = Object.fromEntries(NAMES.map((name) => [name, MOODS[name].values[0]]));
		expect(await control(sandbox, '/moods')).toEqual(defaults);
	});

	test('are set by other processes, some of them or all', async () => {
		await start({ lookup: 'late' });
		expect(await control(sandbox, '/moods', { limitStatus: '420' })).toMatchObject({
			lookup: 'late',
			limitStatus: '420',
		});
		const replaced = await control(sandbox, '/moods', { reset: true, lists: 'cached' });
		expect(replaced).toMatchObject({ lookup: 'atOnce', limitStatus: '429', lists: 'cached' });
		expect(await control(sandbox, '/moods')).toEqual(replaced);
		expect((await limited()).status).toBe(429);
	});

	test.each([
		[{ mind: 'open' }, 'moods.mind: no such mood; use one of timestampAfter, '],
		[{ lookup: 'never' }, 'moods.lookup: must be one of atOnce, late, not "never"'],
		[{ toString: 'atOnce' }, 'moods.toString: no such mood'],
	])('that do not exist are refused, and nothing changes: %j', async (wrong, message) => {
		await expect(startSandbox({ page: false, moods: wrong as Partial<MoodValues> })).rejects.toThrow(message);
		await start({ dispatch: 'delayed' });
		for (const body of [wrong, { ...wrong, reset: true }]) {
			const refused = await control(sandbox, '/moods', { lists: 'cached', ...body });
			expect(refused).toMatchObject({ reason: 'invalid_data' });
			expect((refused as { data: { message: string } }).data.message).toContain(message);
		}
		expect(sandbox.moods.all()).toMatchObject({ dispatch: 'delayed', lists: 'fresh' });
	});

	test('that delay, hide or refuse do not apply to the page of the sandbox', async () => {
		await start({ dispatch: 'delayed', lookup: 'late', lists: 'cached', pageSize: 'short', planQuota: 'free' });
		const asPage = (request: string, body?: unknown) =>
			call(sandbox, 'user', request.replace('/v1/', '/sandbox/v1/'), body);
		const count = async () => ((await asPage(`GET ${WEBSITE}/people/profiles/1`)).data as unknown[]).length;
		expect(await count()).toBe(15);
		await asPage(`POST ${WEBSITE}/people/profile`, { email: 'ana@new.example', person: { nickname: 'Ana' } });
		expect(await count()).toBe(16);
		await asPage(`POST ${ONE}/message`, said('Hello', { fingerprint: 7 }));
		expect((await asPage(`GET ${ONE}/message/7`)).status).toBe(200);
		expect(await statusOf(`GET ${ONE}/message/7`)).toBe(404);
		expect(await acceptedOf(12, async () => (await asPage(`POST ${WEBSITE}/conversation`, {})).status)).toBe(12);
	});

	test('are listed in the README, with all values', async () => {
		await start({});
		const text = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');
		const rows = text.split('\n').map((row) => row.replace(/\s+/g, ' ').trim());
		const listed = rows.filter((row) => /^\| `\w+` \| `\w+`, `/.test(row));
		const expected = NAMES.map((name) => {
			const values = MOODS[name].values.map((value) => `\`${value}\``).join(', ');
			return `| \`${name}\` | ${values} | ${MOODS[name].about} |`;
		});
		expect(listed).toEqual(expected);
	});
});
