import type { IHttpRequestOptions } from 'n8n-workflow';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { mapConcurrently } from '../../../nodes/shared/runtime/concurrency';
import { settled, type FakeClock } from '../../support/fakeClock';
import { errorOf, ok, refused, serve, type Answer } from '../../support/servers/servedTransport';

const minute = 60_000;
const creation = (website = 'w1'): CrispRequest => ({
	method: 'POST',
	path: `/v1/website/${website}/conversation`,
	body: {},
});

interface Plan {
	/** How many creations Crisp accepts per website within the period. */
	count: number;
	/** In milliseconds. */
	period: number;
	retryAfter?: number;
}

/** A Crisp that refuses creations over the quota of the plan with 423, without executing them. */
function withPlan({ count, period, retryAfter }: Plan) {
	const created: Array<{ at: number; website: string }> = [];
	const served = serve(({ method, url }: IHttpRequestOptions, clock: FakeClock): Answer => {
		if (method !== 'POST' || !url.endsWith('/conversation')) return ok({ answered: url });
		const website = url.split('/').at(-2) ?? '';
		const recent = created.filter((one) => one.website === website && clock.now() - one.at < period);
		if (recent.length >= count) {
			const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
			return { ...refused(423, 'quota_limit_exceeded'), headers };
		}
		created.push({ at: clock.now(), website });
		return { ...ok({ session_id: `session_${created.length}` }), statusCode: 201 };
	});
	return { ...served, created };
}

/** Advances the clock until the promise has settled. */
async function during<Result>(clock: FakeClock, promise: Promise<Result>): Promise<Result> {
	let isSettled = false;
	promise.then(
		() => (isSettled = true),
		() => (isSettled = true),
	);
	while (!isSettled) await clock.advance(10_000);
	return await promise;
}

describe('the quota of a plan', () => {
	it.each<[string, Plan]>([
		['10 in 90 s', { count: 10, period: 90_000 }],
		['40 in 60 s', { count: 40, period: 60_000 }],
		['40 in 60 s, with Retry-After', { count: 40, period: 60_000, retryAfter: 20 }],
		['1 in 5 minutes', { count: 1, period: 5 * minute }],
	])('of %s delays creations, and loses and repeats none', async (_, plan) => {
		const { open, clock, created } = withPlan(plan);
		const send = open();
		const items = Array.from({ length: plan.count === 1 ? 5 : 500 }, (_, index) => index);
		const begun = clock.now();
		const made = await during(
			clock,
			mapConcurrently(items, 50, async () => (await send(creation())) as { session_id: string }),
		);
		expect(new Set(made.map(({ session_id }) => session_id)).size).toBe(items.length);
		expect(created).toHaveLength(items.length);
		// Not more than twice as long as the plan allows.
		const shortest = (items.length / plan.count - 1) * plan.period;
		expect(clock.now() - begun).toBeLessThan(2 * shortest + 3 * minute);
	});

	it('is waited out for a minute, or as long as Crisp says', async () => {
		for (const retryAfter of [undefined, 25]) {
			const { open, clock, created } = withPlan({ count: 1, period: 20_000, retryAfter });
			const send = open();
			await send(creation());
			const begun = clock.now();
			await during(clock, send(creation()));
			expect((created[1]?.at ?? 0) - begun).toBe((retryAfter ?? 60) * 1_000);
		}
	});

	it('delays neither other kinds of requests nor other websites', async () => {
		const { open, clock, created } = withPlan({ count: 1, period: 10 * minute });
		const send = open();
		await send(creation());
		const waiting = send(creation());
		await settled();
		await send(creation('w2'));
		await send({ method: 'GET', path: '/v1/website/w1/conversation/session_1' });
		await send({ method: 'PATCH', path: '/v1/website/w1/conversation/session_1/meta', body: {} });
		await send({ method: 'POST', path: '/v1/website/w1/conversation/session_1/message', body: {} });
		expect(clock.sleeps.length).toBeLessThanOrEqual(2);
		expect(created).toHaveLength(2);
		await during(clock, waiting);
	});

	it('of one conversation is that of all conversations of the website', async () => {
		let isFull = true;
		const { open, clock, sent } = serve(() => (isFull ? refused(423, 'quota_limit_exceeded') : ok({})));
		const send = open();
		const meta = (session: string): CrispRequest => ({
			method: 'PATCH',
			path: `/v1/website/8c842203-7ed8/conversation/session_${session}/meta`,
			body: {},
		});
		const first = send(meta('1'));
		await settled();
		const second = send(meta('2'));
		await settled();
		expect(sent).toHaveLength(1);
		isFull = false;
		await during(clock, Promise.all([first, second]));
		expect(sent).toHaveLength(3);
	});

	it('sends what waits one by one, in order', async () => {
		const { open, clock, sent } = withPlan({ count: 2, period: 30_000 });
		const send = open();
		const numbered = (number: number): CrispRequest => ({ ...creation(), body: { number } });
		await during(clock, Promise.all([1, 2, 3, 4, 5].map(async (number) => await send(numbered(number)))));
		const last = new Map(sent.map(({ body }, index) => [String(body), index]));
		const order = [...last]
			.sort(([, a], [, b]) => a - b)
			.map(([body]) => (JSON.parse(body) as { number: number }).number);
		expect(order).toEqual([1, 2, 3, 4, 5]);
	});

	it('ends in an error that is not about the daily quota if nothing is accepted for ten minutes', async () => {
		const { open, clock, sent } = serve(() => refused(423, 'quota_limit_exceeded'));
		const begun = clock.now();
		const error = await during(clock, errorOf(open()(creation())));
		expect(error.message).toBe('The plan of this website limits how often Crisp accepts this (quota_limit_exceeded)');
		expect(error.description).toMatch(/did not execute.*Wait for Plan Limits/);
		expect(error.httpCode).toBe('423');
		expect(clock.now() - begun).toBeLessThanOrEqual(10 * minute + 10_000);
		expect(sent).toHaveLength(11);
	});

	it('is waited for at most as long as the caller allows, and not at all by impatient callers', async () => {
		const { open, clock, sent } = serve(() => refused(423, 'quota_limit_exceeded'));
		await during(clock, errorOf(open({ quotaPatience: { longest: minute, restartsWithProgress: false } })(creation())));
		expect(sent).toHaveLength(2);
		await errorOf(open({ isPatient: false }, 1)(creation()));
		expect(sent).toHaveLength(3);
	});

	it('longer than the wait is an error at once', async () => {
		const { open, clock, sent } = serve(() => ({
			...refused(423, 'quota_limit_exceeded'),
			headers: { 'retry-after': '3600' },
		}));
		const begun = clock.now();
		await errorOf(open()(creation()));
		expect(clock.now()).toBe(begun);
		expect(sent).toHaveLength(1);
	});

	it('does not slow down the token, nor counts as its rate limit', async () => {
		const { open, isFree, clock } = withPlan({ count: 1, period: minute });
		const send = open();
		await during(clock, Promise.all([send(creation()), send(creation())]));
		expect(isFree()).toBe(true);
	});

	it('is logged once a minute while requests wait', async () => {
		const warnings: string[] = [];
		const { open, clock } = withPlan({ count: 1, period: 5 * minute });
		const send = open({}, 0, { warn: (text: string) => void warnings.push(text) });
		await during(clock, Promise.all([send(creation()), send(creation())]));
		expect(warnings).toHaveLength(5);
		expect(warnings[0]).toMatch(
			/The plan of the website limits how often Crisp accepts POST \/conversation. Waiting requests: 1. The next one is sent in 1 minute\.$/,
		);
	});

	it('stops waiting when the execution is cancelled, and others go on', async () => {
		const { open, clock, created } = withPlan({ count: 1, period: minute });
		const cancel = new AbortController();
		await open()(creation());
		const cancelled = errorOf(open({ signal: cancel.signal })(creation()));
		const other = open()(creation());
		await clock.advance(1_000);
		cancel.abort();
		expect((await cancelled).message).toBe('The execution was cancelled');
		await during(clock, other);
		expect(created).toHaveLength(2);
	});

	it('is not what a 423 for another reason is', async () => {
		const { open, sent } = serve(() => refused(423, 'password_unverified'));
		expect((await errorOf(open()(creation()))).message).toContain('password_unverified');
		expect(sent).toHaveLength(1);
	});
});

describe('422', () => {
	it('is sent again later, as nothing was executed', async () => {
		const answers = [refused(422, 'try_later'), { statusCode: 422, body: '' }, ok({ session_id: 's' })];
		const { open, clock, sent, isFree } = serve(() => answers.shift() as Answer);
		expect(await during(clock, open()(creation()))).toEqual({ session_id: 's' });
		expect(sent).toHaveLength(3);
		expect(isFree()).toBe(true);
	});

	it('is an error after a minute, and at once if a value is wrong', async () => {
		const late = serve(() => refused(422, 'try_later'));
		const begun = late.clock.now();
		expect((await during(late.clock, errorOf(late.open()(creation())))).message).toContain('try_later');
		expect(late.clock.now() - begun).toBeLessThan(90_000);
		expect(late.sent.length).toBeGreaterThan(5);
		const wrong = serve(() => refused(422, 'invalid_data'));
		expect((await errorOf(wrong.open()(creation()))).message).toContain('invalid_data');
		expect(wrong.sent).toHaveLength(1);
	});
});
