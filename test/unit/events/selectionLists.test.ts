import type { IHttpRequestOptions, ILoadOptionsFunctions } from 'n8n-workflow';
import { selectionLists } from '../../../nodes/shared/events/selection/selectionLists';

const node = { name: 'Crisp Trigger', type: 'crispTrigger' };

/** The options of a list, from a server that answers to each path; fails if it is asked without end. */
async function optionsOf(name: keyof typeof selectionLists, answer: (path: string) => [status: number, data: unknown]) {
	const asked: string[] = [];
	const httpRequestWithAuthentication = async (_: string, { url }: IHttpRequestOptions) => {
		const { pathname } = new URL(url);
		asked.push(pathname);
		if (asked.length > 200) throw new Error('The list is read without end');
		const [statusCode, data] = answer(pathname);
		return await Promise.resolve({ statusCode, headers: {}, body: { error: false, reason: 'listed', data } });
	};
	const context = {
		getNode: () => node,
		getCredentials: async () =>
			await Promise.resolve({ tier: 'plugin', identifier: 'i', key: 'sandbox-k', baseUrl: 'https://api.example.com' }),
		getCurrentNodeParameter: () => [],
		helpers: { httpRequestWithAuthentication },
	};
	const options = await selectionLists[name].call(context as unknown as ILoadOptionsFunctions);
	const isPage = (path: string) => path.startsWith('/v1/plugin/connect/websites/all/');
	return { values: options.map(({ value }) => value), pages: asked.filter(isPage).length };
}

const list = '/v1/plugin/connect/websites/all/';

/** Answers with these pages of websites, then with empty ones; a website has its ID as its name. */
const withPages =
	(pages: Array<[status: number, ids: string[]]>) =>
	(path: string): [number, unknown] => {
		if (!path.startsWith(list)) return [200, { website_id: path.split('/').at(-1) }];
		const [status, ids] = pages[Number(path.slice(list.length)) - 1] ?? [200, []];
		return [status, ids.map((website_id) => ({ website_id }))];
	};

const ids = (first: number, count: number) => Array.from({ length: count }, (_, index) => `w${first + index}`);

describe('the list of segments of a trigger', () => {
	const segments = (path: string): string | undefined =>
		/\/(conversations|people)\/suggest\/segments\//.exec(path)?.[1];
	const answer =
		(refused: string[]) =>
		(path: string): [number, unknown] => {
			const owners = segments(path);
			if (!owners) return withPages([[200, ['w0']]])(path);
			return refused.includes(owners) ? [403, null] : [200, [{ segment: 'vip' }, { segment: owners }]];
		};

	it.each<[refused: string[], expected: string[]]>([
		[[], ['conversations', 'people', 'vip']],
		[['people'], ['conversations', 'vip']],
		[['conversations'], ['people', 'vip']],
	])('without %j has those that the token may read', async (refused, expected) => {
		expect((await optionsOf('getSegments', answer(refused))).values).toEqual(expected);
	});

	it('fails if the token may read neither', async () => {
		await expect(optionsOf('getSegments', answer(['conversations', 'people']))).rejects.toThrow('not allowed');
	});
});

describe('the list of websites of a trigger', () => {
	it.each<[string, Array<[number, string[]]>, string[], number]>([
		['of one page', [[200, ids(0, 3)]], ids(0, 3), 1],
		[
			'of full pages, always with status 200',
			[
				[200, ids(0, 20)],
				[200, ids(20, 2)],
			],
			ids(0, 22),
			2,
		],
		[
			'of short pages, of which more follow',
			[
				[206, ids(0, 2)],
				[206, []],
				[200, ids(2, 1)],
			],
			ids(0, 3),
			3,
		],
		[
			'of a page that always repeats',
			Array.from({ length: 100 }, (): [number, string[]] => [206, ids(0, 2)]),
			ids(0, 2),
			6,
		],
	])('%s has every website once', async (_, pages, expected, requests) => {
		const found = await optionsOf('getWebsites', withPages(pages));
		expect(found).toEqual({ values: expected, pages: requests });
	});
});
