import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import { execute } from '../../support/n8nContext';
import { answer, secrets, serveOn, success, type Handle, type PlainServer } from '../../support/servers/plainServer';
import { locator, shop } from '../../support/sandboxWorkspace';

const servers: PlainServer[] = [];

async function serverThat(handle: Handle): Promise<PlainServer> {
	const server = await serveOn(handle);
	servers.push(server);
	return server;
}

// Retries happen at once.
beforeEach(() => void jest.spyOn(testClock, 'sleep').mockResolvedValue());
afterEach(async () => {
	jest.restoreAllMocks();
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});

const reading: INodeParameters = {
	resource: 'conversation',
	operation: 'get',
	websiteId: locator(shop),
	sessionId: locator('={{ $json.session_id }}'),
	simplify: false,
};

const sending: INodeParameters = {
	resource: 'message',
	operation: 'send',
	websiteId: locator(shop),
	sessionId: locator('={{ $json.session_id }}'),
	type: 'text',
	content: 'Hello',
};

const silence = () => undefined;

/** Runs three items; the server misbehaves for the second one. */
async function run(misbehave: (response: ServerResponse) => void, parameters = reading) {
	// If the server never responds, a short timeout is enough.
	const givesUp = misbehave === silence ? { match: /session_bad/, after: 200 } : undefined;
	const server = await serverThat((request, response) => {
		if (request.url?.includes('session_bad')) misbehave(response);
		else answer(response, success({ session_id: 'good' }));
	});
	const items = ['session_1', 'session_bad', 'session_2'].map((session_id) => ({ session_id }));
	const { credential } = server;
	const given = await execute({ credential, parameters, items, onError: 'continueRegularOutput', givesUp });
	expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	const [first, bad, last] = given as [INodeExecutionData, INodeExecutionData, INodeExecutionData];
	for (const { json, error } of [first, last]) {
		expect([json, error]).toEqual([expect.objectContaining({ session_id: 'good' }), undefined]);
	}
	return { bad, server };
}

function expectNoSecret(shown: unknown): void {
	const text = inspect(shown, { depth: 20, showHidden: true, maxStringLength: Infinity });
	const basic = Buffer.from(`${secrets.identifier}:${secrets.key}`).toString('base64').slice(0, -8);
	for (const secret of [secrets.key, basic]) expect(text).not.toContain(secret);
}

const html = (response: ServerResponse, status: number) => {
	response.writeHead(status, { 'Content-Type': 'text/html' });
	response.end('<html><body>Please log in</body></html>');
};

const cut = (response: ServerResponse, headers: Record<string, string>) => {
	response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
	response.write('{"error":false,"reason":"resolved","data":{"session_id":"ses', () => response.destroy());
};

describe('one item gets a clear error, and the others their data, if a server', () => {
	it.each<[string, (response: ServerResponse) => void, RegExp, RegExp]>([
		['is silent', silence, /could not be reached: the request timed out/, /network of n8n/],
		[
			'breaks off in the middle',
			(response) => cut(response, { 'Content-Length': '5000' }),
			/could not be reached: the response was cut off/,
			/network of n8n/,
		],
		['breaks off a chunked response', (response) => cut(response, {}), /the response was cut off/, /network of n8n/],
		['responds with an HTML page', (response) => html(response, 200), /not Crisp's API/, /'API Address'.*proxy/],
		[
			'responds with an HTML error page',
			(response) => html(response, 502),
			/returned a server error \(status 502\)/,
			/later/,
		],
		[
			'responds with half of the JSON',
			(response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"error":false,"da'),
			/not Crisp's API/,
			/'API Address'/,
		],
		[
			'responds with 10 MB of other data',
			(response) => answer(response, { items: 'x'.repeat(10_000_000) }),
			/not Crisp's API/,
			/'API Address'/,
		],
		[
			'responds with status 200 and an error',
			(response) => answer(response, { error: true, reason: 'invalid_data', data: { message: 'no such thing' } }),
			/rejected a value of this request \(invalid_data: no such thing\)/,
			/Check the field/,
		],
		[
			'hangs up',
			(response) => response.socket?.destroy(),
			/could not be reached: the connection was reset/,
			/network of n8n/,
		],
	])('%s', async (_, misbehave, message, cure) => {
		const { bad } = await run(misbehave);
		expect(bad.error?.message).toMatch(message);
		expect(bad.error?.description).toMatch(cure);
		expect(bad.json.error).toBe(bad.error?.message);
		expectNoSecret(bad);
	});

	it('does not respond to a message, so that it is unclear whether it arrived', async () => {
		const { bad } = await run(silence, sending);
		expect(bad.error?.message).toBe('It is unclear whether Crisp received the message');
		expect(bad.error?.description).toMatch(/the request timed out.*Look into the conversation/);
		expectNoSecret(bad);
	});
});

describe('a response that n8n would wait for forever', () => {
	it.each<[string, (response: ServerResponse) => void]>([
		[
			'as its encoding is wrong',
			(response) => {
				response.writeHead(200, { 'Content-Encoding': 'gzip' });
				response.write('{"error":false,"data":{}}');
			},
		],
		[
			'as it never ends',
			(response) => {
				response.writeHead(200, { 'Content-Type': 'application/json' });
				const goOn = () => void (response.destroyed || response.write(' ', () => setImmediate(goOn)));
				goOn();
			},
		],
	])('is aborted, %s, and its connection is closed', async (_, misbehave) => {
		const closed: Array<Promise<void>> = [];
		const rings: Array<() => void> = [];
		jest.spyOn(testClock, 'alarm').mockImplementation((_milliseconds, ring) => {
			rings.push(ring);
			return () => undefined;
		});
		const { credential } = await serverThat((_request, response) => {
			closed.push(new Promise((resolve) => response.once('close', resolve)));
			response.once('error', () => undefined);
			misbehave(response);
			setImmediate(() => rings.at(-1)?.());
		});
		const items = [{ session_id: 'session_1' }];
		const output = await execute({ credential, parameters: reading, items, onError: 'continueRegularOutput' });
		expect(output[0]?.error?.message).toMatch(
			/^Crisp could not be reached: (the request timed out|.* not be decompressed)$/,
		);
		expect(output[0]?.pairedItem).toEqual({ item: 0 });
		expect(closed).toHaveLength(3);
		await Promise.all(closed);
	});
});

describe('a response', () => {
	it.each<[string, (response: ServerResponse) => void, IDataObject]>([
		[
			'that is compressed',
			(response) => {
				response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
				response.end(gzipSync(JSON.stringify(success({ session_id: 'zipped' }))));
			},
			{ session_id: 'zipped' },
		],
		['of status 204', (response) => response.writeHead(204).end(), {}],
	])('%s is accepted', async (_, behave, json) => {
		const { bad } = await run(behave);
		expect(bad).toEqual({ json, pairedItem: { item: 1 } });
	});

	it('of 10 MB is accepted', async () => {
		const blob = 'x'.repeat(10_000_000);
		const { bad } = await run((response) => answer(response, success({ blob })));
		expect((bad.json.blob as string).length).toBe(blob.length);
	});
});

describe('a redirect to another host', () => {
	it.each([
		[301, reading],
		[302, reading],
		[307, sending],
		[308, sending],
	])('with status %d is not followed, and no credential is sent there', async (status, parameters) => {
		const other = await serverThat((_, response) => answer(response, success({ session_id: 'stolen' })));
		const { bad } = await run((response) => {
			response.writeHead(status, { Location: `${other.url}/v1/elsewhere` });
			response.end();
		}, parameters);
		expect(bad.error?.message).toMatch(/tried to redirect the request/);
		expect(bad.error?.description).toMatch(/'API Address'/);
		expect(other.asked).toEqual([]);
		expectNoSecret(bad);
	});
});

describe('the list of operators, used to look up an email', () => {
	const assigning: INodeParameters = {
		resource: 'conversation',
		operation: 'assign',
		websiteId: locator(shop),
		sessionId: locator('={{ $json.session_id }}'),
		assignedUserId: locator('juno@thistle-tea.example'),
	};
	const operators = [{ type: 'operator', details: { user_id: 'operator-1', email: 'JUNO@thistle-tea.example' } }];
	const items = ['session_1', 'session_2'].map((session_id) => ({ session_id }));

	async function assign(list: (response: ServerResponse) => void) {
		const assigned: string[] = [];
		const { credential } = await serverThat((request, response) => {
			if (request.url?.endsWith('/operators/list')) return list(response);
			assigned.push(request.url ?? '');
			answer(response, success({}));
		});
		const given = await execute({ credential, parameters: assigning, items, onError: 'continueRegularOutput' });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		return { assigned, errors: given.map(({ json }) => json.error) };
	}

	it.each<[string, unknown, RegExp]>([
		['nothing', undefined, /no operator of this website has the email/],
		['an empty object', {}, /no operator of this website has the email/],
		['an object', { a: 1 }, /something other than a list/],
		['a text', 'a page', /something other than a list/],
		[
			'invalid entries',
			[{}, { details: 5 }, { details: { email: { a: 1 } } }],
			/no operator of this website has the email/,
		],
	])('reports the problem if it is %s', async (_, data, message) => {
		const { assigned, errors } = await assign((response) => answer(response, success(data)));
		expect(assigned).toEqual([]);
		for (const error of errors) expect(error).toMatch(message);
	});

	it('is requested again for the next item if the request failed for one', async () => {
		let asked = 0;
		const { assigned, errors } = await assign((response) => {
			const isFirst = ++asked === 1;
			if (isFirst) answer(response, { error: true, reason: 'not_allowed', data: {} }, 403);
			else answer(response, success(operators));
		});
		expect([asked, assigned.length, errors.filter(Boolean).length]).toEqual([2, 1, 1]);
	});
});
