import type { IWebhookFunctions } from 'n8n-workflow';
import { clock } from '../../../nodes/shared/runtime/clock';
import { receive } from '../../../nodes/CrispWebhookTrigger/receive';
import { FakeClock, settled } from '../../support/fakeClock';
import { FakeResponse, webhookContext } from '../../support/fakeResponse';

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

describe('a delivery that comes while n8n is starting the first', () => {
	const body = JSON.stringify({
		event: 'session:set_state',
		data: { session_id: 's', state: 'resolved' },
		timestamp: 1,
	});
	const last = { 'x-delivery-attempt-count': '3', 'x-delivery-attempt-limit': '3' };

	function deliver(clock: FakeClock, headers?: Record<string, string>) {
		const answers: string[] = [];
		const response = new FakeResponse((reason) => answers.push(reason));
		void receive(webhookContext({ body, response, headers }), { clock }).then(({ workflowData }) => {
			if (workflowData) answers.push('started');
		});
		return { response, answers };
	}

	it.each<[string, Record<string, string> | undefined, string]>([
		['is put off after eight seconds', undefined, 'starting'],
		['is put off if it is not the last', { ...last, 'x-delivery-attempt-count': '2' }, 'starting'],
		['starts if it is the last, and n8n fails', last, 'started'],
		['starts if it is after the last, and n8n fails', { ...last, 'x-delivery-attempt-count': '4' }, 'started'],
	])('%s', async (_, headers, answer) => {
		const clock = new FakeClock();
		const first = deliver(clock);
		await settled();
		const second = deliver(clock, headers);
		await clock.advance(8_000);
		second.response.close();
		await clock.advance(60_000);
		first.response.end(500);
		await clock.advance(0);
		expect([first.answers, second.answers]).toEqual([['started'], [answer]]);
	});

	it('starts, as the last, if n8n never responds to the first', async () => {
		const clock = new FakeClock();
		deliver(clock);
		await settled();
		const second = deliver(clock, last);
		await clock.advance(15 * 60_000);
		expect(second.answers).toEqual(['started']);
	});
});

it('reads a body of which n8n keeps only the text', async () => {
	const body = JSON.stringify({ event: 'session:set_state', data: { session_id: 's', state: 'resolved' } });
	const response = new FakeResponse();
	const { workflowData } = await receive(webhookContext({ body, response, isRaw: false }));
	expect(workflowData?.flat().map(({ json }) => json.event)).toContain('conversation:resolved');
});

it('does not answer for n8n, and keeps the event if n8n does not show its response', async () => {
	const body = JSON.stringify({
		event: 'session:set_state',
		data: { session_id: 's', state: 'resolved' },
		timestamp: 1,
	});
	for (let time = 0; time < 2; time++) {
		const { workflowData, noWebhookResponse } = await receive(webhookContext({ body, response: {} }));
		expect([workflowData?.flat().length, noWebhookResponse]).toEqual([time === 0 ? 2 : expect.any(Number), undefined]);
	}
});

describe('a change that comes again', () => {
	async function states(times: number[], mode: string, event: string) {
		const time = new FakeClock();
		const started: boolean[] = [];
		for (const [timestamp, pause] of times.entries()) {
			await time.advance(pause);
			const data = { website_id: 'w', session_id: 'again', state: 'resolved' };
			const body = JSON.stringify({ event: 'session:set_state', data, timestamp: timestamp + 1 });
			const response = new FakeResponse();
			const more = { getMode: () => mode, getNode: () => ({ id: `again ${mode} ${times.join()}`, name: 'Hook' }) };
			const parameters = { events: [event] };
			const request = webhookContext({ body, response, parameters, more });
			const { workflowData } = await receive(request, { clock: time });
			response.end(200);
			started.push(workflowData !== undefined);
		}
		return started;
	}

	it.each([
		[
			'starts after a minute: another process may have heard of a change',
			[0, 61_000],
			'webhook',
			'session:set_state',
			true,
		],
		['does not start within a minute', [0, 30_000], 'webhook', 'session:set_state', false],
		['starts at once in a test in the editor', [0, 1_000], 'manual', 'conversation:resolved', true],
	])('%s', async (_, times, mode, event, isStarted) => {
		expect(await states(times, mode, event)).toEqual([true, isStarted]);
	});
});
