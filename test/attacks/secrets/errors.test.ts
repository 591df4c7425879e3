import { inspect } from 'node:util';
import type { IDataObject, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { openTransport, type Credential, type CrispRequest } from '../../../nodes/shared/api/transport';
import { withPartialResult } from '../../../nodes/shared/errors/partialResult';
import type { Field } from '../../../nodes/Crisp/operations/field';
import { isList } from '../../../nodes/Crisp/operations/operation';
import { buildRequest } from '../../../nodes/Crisp/request/buildRequest';
import { collectionName, fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';
import { nameOf, rows, type Row } from '../../contract/routes';
import { FakeClock } from '../../support/fakeClock';
import { nodeWith } from '../../support/n8nContext';
import { usableTogether } from '../../contract/usableTogether';

/**
 * Somebody who may read executions looks for passwords and tokens in the errors of a node. Crisp repeats values of a
 * request in its details, other servers repeat the whole request, and so do errors of the network.
 */

const key = 'sandbox-KEY-OF-THE-CREDENTIAL';
const signingSecret = 'SIGNING-SECRET';
const hookSecret = 'HOOK-SECRET';
const credential: Credential = {
	...{ tier: 'plugin', identifier: 'i', key, signingSecret, hookSecret },
	baseUrl: 'https://api.example.com',
};

/** A secret with characters that paths, queries and JSON write in another way. */
const marker = 'M4RKER "/\\é✓ ?&=%';

/** The beginning of it, however it is written. */
const trace = /M4RKER|KEY-OF-THE-CREDENTIAL|SIGNING-SECRET|HOOK-SECRET/;

const freeJson = JSON.stringify({
	...{ password: marker, apiKey: marker, access_token: marker, 'x-signature': marker },
	nested: [{ client_secret: { value: [marker] } }],
});

const ids: Record<string, string> = {
	conversation: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
	locale: 'en',
	personSegment: 'vip',
	conversationSegment: 'vip',
	conversationData: 'plan',
	personData: 'plan',
};

function sampleOf({ kind, options, picks = 'website', fields = {}, sentAs }: Field): unknown {
	switch (kind) {
		case 'secret':
			return marker;
		case 'json':
			// What is sent under other names is a list.
			return sentAs ? `[${freeJson}]` : freeJson;
		case 'picker':
			return { __rl: true, mode: 'id', value: ids[picks] ?? '8c842203-7ed8-4e29-a608-7cf78a7d2fcc' };
		case 'choice':
			return Object.keys(options ?? {})[0];
		case 'email':
			return 'a@b.co';
		case 'number':
		case 'fingerprint':
			return 1;
		case 'flag':
		case 'bit':
			return true;
		case 'date':
		case 'instant':
			return '2026-01-31';
		case 'fingerprints':
			return [1];
		case 'list':
			return ['one'];
		case 'pairs':
			return { plan: 'gold' };
		case 'table':
			return [Object.fromEntries(Object.entries(fields).map(([name, column]) => [name, sampleOf(column)]))];
		case 'group':
			return Object.fromEntries(Object.entries(fields).map(([name, column]) => [name, sampleOf(column)]));
		default:
			return 'some text';
	}
}

/** The request of a row with a secret in every field for secrets and in free JSON. */
function requestOf({ key: name, operation }: Row): CrispRequest {
	const collection: IDataObject = {};
	const parameters: IDataObject = {};
	for (const { parameter, field, isOptional } of usableTogether(fieldsOf(operation), (one) => one.field)) {
		if (!field.required && field.kind === 'fingerprint') continue;
		(isOptional ? collection : parameters)[parameter] = sampleOf(field) as string;
	}
	const optional = collectionName(name, operation);
	parameters[optional] = collection;
	return buildRequest(operation, {
		parameters: { get: (one) => parameters[one], isGiven: (one) => one in parameters, timezone: 'UTC' },
		defaultWebsite: '',
		collection: optional,
	}).request;
}

type Served = (options: IHttpRequestOptions) => Partial<IN8nHttpFullResponse> | Error;

/** The whole request as text, as a server or a library may repeat it. */
const echo = ({ method, url, qs, body }: IHttpRequestOptions) =>
	[method, url, decodeURIComponent(url), JSON.stringify(qs), body, key].join(' ');

/** Crisp's details have at most 300 characters: each value of the request by itself. */
const valuesIn = (options: IHttpRequestOptions): string[] => {
	const found: string[] = [options.url, key, signingSecret, hookSecret];
	JSON.stringify([options.qs, options.body && JSON.parse(options.body as string)], (_, value: unknown) => {
		if (typeof value === 'string') found.push(value, JSON.stringify(value));
		return value;
	});
	return found;
};

const refusing =
	(statusCode: number, reason?: string): Served =>
	(options) => {
		const message = valuesIn(options).join(' ').slice(0, 5_000);
		return { statusCode, body: { error: true, reason: reason ?? message, data: { message } } };
	};

const faultWith =
	(code: string): Served =>
	(options) =>
		Object.assign(new Error(`${code} ${echo(options)}`), { code, config: options, cause: new Error(echo(options)) });

const failures: Record<string, Served> = {
	...Object.fromEntries(
		[400, 401, 402, 403, 404, 409, 418, 422, 423, 307, 500, 503].flatMap((status) => [
			[`a refusal with status ${status}`, refusing(status)],
			[`a refusal as invalid_data with status ${status}`, refusing(status, 'invalid_data')],
		]),
	),
	'a thing that was not found': (options) =>
		refusing(404, `${valuesIn(options).find((value) => trace.test(value)) ?? 'thing'}_not_found`)(options),
	'the account that has to confirm its password': refusing(423, 'password_unverified'),
	'the rate limit': refusing(429),
	'the rate limit with 420': refusing(420),
	'the quota of the day': refusing(429, 'quota_exceeded'),
	'the quota of the plan': refusing(423, 'quota_limit_exceeded'),
	'a success that is an error': refusing(200),
	'another server': (options) => ({ statusCode: 200, body: echo(options) }),
	'another server with JSON': (options) => ({ statusCode: 404, body: { message: echo(options) } }),
	'a reset connection': faultWith('ECONNRESET'),
	'a refused connection': faultWith('ECONNREFUSED'),
	'an unknown error of the network': faultWith('EUNKNOWN'),
	'an error of n8n': (options) => new Error(echo(options)),
};

const logged: string[] = [];
let tokens = 0;

/** The error of a request; undefined if it has none. */
async function errorOf(request: CrispRequest, served: Served, signal?: AbortSignal): Promise<Error | undefined> {
	const helpers = {
		httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) => {
			const given = served(options);
			if (given instanceof Error) throw given;
			return await Promise.resolve({ statusCode: 200, headers: {}, ...given });
		},
	};
	const log = (...text: unknown[]) => void logged.push(inspect(text, { depth: 9 }));
	const logger = { debug: log, info: log, warn: log, error: log };
	const context = { getNode: () => nodeWith('crisp', {}), helpers, logger };
	const clock = new FakeClock();
	// Rate limits are kept by token.
	const own = { ...credential, identifier: `identifier-${++tokens}` };
	const send = openTransport(context as never, own, { clock, isPatient: false, signal });
	return await send(request).then(
		() => undefined,
		(error: Error) => error,
	);
}

/** Everything that an error holds or says. */
function saidBy(error: Error): string {
	const own = Object.fromEntries(Object.getOwnPropertyNames(error).map((name) => [name, error[name as 'name']]));
	return [
		error.message,
		error.stack,
		inspect(error, { depth: 12, showHidden: true }),
		inspect(own, { depth: 12 }),
	].join(' ');
}

const requests = rows.map((row) => [nameOf(row.operation.route), requestOf(row), row] as const);
const withSecrets = requests.filter(([, request]) => /M4RKER/.test(JSON.stringify(request)));

it('every operation with a field for a secret, or with free JSON, is tried', () => {
	expect(requests.length).toBeGreaterThan(250);
	expect(withSecrets.length).toBeGreaterThan(20);
	const names = withSecrets.map(([name]) => name);
	expect(names).toEqual(
		expect.arrayContaining([
			'GET /v1/website/{website_id}/visitors/token/{token_id}',
			'POST /v1/user/session/login',
			'PUT /v1/website/{website_id}/conversation/{session_id}/verify/identity/link',
		]),
	);
});

describe.each(Object.entries(failures))('%s', (_, served) => {
	it('does not show a secret of any request', async () => {
		let count = 0;
		for (const [name, request, row] of requests) {
			const error = await errorOf(request, served);
			if (!error) continue;
			count += 1;
			expect([name, saidBy(error)]).toEqual([name, expect.not.stringMatching(trace)]);
			const partial = withPartialResult(nodeWith('crisp', {}), error, {
				...{ message: 'A part was done.', advice: 'Do the rest.' },
				result: { isList: isList(row.key, row.operation) },
			});
			expect([name, saidBy(partial)]).toEqual([name, expect.not.stringMatching(trace)]);
		}
		expect(count).toBeGreaterThan(200);
	});
});

it('the reason of a rate limit, which errors of other requests show, does not show a secret', async () => {
	const helpers = {
		httpRequestWithAuthentication: async () =>
			await Promise.resolve({ statusCode: 429, headers: {}, body: { error: true, reason: `quota ${marker}` } }),
	};
	const context = { getNode: () => nodeWith('crisp', {}), helpers };
	const send = openTransport(context as never, credential, { clock: new FakeClock(), isPatient: false });
	const failing = async (request: CrispRequest) =>
		await send(request).then(
			() => Promise.reject(new Error('It did not fail')),
			(error: Error) => saidBy(error),
		);
	const body = { password: marker };
	expect(await failing({ method: 'POST', path: '/v1/x', body })).not.toMatch(trace);
	const other = await failing({ method: 'GET', path: '/v1/y' });
	expect(other).toMatch(/daily quota.*\(quota …\)/);
	expect(other).not.toMatch(trace);
});

it('a cancelled execution does not show a secret', async () => {
	for (const [name, request] of withSecrets) {
		const abort = new AbortController();
		const served: Served = (options) => {
			abort.abort();
			return new Error(echo(options));
		};
		const error = await errorOf(request, served, abort.signal);
		expect([name, saidBy(error as Error)]).toEqual([name, expect.not.stringMatching(trace)]);
		expect(error?.message).toBe('The execution was cancelled');
	}
});

it('the log does not show a secret', () => {
	expect(logged.join()).not.toMatch(trace);
});

it('an error still shows the request, with … for the secrets only', async () => {
	const [, request] = withSecrets.find(([name]) => name.includes('/visitors/token/')) as (typeof withSecrets)[number];
	const error = (await errorOf(request, failures['a refusal with status 404'] as Served)) as Error & {
		description: string;
	};
	expect(error.description).toMatch(/The request was GET \/v1\/website\/8c842203-[\w-]+\/visitors\/token\/…\.$/);
});

it.each(['ab', '12', 'a'])(
	'a secret as short as "%s" is hidden where it stands alone, and other words stay',
	async (secret) => {
		const request: CrispRequest = { method: 'POST', path: '/v1/x', body: { password: secret } };
		const said = `cannot use "${secret}" or ${secret}, but cab123ba`;
		const served: Served = () => ({ statusCode: 400, body: { error: true, reason: 'bad', data: { message: said } } });
		const error = await errorOf(request, served);
		expect(error?.message).toContain('cannot use "…" or …, but cab123ba');
	},
);
