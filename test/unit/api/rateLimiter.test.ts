import type { NodeApiError } from 'n8n-workflow';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { settled } from '../../support/fakeClock';
import { broken, errorOf, limited, ok, refused, serve, type Answer } from '../../support/servers/servedTransport';

const get: CrispRequest = { method: 'GET', path: '/v1/website/w' };
const post: CrispRequest = { method: 'POST', path: '/v1/website/w/conversation', body: {} };

/** Returns these responses in turn, and then repeats the last one. */
const inTurn = (answers: Answer[]) => () => (answers.length > 1 ? answers.shift() : answers[0]) as Answer;

describe('a rate limit', () => {
	it.each([429, 420])('with status %d is waited out for every method, once for all requests', async (status) => {
		const { open, sent, clock } = serve(inTurn([refused(status, 'rate_limited'), ok(1)]));
		const both = Promise.all([open()(post), open()(post)]);
		await clock.advance(5_000);
		expect(await both).toEqual([1, 1]);
		expect(sent).toHaveLength(3);
	});

	it.each([
		['7', 7_000],
		[new Date(1_800_000_009_000).toUTCString(), 9_000],
	])('with Retry-After %s is waited out for that time', async (header, milliseconds) => {
		const { open, sent, clock } = serve(inTurn([limited(header), ok(1)]));
		const answer = open()(get);
		await clock.advance(milliseconds - 1);
		expect(sent).toHaveLength(1);
		await clock.advance(1);
		expect(await answer).toBe(1);
	});

	it('that has ended releases requests gradually, not all at once', async () => {
		const { open, sent, clock } = serve(inTurn([limited(2), ok(1)]));
		const all = Promise.all(Array.from({ length: 10 }, async () => await open()(post)));
		await clock.advance(2_000);
		const alone = sent.length;
		await clock.advance(100);
		expect(sent.length - alone).toBeLessThanOrEqual(5);
		await clock.advance(2_000);
		expect(await all).toHaveLength(10);
	});

	it('does not delay other tokens', async () => {
		const one = serve(inTurn([limited(30), ok(1)]));
		const other = serve(() => ok(2));
		const waiting = one.open()(post);
		await settled();
		expect(await other.open()(post)).toBe(2);
		expect([one.sent.length, other.clock.sleeps]).toEqual([1, []]);
		await one.clock.advance(30_000);
		expect(await waiting).toBe(1);
	});

	it('is forgotten after a minute', async () => {
		const { open, sent, clock } = serve(inTurn([limited(), ok(1)]));
		const first = open()(post);
		await clock.advance(70_000);
		await first;
		void Promise.all(Array.from({ length: 10 }, async () => await open()(post)));
		await settled();
		expect(sent).toHaveLength(12);
	});

	it.each([['86400'], [new Date(1_800_003_600_000).toUTCString()]])(
		'with Retry-After %s fails at once, also for other requests',
		async (header) => {
			const { open, sent } = serve(() => limited(header));
			expect((await errorOf(open()(post))).message).toBe('Crisp limits the request rate of this token (rate_limited)');
			expect((await errorOf(open()(post))).message).toBe('Crisp limits the request rate of this token (rate_limited)');
			expect(sent).toHaveLength(1);
		},
	);

	it('fails at once for callers that retry on their own', async () => {
		const { open, sent } = serve(() => limited(5));
		const error = await errorOf(open({ isPatient: false })(get));
		expect(error.httpCode).toBe('429');
		expect(sent).toHaveLength(1);
	});

	it('of one route alone fails after ten attempts and a minute', async () => {
		const { open, sent, clock } = serve(({ url }) => (url.endsWith('/conversation') ? limited() : ok(1)));
		const begin = clock.now();
		let error: NodeApiError | undefined;
		void open()(post).catch((thrown: NodeApiError) => (error = thrown));
		for (let second = 0; second < 300 && !error; second++) {
			void open()(get);
			await clock.advance(1_000);
		}
		expect(error?.message).toBe('Crisp limits the request rate of this token (rate_limited)');
		expect(clock.now() - begin).toBeGreaterThanOrEqual(60_000);
		expect(sent.filter(({ method }) => method === 'POST').length).toBeGreaterThanOrEqual(10);
	});
});

describe('a daily quota that is used up', () => {
	const usedUp = 'The daily quota of this token seems to be used up (rate_limited)';

	/** Ten requests in each of two executions, until all have failed. */
	async function exhaust(answer: () => Answer) {
		const served = serve(answer);
		const begin = served.clock.now();
		const errors: NodeApiError[] = [];
		const sends = [served.open(), served.open()].flatMap((send) => new Array<typeof send>(10).fill(send));
		const all = Promise.all(sends.map(async (send) => errors.push(await errorOf(send(post)))));
		for (let second = 0; second < 200 && errors.length < 20; second++) await served.clock.advance(1_000);
		await all;
		return { ...served, errors, seconds: (served.clock.now() - begin) / 1_000 };
	}

	it('fails all requests after at least ten rejections and a minute, with few attempts', async () => {
		const { errors, seconds, sent } = await exhaust(() => limited());
		expect(new Set(errors.map(({ message }) => message))).toEqual(new Set([usedUp]));
		expect(errors[0]?.description).toMatch(/5,000 requests a day/);
		expect(seconds).toBeGreaterThanOrEqual(60);
		expect(seconds).toBeLessThan(100);
		// Those in flight when the limit was hit, and one after each pause.
		expect(sent.length).toBeLessThanOrEqual(20 + 20);
	});

	it('fails later requests at once, except for one attempt per minute', async () => {
		let isUsedUp = true;
		const { open, sent, clock } = await exhaust(() => (isUsedUp ? limited() : ok(1)));
		const before = sent.length;
		expect((await errorOf(open()(post))).message).toBe(usedUp);
		expect(sent).toHaveLength(before);
		await clock.advance(60_000);
		const failed = Promise.all([open()(post), open()(post)].map(errorOf));
		await clock.advance(60_000);
		expect((await failed).map(({ message }) => message)).toEqual([usedUp, usedUp]);
		expect(sent).toHaveLength(before + 1);
		isUsedUp = false;
		await clock.advance(60_000);
		expect(await open()(post)).toBe(1);
		expect(await Promise.all([open()(post), clock.advance(1_000)])).toEqual([1, undefined]);
		expect(sent).toHaveLength(before + 3);
	});

	it.each([
		['website', /10,000 requests a day/],
		['plugin', /5,000 requests a day/],
		['user', /does not document/],
	] as const)('fails at once if Crisp reports it, with the quota of tier %s', async (tier, quota) => {
		const { open, sent } = serve(() => limited(undefined, 'quota_exceeded'), tier);
		const error = await errorOf(open()(post));
		expect(error.message).toContain('quota_exceeded');
		expect(error.description).toMatch(quota);
		expect(sent).toHaveLength(1);
	});
});

describe('a cancelled execution sends nothing more', () => {
	it('while it waits for the rate limiter, and others continue', async () => {
		const cancel = new AbortController();
		const { open, sent, clock } = serve(inTurn([limited(5), ok(1)]));
		const cancelled = open({ signal: cancel.signal });
		const failed = errorOf(cancelled(post));
		await settled();
		const alsoFailed = errorOf(cancelled(post));
		const other = open()(get);
		await settled();
		cancel.abort();
		expect((await failed).message).toBe('The execution was cancelled');
		expect((await alsoFailed).description).toBe('Nothing was sent.');
		await clock.advance(10_000);
		expect(await other).toBe(1);
		expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
	});

	it('and leaves no timer in the rate limiter', async () => {
		const cancel = new AbortController();
		const { open, clock } = serve(() => limited(5));
		const failed = errorOf(open({ signal: cancel.signal })(post));
		await settled();
		cancel.abort();
		await failed;
		await settled();
		expect(clock.sleeping).toBe(0);
	});

	it('while it waits to retry', async () => {
		const cancel = new AbortController();
		const { open, sent, clock } = serve(() => refused(503, 'unavailable'));
		const failed = errorOf(open({ signal: cancel.signal })(get));
		await settled();
		cancel.abort();
		expect((await failed).message).toBe('The execution was cancelled');
		expect(sent).toHaveLength(1);
		expect(clock.sleeping).toBe(0);
	});

	it('and reports that Crisp may have received the request in flight', async () => {
		const cancel = new AbortController();
		const { open, sent } = serve(async () => {
			cancel.abort();
			return broken('ERR_CANCELED');
		});
		const error = await errorOf(open({ signal: cancel.signal })(get));
		expect(error.message).toBe('The execution was cancelled');
		expect(error.description).toMatch(/may have received/);
		expect(sent).toHaveLength(1);
	});
});
