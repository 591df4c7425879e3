import express from 'express';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { IWebhookFunctions } from 'n8n-workflow';
import { webhookResponseOf } from '../../../nodes/shared/n8n/webhookResponse';
import { FakeResponse } from '../../support/fakeResponse';

const watch = (response: unknown) => {
	return webhookResponseOf({ getResponseObject: () => response } as Pick<IWebhookFunctions, 'getResponseObject'>);
};

describe('the response to a webhook request', () => {
	it.each<[number, string]>([
		[200, 'accepted'],
		[201, 'accepted'],
		[204, 'accepted'],
		[199, 'refused'],
		[302, 'refused'],
		[401, 'refused'],
		[422, 'refused'],
		[500, 'refused'],
		[503, 'refused'],
	])('with status %i says that n8n %s the execution', (status, outcome) => {
		const response = new FakeResponse();
		const seen = watch(response);
		expect(seen?.outcome).toBe('starting');
		response.end(status);
		expect(seen?.outcome).toBe(outcome);
	});

	it('says nothing while only the connection has closed', () => {
		const response = new FakeResponse();
		const seen = watch(response);
		const onEnd = jest.fn();
		seen?.onEnd(onEnd);
		response.close();
		expect([seen?.outcome, onEnd.mock.calls.length]).toEqual(['starting', 1]);
		response.end(200);
		expect(seen?.outcome).toBe('accepted');
	});

	it('is recognized by its event alone, if it has no `writableEnded`', () => {
		const response = new FakeResponse();
		Object.assign(response, { writableEnded: undefined });
		const seen = watch(response);
		response.emit('finish');
		expect(seen?.outcome).toBe('accepted');
	});

	it.each<[string, unknown]>([
		['nothing', undefined],
		['an object without events', { status: () => undefined }],
		['a text', 'response'],
	])('is unknown if n8n offers %s', (_, given) => {
		expect(watch(given)).toBeUndefined();
	});

	it('is unknown if n8n throws', () => {
		const getResponseObject = () => {
			throw new Error('no response');
		};
		expect(webhookResponseOf({ getResponseObject })).toBeUndefined();
	});

	it.each(['sent', 'cut'])('of Node says what n8n answered, also if the response is %s', async (way) => {
		let seen: ReturnType<typeof watch>;
		const outcomes: unknown[] = [];
		const app = express();
		const done = new Promise<void>((resolve) => {
			app.post('/', (request, response) => {
				seen = watch(response);
				seen?.onEnd(() => outcomes.push(seen?.outcome));
				const end = () => {
					outcomes.push(seen?.outcome);
					response.status(200).send('');
					outcomes.push(seen?.outcome);
					resolve();
				};
				if (way === 'sent') return end();
				response.once('close', end);
				request.socket.destroy();
			});
		});
		const server = app.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
		client.on('error', () => undefined);
		client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
		client.resume();
		await Promise.all([done, once(client, 'close')]);
		server.close();
		await once(server, 'close');
		expect(seen?.outcome).toBe('accepted');
		expect(outcomes.slice(0, way === 'sent' ? 2 : 3)).toEqual(
			way === 'sent' ? ['starting', 'accepted'] : ['starting', 'starting', 'accepted'],
		);
	});
});
