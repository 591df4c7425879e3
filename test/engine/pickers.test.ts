import type { INodeListSearchResult } from 'n8n-workflow';
import { search } from './n8n';
import { credentialFor, help, locator, person, shop, useSandbox } from './workspace';

const sandbox = useSandbox();
const names = ({ results }: INodeListSearchResult) => results.map(({ name }) => name);

describe('websites', () => {
	it.each([
		['website', [shop]],
		['plugin', [shop, help]],
	] as const)('are those of the token of tier %s, by name', async (tier, expected) => {
		const { results } = await search('searchWebsites', credentialFor(sandbox.current, tier));
		expect(results.map(({ value }) => value).sort()).toEqual([...expected].sort());
		for (const { name } of results) expect(name).toMatch(/^[A-Z][a-z]+ .+\(.+\)$/);
	});

	it('of a user are all of the account', async () => {
		const { results } = await search('searchWebsites', credentialFor(sandbox.current, 'user'));
		expect(results).toHaveLength(3);
	});

	it('are found by a part of the name', async () => {
		const found = await search('searchWebsites', credentialFor(sandbox.current, 'plugin'), {
			filter: 'help',
		});
		expect(found.results.map(({ value }) => value)).toEqual([help]);
	});
});

describe('conversations', () => {
	it('show who writes about what, and are those of the chosen website', async () => {
		const all = await search('searchConversations', credentialFor(sandbox.current, 'plugin'));
		const others = await search('searchConversations', credentialFor(sandbox.current, 'plugin'), {
			parameters: { websiteId: locator(help) },
		});
		expect(all.results.length).toBeGreaterThan(others.results.length);
		for (const { name, value } of [...all.results, ...others.results]) {
			expect(value).toMatch(/^session_/);
			expect(name.length).toBeLessThanOrEqual(90);
		}
		expect(names(all).some((name) => name.includes(' – '))).toBe(true);
	});
});

describe('people', () => {
	it('are found by what a user types, page by page', async () => {
		const credential = credentialFor(sandbox.current);
		const found = await search('searchPeople', credential, { filter: 'mira' });
		expect(found.results[0]).toMatchObject({
			value: person,
			name: expect.stringContaining('mira@') as string,
		});
		const first = await search('searchPeople', credential);
		expect(first.results.length).toBeGreaterThan(10);
		expect(first.paginationToken).toBe(first.results.length >= 20 ? '2' : undefined);
	});
});

describe('operators', () => {
	it('show name and email', async () => {
		const { results } = await search('searchOperators', credentialFor(sandbox.current));
		expect(results).toHaveLength(4);
		for (const { name } of results) expect(name).toMatch(/^\w+ \w+ \(\S+@\S+\)$/);
	});
});
