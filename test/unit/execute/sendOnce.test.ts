import type { IHttpRequestOptions } from 'n8n-workflow';
import { sendOnce, sendSafely, type MessageSender } from '../../../nodes/Crisp/execute/sendOnce';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { nodeWith } from '../../support/n8nContext';
import { settled } from '../../support/fakeClock';
import { broken, errorOf, ok, refused, serve, type Answer } from '../../support/servedTransport';

type Fault = 'stored' | 'not stored' | 'works';

let fingerprints = 1000;

/** A conversation that, unlike Crisp's, stores a duplicate twice; its posts fail in turn. */
function conversation(faults: Fault[], lost: Answer = broken('ECONNRESET'), lookUps: Answer[] = []) {
	const fingerprint = ++fingerprints;
	const stored: unknown[] = [];
	const answer = ({ method, url }: IHttpRequestOptions): Answer => {
		if (method === 'GET') {
			const isAsked = url.endsWith(`/message/${fingerprint}`);
			return (
				lookUps.shift() ?? (isAsked && stored.length > 0 ? ok({ fingerprint }) : refused(404, 'message_not_found'))
			);
		}
		const fault = faults.shift() ?? 'works';
		if (fault !== 'not stored') stored.push(fingerprint);
		return fault === 'works' ? ok({ fingerprint }) : lost;
	};
	const { open, clock, sent } = serve(answer);
	const cancel = new AbortController();
	const node = nodeWith('crisp', {});
	const way: MessageSender = { send: open({ signal: cancel.signal }), node, clock, signal: cancel.signal };
	const message: CrispRequest = { method: 'POST', path: '/v1/website/w/conversation/s/message', body: { fingerprint } };
	/** Advances the clock until the message is sent or has failed. */
	const during = async <Result>(sending: Promise<Result>) => {
		const ended = sending.finally(() => undefined);
		ended.catch(() => undefined);
		await clock.advance(600_000);
		return await ended;
	};
	const methods = () => sent.map(({ method }) => method).join(' ');
	return {
		...{ fingerprint, stored, methods, cancel, clock, during },
		once: async () => await during(sendOnce(way, message, fingerprint)),
		safely: async () => await during(sendSafely(way, message, fingerprint)),
		begin: async () => await sendOnce(way, message, fingerprint),
	};
}

describe('a message', () => {
	const losses: Array<[string, Answer]> = [
		['the connection is cut', broken('ECONNRESET')],
		['no response arrives in time', broken('ECONNABORTED')],
		['the server has an error', refused(500, 'server_error')],
		['a gateway times out', { statusCode: 504, body: '<html>Gateway Timeout</html>' }],
		['another server responds', { statusCode: 200, body: '<html>Hello</html>' }],
	];

	it.each(losses)('that Crisp has, although %s, is not sent again', async (_, lost) => {
		const { once, fingerprint, stored, methods } = conversation(['stored'], lost);
		expect(await once()).toEqual({ fingerprint });
		expect(stored).toHaveLength(1);
		expect(methods()).toBe('POST GET');
	});

	it.each(losses)('that Crisp does not have, as %s, is sent again', async (_, lost) => {
		const { once, fingerprint, stored, methods } = conversation(['not stored', 'not stored'], lost);
		expect(await once()).toEqual({ fingerprint });
		expect(stored).toHaveLength(1);
		expect(methods()).toBe('POST GET POST GET POST');
	});

	it('that never arrives fails after three attempts, with the cause', async () => {
		const { once, methods } = conversation(new Array<Fault>(9).fill('not stored'));
		expect((await errorOf(once())).message).toBe('Crisp could not be reached: the connection was reset');
		expect(methods()).toBe('POST GET POST GET POST GET');
	});

	it('that Crisp refuses is not looked up', async () => {
		const { once, methods } = conversation(['not stored'], refused(400, 'invalid_data'));
		expect((await errorOf(once())).message).toContain('invalid_data');
		expect(methods()).toBe('POST');
	});

	it.each<[string, unknown]>([
		['a text', 'a text'],
		['nothing', {}],
		['another message', { fingerprint: 1 }],
	])('does not count as received if the lookup returns %s', async (_, data) => {
		const { once, fingerprint, stored, methods } = conversation(['not stored'], undefined, [ok(data)]);
		expect(await once()).toEqual({ fingerprint });
		expect(stored).toHaveLength(1);
		expect(methods()).toBe('POST GET GET POST');
	});

	it('is looked up until Crisp gives a clear response', async () => {
		const { once, stored } = conversation(
			['stored'],
			undefined,
			new Array<Answer>(5).fill(refused(503, 'unavailable')),
		);
		await once();
		expect(stored).toHaveLength(1);
	});

	it.each([
		['cannot be reached', new Array<Answer>(9).fill(broken('ECONNRESET')), /could not be reached/],
		['refuses the lookup', [refused(403, 'not_allowed')], /not_allowed/],
	])(
		'of unclear status, as Crisp %s, is not sent again blindly, not even in another run',
		async (_, lookUps, cause) => {
			const { once, stored, fingerprint } = conversation(['stored'], undefined, lookUps);
			const error = await errorOf(once());
			expect(error.message).toBe('It is unclear whether Crisp received the message');
			expect(error.description).toMatch(cause);
			expect(error.description).toMatch(/Look into the conversation/);
			expect(await once()).toEqual({ fingerprint });
			expect(stored).toHaveLength(1);
		},
	);

	it('with a fingerprint of the node is sent once; with one of the user, every time', async () => {
		const own = conversation([]);
		expect(await own.once()).toEqual(await own.once());
		expect(own.methods()).toBe('POST');
		const users = conversation([]);
		await users.safely();
		await users.safely();
		expect(users.methods()).toBe('POST POST');
	});

	it('with a fingerprint of the user is looked up when its response is lost', async () => {
		const { safely, stored, methods } = conversation(['stored']);
		await safely();
		expect(stored).toHaveLength(1);
		expect(methods()).toBe('POST GET');
	});

	it('is neither looked up nor sent again once the execution is cancelled', async () => {
		const { begin, cancel, clock, methods } = conversation(['stored']);
		const failed = errorOf(begin());
		await settled();
		expect(clock.sleeping).toBe(1);
		cancel.abort();
		expect((await failed).message).toBe('The execution was cancelled');
		expect(methods()).toBe('POST');
		expect(clock.sleeping).toBe(0);
	});
});
