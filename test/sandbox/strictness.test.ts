import { startSandbox, type Sandbox } from '../../sandbox';
import { routes, routeKey, type BodyField, type Route, type Tier } from '../../sandbox/http/routes';
import { HELP_ID, UNCONNECTED_ID } from '../../sandbox/state/seed';
import { sandboxSeats } from '../../sandbox/state/seedData';
import { VARS, addressOf, call } from './client';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ page: false });
});
afterAll(() => sandbox.close());

const tierFor = ({ tiers }: Route): Tier => (tiers.includes('plugin') ? 'plugin' : (tiers[0] ?? 'user'));
/** A page is created where there is none yet. */
const requestOf = ({ method, path }: Route) => {
	const isNew = method === 'POST' && path.endsWith('{path}');
	return `${method} ${addressOf(isNew ? path.replace('{path}', 'tea/new') : path)}`;
};
const bodied = routes.filter(({ body }) => Object.keys(body ?? {}).length > 0);

const SAMPLES: Record<string, unknown> = {
	string: 'text',
	number: 1,
	boolean: true,
	object: {},
	'array[string]': ['text'],
	'array[number]': [1],
	'array[object]': [{}],
};

/** Sample values that have to be an existing ID, or to match another field. */
const FITTING: Record<string, unknown> = {
	content: 'Hello',
	assigned: null,
	inbox_id: VARS.inbox_id,
	file: { name: 'a.png', type: 'image/png' },
	// Also the email of the only account that can log in.
	email: 'juno@thistle-tea.example',
	category_id: VARS.category_id,
	// The article in the language that is linked.
	article_id: 'a7c1f0e2-0000-4000-8000-000000000008',
};

/** Prepares the workspace for the routes that need it in a certain state. */
function prepare(route: Route, { state }: Sandbox): void {
	const { path } = route;
	for (const website of state.websites.values()) {
		if (routeKey(route) === 'POST /v1/website/{website_id}/helpdesk') website.helpDesk = null;
	}
	const campaign = [...state.websites.values()].flatMap(({ campaigns }) => campaigns)[0];
	const [verb = ''] = /[a-z]+$/.exec(path) ?? [];
	const isReady = { sender: { user_id: 'someone' }, dispatched: false };
	const states = { dispatch: isReady, test: isReady, pause: { dispatched: true, running: true } };
	Object.assign(campaign ?? {}, states[verb as keyof typeof states]);
}

function sampleOf(name: string, field: BodyField): unknown {
	if (field.type === 'enum') return field.enum?.[0];
	if (name === 'assigned') return null;
	if (name === 'date' && field.type === 'object') return { from: '2026-01-01', to: '2026-02-01' };
	return field.type === 'boolean' ? true : (FITTING[name] ?? SAMPLES[field.type]);
}

function completeBody(route: Route): Record<string, unknown> {
	// The text of a page, which no source documents as a field.
	if (routeKey(route).startsWith('PUT') && route.path.includes('/tree/content/')) return { content: 'Hello' };
	const fields = Object.entries(route.body ?? {});
	// A batch needs either sessions or people, so neither of them is marked as required.
	const required = fields.filter(([name, field]) => field.required || name === 'sessions');
	const chosen = required.length > 0 ? required : fields;
	return Object.fromEntries(chosen.map(([name, field]) => [name, sampleOf(name, field)]));
}

test('the data is complete', () => {
	expect(routes.length).toBeGreaterThanOrEqual(272);
	expect(bodied.length).toBeGreaterThan(90);
});

describe.each(bodied.map((route) => [routeKey(route), route] as const))('%s', (_, route) => {
	const required = Object.entries(route.body ?? {}).filter(([, field]) => field.required);

	test('rejects a body without a required field, and names the field', async () => {
		for (const [name] of required) {
			const body = { ...completeBody(route), [name]: undefined };
			const { status, reason, data } = await call(sandbox, tierFor(route), requestOf(route), body);
			expect({ name, status, reason }).toEqual({ name, status: 400, reason: 'invalid_data' });
			expect((data as { message: string }).message).toContain(name);
		}
	});

	test('rejects a field of the wrong type, and names the field', async () => {
		for (const [name, field] of Object.entries(route.body ?? {})) {
			const wrong = field.type === 'string' || field.type === 'enum' ? 42 : 'wrong';
			if (name === 'content' && wrong === 'wrong') continue;
			const body = { ...completeBody(route), [name]: wrong };
			const { status, data } = await call(sandbox, tierFor(route), requestOf(route), body);
			expect({ name, status }).toEqual({ name, status: 400 });
			expect((data as { message: string }).message).toContain(name);
		}
	});

	test('rejects a value outside an enum, and unknown fields', async () => {
		const enums = Object.entries(route.body ?? {}).filter(([, { type }]) => type === 'enum');
		for (const name of [...enums.map(([key]) => key), 'no_such_field']) {
			const body = { ...completeBody(route), [name]: 'no-such-value' };
			const { status, data } = await call(sandbox, tierFor(route), requestOf(route), body);
			expect({ name, status }).toEqual({ name, status: 400 });
			expect((data as { message: string }).message).toContain(name);
		}
	});
});

test('every route accepts a complete body, or none if none is required', async () => {
	for (const route of routes) {
		// Each call needs a new workspace: many calls remove what the next one uses.
		const own = await startSandbox({ page: false });
		prepare(route, own);
		const isBodied = route.method !== 'GET' && route.method !== 'HEAD';
		const body = route.method === 'PATCH' && !route.body ? { some: 'field' } : completeBody(route);
		const reply = await call(own, tierFor(route), requestOf(route), isBodied ? body : undefined);
		await own.close();
		const { status } = reply;
		// Without ?domain= the lookup of a website finds nothing.
		const isRight = routeKey(route) === 'HEAD /v1/website' ? status === 404 : status < 300;
		const told = `${routeKey(route)}: ${status} ${reply.text}`;
		expect({ told, isRight }).toEqual({ told, isRight: true });
	}
});

describe('query', () => {
	const reads = routes.filter(({ method }) => method === 'GET');

	test('every route rejects unknown query parameters', async () => {
		for (const route of reads) {
			const request = `${requestOf(route)}?no_such_name=1`;
			const { status, data } = await call(sandbox, tierFor(route), request);
			expect({ request, status }).toEqual({ request, status: 400 });
			expect((data as { message: string }).message).toContain('no_such_name');
		}
	});

	test.each([
		['filter_unread=yes', 'filter_unread'],
		['filter_unread=true', 'filter_unread'],
		['per_page=19', 'per_page'],
		['per_page=51', 'per_page'],
		['filter_date_start=yesterday', 'filter_date_start'],
		['search_operator=xor', 'search_operator'],
		['filter_unresolved=1', 'filter_unresolved'],
		['per_page=20&per_page=30', 'per_page'],
	])('conversations refuse %s', async (search, name) => {
		const request = `GET ${addressOf('/v1/website/{website_id}/conversations/1')}?${search}`;
		const { status, data } = await call(sandbox, 'plugin', request);
		expect(status).toBe(400);
		expect((data as { message: string }).message).toContain(name);
	});

	test('a page must be a positive number', async () => {
		for (const page of ['0', '-1', 'one', '1.5']) {
			const request = `GET ${addressOf('/v1/website/{website_id}/conversations/')}${page}`;
			expect((await call(sandbox, 'plugin', request)).status).toBe(400);
		}
	});
});

describe('bodies', () => {
	const conversation = addressOf('/v1/website/{website_id}/conversation/{session_id}');

	test.each(['{"state":', '[]', '"resolved"', 'null', 'state=resolved'])('rejects %s', async (body) => {
		const { status, reason } = await call(sandbox, 'plugin', `PATCH ${conversation}/state`, body);
		expect({ status, reason }).toEqual({ status: 400, reason: 'invalid_data' });
	});

	test('rejects JSON without the JSON content type', async () => {
		const headers = { 'Content-Type': 'text/plain' };
		const body = '{"state":"resolved"}';
		const reply = await call(sandbox, 'plugin', `PATCH ${conversation}/state`, body, headers);
		expect(reply.status).toBe(400);
	});

	test('rejects an empty PATCH, except on routes where it selects everything', async () => {
		const batch = addressOf('/v1/website/{website_id}/batch');
		expect((await call(sandbox, 'plugin', `PATCH ${conversation}/meta`, {})).status).toBe(400);
		expect((await call(sandbox, 'user', `PATCH ${batch}/read`, {})).status).toBe(202);
	});

	test('accepts any URN as origin, but not the pattern itself', async () => {
		const message = { type: 'text', from: 'user', content: 'Hello' };
		const send = (origin: string) => call(sandbox, 'plugin', `POST ${conversation}/message`, { ...message, origin });
		expect((await send('urn:crisp.im:slack:0')).status).toBe(202);
		expect((await send('urn:*')).status).toBe(400);
		expect((await send('urn:')).status).toBe(400);
		expect((await send('slack')).status).toBe(400);
	});

	const choice = { value: 'yes', label: 'Yes', selected: false };
	const target = { title: 'Green', description: 'Fresh', actions: [{ label: 'See', url: 'https://a.example' }] };
	const CONTENTS: Array<[string, unknown, unknown]> = [
		['text', 'Hello', ''],
		['text', 'Hello', { text: 'Hello' }],
		['note', 'Hello', 42],
		['file', { name: 'a', url: 'https://a.example/a', type: 'image/png' }, { name: 'a', url: 'https://a.example/a' }],
		['animation', { url: 'https://a.example/a', type: 'image/gif' }, { url: 42, type: 'image/gif' }],
		[
			'audio',
			{ url: 'https://a.example/a', type: 'audio/mpeg', duration: 3 },
			{ url: 'https://a.example/a', type: 'audio/mpeg', duration: '3' },
		],
		['picker', { id: 'a', text: 'Yes?', choices: [choice] }, { id: 'a', text: 'Yes?', choices: [{ value: 'yes' }] }],
		['picker', { id: 'a', text: 'Yes?', choices: [] }, { id: 'a', text: 'Yes?', choices: [], colour: 'red' }],
		['field', { id: 'a', text: 'Name?', explain: 'Yours' }, { id: 'a', text: 'Name?' }],
		['carousel', { text: 'Teas', targets: [target] }, { text: 'Teas', targets: [{ title: 'Green' }] }],
		['event', { namespace: 'state:resolved' }, { text: 'Resolved' }],
	];

	test.each(CONTENTS)('%s content is validated', async (type, right, wrong) => {
		const send = (content: unknown) =>
			call(sandbox, 'plugin', `POST ${conversation}/message`, { type, from: 'operator', origin: 'chat', content });
		expect((await send(right)).status).toBe(202);
		const refused = await send(wrong);
		expect(refused.status).toBe(400);
		expect((refused.data as { message: string }).message).toMatch(/^content/);
	});
});

describe('what Crisp refuses', () => {
	const conversation = addressOf('/v1/website/{website_id}/conversation/{session_id}');
	const person = addressOf('/v1/website/{website_id}/people/data/{people_id}');
	const batch = addressOf('/v1/website/{website_id}/batch/data');
	const message = { type: 'text', from: 'operator', origin: 'chat', content: 'Hello' };
	const search = (text: string, type = 'text') =>
		`GET ${addressOf('/v1/website/{website_id}/conversations/1')}?search_type=${type}&search_query=${text}`;
	const longFilter = encodeURIComponent(
		JSON.stringify([{ model: 'session', criterion: 'segments', operator: 'eq', query: ['a'.repeat(200)] }]),
	);
	const invalidAt = (name: string) => ({ status: 400, reason: 'invalid_data', name });
	const fine = (status: number, reason: string) => ({ status, reason, name: undefined });

	test.each([
		[`POST ${conversation}/message`, { ...message, properties: { order_id: 1 } }, invalidAt('properties.order_id')],
		[`POST ${conversation}/message`, { ...message, properties: { order: 1 } }, fine(202, 'dispatched')],
		[`PATCH ${conversation}/meta`, { data: { Plan: 'a' } }, invalidAt('data.Plan')],
		[`PATCH ${conversation}/meta`, { data: { 'a b': 'a' } }, invalidAt('data.a b')],
		[`PATCH ${conversation}/meta`, { data: { 'a-b_2': 'a' } }, fine(200, 'updated')],
		[`PATCH ${person}`, { data: { 'plan.name': 'a' } }, invalidAt('data.plan.name')],
		[`PUT ${person}`, { data: { Plan: 'a' } }, invalidAt('data.Plan')],
		[`PATCH ${batch}`, { sessions: [], data: { Plan: 'a' } }, invalidAt('data.Plan')],
		[
			`PATCH ${conversation}/routing`,
			{ assigned: { user_id: sandboxSeats[0]?.user_id } },
			invalidAt('assigned.user_id'),
		],
		[search('a'.repeat(200)), undefined, fine(200, 'listed')],
		[search('a'.repeat(201)), undefined, { status: 400, reason: 'search_query_too_long', name: 'search_query' }],
		[search(longFilter, 'filter'), undefined, fine(200, 'listed')],
	])('%s with %j', async (request, body, { status, reason, name }) => {
		const reply = await call(sandbox, 'plugin', request, body);
		expect([reply.status, reply.reason]).toEqual([status, reason]);
		const { message: text } = reply.data as { message?: string };
		if (name) expect(text?.startsWith(`${name}: `)).toBe(true);
	});
});

test('a fingerprint in a path may be negative, but not 0 or a fraction', async () => {
	const one = addressOf('/v1/website/{website_id}/conversation/{session_id}/message');
	const message = { type: 'text', from: 'operator', origin: 'chat', content: 'Hello', fingerprint: -1078189900 };
	expect((await call(sandbox, 'plugin', `POST ${one}`, message)).status).toBe(202);
	const statuses = [];
	for (const fingerprint of ['-1078189900', '0', '-0', '1.5', 'one']) {
		statuses.push((await call(sandbox, 'plugin', `GET ${one}/${fingerprint}`)).status);
	}
	expect(statuses).toEqual([200, 400, 400, 400, 400]);
});

test('a seat of type sandbox is listed as online, next to the operators', async () => {
	const website = addressOf('/v1/website/{website_id}');
	const { data } = await call(sandbox, 'plugin', `GET ${website}/operators/list`);
	const seats = data as Array<{ type: string; details: { user_id: string; availability: string } }>;
	const { user_id } = sandboxSeats[0] ?? {};
	const found = seats.find(({ details }) => details.user_id === user_id);
	expect(found).toMatchObject({ type: 'sandbox', details: { availability: 'online' } });
	const { data: availabilities } = await call(sandbox, 'plugin', `GET ${website}/availability/operators`);
	expect(availabilities).toContainEqual(expect.objectContaining({ user_id, type: 'online' }));
});

describe('authorization', () => {
	const shop = addressOf('/v1/website/{website_id}');
	const plain = (path: string, headers: Record<string, string>) => fetch(`${sandbox.url}${path}`, { headers });

	test('a missing or unknown token or the wrong tier results in 401 invalid_session', async () => {
		const [pluginToken] = [Buffer.from('5a9d0000-0000-4000-8000-000000000002:sandbox-plugin-key')];
		const basic = `Basic ${pluginToken?.toString('base64')}`;
		const attempts = [
			{},
			{ 'X-Crisp-Tier': 'plugin' },
			{ Authorization: basic },
			{ Authorization: basic, 'X-Crisp-Tier': 'website' },
			{ Authorization: 'Basic bm9ib2R5', 'X-Crisp-Tier': 'plugin' },
			{ Authorization: 'Bearer x', 'X-Crisp-Tier': 'plugin' },
		];
		for (const headers of attempts) {
			const response = await plain(shop, headers as Record<string, string>);
			expect(response.status).toBe(401);
			expect(await response.json()).toEqual({ error: true, reason: 'invalid_session', data: {} });
		}
	});

	test('each website is accessible with its own tokens only', async () => {
		const read = async (tier: Tier, websiteId: string) => {
			const { status, reason } = await call(sandbox, tier, `GET /v1/website/${websiteId}`);
			return [status, reason];
		};
		const nowhere = '00000000-0000-4000-8000-000000000000';
		expect(await read('website', HELP_ID)).toEqual([403, 'not_allowed']);
		expect(await read('plugin', UNCONNECTED_ID)).toEqual([404, 'not_subscribed']);
		expect(await read('plugin', nowhere)).toEqual([404, 'website_not_found']);
		expect(await read('user', UNCONNECTED_ID)).toEqual([200, 'resolved']);
	});

	test('the reason names the resource that was not found', async () => {
		const read = async (path: string) => (await call(sandbox, 'plugin', `GET ${shop}${path}`)).reason;
		expect(await read('/conversation/session_none')).toBe('conversation_not_found');
		expect(await read('/people/profile/none')).toBe('people_not_found');
		expect(await read('/operator/none')).toBe('operator_not_found');
	});

	test('an unknown route and a website without the plugin are told apart by reason and message', async () => {
		const read = async (path: string) => {
			const { status, reason, data } = await call(sandbox, 'plugin', `GET ${path}`);
			return { status, reason, data };
		};
		const noRoute = { status: 404, reason: 'not_found', data: { message: 'the route does not exist' } };
		expect(await read(`${shop}/no/such/route`)).toEqual(noRoute);
		expect(await read('/v2/website')).toEqual(noRoute);
		expect(await read(`/v1/website/${UNCONNECTED_ID}/settings`)).toEqual({
			status: 404,
			reason: 'not_subscribed',
			data: { message: 'the website is not subscribed to the plugin' },
		});
	});

	test('HEAD responds without a body', async () => {
		const head = await call(sandbox, 'plugin', `HEAD ${shop}/conversation/session_none`);
		expect([head.status, head.text]).toEqual([404, '']);
		const there = await call(
			sandbox,
			'plugin',
			`HEAD ${addressOf('/v1/website/{website_id}/people/profile/{people_id}')}`,
		);
		expect([there.status, there.text]).toEqual([200, '']);
	});
});
