import { setTimeout as delay } from 'node:timers/promises';
import { frame } from '../frame';
import type { Line } from '../line';
import { executedTwice, known, limited, message, type Known } from '../strikes';
import type { Crisp } from './crisp';
import type { N8n } from './n8n';

/** What a fault acts on, and a random source. */
export interface Scene {
	crisp: Crisp;
	line: Line;
	n8n: N8n;
	/** Whether the sandbox stores a message that it gets twice once, and accepts it both times. */
	toleratesRepeats: boolean;
	/** A random number from 0 up to 1. */
	random(): number;
}

/** A fault, which is over when it resolves. */
export interface Trouble {
	name: string;
	/** Its relative frequency. */
	weight: number;
	/** Whether it can occur in this run; by default it can. */
	isPossible?(scene: Scene): boolean;
	strike(scene: Scene): void | Promise<void>;
}

const reading = /^GET (?!.*endpoints)/;
const endpoints = /\/connect\/endpoints$/;

/** Faults of requests to one kind of route. */
function onLine(where: string, match: RegExp, some: Array<Pick<Known, 'what' | 'strike'>>, weight: number): Trouble[] {
	return some.map(({ what, strike }) => ({
		name: `${where}: ${what}`,
		weight,
		isPossible: (scene) => match !== message || strike !== executedTwice || repeats(scene),
		// Several in a row would be a permanent outage.
		strike: ({ line }) => void (line.pending(match) === 0 && line.strike(match, strike)),
	}));
}

/**
 * Whether a gateway may send a message twice. No client can prevent the second message where Crisp stores it, nor
 * succeed where Crisp refuses it: it would see only the refusal.
 */
const repeats = ({ toleratesRepeats }: Scene) => toleratesRepeats;

const anything = [
	...known,
	{ what: 'status 429, with Retry-After: 1 second', strike: limited({ 'Retry-After': '1' }) },
];
const [wrongType, others] = [
	known.filter(({ kind }) => kind === 'wrong type'),
	known.filter(({ kind }) => kind !== 'wrong type'),
];

/** Applies a condition for a short time. */
async function during({ random }: Scene, begin: () => unknown, end: () => unknown): Promise<void> {
	await begin();
	await delay(200 + random() * 2_000);
	await end();
}

const odd = [
	'null',
	'7',
	'"text"',
	'[]',
	'{"type":7,"content":{},"fingerprint":"x"}',
	`{"content":"${'x'.repeat(1e6)}"}`,
];

const realtime: Trouble[] = [
	{ name: 'realtime: reset', weight: 3, strike: ({ line }) => line.cut() },
	{ name: 'realtime: half-open', weight: 1, strike: ({ line }) => line.freeze() },
	{
		name: 'realtime: closed by the server',
		weight: 2,
		strike: async ({ crisp }) => void (await crisp.post('drop-sockets', {})),
	},
	{
		name: 'realtime: moved',
		weight: 1,
		strike: async ({ crisp }) => void (await crisp.post('faults', { moveEndpoint: true })),
	},
	{
		name: 'realtime: refused',
		weight: 2,
		async strike(scene) {
			const { line } = scene;
			line.cut();
			await during(
				scene,
				() => (line.onUpgrade = (socket) => socket.resetAndDestroy()),
				() => (line.onUpgrade = undefined),
			);
		},
	},
	{
		name: 'realtime: an HTML page instead of a connection',
		weight: 1,
		async strike(scene) {
			const { line } = scene;
			line.cut();
			await during(
				scene,
				() => (line.onUpgrade = (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')),
				() => (line.onUpgrade = undefined),
			);
		},
	},
	{
		name: 'realtime: no response to the authentication',
		weight: 0.3,
		async strike({ crisp, line }) {
			await crisp.post('faults', { refuseSockets: { how: 'silence', times: 1 } });
			line.cut();
		},
	},
	{
		name: 'realtime: bytes that are not a frame',
		weight: 1,
		strike: ({ line }) => line.inject(Buffer.from([0xff, 0xff, 0, 1, 2])),
	},
	{
		name: 'realtime: half of a frame, then a reset',
		weight: 1,
		strike({ line }) {
			line.inject(frame('42["message:send",{}]').subarray(0, 9));
			line.cut();
		},
	},
	{ name: 'realtime: an invalid packet', weight: 1, strike: ({ line }) => line.inject(frame('42{"not":"a packet"')) },
	{
		name: 'realtime: an event with wrong types, or an oversized one',
		weight: 3,
		strike: ({ line, random }) => line.inject(frame(`42["message:send",${odd[Math.floor(random() * odd.length)]}]`)),
	},
	{
		name: 'realtime: an event that is never sent',
		weight: 3,
		strike: async ({ crisp }) => void (await crisp.post('faults', { mute: { match: 'message:send' } })),
	},
	{ name: 'realtime: a repeated message', weight: 3, strike: async (scene) => await announceAgain(scene, 1) },
	{
		name: 'realtime: repeated messages in the wrong order',
		weight: 2,
		strike: async (scene) => await announceAgain(scene, 5),
	},
];

/** Sends the events of a conversation's latest messages again, the latest first, including the webhook calls. */
async function announceAgain({ crisp, random }: Scene, count: number): Promise<void> {
	const session_id = crisp.sessions[Math.floor(random() * crisp.sessions.length)] ?? '';
	const messages = (await crisp.messagesIn(session_id)).filter(({ from }) => from === 'user').slice(-count);
	for (const message of messages.reverse()) {
		await crisp.post('announce', { event: 'message:send', data: { ...message, session_id } });
	}
}

const everything: Trouble[] = [
	{
		name: 'n8n: no connection to Crisp',
		weight: 2,
		strike: async (scene) =>
			await during(
				scene,
				() => scene.line.close(),
				() => scene.line.open(),
			),
	},
	{
		name: 'n8n: cannot store executions',
		weight: 2,
		strike: ({ n8n, random }) => void (n8n.overload += 1 + Math.floor(random() * 5)),
	},
	{
		name: 'n8n: its clock is off by up to a minute',
		weight: 2,
		strike: async (scene) => {
			const skew = (scene.random() - 0.5) * 120_000;
			await during(
				scene,
				() => (scene.n8n.skew = skew),
				() => (scene.n8n.skew = 0),
			);
		},
	},
	...[false, true].map((isKilled) => ({
		name: `n8n: ${isKilled ? 'killed' : 'stopped'}, and restarted`,
		weight: 0.7,
		strike: async (scene: Scene) =>
			await during(
				scene,
				() => scene.n8n.stop(isKilled),
				() => scene.n8n.start('init'),
			),
	})),
];

/** Crisp refuses all requests for a moment; how it answers depends on the moods `limitStatus` and `limitAnswer`. */
const overLimit: Trouble = {
	name: 'REST, any request: Crisp limits the rate',
	weight: 3,
	strike: async (scene) => {
		const limit = (burst: number) => async () =>
			await scene.crisp.post('faults', { limit: { perSecond: burst, burst } });
		await during(scene, limit(0), limit(1e6));
	},
};

const hooks: Trouble[] = (['cut before', 'cut after', 'failed', 'slow'] as const).map((what) => ({
	name: `hooks: a delivery is ${what === 'failed' ? 'answered with 503' : what}`,
	weight: 2,
	strike: ({ n8n }) => void n8n.hookTroubles.push(what),
}));

export const troubles: Trouble[] = [
	...onLine('REST, a message', message, anything, 2),
	...onLine('REST, reading', reading, anything, 1),
	...onLine('REST, the realtime endpoint', endpoints, others, 0.15),
	// The trigger takes this for a refusal and retries slowly, which would dominate the run.
	...onLine('REST, the realtime endpoint', endpoints, wrongType, 0.05),
	overLimit,
	...realtime,
	...hooks,
	...everything,
];

/** Picks one at random, according to the weights. */
export function drawn(scene: Scene): Trouble {
	const possible = troubles.filter(({ isPossible }) => isPossible?.(scene) ?? true);
	const all = possible.reduce((sum, { weight }) => sum + weight, 0);
	let left = scene.random() * all;
	return possible.find(({ weight }) => (left -= weight) < 0) ?? (possible[0] as Trouble);
}
