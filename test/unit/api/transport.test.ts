import { NodeApiError } from 'n8n-workflow';
import { isPartial } from '../../../nodes/shared/api/list';
import { isUncertain } from '../../../nodes/shared/errors/apiErrors';
import { tokenHash, type Credential, type CrispRequest } from '../../../nodes/shared/api/transport';
import { broken, errorOf, ok, refused, serve, type Answer } from '../../support/servers/servedTransport';

/** A transport with prepared responses; the last one is repeated. */
function transportOver(answers: Answer[]) {
	const { open, sent, clock } = serve(() => (answers.length > 1 ? answers.shift() : answers[0]) as Answer);
	return { send: open(), sent, clock };
}

const get: CrispRequest = { method: 'GET', path: '/v1/website/w' };
const post: CrispRequest = { method: 'POST', path: '/v1/website/w/conversation', body: {} };
describe('a request', () => {
	it('is sent to the address of the credential, follows no redirect, and sends an empty body as an empty object', async () => {
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
	])('HEAD with status %d returns whether the resource exists: %s', async (statusCode, exists) => {
		const { send } = transportOver([{ statusCode, body: '' }]);
		expect(await send({ method: 'HEAD', path: '/v1/website/w' })).toBe(exists);
	});
});

describe('a list', () => {
	it.each([
		[200, false],
		[206, true],
	])('with status %d says whether more entries follow: %s', async (statusCode, hasMore) => {
		for (const data of [[1], []]) {
			const { send } = transportOver([{ ...ok(data), statusCode }]);
			const list = await send(get);
			expect([list, isPartial(list)]).toEqual([data, hasMore]);
		}
	});
});

describe('a query', () => {
	it('with half a surrogate pair is sent with a replacement character', async () => {
		const { send, sent } = transportOver([ok([])]);
		await send({
			method: 'GET',
			path: '/v1/website/w/people/profiles/1',
			query: { search_text: 'a\ud800', per_page: 20 },
		});
		expect(sent[0]).toMatchObject({ qs: { search_text: 'a\ufffd', per_page: 20 } });
	});
});

describe('a failure', () => {
	const failures: Array<[string, Answer]> = [
		['status 503', refused(503, 'unavailable')],
		['a lost connection', broken('ECONNRESET')],
	];
	it.each(failures)('such as %s is retried if that is safe, with three attempts in total', async (_, answer) => {
		for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'] as const) {
			const { send, sent, clock } = transportOver([answer]);
			const failed = errorOf(send({ method, path: '/v1/website/w' }));
			await clock.advance(60_000);
			await failed;
			expect([method, sent.length]).toEqual([method, method === 'POST' || method === 'PATCH' ? 1 : 3]);
		}
	});

	it('to connect is retried for every method, as Crisp received nothing', async () => {
		for (const method of ['POST', 'PATCH', 'GET'] as const) {
			const { send, sent, clock } = transportOver([broken('ECONNREFUSED'), ok(1)]);
			const answer = send({ method, path: '/v1/website/w' });
			await clock.advance(60_000);
			expect(await answer).toBe(1);
			expect(sent).toHaveLength(2);
		}
	});

	it('that a retry resolves causes no error', async () => {
		const { send, clock } = transportOver([broken('ECONNRESET'), refused(502, ''), ok(1)]);
		const answer = send(get);
		await clock.advance(60_000);
		expect(await answer).toBe(1);
	});

	it('with 404 on the retry of a deletion counts as success', async () => {
		const { send, clock } = transportOver([broken('ECONNRESET'), refused(404, 'conversation_not_found')]);
		const answer = send({ method: 'DELETE', path: '/v1/website/w' });
		await clock.advance(60_000);
		expect(await answer).toBeUndefined();
	});

	it('of n8n itself is reported in its words, without secrets, and not retried', async () => {
		const { send, sent } = transportOver([new Error('No credential sandbox-very-secret\nat somewhere')]);
		const error = await errorOf(send(get));
		expect(error.message).toBe('n8n could not send the request: No credential …');
		expect(sent).toHaveLength(1);
	});

	it('warns that Crisp may have received the message', async () => {
		const { send } = transportOver([broken('ECONNRESET')]);
		const error = await errorOf(send(post));
		expect(error.message).toBe('Crisp could not be reached: the connection was reset');
		expect(error.description).toMatch(/may have received it/);
	});
});

describe('a request that n8n never settles', () => {
	const path = '/v1/website/w';
	/** A little longer than n8n's own timeout. */
	const longest = 35_000;

	/** Sends over a helper that never settles; `ended` says whether its signal was aborted. */
	function neverAnswered(request: CrispRequest, signal?: AbortSignal) {
		const { open, sent, clock } = serve(() => new Promise<never>(() => undefined));
		const failed = errorOf(open({ signal })(request));
		const ended = () => sent.map(({ abortSignal }) => (abortSignal as AbortSignal).aborted);
		return { failed, clock, ended };
	}

	it('is aborted at the deadline, and retried if that is safe', async () => {
		for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'PATCH'] as const) {
			const { failed, clock, ended } = neverAnswered({ method, path });
			await clock.advance(longest - 1);
			expect([method, ended()]).toEqual([method, [false]]);
			await clock.advance(4 * longest);
			const error = await failed;
			expect(error.message).toBe('Crisp could not be reached: the request timed out');
			expect(isUncertain(error)).toBe(true);
			const tries = method === 'POST' || method === 'PATCH' ? 1 : 3;
			expect([method, ended()]).toEqual([method, Array<boolean>(tries).fill(true)]);
		}
	});

	it('is aborted when its execution is cancelled', async () => {
		const execution = new AbortController();
		const { failed, clock, ended } = neverAnswered(post, execution.signal);
		await clock.advance(1);
		execution.abort();
		expect((await failed).message).toBe('The execution was cancelled');
		expect(ended()).toEqual([true]);
	});

	it('is aborted with all others of its execution, with a single listener on the signal', async () => {
		const { open, sent } = serve(() => new Promise<never>(() => undefined));
		const execution = new AbortController();
		const listening = jest.spyOn(execution.signal, 'addEventListener');
		const send = open({ signal: execution.signal });
		const failed = Array.from({ length: 20 }, async () => await errorOf(send(get)));
		while (sent.length < 5) await new Promise((resolve) => setImmediate(resolve));
		execution.abort();
		for (const { message } of await Promise.all(failed)) expect(message).toBe('The execution was cancelled');
		expect(listening.mock.calls.filter(([, heard]) => typeof heard === 'function')).toHaveLength(1);
	});

	it('is aborted without affecting other requests', async () => {
		const { open, sent, clock } = serve(() => ok(1));
		const execution = new AbortController();
		const [add, remove] = (['addEventListener', 'removeEventListener'] as const).map((name) =>
			jest.spyOn(AbortSignal.prototype, name),
		);
		expect(await open({ signal: execution.signal })(get)).toBe(1);
		expect(clock.alarms).toBe(0);
		expect(add?.mock.calls.length).toBeGreaterThan(0);
		expect(remove?.mock.calls.length).toBe(add?.mock.calls.length);
		await clock.advance(2 * longest);
		execution.abort();
		expect((sent[0]?.abortSignal as AbortSignal).aborted).toBe(false);
		jest.restoreAllMocks();
	});

	it('passes its own signal to n8n instead of that of the execution', async () => {
		const { open, contexts, sent } = serve(() => ok(1));
		await open()(get);
		expect(contexts[0]?.getExecutionCancelSignal?.()).toBe(sent[0]?.abortSignal);
		expect(contexts[0]?.getNode).toBeDefined();
	});
});

describe('a response that cannot be decompressed', () => {
	it.each(['Z_DATA_ERROR', 'ERR__ERROR_FORMAT_PADDING_2', 'ZSTD_error_prefix_unknown'])(
		'is reported as such, and Crisp may have received the request: %s',
		async (code) => {
			const error = await errorOf(transportOver([broken(code)]).send(post));
			expect(error.message).toBe('Crisp could not be reached: the response could not be decompressed');
			expect(isUncertain(error)).toBe(true);
		},
	);

	it('because its end is missing is reported as cut off', async () => {
		const error = await errorOf(transportOver([broken('Z_BUF_ERROR')]).send(post));
		expect(error.message).toBe('Crisp could not be reached: the response was cut off');
		expect(isUncertain(error)).toBe(true);
	});
});

describe("reports what happened, with Crisp's reason, and what to do", () => {
	it.each([
		[401, 'invalid_session', {}, /does not know this token \(invalid_session\)/, /'Tier'/],
		[404, 'not_subscribed', {}, /not installed on this website \(not_subscribed\)/, /install/],
		[403, 'restricted_route_tier', {}, /tier .*\(restricted_route_tier\)/, /Use a credential of another tier/],
		[403, 'not_allowed', {}, /not allowed.*\(not_allowed\)/, /scope/],
		[400, 'invalid_data', { message: 'email is wrong' }, /\(invalid_data: email is wrong\)/, /field named here/],
		[404, 'conversation_not_found', {}, /no such conversation \(conversation_not_found\)/, /Check the ID/],
		[409, 'people_exists', {}, /already exists in Crisp \(people_exists\)/, /Update/],
		[418, 'teapot', {}, /refused the request \(teapot\)/, /Check the values/],
		[503, 'unavailable', {}, /returned a server error \(unavailable\)/, /later/],
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
		["a proxy's HTML page", { statusCode: 200, body: '<html>Hello</html>' }],
		['a redirect', { statusCode: 302, body: '', headers: { location: 'https://evil.example' } }],
		['JSON of another API', { statusCode: 200, body: { hello: 'world' } }],
	])('%s is not accepted as a response', async (_, answer) => {
		await errorOf(transportOver([answer]).send(post));
	});

	it('never shows secrets, regardless of their source', async () => {
		for (const answer of [broken('ECONNRESET'), refused(401, 'invalid_session')]) {
			const error = await errorOf(transportOver([answer]).send(post));
			const shown = JSON.stringify([error.message, error.description, error.context, error.messages, error]);
			expect(shown).not.toContain('very-secret');
		}
	});
});

it('distinguishes tokens without revealing them', () => {
	const credential: Credential = { tier: 'plugin', identifier: 'i', key: 'very-secret', baseUrl: 'https://a.co' };
	const others = [{ tier: 'user' as const }, { identifier: 'j' }, { key: 'k' }, { baseUrl: 'https://b.co' }];
	const hashes = [{}, ...others].map((other) => tokenHash({ ...credential, ...other }));
	expect(new Set(hashes).size).toBe(hashes.length);
	expect(hashes.join()).not.toContain('very-secret');
	expect(tokenHash({ ...credential, baseUrl: 'https://a.co/' })).toBe(hashes[0]);
});
