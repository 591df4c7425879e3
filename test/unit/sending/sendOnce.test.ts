import type { IHttpRequestOptions } from 'n8n-workflow';
import { sendOnce, sendSafely, type MessageSender } from '../../../nodes/Crisp/sending/sendOnce';
import { ConversationOrder } from '../../../nodes/Crisp/sending/conversationOrder';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { nodeWith } from '../../support/n8nContext';
import { settled } from '../../support/fakeClock';
import { broken, errorOf, ok, refused, serve, type Answer } from '../../support/servers/servedTransport';

type Fault = 'stored' | 'not stored' | 'works';

let fingerprints = 1000;

interface Habits {
	/** How long lookups by fingerprint do not show a message that Crisp has, in milliseconds. */
	lookupLag?: number;
	/** How long the list of messages does not show it. */
	listLag?: number;
	/** Whether Crisp refuses a fingerprint that it already has. */
	isRefusing?: boolean;
}

/** A conversation in which a duplicate is stored twice, unless it is refused; its posts fail in turn. */
function conversation(
	faults: Fault[],
	lost: Answer = broken('ECONNRESET'),
	lookUps: Answer[] = [],
	{ lookupLag = 0, listLag = 0, isRefusing = false }: Habits = {},
) {
	const fingerprint = ++fingerprints;
	const stored: number[] = [];
	const answer = ({ method, url }: IHttpRequestOptions): Answer => {
		const isShown = (lag: number) => stored.some((at) => clock.now() >= at + lag);
		if (method === 'GET') {
			const given = lookUps.shift();
			if (given) return given;
			if (url.endsWith('/messages')) return ok(isShown(listLag) ? [{ fingerprint }] : []);
			const isAsked = url.endsWith(`/message/${fingerprint}`);
			return isAsked && isShown(lookupLag) ? ok({ fingerprint }) : refused(404, 'message_not_found');
		}
		if (isRefusing && stored.length > 0) return refused(400, 'invalid_data', { message: 'fingerprint exists' });
		const fault = faults.shift() ?? 'works';
		if (fault !== 'not stored') stored.push(clock.now());
		return fault === 'works' ? ok({ fingerprint }) : lost;
	};
	const { open, clock, sent } = serve(answer);
	const cancel = new AbortController();
	const node = nodeWith('crisp', {});
	const { signal } = cancel;
	const order = new ConversationOrder({
		node,
		clock,
		signal,
		address: String(fingerprint),
		look: open({ isPatient: false }),
	});
	const way: MessageSender = { send: open({ signal }), node, clock, signal, order };
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
		expect(methods()).toBe('POST GET GET GET GET POST GET GET GET GET POST');
	});

	it('that Crisp never shows is sent three times at most, and then reported as unclear, with the cause', async () => {
		const { once, methods } = conversation(new Array<Fault>(9).fill('not stored'));
		const error = await errorOf(once());
		expect(error.message).toBe('It is unclear whether Crisp received the message');
		expect(error.description).toMatch(/could not be reached: the connection was reset.*does not show the message/);
		expect(methods()).toBe(Array.from({ length: 3 }, () => 'POST GET GET GET GET').join(' '));
	});

	it.each<[string, Habits]>([
		['lookups show it after 1.5 s', { lookupLag: 1_500 }],
		['lookups show it after 10 s', { lookupLag: 10_000 }],
		['only the list shows it, after 10 s', { lookupLag: Infinity, listLag: 10_000 }],
	])('that Crisp has, although its answer is lost and %s, is not sent again', async (_, habits) => {
		const { once, stored, fingerprint } = conversation(['stored', 'stored'], undefined, [], habits);
		expect(await once()).toEqual({ fingerprint });
		expect(stored).toHaveLength(1);
	});

	it('that Crisp shows too late succeeds if Crisp refuses it as a duplicate', async () => {
		const habits = { lookupLag: 14_000, listLag: 14_000, isRefusing: true };
		const { once, stored, fingerprint } = conversation(['stored'], undefined, [], habits);
		expect(await once()).toEqual({ fingerprint });
		expect(stored).toHaveLength(1);
	});

	it('that Crisp refuses after a lost answer, and does not have, fails with what Crisp says', async () => {
		const { clock, open } = serve(({ method }) =>
			method === 'GET'
				? refused(404, 'message_not_found')
				: posts++ === 0
					? broken('ECONNRESET')
					: refused(400, 'invalid_data'),
		);
		let posts = 0;
		const node = nodeWith('crisp', {});
		const order = new ConversationOrder({ node, clock, address: '', look: open() });
		const message: CrispRequest = { method: 'POST', path: '/v1/website/w/conversation/s/message', body: {} };
		const failed = errorOf(sendSafely({ send: open(), node, clock, order }, message, 5));
		await clock.advance(60_000);
		expect((await failed).message).toContain('invalid_data');
		expect(posts).toBe(2);
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
		expect(methods()).toBe('POST GET GET GET GET GET POST');
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
