import type { IWebhookFunctions } from 'n8n-workflow';
import { clock } from '../../../nodes/shared/runtime/clock';
import { receive } from '../../../nodes/CrispWebhookTrigger/receive';

/** A trigger that a website hook calls with a key, and the credential that n8n currently stores. */
function hooked({ node = 'one', mode = 'webhook' } = {}) {
	const stored = { hookSecret: 'first' };
	const statuses: number[] = [];
	const getCredentials = jest.fn(async () => await Promise.resolve({ ...stored }));
	const call = async (key: string, now: number) => {
		const context = {
			getCredentials,
			getMode: () => mode,
			getNode: () => ({ id: node, name: 'Hook', credentials: { crispApi: { id: 'c' } } }),
			getWorkflow: () => ({ id: 'receive' }),
			getNodeParameter: () => 'website',
			getQueryData: () => ({ key }),
			getHeaderData: () => ({}),
			getRequestObject: () => ({ rawBody: Buffer.from('not an event') }),
			getResponseObject: () => ({ status: (code: number) => ({ json: () => statuses.push(code) }) }),
			logger: { warn: () => undefined },
		};
		await receive(context as unknown as IWebhookFunctions, { clock: { ...clock, now: () => now } });
		return statuses.at(-1);
	};
	return { stored, getCredentials, call };
}

const right = 200;
const refused = 401;
const unavailable = 503;

describe('the credential of a webhook', () => {
	it('is decrypted once for many calls within seconds, also for concurrent ones', async () => {
		const { call, getCredentials } = hooked({ node: 'many' });
		const calls = Array.from({ length: 20 }, async (_, index) => await call('first', 1_000 + index));
		expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => right));
		expect(getCredentials).toHaveBeenCalledTimes(1);
	});

	it('is current a few seconds after it was changed', async () => {
		const { call, stored } = hooked({ node: 'changed' });
		expect(await call('first', 10_000)).toBe(right);
		stored.hookSecret = 'second';
		expect(await call('first', 15_000)).toBe(refused);
		expect(await call('second', 15_001)).toBe(right);
	});

	it('is requested again if n8n could not provide it', async () => {
		const { call, getCredentials } = hooked({ node: 'failing' });
		getCredentials.mockRejectedValueOnce(new Error('no database'));
		expect(await call('first', 20_000)).toBe(unavailable);
		expect(await call('first', 20_001)).toBe(right);
	});

	it.each([
		['for another node', { node: 'other' }, 1],
		['during a test in the editor', { node: 'tested', mode: 'manual' }, 2],
	])('is not reused %s', async (_, other, times) => {
		const before = hooked({ node: 'tested' });
		expect(await before.call('first', 30_000)).toBe(right);
		const { call, getCredentials } = hooked(other);
		await call('first', 30_001);
		await call('first', 30_002);
		expect(getCredentials).toHaveBeenCalledTimes(times);
	});
});
