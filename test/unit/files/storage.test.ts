import { inspect } from 'node:util';
import type { IHttpRequestOptions, IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { Storage } from '../../../nodes/Crisp/files/storage';
import { FakeClock } from '../../support/fakeClock';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const cut = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

const address = 'https://storage.example/up?signature=very-secret';

/** What a server sends before it cuts the connection, stays silent forever, or ends. */
class Bytes {
	private fault?: Error;

	private wake = () => {};

	constructor(
		private readonly pieces: string[],
		private readonly end?: 'cut' | 'silence',
	) {}

	async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
		for (const piece of this.pieces) yield Buffer.from(piece);
		if (this.end === 'cut') throw cut;
		if (this.end === 'silence') await new Promise<void>((resolve) => (this.wake = resolve));
		if (this.fault) throw this.fault;
	}

	destroy(fault?: Error): void {
		this.fault = fault;
		this.wake();
	}
}

/** A storage whose server responds with these, in turn. */
function serving(...answers: Array<number | Error | Bytes>) {
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
			const [statusCode, body] = typeof answer === 'number' ? [answer, new Bytes([])] : [200, answer];
			return { statusCode, headers: {}, body: body as unknown } as IN8nHttpFullResponse;
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

describe('a download', () => {
	const reading = async ({ storage, clock }: ReturnType<typeof serving>, most = 9) => {
		const done = storage.get(address, most).then(
			({ bytes }) => bytes.toString(),
			(error: Error) => error.message,
		);
		await clock.advance(300_000);
		const outcome = await done;
		expect(clock.sleeping).toBe(0);
		return outcome;
	};

	it.each([
		['a server error', [503, new Bytes(['tea'])]],
		['a connection that is cut before any data', [cut, new Bytes(['tea'])]],
		['a connection that is cut in the middle', [new Bytes(['t'], 'cut'), new Bytes(['te', 'a'])]],
		['a server that stops sending', [new Bytes(['t'], 'silence'), new Bytes(['tea'])]],
	])('is retried after %s', async (_, answers) => {
		const server = serving(...answers);
		expect(await reading(server)).toBe('tea');
		expect(server.requests).toHaveLength(2);
	});

	it.each<[string, Array<number | Bytes>, number, string]>([
		[
			'a server that stops sending three times',
			[1, 2, 3].map(() => new Bytes(['t'], 'silence')),
			3,
			'the request timed out',
		],
		['a file that does not exist', [404], 1, 'status 404'],
	])('fails for %s', async (_, answers, tries, said) => {
		const server = serving(...answers);
		expect(await reading(server)).toBe(`The file could not be downloaded (${said})`);
		expect(server.requests).toHaveLength(tries);
	});

	it('fails for more bytes than allowed, without a retry', async () => {
		const server = serving(new Bytes(['0123', '4567', '89'], 'silence'));
		expect(await reading(server)).toMatch(/^The file is larger than/);
		expect(server.requests).toHaveLength(1);
	});
});
