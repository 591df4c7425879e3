import { endingTyping, keepTyping } from '../../../nodes/Crisp/sending/typing';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';

let clock: FakeClock;
let shown: string[];
let conversation: string;
let conversations = 0;

beforeEach(() => {
	clock = new FakeClock();
	shown = [];
	conversation = `/v1/website/w/conversation/session_${++conversations}`;
});

/** Ends every typing indicator after its test. */
afterEach(async () => await clock.advance(10 * 60_000));

const begin = async (more: Partial<Parameters<typeof keepTyping>[0]> = {}) =>
	await keepTyping({
		path: `${conversation}/compose`,
		show: async (type) => shown.push(type),
		most: 60_000,
		clock,
		...more,
	});

const send = async (request: Partial<CrispRequest>, answer = async (): Promise<unknown> => ({})) =>
	await endingTyping(answer)({
		method: 'POST',
		path: `${conversation}/message`,
		body: { type: 'text', from: 'operator' },
		...request,
	});

describe('a typing indicator that is kept up', () => {
	it('is shown at once, renewed before Crisp would hide it, and hidden when its time is over', async () => {
		await begin({ most: 12_000 });
		expect(shown).toEqual(['start']);
		await clock.advance(11_999);
		expect(shown).toEqual(['start', 'start', 'start']);
		await clock.advance(1);
		expect(shown).toEqual(['start', 'start', 'start', 'stop']);
		expect(clock.sleeping).toBe(0);
	});

	it('ends with a message to its conversation, not with one to another', async () => {
		await begin();
		await send({ path: '/v1/website/w/conversation/session_other/message' });
		await clock.advance(5_000);
		expect(shown).toEqual(['start', 'start']);
		await send({});
		await settled();
		expect(shown).toEqual(['start', 'start', 'stop']);
		await clock.advance(60_000);
		expect(shown).toHaveLength(3);
		expect(clock.sleeping).toBe(0);
	});

	it('lasts until the message is sent, and also ends if sending fails', async () => {
		await begin();
		const refused = send({}, async () => {
			await settled();
			expect(shown).toEqual(['start']);
			return await Promise.reject(new Error('refused'));
		});
		await expect(refused).rejects.toThrow('refused');
		await settled();
		expect(shown).toEqual(['start', 'stop']);
	});

	it.each([
		['a note', { body: { type: 'note', from: 'operator' } }],
		['an event', { body: { type: 'event', from: 'operator' } }],
		['a message of the visitor', { body: { type: 'text', from: 'user' } }],
		['reading', { method: 'GET' as const, body: undefined }],
	])('does not end with %s', async (_, request) => {
		await begin();
		await send(request);
		await clock.advance(5_000);
		expect(shown).toEqual(['start', 'start']);
	});

	it('ends when a request hides it', async () => {
		await begin();
		await send({ method: 'PATCH', path: `${conversation}/compose`, body: { type: 'stop', from: 'operator' } });
		await clock.advance(60_000);
		expect(shown).toEqual(['start', 'stop']);
	});

	it('ends with its execution, without further requests', async () => {
		const cancel = new AbortController();
		await begin({ signal: cancel.signal });
		cancel.abort();
		await clock.advance(60_000);
		expect(shown).toEqual(['start']);
		expect(clock.sleeping).toBe(0);
	});

	it('that is started again is not hidden by the end of the previous one', async () => {
		await begin({ most: 7_000 });
		await clock.advance(3_000);
		await begin({ most: 20_000 });
		await clock.advance(19_000);
		expect(shown).toEqual(['start', 'start', 'start', 'start', 'start']);
		await clock.advance(1_000);
		expect(shown.at(-1)).toBe('stop');
	});

	it('causes no error if it can no longer be shown', async () => {
		const unhandled = jest.fn();
		process.on('unhandledRejection', unhandled);
		let isBroken = false;
		const show = async (type: string) => {
			if (isBroken) throw new Error('gone');
			shown.push(type);
		};
		await begin({ show });
		isBroken = true;
		await clock.advance(60_000);
		process.off('unhandledRejection', unhandled);
		expect(unhandled).not.toHaveBeenCalled();
		expect(clock.sleeping).toBe(0);
		isBroken = false;
		await send({});
		expect(shown).toEqual(['start']);
	});

	it('fails if it cannot be shown at all', async () => {
		const show = async () => await Promise.reject(new Error('not allowed'));
		await expect(begin({ show })).rejects.toThrow('not allowed');
		expect(clock.sleeping).toBe(0);
	});
});
