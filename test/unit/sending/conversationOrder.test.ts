import type { IHttpRequestOptions } from 'n8n-workflow';
import { ConversationOrder } from '../../../nodes/Crisp/sending/conversationOrder';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { nodeWith } from '../../support/n8nContext';
import { settled } from '../../support/fakeClock';
import { errorOf, ok, refused, serve, type Answer } from '../../support/servers/servedTransport';

const base = '/v1/website/w/conversation';
const post = (session: string, content: string): CrispRequest => ({
	method: 'POST',
	path: `${base}/${session}/message`,
	body: { content },
});
const write = (session: string, part: string): CrispRequest => ({
	method: 'PATCH',
	path: `${base}/${session}/${part}`,
	body: {},
});

interface Habits {
	/** How long after its answer Crisp stores a message, by its content, in milliseconds. */
	dispatch?: (content: string) => number;
	/** How long lookups do not show a stored message. */
	lag?: number;
	lookup?: Answer;
}

let workspaces = 0;

/** A Crisp that answers messages with 202 and stores them later; records what takes effect, in order. */
function workspace({ dispatch = () => 0, lag = 0, lookup }: Habits = {}) {
	const effects: string[] = [];
	const shownFrom = new Map<string, number>();
	const answer = ({ method, url, body }: IHttpRequestOptions): Answer => {
		const path = url.replace('https://api.example.com', '');
		const [, session, rest = ''] = /conversation\/([^/]+)(.*)$/.exec(path) ?? [];
		if (method === 'GET') {
			if (lookup) return lookup;
			if (path.endsWith('/messages')) return ok([]);
			const fingerprint = path.split('/').at(-1) ?? '';
			const isShown = clock.now() >= (shownFrom.get(fingerprint) ?? Infinity);
			return isShown ? ok({ fingerprint: Number(fingerprint) }) : refused(404, 'message_not_found');
		}
		const { content, fingerprint } = JSON.parse(String(body ?? '{}')) as { content?: string; fingerprint?: number };
		if (method !== 'POST' || !content) {
			effects.push(`${session ?? 'batch'}${rest}`);
			return ok({});
		}
		const delay = dispatch(content);
		shownFrom.set(String(fingerprint), clock.now() + delay + lag);
		if (delay === 0) effects.push(content);
		else clock.alarm(delay, () => effects.push(content));
		return { ...ok({ fingerprint }), statusCode: 202 };
	};
	const { open, clock, sent } = serve(answer);
	const address = `workspace ${++workspaces}`;
	const node = nodeWith('crisp', {});
	let fingerprints = 0;
	/** A separate execution of the same process. */
	const execution = (signal?: AbortSignal) => {
		const order = new ConversationOrder({ node, clock, signal, address, look: open({ isPatient: false }) });
		const send = order.wrap(open({ signal }));
		return {
			say: async (session: string, content: string) => {
				const fingerprint = ++fingerprints;
				const message = post(session, content);
				const request = { ...message, body: { ...message.body, fingerprint } };
				return await order.ofMessage(request, fingerprint, async () => await open({ signal })(request));
			},
			send,
		};
	};
	const lookups = () => sent.filter(({ method }) => method === 'GET').length;
	return { effects, clock, execution, lookups };
}

/** Later messages are stored faster, so that they would overtake. */
const overtaking = (content: string) => Math.max(0, 900 - 300 * Number(content.at(-1)));

describe('writes into one conversation', () => {
	it.each([
		['at once', () => 0],
		['after 800 ms', () => 800],
		['after a second', () => 1_000],
		['the later the faster', overtaking],
	])('take effect in order if Crisp stores messages %s', async (_, dispatch) => {
		const { effects, clock, execution } = workspace({ dispatch });
		const { say, send } = execution();
		const all = (async () => {
			await say('s', 'text 1');
			await say('s', 'text 2');
			await say('s', 'note 3');
			await send(write('s', 'state'));
		})();
		await clock.advance(20_000);
		await all;
		expect(effects).toEqual(['text 1', 'text 2', 'note 3', 's/state']);
	});

	it('take effect in order even if lookups show messages late, or fail', async () => {
		for (const habits of [{ lag: 5_000 }, { lookup: refused(403, 'not_allowed') }, { lookup: refused(500, 'error') }]) {
			const { effects, clock, execution } = workspace({ dispatch: overtaking, ...habits });
			const { say, send } = execution();
			const all = (async () => {
				await say('s', 'text 1');
				await say('s', 'text 2');
				await send(write('s', 'state'));
			})();
			await clock.advance(20_000);
			await all;
			expect(effects).toEqual(['text 1', 'text 2', 's/state']);
		}
	});

	it('take effect in the order in which executions of this process started them', async () => {
		const { effects, clock, execution } = workspace({ dispatch: overtaking });
		const all = Promise.all([
			execution().say('s', 'text 1'),
			execution().say('s', 'text 2'),
			execution().send(write('s', 'state')),
			execution().say('s', 'text 3'),
		]);
		await clock.advance(20_000);
		await all;
		expect(effects).toEqual(['text 1', 'text 2', 's/state', 'text 3']);
	});

	it.each<[string, CrispRequest]>([
		['a state', write('s', 'state')],
		['a note', { ...post('s', ''), path: `${base}/s/message/1`, method: 'PATCH' }],
		['marking as read', write('s', 'read')],
		['marking as unread', write('s', 'unread')],
		['a transcript', { method: 'POST', path: `${base}/s/transcript`, body: {} }],
		['the deletion', { method: 'DELETE', path: `${base}/s` }],
		['a batch', { method: 'PATCH', path: '/v1/website/w/batch/resolve', body: { sessions: ['t', 's'] } }],
	])('wait for the message before: %s', async (_, request) => {
		const { effects, clock, execution } = workspace({ dispatch: () => 800 });
		const { say, send } = execution();
		const all = say('s', 'text').then(async () => await send(request));
		await clock.advance(20_000);
		await all;
		expect(effects[0]).toBe('text');
		expect(effects).toHaveLength(2);
	});
});

describe('waiting for Crisp to store a message', () => {
	it('costs one lookup and no time if Crisp stores at once', async () => {
		const { clock, execution, lookups } = workspace();
		const { say } = execution();
		const before = clock.now();
		await say('s', 'text 1');
		await clock.advance(0);
		await say('s', 'text 2');
		expect(clock.now()).toBe(before);
		expect(clock.sleeps).toEqual([]);
		expect(lookups()).toBe(1);
	});

	it.each<[string, CrispRequest]>([
		['another conversation', write('t', 'state')],
		['typing', write('s', 'compose')],
		['details', write('s', 'meta')],
		['routing', write('s', 'routing')],
		['reading', { method: 'GET', path: `${base}/s/messages` }],
		['a batch of others', { method: 'PATCH', path: '/v1/website/w/batch/resolve', body: { sessions: ['t'] } }],
	])('does not delay %s', async (_, request) => {
		const { clock, execution } = workspace({ dispatch: () => 800 });
		const { say, send } = execution();
		await say('s', 'text');
		await send(request);
		expect(clock.sleeps).toEqual([]);
	});

	it('is not needed a second later', async () => {
		const { clock, execution, lookups } = workspace({ dispatch: () => 1_000 });
		const { say, send } = execution();
		await say('s', 'text');
		await clock.advance(1_200);
		await send(write('s', 'state'));
		expect(lookups()).toBe(0);
	});

	it('ends as soon as Crisp has stored the message', async () => {
		const { clock, execution } = workspace({ dispatch: () => 300 });
		const { say, send } = execution();
		await say('s', 'text');
		let isSent = false;
		const state = send(write('s', 'state')).then(() => (isSent = true));
		await clock.advance(340);
		expect(isSent).toBe(false);
		await clock.advance(20);
		expect(isSent).toBe(true);
		await state;
	});

	it('ends when the execution is cancelled, and those behind it go on', async () => {
		const { effects, clock, execution } = workspace({ dispatch: () => 800 });
		const cancel = new AbortController();
		await execution().say('s', 'text 1');
		const first = execution().say('s', 'text 2');
		const cancelled = errorOf(execution(cancel.signal).say('s', 'text 3') as Promise<unknown>);
		const last = execution().say('s', 'text 4');
		await settled();
		cancel.abort();
		expect((await cancelled).message).toBe('The execution was cancelled');
		await clock.advance(20_000);
		await Promise.all([first, last]);
		expect(effects).toEqual(['text 1', 'text 2', 'text 4']);
	});
});
