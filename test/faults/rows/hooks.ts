import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { shop } from '../../support/sandboxWorkspace';
import type { Fault } from '../fault';
import { secrets, until, type Stage } from '../stage';
import { failing, silentBefore } from '../strikes';

const hour = 3_600_000;

interface Delivery {
	body: string | Buffer;
	/** How far the sender's clock is ahead, in milliseconds. */
	skew?: number;
	/** Whether the timestamp is in seconds. */
	isInSeconds?: boolean;
	secret?: string;
	/** The body that is sent instead of the signed one. */
	sent?: string | Buffer;
	signature?: string;
}

/** Calls the webhook as Crisp does, or as an attacker would. */
async function call(
	stage: Stage,
	url: string,
	{ body, skew = 0, isInSeconds = false, secret = secrets.signature, ...more }: Delivery,
): Promise<number> {
	const time = Date.now() + skew;
	const timestamp = String(isInSeconds ? Math.floor(time / 1_000) : time);
	const signed = createHmac('sha256', secret).update(`[${timestamp};`).update(body).update(']').digest('hex');
	const { sent = body, signature = signed } = more;
	const headers = {
		'Content-Type': 'application/json',
		'X-Crisp-Request-Timestamp': timestamp,
		...(signature && { 'X-Crisp-Signature': signature }),
	};
	const response = await fetch(url, { method: 'POST', headers, body: sent });
	await response.text();
	stage.answered.push(response.status);
	return response.status;
}

function eventOf({ session }: Stage, content: unknown, fingerprint = 1): string {
	const data = { website_id: shop, session_id: session, type: 'text', from: 'user', content, fingerprint };
	return JSON.stringify({ website_id: shop, event: 'message:send', data, timestamp: Date.now() });
}

/** A request is answered with a status and starts nothing; a valid one after it still works. */
function refused(kind: Fault['kind'], what: string, status: number, delivery: (stage: Stage) => Delivery): Fault {
	return {
		kind,
		what,
		holds: `status ${status}; no execution starts`,
		async strike(stage) {
			const { url, emitted } = await stage.hook();
			assert.equal(await call(stage, url, delivery(stage)), status);
			assert.deepEqual(emitted(), []);
			assert.equal(await call(stage, url, { body: eventOf(stage, 'good', 2) }), 200);
			assert.deepEqual(
				emitted().map(({ text }) => text),
				['good'],
			);
		},
	};
}

/** Visitors write, deliveries fail in some way, and every message starts one execution. */
function delivered(kind: Fault['kind'], what: string, strike: (stage: Stage) => Parameters<Stage['hook']>): Fault {
	return {
		kind,
		what,
		holds: 'each message starts one execution',
		async strike(stage) {
			const { emitted } = await stage.hook(...strike(stage));
			await stage.visitorWrites('one', 'two', 'three');
			await stage.sandbox.hooks.idle();
			await until('all', () => emitted().length >= 3);
			assert.deepEqual(
				emitted()
					.map(({ text }) => text)
					.sort(),
				['one', 'three', 'two'],
			);
		},
	};
}

/** Returns true for the first `count` calls, as a temporary fault does. */
function first(count: number): () => boolean {
	let left = count;
	return () => left-- > 0;
}

export const hooks: Fault[] = [
	delivered('reset', 'The response is lost twice, and Crisp delivers again', () => [{ isCut: first(2) }]),
	delivered('reset', 'A delivery is reset before n8n receives it, twice', () => [{ isLost: first(2) }]),
	delivered('out of order', 'Crisp sends deliveries without waiting for the previous response', () => [
		{},
		undefined,
		true,
	]),
	{
		kind: 'duplicate',
		what: 'The same request arrives five times at once',
		holds: 'starts one execution',
		async strike(stage) {
			const { url, emitted } = await stage.hook();
			const body = eventOf(stage, 'again');
			const statuses = await Promise.all(Array.from({ length: 5 }, async () => await call(stage, url, { body })));
			assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
			assert.equal(emitted().length, 1);
		},
	},
	refused('forged', 'The signature was made with another secret', 401, (stage) => ({
		body: eventOf(stage, 'bad'),
		secret: 'guessed',
	})),
	refused('forged', 'There is no signature', 401, (stage) => ({ body: eventOf(stage, 'bad'), signature: '' })),
	refused('cut', 'The signature is truncated', 401, (stage) => ({ body: eventOf(stage, 'bad'), signature: 'abcdef' })),
	refused('cut', 'The body is truncated', 401, (stage) => {
		const body = eventOf(stage, 'bad');
		return { body, sent: body.slice(0, -20) };
	}),
	refused('malformed', 'The signed body is half of the JSON', 200, (stage) => ({
		body: eventOf(stage, 'bad').slice(0, -20),
	})),
	refused('wrong type', 'The signed body is a list', 200, () => ({ body: '[1]' })),
	refused('wrong type', 'The event name in the signed body is a number', 200, () => ({
		body: '{"event":7,"data":{}}',
	})),
	refused('clock skew', 'The request is 25 hours old, like a replayed one', 200, (stage) => ({
		body: eventOf(stage, 'bad'),
		skew: -25 * hour,
	})),
	{
		kind: 'clock skew',
		what: "Crisp's clock is 23 hours behind, or 25 hours ahead",
		holds: 'each message starts one execution',
		async strike(stage) {
			const { url, emitted } = await stage.hook();
			for (const [index, skew] of [-23 * hour, 25 * hour].entries()) {
				assert.equal(await call(stage, url, { body: eventOf(stage, `${index}`, index + 1), skew }), 200);
			}
			assert.equal(emitted().length, 2);
		},
	},
	{
		kind: 'clock skew',
		what: 'A retry is 23 hours old, because it keeps its first timestamp, in seconds',
		holds: 'starts one execution',
		async strike(stage) {
			const { url, emitted } = await stage.hook();
			const delivery = { body: eventOf(stage, 'late'), skew: -23 * hour, isInSeconds: true };
			assert.equal(await call(stage, url, delivery), 200);
			assert.equal(emitted().length, 1);
		},
	},
	{
		kind: 'oversized',
		what: 'A signed event of 10 MB',
		holds: 'starts one execution',
		async strike(stage) {
			const { url, emitted } = await stage.hook();
			const content = 'x'.repeat(10_000_000);
			assert.equal(await call(stage, url, { body: eventOf(stage, content) }), 200);
			assert.deepEqual(
				emitted().map(({ text }) => String(text).length),
				[content.length],
			);
		},
	},
	...([failing(503), silentBefore] as const).map((strike): Fault => ({
		kind: strike === silentBefore ? 'half-open' : 'failing',
		what: `Fetching segments for an event fails: Crisp ${strike === silentBefore ? 'never responds' : 'responds with 503'}`,
		holds: 'the event is emitted',
		async strike(stage) {
			stage.time.shorten(5_000, 300);
			stage.line.strike(/^GET /, strike, Infinity);
			const { url, emitted } = await stage.hook({ filters: { segments: ['vip'] } });
			assert.equal(await call(stage, url, { body: eventOf(stage, 'passes') }), 200);
			assert.equal(emitted().length, 1);
		},
	})),
];
