import { fillPath, onPage, parseRoute } from '../../../nodes/shared/api/route';
import { op } from '../../../nodes/Crisp/operations/operation';

const route = parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}');

describe('a route', () => {
	it('is split into method, path and path parameters', () => {
		expect(parseRoute('GET /v1/website/{website_id}/conversations/{page_number}')).toEqual({
			method: 'GET',
			path: '/v1/website/{website_id}/conversations/{page_number}',
			variables: ['website_id'],
			isPaged: true,
		});
	});

	it.each([
		['a@b.co', 'a%40b.co'],
		['../../user/account', '..%2F..%2Fuser%2Faccount'],
		['a/b?c#d', 'a%2Fb%3Fc%23d'],
		['%2e%2e', '%252e%252e'],
		['{page_number}', '%7Bpage_number%7D'],
		['日本 語', '%E6%97%A5%E6%9C%AC%20%E8%AA%9E'],
	])('keeps %s in one path segment', (value, escaped) => {
		const path = fillPath(route, { website_id: 'w', people_id: value });
		expect(path).toBe(`/v1/website/w/people/profile/${escaped}`);
		expect(new URL(path, 'http://x').pathname.split('/')).toHaveLength(7);
	});

	it.each(['', '.', '..', '\ud800'])('rejects %j, which cannot be part of a path', (value) => {
		expect(() => fillPath(route, { website_id: 'w', people_id: value })).toThrow(/people id/);
	});

	it('leaves a placeholder for the page number, which is filled in for each page', () => {
		const list = parseRoute('GET /v1/website/{website_id}/conversations/{page_number}');
		expect(onPage(fillPath(list, { website_id: 'w' }), 3)).toBe('/v1/website/w/conversations/3');
	});

	it('does not compile with a path parameter that has no description', () => {
		// @ts-expect-error {unheard_of} is not described
		op('GET /v1/website/{website_id}/{unheard_of}', { action: 'Get it' });
		op('GET /v1/website/{website_id}/{page_number}', { action: 'Get it' });
		expect.assertions(0);
	});
});
