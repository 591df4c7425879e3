import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { IDataObject } from 'n8n-workflow';
import { shop } from '../../support/sandboxWorkspace';
import { certificate } from '../certificate';
import type { Fault } from '../fault';
import { eventFrame, frame } from '../frame';
import { until, type Listening, type Stage } from '../stage';
import { answeredWith, changed, cutAnswer, failing, limited, resetBefore, silentBefore } from '../strikes';

const endpoints = /\/connect\/endpoints$/;
const conversations = /\/conversations\/1/;
const recovered = 'delivered after reconnecting; no duplicates';

/** A fault affects a listening trigger; afterwards all messages of visitors have arrived, once and in order. */
function survived(
	kind: Fault['kind'],
	what: string,
	strike: (stage: Stage) => unknown,
	more: { holds?: string; skew?: number; listening?: Listening; isLate?: boolean } = {},
): Fault {
	return {
		kind,
		what,
		holds: more.holds ?? recovered,
		skew: more.skew,
		async strike(stage) {
			const { texts, failures } = await stage.activate(more.listening);
			await stage.visitorWrites('before');
			await until('the message from before', () => texts().includes('before'));
			await strike(stage);
			await stage.visitorWrites('meanwhile');
			await connected(stage);
			await stage.visitorWrites('after');
			await until('the later messages', () => texts().includes('meanwhile') && texts().includes('after'));
			const order = more.isLate ? ['after', 'before', 'meanwhile'] : ['before', 'meanwhile', 'after'];
			const given = texts().filter(Boolean);
			assert.deepEqual(more.isLate ? given.sort() : given, order);
			assert.deepEqual(failures, []);
		},
	};
}

/** Resolves once the trigger is connected. */
async function connected({ sandbox }: Stage): Promise<void> {
	await until('the trigger to connect', () => sandbox.connections() > 0);
}

/** Cuts the connection, and makes the next attempts fail. */
const cutThen = (meanwhile: (stage: Stage) => unknown) => async (stage: Stage) => {
	await meanwhile(stage);
	stage.line.cut();
	await until('the disconnection', () => stage.sandbox.connections() === 0);
};

/** Makes the next attempts to connect end differently. */
const upgrades = (count: number, action: (socket: Socket) => void) => (stage: Stage) => {
	let left = count;
	stage.line.onUpgrade = (socket) => {
		if ((left -= 1) <= 0) stage.line.onUpgrade = undefined;
		action(socket);
	};
};

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const inject = (bytes: (stage: Stage) => Buffer) => (stage: Stage) => stage.line.inject(bytes(stage));
const undisturbed = 'later events are delivered; the connection stays open';
const message = (stage: Stage, more: object) =>
	JSON.stringify({ website_id: shop, session_id: stage.session, type: 'text', from: 'user', ...more });

export const realtime: Fault[] = [
	survived('reset', 'The connection is reset', (stage) => stage.line.cut()),
	survived('reset', 'Crisp closes the connection', (stage) => stage.sandbox.dropSockets()),
	survived('half-open', 'The connection goes silent without closing', (stage) => stage.line.freeze()),
	survived('refused', 'The realtime channel moves to another address', (stage) => stage.sandbox.faults.moveEndpoint()),
	survived(
		'refused',
		'New connections are reset, three times',
		cutThen(upgrades(3, (socket) => socket.resetAndDestroy())),
	),
	survived(
		'malformed',
		'A new connection gets an HTML page, three times',
		cutThen(upgrades(3, (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'))),
	),
	survived(
		'malformed',
		'A new connection gets a response that is not HTTP, three times',
		cutThen(upgrades(3, (socket) => socket.end('\u0000\u0001\u0002 nothing that anybody knows'))),
	),
	survived('refused', 'New connections are refused for a while', async (stage) => {
		await stage.line.close();
		await stage.visitorWrites();
		await until('the disconnection', () => stage.sandbox.connections() === 0);
		await stage.line.open();
	}),
	survived(
		'half-open',
		'Crisp does not respond to the authentication, once',
		cutThen((stage) => {
			stage.time.timeout = 300;
			stage.sandbox.faults.refuseSockets({ how: 'silence', times: 1 });
		}),
	),
	survived(
		'reset',
		'The endpoint request is reset, twice',
		cutThen((stage) => stage.line.strike(endpoints, resetBefore, 2)),
	),
	survived(
		'half-open',
		'The endpoint request gets no response, once',
		cutThen((stage) => stage.line.strike(endpoints, silentBefore)),
		{ listening: { givesUp: { match: /endpoints/, after: 500 } } },
	),
	survived(
		'cut',
		'The endpoint response breaks off, twice',
		cutThen((stage) => stage.line.strike(endpoints, cutAnswer, 2)),
	),
	survived(
		'malformed',
		'The endpoint response is half of the JSON, twice',
		cutThen((stage) =>
			stage.line.strike(
				endpoints,
				changed(({ body }) => body.subarray(0, 20)),
				2,
			),
		),
	),
	survived(
		'failing',
		'The endpoint request is answered with 503, twice',
		cutThen((stage) => stage.line.strike(endpoints, failing(503), 2)),
	),
	survived(
		'limited',
		'The endpoint request is answered with 429, twice',
		cutThen((stage) => stage.line.strike(endpoints, limited(), 2)),
	),
	{
		kind: 'wrong type',
		what: 'The endpoint response contains no address',
		holds: 'one failed execution: “The server returned no secure realtime address”; then normal operation',
		async strike(stage) {
			const { texts, failures } = await stage.activate();
			stage.line.strike(endpoints, answeredWith('{"error":false,"data":{"socket":{"app":7}}}'), 3);
			stage.line.cut();
			await stage.visitorWrites('meanwhile');
			await until('the message', () => texts().length > 0);
			assert.deepEqual(texts(), ['meanwhile']);
			assert.deepEqual(
				failures.map(({ message }) => message),
				['The server returned no secure realtime address'],
			);
		},
	},
	...['ws://relay.crisp.chat/socket', 'http://relay.crisp.chat/', 'ws://10.0.0.7/'].map((address): Fault => ({
		kind: 'forged',
		what: `The endpoint is ${address}, where others could read the key`,
		holds: 'fails: “The server returned no secure realtime address”',
		async strike(stage) {
			const body = JSON.stringify({ error: false, data: { socket: { app: address } } });
			stage.line.strike(endpoints, answeredWith(body));
			await stage.fails(
				stage.activate().then(() => undefined),
				/^The server returned no secure realtime address/,
			);
		},
	})),
	{
		kind: 'TLS',
		what: 'The channel has a self-signed certificate',
		holds: 'no key is sent there; delivered over the next connection',
		async strike(stage) {
			let attempts = 0;
			let bytes = 0;
			const server = createTlsServer(certificate);
			server.on('connection', () => (attempts += 1));
			server.on('secureConnection', (socket) => socket.on('data', (data: Buffer) => (bytes += data.length)));
			await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
			stage.onEnd(async () => await new Promise((resolve) => server.close(resolve)));
			const { texts } = await stage.activate();
			const app = `wss://127.0.0.1:${(server.address() as AddressInfo).port}/socket/`;
			stage.line.strike(endpoints, answeredWith(JSON.stringify({ error: false, data: { socket: { app } } })), 2);
			stage.line.cut();
			await stage.visitorWrites('meanwhile');
			await until('the message', () => texts().length > 0);
			assert.deepEqual([attempts > 0, bytes], [true, 0]);
		},
	},
	survived(
		'malformed',
		'Bytes that are not a frame',
		inject(() => Buffer.from([0xff, 0xff, 0, 1, 2])),
	),
	survived('cut', 'Half of a frame, then the connection is reset', (stage) => {
		stage.line.inject(eventFrame('message:send', message(stage, {})).subarray(0, 20));
		stage.line.cut();
	}),
	survived(
		'malformed',
		'An invalid packet',
		inject(() => frame('42{"not":"a packet"')),
	),
	survived(
		'malformed',
		'A packet that announces binary data, which never arrives',
		inject(() => frame('451-["message:send",{"_placeholder":true,"num":0}]')),
	),
	...['null', '7', '"a text"', '[]', '{"type":7,"content":{},"fingerprint":"x","user":5}'].map((payload) =>
		survived(
			'wrong type',
			`An event with the payload ${payload}`,
			inject(() => eventFrame('message:send', payload)),
			{ holds: undisturbed },
		),
	),
	survived(
		'wrong type',
		'An unknown event',
		inject(() => eventFrame('no:such:event', '{}')),
		{ holds: undisturbed },
	),
	survived(
		'wrong type',
		'An event named like a property of every object',
		inject(() => eventFrame('__proto__', '{"__proto__":{"x":1}}')),
		{ holds: undisturbed },
	),
	{
		kind: 'oversized',
		what: 'An event of 4 MB',
		holds: 'delivered, like later events',
		async strike(stage) {
			const { texts } = await stage.activate();
			const content = 'x'.repeat(4_000_000);
			await stage.visitorWrites(content, 'after');
			await until('both', () => texts().length === 2);
			assert.deepEqual(texts(), [content, 'after']);
		},
	},
	{
		kind: 'oversized',
		what: 'An event that is nested 5,000 levels deep',
		holds: 'skipped, as it cannot be processed; later events are delivered',
		async strike(stage) {
			const { texts } = await stage.activate();
			stage.line.inject(
				eventFrame(
					'message:send',
					message(stage, { content: 'deep', fingerprint: 1 }).replace('{', `{"x":${nested(5_000)},`),
				),
			);
			await stage.visitorWrites('after');
			await until('the message after it', () => texts().length > 0);
			assert.deepEqual(texts(), ['after']);
		},
	},
	{
		kind: 'duplicate',
		what: 'A message arrives three times',
		holds: 'delivered once',
		async strike(stage) {
			const { texts } = await stage.activate();
			const event = eventFrame('message:send', message(stage, { content: 'thrice', fingerprint: 1 }));
			for (let time = 0; time < 3; time++) stage.line.inject(event);
			await stage.visitorWrites('after');
			await until('the last', () => texts().includes('after'));
			assert.deepEqual(texts(), ['thrice', 'after']);
		},
	},
	{
		kind: 'duplicate',
		what: 'A message also arrives over the connection during catch-up',
		holds: 'delivered once',
		async strike(stage) {
			const { texts } = await stage.activate();
			stage.line.cut();
			await until('the disconnection', () => stage.sandbox.connections() === 0);
			await stage.visitorWrites('missed');
			const written = stage.sandbox.state.websites.get(shop)?.conversations.get(stage.session)?.messages.at(-1);
			stage.line.strike(conversations, async ({ response, forward }) => {
				const { status, headers, body } = await forward();
				stage.line.inject(eventFrame('message:send', JSON.stringify(written)));
				response.writeHead(status, headers).end(body);
			});
			await until('the message', () => texts().length > 0);
			await stage.visitorWrites('after');
			await until('the last', () => texts().includes('after'));
			assert.deepEqual(texts(), ['missed', 'after']);
		},
	},
	{
		kind: 'out of order',
		what: 'A later message arrives before an earlier one',
		holds: 'both are delivered, each with its own timestamp',
		async strike(stage) {
			const { emitted } = await stage.activate();
			const now = Date.now();
			for (const [content, timestamp] of [
				['later', now],
				['earlier', now - 5_000],
			] as const) {
				stage.line.inject(eventFrame('message:send', message(stage, { content, timestamp, fingerprint: timestamp })));
			}
			await until('both', () => emitted.length === 2);
			assert.deepEqual(
				emitted.map(({ text, timestamp }) => [text, timestamp]),
				[
					['later', now],
					['earlier', now - 5_000],
				],
			);
		},
	},
	{
		kind: 'cut',
		what: 'Crisp never sends an event',
		holds: 'delivered after the next connection',
		async strike(stage) {
			const { texts } = await stage.activate();
			stage.sandbox.faults.mute({ match: 'message:send' });
			await stage.visitorWrites('unsaid', 'said');
			await until('the message that was sent', () => texts().includes('said'));
			stage.line.cut();
			await until('the message that was not sent', () => texts().includes('unsaid'));
			assert.deepEqual(texts(), ['said', 'unsaid']);
		},
	},
	...[60_000, -60_000].map((skew) =>
		survived(
			'clock skew',
			`Crisp's clock is a minute ${skew > 0 ? 'ahead' : 'behind'}, and the connection is reset`,
			(stage) => stage.line.cut(),
			{ skew, listening: { activation: 'init', memory: { mark: Date.now() } as IDataObject } },
		),
	),
	...(
		[
			['failing', 'gets status 503', failing(503)],
			['reset', 'is reset', resetBefore],
			['wrong type', 'gets a string instead of a list', answeredWith('{"error":false,"data":"a text"}')],
			['malformed', 'gets an HTML page', answeredWith('<html></html>', { type: 'text/html' })],
			['cut', 'gets a response that breaks off', cutAnswer],
		] as const
	).map(([kind, what, strike]) =>
		survived(
			kind,
			`Catch-up ${what}, five times`,
			(stage) => {
				stage.line.strike(conversations, strike, 5);
				stage.line.cut();
			},
			{ isLate: true, holds: 'new messages are not delayed; no losses, no duplicates' },
		),
	),
	{
		kind: 'refused',
		what: 'The channel refuses the token for a while',
		holds: "one failed execution: “Crisp's realtime channel does not accept this token”; then normal operation",
		async strike(stage) {
			const { texts, failures } = await stage.activate();
			stage.sandbox.faults.refuseSockets({ how: 'unauthorized', times: 3 });
			stage.line.cut();
			await stage.visitorWrites('meanwhile');
			await until('the message', () => texts().length > 0);
			assert.deepEqual(
				failures.map(({ message: said }) => said),
				["Crisp's realtime channel does not accept this token (closed)"],
			);
		},
	},
	{
		kind: 'forged',
		what: "n8n's rules block the address of the channel",
		holds: "fails: “The network rules of this n8n block Crisp's realtime channel”",
		async strike(stage) {
			const guard = { validateUrl: async () => ({ ok: false, error: new Error('127.0.0.1 is blocked') }) };
			await stage.fails(
				stage.activate({ guard, options: { connection: 'realtime' } }).then(() => undefined),
				/^The network rules of this n8n block/,
				/Webhook/,
			);
			assert.equal(stage.line.tunnelCount, 0);
		},
	},
];
