import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { IHttpRequestOptions, IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { Storage, type Reading } from '../../../nodes/Crisp/files/storage';
import { FakeClock, settled } from '../../support/fakeClock';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const cut = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

const address = 'https://storage.example/up?signature=very-secret';

/** What a server sends before it cuts the connection, stays silent forever, drips, or ends. */
function bytes(pieces: string[], end?: 'cut' | 'silence'): Readable {
	const left = pieces.map((piece) => Buffer.from(piece));
	return new Readable({
		read() {
			const piece = left.shift();
			if (piece) this.push(piece);
			else if (end === 'cut') this.destroy(cut);
			else if (end !== 'silence') this.push(null);
		},
	});
}

const inChunks = { 'transfer-encoding': 'chunked' };

type Answer = number | Error | Readable | { statusCode: number; headers: object; body: Readable };

/** A storage whose server responds with these, in turn. */
function serving(...answers: Answer[]) {
	const requests: IHttpRequestOptions[] = [];
	const clock = new FakeClock();
	const stop = new AbortController();
	const storage = new Storage({
		node,
		clock,
		signal: stop.signal,
		async httpRequest(options) {
			requests.push(options);
			const answer = answers[requests.length - 1] ?? 200;
			if (answer instanceof Error) throw answer;
			const isWhole = typeof answer === 'object' && 'statusCode' in answer;
			const statusCode = typeof answer === 'number' ? answer : 200;
			const body = answer instanceof Readable ? answer : bytes([]);
			return (isWhole ? answer : { statusCode, headers: inChunks, body }) as unknown as IN8nHttpFullResponse;
		},
	});
	return { storage, requests, clock, stop };
}

/** A file that is read again each time it is opened. */
function file() {
	const opened: Buffer[] = [];
	const open = async () => {
		opened.push(Buffer.from('tea'));
		return opened.at(-1) as Buffer;
	};
	return { url: address, type: 'text/plain', size: 3, open, opened };
}

describe('an upload', () => {
	it('is retried from the beginning after an error of the storage server', async () => {
		const { storage, requests, clock } = serving(503, cut, 200);
		const given = file();
		const done = storage.put(given);
		await clock.advance(10_000);
		await done;
		expect(requests.map(({ body }) => body)).toEqual(given.opened);
		expect(given.opened).toHaveLength(3);
	});

	it.each([
		['403', [403], 1, 'status 403'],
		['a redirect, as the bytes are meant for this host only', [307], 1, 'status 307'],
		['a server error three times', [500, 500, 500], 3, 'status 500'],
		['too many requests three times', [429, 408, 429], 3, 'status 429'],
		['a connection that is cut three times', [cut, cut, cut], 3, 'the connection was reset'],
		["a request that n8n's rules forbid", [new Error('The address is blocked')], 1, 'The address is blocked'],
		[
			'an error that contains the address, which is redacted',
			[new Error(`Invalid URL: ${address}`)],
			1,
			'Invalid URL: …',
		],
	])('fails for %s', async (_, answers, tries, said) => {
		const { storage, requests, clock } = serving(...answers);
		const failing = storage.put(file()).catch((error: Error) => error);
		await clock.advance(10_000);
		const error = await failing;
		expect(error).toMatchObject({ message: `The file could not be uploaded (${said})` });
		expect(inspect(error, { depth: 9 })).not.toContain('very-secret');
		expect(requests).toHaveLength(tries);
		expect(requests[0]).toMatchObject({ disableFollowRedirect: true });
	});

	it('of a cancelled execution is not retried', async () => {
		const { storage, requests, stop } = serving(cut);
		stop.abort();
		await expect(storage.put(file())).rejects.toMatchObject({ message: 'The execution was cancelled' });
		expect(requests).toHaveLength(1);
	});
});

/** How the tests read: every address may be requested, and the bytes are kept as a text. */
const reading = (more: Partial<Reading<string>> = {}): Reading<string> => ({
	most: 9,
	check: async (url) => await Promise.resolve({ url, isCrisp: true }),
	keep: async (flow) => await text(flow as unknown as Readable),
	...more,
});

describe('a download', () => {
	const outcomeOf = async ({ storage, clock }: ReturnType<typeof serving>, more: Partial<Reading<string>> = {}) => {
		const done = storage.get(address, reading(more)).then(
			({ kept, size }) => (expect(size).toBe(kept.length), kept),
			(error: Error) => error.message,
		);
		await clock.advance(299_000);
		const outcome = await done;
		expect([clock.sleeping, clock.alarms]).toEqual([0, 0]);
		return outcome;
	};

	it.each([
		['a server error', () => [503, bytes(['tea'])]],
		['a connection that is cut before any data', () => [cut, bytes(['tea'])]],
		['a connection that is cut in the middle', () => [bytes(['t'], 'cut'), bytes(['te', 'a'])]],
		['a server that stops sending', () => [bytes(['t'], 'silence'), bytes(['tea'])]],
		['fewer bytes than announced', () => [announcing(4, ['tea']), announcing(3, ['tea'])]],
	])('is retried after %s', async (_, answers) => {
		const server = serving(...answers());
		expect(await outcomeOf(server)).toBe('tea');
		expect(server.requests).toHaveLength(2);
	});

	it.each<[string, () => Answer[], number, string]>([
		[
			'a server that stops sending three times',
			() => [1, 2, 3].map(() => bytes(['t'], 'silence')),
			3,
			'the request timed out',
		],
		[
			'fewer bytes than announced, three times',
			() => [1, 2, 3].map(() => announcing(4, ['t'])),
			3,
			'the response was cut off',
		],
		['a file that does not exist', () => [404], 1, 'status 404'],
		['a redirect to nowhere', () => [302], 1, 'status 302'],
	])('fails for %s', async (_, answers, tries, said) => {
		const server = serving(...answers());
		expect(await outcomeOf(server)).toBe(`The file could not be downloaded (${said})`);
		expect(server.requests).toHaveLength(tries);
	});

	it('fails for more bytes than allowed, without a retry', async () => {
		const flow = bytes(['0123', '4567', '89'], 'silence');
		const server = serving(flow);
		expect(await outcomeOf(server)).toMatch(/^The file is larger than/);
		expect(server.requests).toHaveLength(1);
		expect(flow.destroyed).toBe(true);
	});

	it('of a file that n8n cannot store fails without a retry, and closes the connection', async () => {
		const flow = bytes(['0123'], 'silence');
		const keep = async () => await Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
		const server = serving(flow);
		expect(await outcomeOf(server, { keep })).toBe('n8n could not store the file (no space left)');
		expect(server.requests).toHaveLength(1);
		expect(flow.destroyed).toBe(true);
	});

	it('of a cancelled execution ends at once, also while it waits for its turn', async () => {
		const servers = [1, 2, 3, 4].map(() => serving(bytes(['t'], 'silence')));
		const ends = servers.map(
			async ({ storage }) => await storage.get(address, reading()).catch((error: Error) => error),
		);
		await settled();
		expect(servers.map(({ requests }) => requests.length)).toEqual([1, 1, 1, 0]);
		for (const { stop } of [...servers].reverse()) {
			stop.abort();
			await settled();
		}
		for (const end of ends) expect(await end).toMatchObject({ message: 'The execution was cancelled' });
		expect(servers[3]?.requests).toEqual([]);
		expect(servers.map(({ clock }) => clock.sleeping + clock.alarms)).toEqual([0, 0, 0, 0]);
	});
});

describe('a connection that fails', () => {
	it.each([
		[true, 'The file could not be downloaded (the connection was refused)'],
		[false, 'The file could not be downloaded (its server could not be reached)'],
	])('is explained only for hosts of Crisp (%s)', async (isCrisp, message) => {
		const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:22'), { code: 'ECONNREFUSED' });
		const { storage, clock } = serving(refused, refused, refused);
		const check = async (url: string) => await Promise.resolve({ url, isCrisp });
		const failing = storage.get(address, reading({ check })).catch((error: Error) => error);
		await clock.advance(60_000);
		const error = await failing;
		expect(error).toMatchObject({ message });
		if (!isCrisp) expect(inspect(error, { depth: 9 })).not.toMatch(/REFUSED|10\.0\.0\.1/);
	});
});

function announcing(length: number, pieces: string[]): Answer {
	return { statusCode: 200, headers: { 'content-length': String(length) }, body: bytes(pieces) };
}
