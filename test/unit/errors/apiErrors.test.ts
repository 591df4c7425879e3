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
		[404, 'website_not_found', '', 'Crisp has no such website', /Check the IDs/],
	])('%d %s %s: %s', (status, reason, detail, title, cure) => {
		const error = refusedWith(status, reason, detail);
		expect(error.message).toBe(`${title} (${detail ? `${reason}: ${detail}` : reason})`);
		expect(error.description).toMatch(cure);
		expect(error.httpCode).toBe(String(status));
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
