import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';
import { openTransport, tokenHash, type Credential, type CrispRequest } from '../../nodes/shared/transport';
import { nodeWith } from '../engine/n8n';
import { FakeClock, settled } from '../fakeClock';

type Answer = Partial<IN8nHttpFullResponse> | Error;

let tokens = 0;

/** A transport over answers given in advance; the last one is given for ever. */
function transportOver(answers: Answer[], signal?: AbortSignal) {
	const sent: IHttpRequestOptions[] = [];
	const clock = new FakeClock();
	const credential: Credential = {
		tier: 'plugin',
		identifier: `identifier-${++tokens}`,
		key: 'very-secret',
		baseUrl: 'https://api.example.com/',
	};
	const context = {
		getNode: () => nodeWith('crisp', {}),
		helpers: {
			httpRequestWithAuthentication: async (_type: string, options: IHttpRequestOptions) => {
				sent.push(options);
				const answer = answers.length > 1 ? answers.shift() : answers[0];
				if (answer instanceof Error) throw answer;
				return { statusCode: 200, headers: {}, body: { error: false, reason: 'ok', data: {} }, ...answer };
			},
		},
	};
	return { send: openTransport(context as never, credential, { clock, signal }), sent, clock };
}

const get: CrispRequest = { method: 'GET', path: '/v1/website/w' };
const post: CrispRequest = { method: 'POST', path: '/v1/website/w/conversation', body: {} };
const ok = (data: unknown): Answer => ({ statusCode: 200, body: { error: false, reason: 'ok', data } });
const refused = (statusCode: number, reason: string, data: unknown = {}): Answer => ({
	statusCode,
	body: { error: true, reason, data },
});
const broken = (code: string) => Object.assign(new Error(`socket: ${code} very-secret`), { code });

async function errorOf(promise: Promise<unknown>): Promise<NodeApiError> {
	return await promise.then(
		() => Promise.reject(new Error('It did not fail')),
		(error: NodeApiError) => error,
	);
}

describe('a request', () => {
	it('goes to the address of the credential, follows no redirect, and sends an empty body as one', async () => {
		const { send, sent } = transportOver([ok({ session_id: 's' })]);
		expect(await send(post)).toEqual({ session_id: 's' });
		expect(sent[0]).toMatchObject({
			method: 'POST',
			url: 'https://api.example.com/v1/website/w/conversation',
			body: '{}',
			headers: { 'Content-Type': 'application/json' },
			disableFollowRedirect: true,
		});
	});

	it.each([
		[200, true],
		[404, false],
	])('of HEAD with status %d says whether the thing exists: %s', async (statusCode, exists) => {
		const { send } = transportOver([{ statusCode, body: '' }]);
		expect(await send({ method: 'HEAD', path: '/v1/website/w' })).toBe(exists);
	});
});

describe('a limit', () => {
	it.each([429, 420])('of status %d is waited out for every method, once for all', async (status) => {
		const { send, sent, clock } = transportOver([refused(status, 'rate_limited'), ok(1)]);
		const both = Promise.all([send(post), send(post)]);
		await clock.advance(5_000);
		expect(await both).toEqual([1, 1]);
		expect(sent).toHaveLength(3);
	});

	it.each([
		['7', 7_000],
		[new Date(1_800_000_009_000).toUTCString(), 9_000],
	])('with Retry-After %s is waited out that long', async (header, milliseconds) => {
		const limited = { ...refused(429, 'rate_limited'), headers: { 'retry-after': header } } as Answer;
		const { send, sent, clock } = transportOver([limited, ok(1)]);
		const answer = send(get);
		await clock.advance(milliseconds - 1);
		expect(sent).toHaveLength(1);
		await clock.advance(1);
		expect(await answer).toBe(1);
	});

	it('that does not end is told with the quota, after ten tries', async () => {
		const { send, sent, clock } = transportOver([refused(429, 'rate_limited')]);
		const failed = errorOf(send(get));
		await clock.advance(1_000_000);
		const error = await failed;
		expect(sent).toHaveLength(10);
		expect(error.message).toContain('rate_limited');
		expect(error.description).toMatch(/daily quota/);
	});

	it('holds back others of the same token, and ends at once when the execution is cancelled', async () => {
		const cancel = new AbortController();
		const { send, sent, clock } = transportOver([refused(429, 'rate_limited')], cancel.signal);
		const failed = errorOf(send(post));
		await settled();
		const other = errorOf(send(post));
		await settled();
		expect(sent).toHaveLength(1);
		cancel.abort();
		expect((await failed).message).toMatch(/cancelled/);
		expect((await other).message).toMatch(/cancelled/);
		expect(sent).toHaveLength(1);
		expect(clock.sleeping).toBe(0);
	});
});

it.each([['86400'], [new Date(1_800_003_600_000).toUTCString()]])(
	'a limit with Retry-After %s is told at once',
	async (header) => {
		const limited = { ...refused(429, 'quota_exceeded'), headers: { 'retry-after': header } } as Answer;
		const { send, sent } = transportOver([limited]);
		expect((await errorOf(send(post))).message).toContain('quota_exceeded');
		expect(sent).toHaveLength(1);
	},
);

describe('a failure', () => {
	const failures: Array<[string, Answer]> = [
		['a status 503', refused(503, 'unavailable')],
		['a broken line', broken('ECONNRESET')],
	];
	it.each(failures)('such as %s is tried again where that is safe, three times in all', async (_, answer) => {
		for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'] as const) {
			const { send, sent, clock } = transportOver([answer]);
			const failed = errorOf(send({ method, path: '/v1/website/w' }));
			await clock.advance(60_000);
			await failed;
			expect([method, sent.length]).toEqual([method, method === 'POST' || method === 'PATCH' ? 1 : 3]);
		}
	});

	it('that passes is not seen', async () => {
		const { send, clock } = transportOver([broken('ECONNRESET'), refused(502, ''), ok(1)]);
		const answer = send(get);
		await clock.advance(60_000);
		expect(await answer).toBe(1);
	});

	it('after which what was deleted is gone is no failure', async () => {
		const { send, clock } = transportOver([broken('ECONNRESET'), refused(404, 'conversation_not_found')]);
		const answer = send({ method: 'DELETE', path: '/v1/website/w' });
		await clock.advance(60_000);
		expect(await answer).toBeUndefined();
	});

	it('of n8n itself is told in its words, without secrets, and not tried again', async () => {
		const { send, sent } = transportOver([new Error('No credential very-secret\nat somewhere')]);
		const error = await errorOf(send(get));
		expect(error.message).toBe('n8n could not send the request: No credential …');
		expect(sent).toHaveLength(1);
	});

	it('says of a message that Crisp may have it all the same', async () => {
		const { send } = transportOver([broken('ECONNRESET')]);
		const error = await errorOf(send(post));
		expect(error.message).toBe('Crisp could not be reached: the connection was cut');
		expect(error.description).toMatch(/may have received it/);
	});
});

describe('a refusal says what happened, with the reason of Crisp, and what to do', () => {
	it.each([
		[401, 'invalid_session', {}, /does not know this token \(invalid_session\)/, /'Tier'/],
		[403, 'not_subscribed', {}, /not installed on this website \(not_subscribed\)/, /install/],
		[403, 'restricted_route_tier', {}, /tier .*\(restricted_route_tier\)/, /tier that the description/],
		[403, 'not_allowed', {}, /not allowed.*\(not_allowed\)/, /scope/],
		[400, 'invalid_data', { message: 'email is wrong' }, /\(invalid_data: email is wrong\)/, /field named here/],
		[404, 'conversation_not_found', {}, /no such conversation \(conversation_not_found\)/, /Check the IDs/],
		[409, 'people_exists', {}, /already has this \(people_exists\)/, /Update/],
		[418, 'teapot', {}, /refused the request \(teapot\)/, /Check the values/],
		[503, 'unavailable', {}, /could not answer \(unavailable\)/, /later/],
		[200, 'odd', {}, /refused the request \(odd\)/, /Check the values/],
	])('%d %s', async (status, reason, data, message, cure) => {
		const { send } = transportOver([refused(status, reason, data)]);
		const error = await errorOf(send(post));
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(cure);
		expect(error.description).toContain('POST /v1/website/w/conversation');
		expect(error.httpCode).toBe(String(status));
	});

	it.each<[string, Answer]>([
		['a page of a proxy', { statusCode: 200, body: '<html>Hello</html>' }],
		['a redirect', { statusCode: 302, body: '', headers: { location: 'https://evil.example' } }],
		['JSON of something else', { statusCode: 200, body: { hello: 'world' } }],
	])('%s is not taken for an answer', async (_, answer) => {
		await errorOf(transportOver([answer]).send(post));
	});

	it('shows no secret, wherever it comes from', async () => {
		for (const answer of [broken('ECONNRESET'), refused(401, 'invalid_session')]) {
			const error = await errorOf(transportOver([answer]).send(post));
			const shown = JSON.stringify([error.message, error.description, error.context, error.messages, error]);
			expect(shown).not.toContain('very-secret');
		}
	});
});

it('tells tokens apart without showing them', () => {
	const credential: Credential = { tier: 'plugin', identifier: 'i', key: 'very-secret', baseUrl: 'https://a.co' };
	const others = [{ tier: 'user' as const }, { identifier: 'j' }, { key: 'k' }, { baseUrl: 'https://b.co' }];
	const hashes = [{}, ...others].map((other) => tokenHash({ ...credential, ...other }));
	expect(new Set(hashes).size).toBe(hashes.length);
	expect(hashes.join()).not.toContain('very-secret');
	expect(tokenHash({ ...credential, baseUrl: 'https://a.co/' })).toBe(hashes[0]);
});
