import { NodeApiError, type INode, type JsonObject } from 'n8n-workflow';
import { ifThere } from '../../../nodes/shared/api/client';
import {
	cloneError,
	isGone,
	isResourceMissing,
	noAnswerError,
	refusalError,
	refusalOf,
	type Refusal,
} from '../../../nodes/shared/errors/apiErrors';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const noRoute = 'the route does not exist';

const refusedWith = (status: number, reason: string, detail = '') => {
	const refusal: Refusal = { status, reason, detail, method: 'GET', path: '/v1/website/w/x' };
	return refusalError(node, refusal);
};

describe('a refusal is explained, with the reason and the details of Crisp', () => {
	it.each<[number, string, string, string, RegExp]>([
		[402, 'subscription_upgrade_required', '', 'The plan of this website does not include this', /Upgrade the plan/],
		[402, 'another_plan', '', 'The plan of this website does not include this', /Upgrade the plan/],
		[422, 'try_later', '', 'Crisp cannot execute the request at the moment', /in a few minutes/],
		[422, 'invalid_data', 'email', 'Crisp rejected a value of this request', /field named here/],
		[
			423,
			'quota_limit_exceeded',
			'',
			'The plan of this website limits how often Crisp accepts this',
			/about a minute.*not the daily quota/,
		],
		[423, 'password_unverified', '', 'Crisp did not accept the password', /'Verification Secret'/],
		[400, 'search_query_too_long', '', 'The search is too long for Crisp', /Shorten 'Search'/],
		[
			404,
			'not_subscribed',
			'the website is not subscribed to the plugin',
			'The plugin is not installed on this website',
			/install link/,
		],
		[404, 'not_found', noRoute, 'Crisp has no such route', /'API Address'.*update this package/],
		[404, 'route_not_found', '', 'Crisp has no such route', /'API Address'/],
		[404, 'not_found', '', 'Crisp could not find this conversation, person or other resource', /Check the IDs/],
		[409, 'people_exists', '', 'This already exists in Crisp', /Update the existing one/],
		[409, 'campaign_already_dispatched', '', 'Crisp cannot do this in the present state', /done already/],
		[409, 'campaign_not_ready', '', 'Crisp cannot do this in the present state', /not be ready/],
		[404, 'website_not_found', '', 'There is no website with the ID w', /Check the ID/],
		[404, 'conversation_not_found', '', 'Crisp has no such conversation', /on website w\. Check the ID/],
	])('%d %s %s: %s', (status, reason, detail, title, cure) => {
		const error = refusedWith(status, reason, detail);
		expect(error.message).toBe(`${title} (${detail ? `${reason}: ${detail}` : reason})`);
		expect(error.description).toMatch(cure);
		expect(error.httpCode).toBe(String(status));
	});
});

const website = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';

const missing = (thing: string, request: Partial<Refusal>) =>
	refusalError(node, { method: 'GET', path: '/', status: 404, reason: `${thing}_not_found`, detail: '', ...request });

describe('what was not found is named as it was asked for', () => {
	const at = (rest: string) => ({ path: `/v1/website/${website}/${rest}` });
	it.each<[string, Partial<Refusal>, string]>([
		['conversation', at('conversation/session_1/message'), 'There is no conversation with the ID session_1'],
		['session', at('conversation/session_1'), 'There is no conversation with the ID session_1'],
		['people', at('people/profile/x%40y.z'), 'There is no person with the email x@y.z'],
		['people', at('people/events/c5a2/list/1'), 'There is no person with the ID c5a2'],
		['operator', at('operator/a4c3/availability'), 'There is no operator with the ID a4c3'],
		[
			'operator',
			{ ...at('conversation/session_1/routing'), body: { assigned: { user_id: 'a4c3' } } },
			'There is no operator with the ID a4c3',
		],
		[
			'inbox',
			{ ...at('conversation/session_1/inbox'), body: { inbox_id: 'd42e' } },
			'There is no inbox with the ID d42e',
		],
		['team', at('team/d09f'), 'There is no team with the ID d09f'],
		['article', at('helpdesk/locale/en/article/fd03/page'), 'There is no article with the ID fd03'],
		['article', at('helpdesk/locale/en/article/%E0'), 'Crisp has no such article'],
		['path', at('helpdesk/tree/path/en/articles/a/b'), 'Crisp has no such page'],
		['campaign_template', at('x'), 'Crisp has no such campaign template'],
		['people', at('people/profiles/1'), 'Crisp has no such person'],
		['toString', at('toString'), 'Crisp has no such toString'],
	])('%s %j: %s', (thing, request, said) => {
		expect(missing(thing, request).message).toBe(`${said} (${thing}_not_found)`);
	});

	it('without secrets of the request', () => {
		const request = { ...at('visitor/SECRET-TOKEN'), secrets: ['SECRET-TOKEN'] };
		expect(missing('visitor', request).message).toBe('There is no visitor with the ID … (visitor_not_found)');
	});

	it('with the website where Crisp looked', () => {
		const request = at('conversation/session_1');
		const cure = /If it is of another website, choose that in 'Website', for example with \{\{ \$json\.website_id \}\}/;
		const ofDefault = missing('conversation', { ...request, defaultWebsite: website.toUpperCase() }).description;
		expect(ofDefault).toContain(`on website ${website}, the default website of the credential.`);
		expect(ofDefault).toMatch(cure);
		const ofAnother = missing('conversation', { ...request, defaultWebsite: 'b' }).description;
		expect(ofAnother).toContain(`on website ${website}. Check`);
	});

	it('and a website token, which has one website, is not told to choose another', () => {
		const request = { ...at('conversation/session_1'), defaultWebsite: website };
		for (const tier of ['plugin', 'user'] as const) {
			expect(missing('conversation', { ...request, tier }).description).toContain("choose that in 'Website'");
		}
		const { description } = missing('conversation', { ...request, tier: 'website' });
		expect(description).not.toContain('choose that');
		expect(description).toContain('Check the ID: it may have been deleted. A website token reaches this website only');
		expect(description).toContain('use a credential of that one.');
	});
});

describe('advice fits the tier in use', () => {
	type Case = [Refusal['tier'], Refusal['needs'], string, string];
	const missingScope = 'Check that the plugin is installed on this website, and add the scope that this needs in Crisp';
	it.each<Case>([
		['website', { scope: 'a (write)' }, 'not_allowed', 'A website token reaches its own website only: check'],
		['user', { scope: 'a (write)' }, 'not_allowed', 'Check that the operator of this token is a member'],
		['plugin', { scope: 'a (write)' }, 'not_allowed', missingScope.replace('that this needs', 'a (write)')],
		['plugin', {}, 'another_reason', missingScope],
		[
			'website',
			{ tier: 'user' },
			'restricted_route_tier',
			'Use a credential of tier User. The one in use is of tier Website.',
		],
		[
			'plugin',
			undefined,
			'restricted_route_tier',
			'Use a credential of another tier. The one in use is of tier Plugin.',
		],
		['plugin', { tier: 'user' }, '', 'Use a credential of tier User. The one in use is of tier Plugin.'],
		['user', { tier: 'user' }, '', 'Check that the operator of this token is a member'],
	])('%s, for an operation that needs %j, after %s: %s', (tier, needs, reason, said) => {
		const request = { method: 'GET', path: '/', status: 403, detail: '', reason, tier, needs } as const;
		const { description = '' } = refusalError(node, request);
		expect(description).toContain(said);
		if (tier !== 'plugin') expect(description).not.toMatch(/scope|plugin/i);
	});
});

const answers: Array<[status: number, reason: string, detail: string, isMissing: boolean]> = [
	[404, 'not_found', '', true],
	[404, 'not_found', 'the message does not exist', true],
	[404, 'conversation_not_found', '', true],
	[404, 'not_subscribed', 'the website is not subscribed to the plugin', false],
	[404, 'not_found', noRoute, false],
	[404, 'route_not_found', '', false],
	// From a proxy, or the address of another server.
	[404, '', '', false],
	[403, 'conversation_not_found', '', false],
	[410, 'not_found', '', false],
];

describe('a resource counts as missing only if Crisp says that it does not exist', () => {
	it.each(answers)('%d "%s" "%s": %s', async (status, reason, detail, isMissing) => {
		expect(isResourceMissing(status, reason, detail)).toBe(isMissing);
		const error = refusedWith(status, reason, detail);
		for (const one of [error, cloneError(error), cloneError(cloneError(error))]) {
			expect(isGone(one)).toBe(isMissing);
			const read = ifThere(Promise.reject(one));
			if (isMissing) expect(await read).toBeUndefined();
			else await expect(read).rejects.toBe(one);
		}
	});

	it('and never for an error that does not report a response of Crisp', () => {
		const options = { message: 'not found', httpCode: '404' };
		const others = [
			new NodeApiError(node, {} as JsonObject, options),
			noAnswerError(node, 'not_found', ''),
			new Error('404 not_found'),
			'not_found',
			undefined,
		];
		for (const other of others) expect([other, isGone(other), refusalOf(other)]).toEqual([other, false, undefined]);
	});
});

it('what is there is returned as it is', async () => {
	expect(await ifThere(Promise.resolve({ people_id: 'p' }))).toEqual({ people_id: 'p' });
});
