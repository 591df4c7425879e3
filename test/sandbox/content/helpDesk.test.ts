import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../../sandbox';
import { HELP_ID, SHOP_ID } from '../../../sandbox/state/seed';
import { call } from '../client';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});
afterEach(() => sandbox.close());

const deskOf = (website: string) => `/v1/website/${website}/helpdesk`;
const DESK = deskOf(SHOP_ID);
const send = (request: string, body?: unknown) => call(sandbox, 'plugin', request, body);
const asUser = (request: string, body?: unknown) => call(sandbox, 'user', request, body);
const read = async (path: string) => (await send(`GET ${path}`)).data;
const reasonOf = async (request: string, body?: unknown) => {
	const { status, reason } = await send(request, body);
	return [status, reason];
};

describe('locales', () => {
	const locales = async () => ((await read(`${DESK}/locales/1`)) as Array<{ locale: string }>).map((one) => one.locale);

	test('are those that were added, once each, and those of the articles', async () => {
		expect(await locales()).toEqual(['en', 'fr']);
		expect(await reasonOf(`POST ${DESK}/locale`, { locale: 'de' })).toEqual([201, 'added']);
		expect(await reasonOf(`POST ${DESK}/locale`, { locale: 'de' })).toEqual([409, 'locale_exists']);
		await send(`POST ${DESK}/locale/it/article`, { title: 'Spedizione' });
		expect(await locales()).toEqual(['en', 'fr', 'de', 'it']);
	});

	test('exist only if they are in the list', async () => {
		expect((await send(`HEAD ${DESK}/locale/fr`)).status).toBe(200);
		expect((await send(`HEAD ${DESK}/locale/de`)).status).toBe(404);
		expect(await reasonOf(`GET ${DESK}/locale/de`)).toEqual([404, 'locale_not_found']);
		await send(`POST ${DESK}/locale`, { locale: 'de' });
		expect((await send(`HEAD ${DESK}/locale/de`)).status).toBe(200);
	});

	test('count the pages of the knowledge base and the classic articles, with their groups', async () => {
		await send(`POST ${DESK}/locale`, { locale: 'de' });
		await send(`POST ${DESK}/tree/path/de/guides/tee/kochen`);
		await send(`POST ${DESK}/tree/path/de/guides/tee/kaufen`);
		await send(`POST ${DESK}/locale/de/article`, { title: 'Versand' });
		const none = { entries: 0, groups: 0 };
		expect(await read(`${DESK}/locale/de`)).toEqual({
			...{ locale_id: 'locale_de', locale: 'de', url: 'https://help.thistle-tea.example/de/' },
			statistics: {
				...{ articles: { entries: 1, groups: 0 }, guides: { entries: 2, groups: 1 } },
				...{ references: none, news: none },
			},
		});
	});

	test('are deleted with everything in them, in both help desks', async () => {
		expect(await reasonOf(`DELETE ${DESK}/locale/en`)).toEqual([200, 'deleted']);
		expect(await locales()).toEqual(['fr']);
		expect(await read(`${DESK}/locale/en/articles/1`)).toEqual([]);
		expect(await read(`${DESK}/locale/en/categories/1`)).toEqual([]);
		expect(await read(`${DESK}/tree/list/en/articles/1`)).toEqual([]);
		expect(await read(`${DESK}/tree/list/fr/articles/1`)).toHaveLength(1);
		expect(sandbox.state.websites.get(SHOP_ID)?.sections).toEqual([]);
		expect(await reasonOf(`DELETE ${DESK}/locale/en`)).toEqual([404, 'locale_not_found']);
	});
});

test('redirections are created, found and deleted', async () => {
	const { data } = await send(`POST ${DESK}/redirection`, { path: '/old', target: '/en/new/' });
	const { redirection_id } = data as { redirection_id: string };
	const one = `${DESK}/redirection/${redirection_id}`;
	expect(await read(one)).toMatchObject({ redirection_id, path: '/old', target: '/en/new/' });
	expect(await read(`${DESK}/redirections/1`)).toMatchObject([{ path: '/returns' }, { redirection_id, path: '/old' }]);
	expect((await send(`HEAD ${one}`)).status).toBe(200);
	expect(await reasonOf(`DELETE ${one}`)).toEqual([200, 'deleted']);
	expect(await read(`${DESK}/redirections/1`)).toMatchObject([{ path: '/returns' }]);
	expect((await send(`HEAD ${one}`)).status).toBe(404);
	expect(await reasonOf(`GET ${one}`)).toEqual([404, 'redirection_not_found']);
});

test('settings are merged deeply, and their name is the name of the help desk', async () => {
	const before = (await read(`${DESK}/settings`)) as object;
	const changes = { name: 'Changed', appearance: { color: { mode: 'dark' } } };
	expect(await reasonOf(`PATCH ${DESK}/settings`, changes)).toEqual([200, 'updated']);
	const appearance = { logos: { favicon: '', header: '', footer: '' }, banner: '' };
	expect(await read(`${DESK}/settings`)).toEqual({
		...before,
		name: 'Changed',
		appearance: { ...appearance, color: { mode: 'dark', mode_changeable: true } },
	});
	expect(await read(DESK)).toEqual({ name: 'Changed', url: 'https://help.thistle-tea.example/' });
});

test('a website has a help desk after its creation, until its deletion', async () => {
	const desk = deskOf(HELP_ID);
	expect((await send(`HEAD ${desk}`)).status).toBe(404);
	expect(await reasonOf(`GET ${desk}/locales/1`)).toEqual([404, 'helpdesk_not_found']);
	expect((await asUser(`POST ${desk}`, { name: 'Help', domain_basic: 'tea' })).status).toBe(201);
	expect((await asUser(`POST ${desk}`, { name: 'Help', domain_basic: 'tea' })).reason).toBe('helpdesk_exists');
	expect(await read(desk)).toEqual({ name: 'Help', url: 'https://tea.crisp.help/' });
	await asUser(`PATCH ${desk}/domain`, { custom: 'help.tea.example' });
	const domain = { root: 'crisp.help', basic: 'tea', custom: 'help.tea.example', verified: true };
	expect((await asUser(`GET ${desk}/domain`)).data).toEqual(domain);
	await send(`POST ${desk}/locale/en/article`, { title: 'Tea' });
	const verify = { method: 'password', secret: 'secret' };
	expect((await asUser(`DELETE ${desk}`, { verify })).status).toBe(200);
	expect((await send(`HEAD ${desk}`)).status).toBe(404);
	expect(await read(`${desk}/locale/en/articles/1`)).toEqual([]);
});

describe('alternates of a classic article', () => {
	const articleIn = (locale: string, id: string) => `${DESK}/locale/${locale}/article/${id}`;
	const ENGLISH = 'a7c1f0e2-0000-4000-8000-000000000006';
	const FRENCH = 'a7c1f0e2-0000-4000-8000-000000000008';
	const alternates = (locale: string, id: string) => read(`${articleIn(locale, id)}/alternates`);
	const created = async (locale: string) => {
		const { data } = await send(`POST ${DESK}/locale/${locale}/article`, { title: `In ${locale}` });
		return (data as { article_id: string }).article_id;
	};

	test('are the articles that were linked, each with the other', async () => {
		const german = await created('de');
		const link = `${articleIn('en', ENGLISH)}/alternate/de`;
		expect((await send(`HEAD ${link}`)).status).toBe(404);
		expect(await reasonOf(`PUT ${link}`, { article_id: german })).toEqual([200, 'updated']);
		expect(await read(link)).toEqual({ locale: 'de', article_id: german });
		expect(await alternates('en', ENGLISH)).toEqual([
			{ locale: 'fr', article_id: FRENCH },
			{ locale: 'de', article_id: german },
		]);
		expect(await alternates('de', german)).toEqual([{ locale: 'en', article_id: ENGLISH }]);
	});

	test('have one article for each language: another one takes its place', async () => {
		const other = await created('fr');
		await send(`PUT ${articleIn('en', ENGLISH)}/alternate/fr`, { article_id: other });
		expect(await alternates('en', ENGLISH)).toEqual([{ locale: 'fr', article_id: other }]);
		expect(await alternates('fr', FRENCH)).toEqual([]);
	});

	test('have to be articles in that language', async () => {
		const link = `${articleIn('en', ENGLISH)}/alternate/de`;
		expect(await reasonOf(`PUT ${link}`, { article_id: FRENCH })).toEqual([404, 'article_not_found']);
	});

	test('end when the link or the linked article is deleted', async () => {
		const link = `${articleIn('en', ENGLISH)}/alternate/fr`;
		expect(await reasonOf(`DELETE ${link}`)).toEqual([200, 'deleted']);
		expect(await alternates('fr', FRENCH)).toEqual([]);
		expect(await reasonOf(`GET ${link}`)).toEqual([404, 'alternate_not_found']);
		await send(`PUT ${link}`, { article_id: FRENCH });
		await send(`DELETE ${articleIn('fr', FRENCH)}`);
		expect(await alternates('en', ENGLISH)).toEqual([]);
	});
});

describe('with a state file', () => {
	const folder = mkdtempSync(join(tmpdir(), 'sandbox-help-desk-'));
	const stateFile = join(folder, 'state.jsonl');
	afterAll(() => rmSync(folder, { recursive: true }));

	async function restarted(act: (own: Sandbox) => Promise<unknown>): Promise<unknown> {
		const own = await startSandbox({ page: false, stateFile });
		try {
			return await act(own);
		} finally {
			await own.close();
		}
	}

	test('the help desk is as it was before the restart', async () => {
		await restarted((own) => call(own, 'plugin', `POST ${DESK}/locale`, { locale: 'de' }));
		const found = await restarted((own) => call(own, 'plugin', `GET ${DESK}/locale/de`));
		expect(found).toMatchObject({ status: 200, data: { locale: 'de' } });
	});

	test('a file of an earlier version has a help desk where it has articles', async () => {
		await restarted(() => Promise.resolve());
		const entries = JSON.parse(readFileSync(stateFile, 'utf8')) as Array<
			[string, string, string, { helpDesk?: unknown }]
		>;
		for (const [part, , , value] of entries) if (part === 'website') delete value.helpDesk;
		writeFileSync(stateFile, `${JSON.stringify(entries)}\n`);
		const locales = await restarted((own) => call(own, 'plugin', `GET ${DESK}/locales/1`));
		expect(locales).toMatchObject({ status: 200, data: [{ locale: 'en' }, { locale: 'fr' }] });
		const other = await restarted((own) => call(own, 'plugin', `HEAD ${deskOf(HELP_ID)}`));
		expect(other).toMatchObject({ status: 404 });
	});
});
