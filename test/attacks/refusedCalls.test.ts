import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { processStores } from '../../nodes/shared/runtime/processState';
import { clock as systemClock } from '../../nodes/shared/runtime/clock';
import { nested } from '../property/strangers';

/** A stranger who knows the address of a webhook calls it as often as possible: logs, memory and executions stay as they are. */

interface Call {
	hook: 'plugin' | 'website';
	query?: IDataObject;
	headers?: IDataObject;
	credential?: () => Promise<IDataObject>;
	now: number;
	body?: string;
	/** The body as n8n parsed it, in place of its bytes. */
	parsedBody?: unknown;
}

function begin() {
	const lines: string[] = [];
	const log = (text: string) => void lines.push(text);
	let time = 0;
	const clock = { ...systemClock, now: () => time };
	const call = async ({ hook, query = {}, headers = {}, now, body = '{}', parsedBody, ...more }: Call) => {
		const { credential = async () => await Promise.resolve({ hookSecret: 'key', signingSecret: 'secret' }) } = more;
		let status = 0;
		const context = {
			getCredentials: credential,
			getMode: () => 'webhook',
			getNode: () => ({ id: 'node', name: 'Hook', credentials: { crispApi: { id: 'c' } } }),
			getWorkflow: () => ({ id: 'workflow' }),
			getInstanceId: () => 'instance',
			getNodeParameter: () => hook,
			getQueryData: () => query,
			getHeaderData: () => headers,
			getRequestObject: () => (parsedBody === undefined ? { rawBody: Buffer.from(body) } : {}),
			getBodyData: () => parsedBody,
			getResponseObject: () => ({ status: (code: number) => ({ json: () => void (status = code) }) }),
			logger: { warn: log, error: log, debug: log },
		} as unknown as IWebhookFunctions;
		time = now;
		const made = await receive(context, { clock });
		expect(made.workflowData).toBeUndefined();
		return status;
	};
	return { lines, call };
}

const many = 1_000;
const headers = { 'x-crisp-request-timestamp': '1800000000000', 'x-crisp-signature': 'wrong' };

// First, because a store has one timer at a time, also over several tests.
it('a decrypted credential is removed after a few seconds, also if no other call follows', async () => {
	const timer = new AbortController();
	const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(timer.signal);
	const { call } = begin();
	await call({ hook: 'website', now: Date.now() - 5_000 });
	const size = () => processStores().find(({ name }) => name.startsWith('decrypted credentials'))?.size;
	expect([size(), timeout.mock.calls]).toEqual([1, [[5_000], [86_400_000]]]);
	timer.abort();
	expect(size()).toBe(0);
	timeout.mockRestore();
});

it.each<[string, Omit<Call, 'now'>, number, number]>([
	['a wrong key', { hook: 'website', query: { key: 'x'.repeat(5_000) } }, 401, 1],
	['no key', { hook: 'website' }, 401, 1],
	['a wrong signature', { hook: 'plugin', headers }, 401, 1],
	['no signature', { hook: 'plugin' }, 401, 1],
	// The text and the details of the error.
	['a credential that cannot be loaded', { hook: 'plugin', credential: () => Promise.reject(new Error('no')) }, 503, 2],
])('%s is logged once an hour, with the number of calls', async (_, hostile, status, count) => {
	const { lines, call } = begin();
	const before = processStores().map(({ size }) => size);
	for (let number = 0; number < many; number++) {
		expect(await call({ ...hostile, now: 1_800_000_000_000 + number })).toBe(status);
	}
	expect(lines).toHaveLength(count);
	const grown = processStores().filter(({ size }, index) => size > (before[index] ?? 0) + 1);
	expect(grown).toEqual([]);
	await call({ ...hostile, now: 1_800_000_000_000 + 3_600_000 });
	expect(lines).toHaveLength(2 * count);
	expect(lines.at(-1)).toContain(`This happened ${many - 1} more times since the last line.`);
});

it.each(['plugin', 'website'] as const)('a body of 12,000 levels is no event and no error (%s hook)', async (hook) => {
	const { call } = begin();
	const event = { event: 'message:send', website_id: 'w', data: { content: nested(12_000) } };
	const given = { hook, query: { key: 'key' }, headers, now: 1_800_000_000_000 };
	const status = hook === 'plugin' ? 401 : 200;
	expect(await call({ ...given, parsedBody: event })).toBe(status);
	expect(await call({ ...given, body: '['.repeat(12_000) })).toBe(status);
});
