import assert from 'node:assert/strict';
import dns from 'node:dns';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { Impatience } from '../../support/n8nContext';
import { certificate } from '../certificate';
import type { Fault } from '../fault';
import type { Strike } from '../line';
import { secrets, listing, type Stage } from '../stage';
import {
	answeredWith,
	cutAnswer,
	endless,
	failing,
	garbage,
	known,
	limited,
	message,
	notPacked,
	page,
	resetBefore,
	resolved,
	silentAfter,
	silentBefore,
	stranger,
	type Known,
} from '../strikes';

const meanwhile = /^GET .*\/message\/\d+$/;
const reading = /^GET /;
const soon: Impatience = { match: message, times: 1, after: 1_000 };
const always: Impatience = { match: /./, after: 300 };

const [goesOn, isNotGzip] = [endless(20), notPacked('gzip')];
/** Responses for which n8n would wait forever. */
const unending = [goesOn, isNotGzip];

const once = 'delivered; no duplicates';

/** Sending a message meets a fault; the message still arrives once. */
function survived({ kind, what, strike, times, isSilent, isUnending }: Known): Fault {
	return {
		kind,
		what: `Sending: ${what}`,
		holds: once,
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(message, strike, times);
			if (isUnending) stage.time.press(1_000, 1);
			await stage.delivers(undefined, { givesUp: isSilent ? soon : undefined });
		},
	};
}

/** A read always meets a fault, and fails with a clear error. */
function told(kind: Fault['kind'], what: string, strike: Strike, message: RegExp, cure = /Check/): Fault {
	return {
		kind,
		what: `Reading: ${what}`,
		holds: `fails: “${readable(message)}”`,
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(reading, strike, Infinity);
			const givesUp = strike === silentBefore ? always : undefined;
			if (unending.includes(strike)) stage.time.press(300);
			await stage.fails(stage.run(stage.reading, { givesUp }), message, cure);
		},
	};
}

/** A regular expression of plain words, as readable text. */
const readable = ({ source }: RegExp) =>
	source
		.replace(/(?<!\\)[()]/g, '')
		.replaceAll('|', ', or ')
		.replaceAll('\\', '')
		.replace(/[\^$]/g, '');

async function served<Result>(
	stage: Stage,
	server: Server,
	action: (port: number) => Promise<Result>,
): Promise<Result> {
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	stage.onEnd(async () => await new Promise((resolve) => server.close(resolve)));
	return await action((server.address() as AddressInfo).port);
}

/** Replaces DNS lookups with these results, in turn; the last one is repeated. */
async function lookedUp(answers: Array<string | { code: string }>, action: () => Promise<void>): Promise<void> {
	const original = dns.lookup;
	let asked = 0;
	const lookup = (_name: string, options: { all?: boolean }, tell: (...values: unknown[]) => void) => {
		const answer = answers[Math.min(asked++, answers.length - 1)];
		if (typeof answer === 'object') tell(Object.assign(new Error(`getaddrinfo ${answer.code} ${_name}`), answer));
		else if (options.all) tell(null, [{ address: answer, family: 4 }]);
		else tell(null, answer, 4);
	};
	try {
		Object.assign(dns, { lookup });
		await action();
	} finally {
		Object.assign(dns, { lookup: original });
	}
}

export const rest: Fault[] = [
	{
		kind: 'refused',
		what: 'Sending: connections are refused for a while',
		holds: once,
		async strike(stage) {
			stage.time.hurry();
			await stage.line.close();
			stage.time.after(500, async () => await stage.line.open());
			await stage.delivers();
		},
	},
	{
		kind: 'refused',
		what: 'Sending: connections are refused',
		holds: 'fails: “Crisp could not be reached: the connection was refused”; nothing sent',
		async strike(stage) {
			stage.time.hurry();
			await stage.line.close();
			await stage.fails(
				stage.send(['one']),
				/^Crisp could not be reached: the connection was refused$/,
				/network of n8n/,
			);
			await stage.line.open();
			assert.deepEqual(stage.stored(), []);
		},
	},
	{
		kind: 'DNS',
		what: 'Sending: the host name was not found in DNS',
		holds: 'fails: “Crisp could not be reached: the host name was not found in DNS”; nothing sent',
		async strike(stage) {
			stage.time.hurry();
			const credential = stage.credential({ baseUrl: 'https://api.crisp.invalid' });
			await lookedUp([{ code: 'ENOTFOUND' }], async () => {
				const sent = stage.send(['one'], { credential });
				await stage.fails(sent, /^Crisp could not be reached: the host name was not found in DNS$/, /'API Address'/);
			});
		},
	},
	{
		kind: 'DNS',
		what: 'Sending: DNS lookups fail for a moment',
		holds: once,
		async strike(stage) {
			stage.time.hurry();
			const credential = stage.credential({ baseUrl: stage.line.url.replace('127.0.0.1', 'localhost') });
			await lookedUp([{ code: 'EAI_AGAIN' }, '127.0.0.1'], async () => await stage.delivers(undefined, { credential }));
		},
	},
	{
		kind: 'TLS',
		what: "Sending: the server's certificate is self-signed",
		holds: 'fails: “Crisp could not be reached: the certificate of the server is self-signed”; nothing sent',
		async strike(stage) {
			stage.time.hurry();
			let requests = 0;
			const server = createTlsServer(certificate, () => (requests += 1));
			await served(stage, server, async (port) => {
				const credential = stage.credential({ baseUrl: `https://127.0.0.1:${port}` });
				const sent = stage.send(['one'], { credential });
				await stage.fails(sent, /^Crisp could not be reached: the certificate of the server is self-signed$/);
			});
			assert.equal(requests, 0);
		},
	},
	{
		kind: 'TLS',
		what: 'Reading: a server without TLS responds at https://',
		holds: 'fails: “Crisp could not be reached: the TLS connection could not be established”',
		async strike(stage) {
			stage.time.hurry();
			const server = createTcpServer(
				(socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
			);
			await served(stage, server, async (port) => {
				const read = stage.run(stage.reading, {
					credential: stage.credential({ baseUrl: `https://127.0.0.1:${port}` }),
				});
				await stage.fails(read, /^Crisp could not be reached: the TLS connection could not be established$/);
			});
		},
	},
	{
		kind: 'TLS',
		what: 'Reading: the connection is reset during the TLS handshake',
		holds: 'fails: “Crisp could not be reached: the connection was reset”',
		async strike(stage) {
			stage.time.hurry();
			const server = createTcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
			await served(stage, server, async (port) => {
				const credential = stage.credential({ baseUrl: `https://127.0.0.1:${port}` });
				await stage.fails(
					stage.run(stage.reading, { credential }),
					/^Crisp could not be reached: the connection was reset$/,
				);
			});
		},
	},
	...known.map(survived),
	{
		kind: 'half-open',
		what: 'Sending: no request gets a response',
		holds: 'fails: “It is unclear whether Crisp received the message”; no duplicates, even when n8n retries',
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(message, silentAfter);
			stage.line.strike(meanwhile, silentBefore, Infinity);
			const execution = { executionId: `half-open-${stage.session}` };
			const sent = stage.send(['one'], { ...execution, givesUp: always });
			await stage.fails(sent, /^It is unclear whether Crisp received the message$/, /Look into the conversation/);
			stage.line.heal();
			await stage.delivers(['one'], execution);
		},
	},
	survived({
		kind: 'limited',
		what: 'status 429, with Retry-After: 30 seconds',
		strike: limited({ 'Retry-After': '30' }),
	}),
	survived({
		kind: 'clock skew',
		what: 'status 429, with Retry-After: a date in the past',
		strike: limited({ 'Retry-After': new Date(0).toUTCString() }),
	}),
	{
		kind: 'limited',
		what: 'Sending: status 429, with Retry-After: one hour',
		holds: 'fails: “Crisp limits the request rate of this token”; nothing sent',
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(message, limited({ 'Retry-After': '3600' }));
			await stage.fails(
				stage.send(['one', 'two']),
				/^Crisp limits the request rate of this token \(rate_limited\)$/,
				/3600 seconds/,
			);
			assert.deepEqual(stage.stored(), []);
		},
	},
	{
		kind: 'limited',
		what: 'Sending: status 429 permanently',
		holds: 'fails: “The daily quota of this token seems to be used up”; nothing sent',
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(message, limited(), Infinity);
			await stage.fails(
				stage.send(['one', 'two']),
				/^The daily quota of this token seems to be used up/,
				/5,000 requests a day/,
			);
			assert.deepEqual(stage.stored(), []);
		},
	},
	{
		kind: 'out of order',
		what: 'Sending: later requests are faster than earlier ones',
		holds: 'delivered in order; no duplicates',
		async strike(stage) {
			stage.sandbox.faults.latency(1, 40);
			await stage.delivers(Array.from({ length: 30 }, (_, number) => `${number}`));
		},
	},
	told('cut', 'the response breaks off', cutAnswer, /^Crisp could not be reached: the response was cut off$/),
	told('half-open', 'no response arrives', silentBefore, /^Crisp could not be reached: the request timed out$/),
	told('reset', 'every connection is reset', resetBefore, /^Crisp could not be reached: the connection was reset$/),
	told(
		'malformed',
		'the response is an HTML page',
		page(),
		/^The server at 'API Address' is not Crisp's API$/,
		/'API Address'.*proxy/,
	),
	told('malformed', 'the response is not HTTP', garbage, /^Crisp could not be reached: the response is not HTTP$/),
	told(
		'malformed',
		'the response is labelled gzip, but is not',
		isNotGzip,
		/^Crisp could not be reached: (the request timed out|the response could not be decompressed)$/,
	),
	told('slow', 'the response never ends', goesOn, /^Crisp could not be reached: the request timed out$/),
	told(
		'oversized',
		'the response is 10 MB of other data',
		stranger(1e7),
		/^The server at 'API Address' is not Crisp's API$/,
	),
	told('failing', 'status 500', failing(500), /^Crisp returned a server error \(server_error\)$/, /Try again later/),
	{
		kind: 'wrong type',
		what: 'Reading a list: the response is not a list',
		holds: 'fails: “Crisp returned something other than a list”',
		async strike(stage) {
			stage.line.strike(reading, resolved('a text'), Infinity);
			await stage.fails(stage.run(listing), /^Crisp returned something other than a list$/, /Try again/);
		},
	},
	{
		kind: 'wrong type',
		what: 'Reading a list: an entry is null, another a number',
		holds: 'null holds nothing and is left out; each other entry becomes an item',
		async strike(stage) {
			stage.line.strike(/\/profiles\/1/, resolved([null, 7, { people_id: 'p' }]));
			stage.line.strike(/\/profiles\//, resolved([]), Infinity);
			const output = await stage.run(listing);
			assert.deepEqual(
				output.map(({ json: { people_id } }) => people_id),
				[7, 'p'],
			);
		},
	},
	{
		kind: 'duplicate',
		what: 'Reading a list: the same page is returned forever',
		holds: 'the read ends; each entry is returned once',
		async strike(stage) {
			const people = Array.from({ length: 50 }, (_, number) => ({ people_id: `p${number}` }));
			stage.line.strike(/\/profiles\//, resolved(people), Infinity);
			assert.equal((await stage.run(listing)).length, 50);
			assert.ok(stage.line.asked.length < 10);
		},
	},
	{
		kind: 'forged',
		what: 'Reading: a redirect to another host',
		holds: 'fails: “The server tried to redirect the request”; nothing is sent there',
		async strike(stage) {
			let requests = 0;
			await served(
				stage,
				createTcpServer(() => (requests += 1)),
				async (port) => {
					const headers = { Location: `http://127.0.0.1:${port}/v1/elsewhere` };
					stage.line.strike(reading, answeredWith('', { status: 307, headers }), Infinity);
					await stage.fails(stage.run(stage.reading), /^The server tried to redirect the request/, /another host/);
				},
			);
			assert.equal(requests, 0);
		},
	},
	{
		kind: 'refused',
		what: 'Any request: the key is wrong',
		holds: 'fails: “Crisp does not know this token”',
		async strike(stage) {
			const credential = stage.credential({ key: 'sandbox-wrong-key' });
			stage.evidence.guard({ 'a wrong key': credential.key });
			stage.evidence.guardPair('a wrong key', credential.identifier, credential.key);
			await stage.fails(
				stage.run(stage.reading, { credential }),
				/^Crisp does not know this token \(invalid_session\)/,
			);
		},
	},
	...uploads(),
	...passwords(),
];

/** Upload URLs grant access like keys do. */
function uploads(): Fault[] {
	const file = [{ data: { data: 'eA==', mimeType: 'text/plain', fileName: 'x.txt' } }];
	const uploading = (stage: Stage) => {
		const { sessionId } = stage.sending;
		return { resource: 'message', sessionId, operation: 'sendFile', source: 'binary', binaryPropertyName: 'data' };
	};
	return [
		{
			kind: 'refused',
			what: 'Uploading: the storage server rejects the file',
			holds: 'fails: “The file could not be uploaded”, without the signed URL',
			async strike(stage) {
				stage.sandbox.state.uploads.lifetime = -1;
				const sent = stage.run(uploading(stage), { binary: file });
				await stage.fails(sent, /^The file could not be uploaded \(status 403\)$/, /Run it again/);
			},
		},
		{
			kind: 'forged',
			what: "Uploading: n8n's rules block the upload URL",
			holds: 'fails: “The file could not be uploaded”, without the signed URL',
			async strike(stage) {
				const forbid = ({ url }: { url: string }) => new Error(`The request to ${url} was blocked`);
				const sent = stage.run(uploading(stage), { binary: file, forbids: { match: /\/storage\//, forbid } });
				await stage.fails(sent, /^The file could not be uploaded/, /may send requests there/);
			},
		},
		{
			kind: 'slow',
			what: 'Uploading: Crisp returns no upload URL',
			holds: 'fails: “Crisp did not send an upload URL within 15 seconds”',
			async strike(stage) {
				stage.sandbox.faults.mute({ match: 'bucket:', times: 9 });
				stage.time.shorten(15_000, 3_000);
				const sent = stage.run(uploading(stage), { binary: file });
				await stage.fails(sent, /^Crisp did not send an upload URL within 15 seconds$/, /Public URL/);
			},
		},
	];
}

/** The passwords of operators, which n8n does not treat as secrets. */
function passwords(): Fault[] {
	const account = { resource: 'userSession', operation: 'login', email: 'juno@example.org' };
	const given = { password: '={{ $json.password }}', items: [{ password: secrets.password }] };
	const actions: Array<[Fault['kind'], string, Strike | undefined, RegExp]> = [
		['refused', 'the password is wrong', undefined, /invalid_credentials/],
		['reset', 'the connection is reset', resetBefore, /the connection was reset/],
		['malformed', 'the response is an HTML page', page(), /not Crisp's API/],
	];
	return actions.map(([kind, what, strike, words]) => ({
		kind,
		what: `Logging in: ${what}`,
		holds: 'fails; the password is not shown',
		async strike(stage) {
			stage.time.hurry();
			if (strike) stage.line.strike(/^POST /, strike, Infinity);
			const { items, password } = given;
			const credential = stage.credential({ tier: 'user', ...stage.sandbox.tokens.user });
			await stage.fails(stage.run({ ...account, password }, { items, credential }), words);
		},
	}));
}
