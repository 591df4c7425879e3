import { startSandbox, type Sandbox } from '../../sandbox';
import { SHOP_ID } from '../../sandbox/state/seed';
import { call, control } from './client';

let sandbox: Sandbox;
let now = Date.UTC(2026, 5, 1);
beforeEach(async () => {
	sandbox = await startSandbox({ page: false, clock: () => now });
});
afterEach(() => sandbox.close());

interface Listed {
	people_id: string;
	email: string;
	person: { nickname: string };
}

const page = async (number: number) =>
	(await call(sandbox, 'plugin', `GET /v1/website/${SHOP_ID}/people/profiles/${number}?per_page=50`)).data as Listed[];

test('generated people are listed page by page, in order, before the people of the seed', async () => {
	const before = (await page(1)).length;
	await control(sandbox, '/people', { count: 120 });
	const pages = [await page(1), await page(2), await page(3), await page(4)];
	expect(pages.map(({ length }) => length)).toEqual([50, 50, 20 + before, 0]);
	const crowd = pages.flat().slice(0, 120);
	expect(new Set(crowd.map(({ people_id }) => people_id)).size).toBe(120);
	expect(crowd.map(({ person }) => person.nickname)).toEqual(
		Array.from({ length: 120 }, (_, index) => `Person ${before + index}`),
	);
	const { email } = crowd[70] as Listed;
	const found = await call(sandbox, 'plugin', `GET /v1/website/${SHOP_ID}/people/profile/${email}`);
	expect(found.data).toEqual(crowd[70]);
});

test('generated people are the same in every sandbox', async () => {
	await control(sandbox, '/people', { count: 3 });
	const first = await page(1);
	await sandbox.close();
	sandbox = await startSandbox({ page: false, clock: () => now });
	await control(sandbox, '/people', { count: 3 });
	expect(await page(1)).toEqual(first);
});

test('many conversations can be created with one request, and accept messages', async () => {
	const answer = await control(sandbox, '/conversations', { count: 30 });
	const { session_ids: sessions } = answer as { session_ids: string[] };
	expect(new Set(sessions).size).toBe(30);
	const message = { type: 'text', from: 'operator', origin: 'chat', content: 'Hello' };
	const path = `/v1/website/${SHOP_ID}/conversation/${sessions[29]}/message`;
	expect((await call(sandbox, 'plugin', `POST ${path}`, message)).status).toBe(202);
});

test('the requests since a time are listed without tokens', async () => {
	await page(1);
	const since = (now += 1000);
	await page(2);
	const response = await fetch(`${sandbox.url}/sandbox/requests?since=${since}`);
	expect(await response.json()).toEqual([
		{
			method: 'GET',
			path: `/v1/website/${SHOP_ID}/people/profiles/2`,
			query: { per_page: '50' },
			status: 200,
			at: since,
		},
	]);
	expect(await (await fetch(`${sandbox.url}/sandbox/requests`)).json()).toHaveLength(2);
});

test('generating people without a valid count is rejected', async () => {
	const refusal = { error: true, reason: 'invalid_data' };
	expect(await control(sandbox, '/people', {})).toMatchObject(refusal);
	expect(await control(sandbox, '/conversations', { count: -1 })).toMatchObject(refusal);
});
