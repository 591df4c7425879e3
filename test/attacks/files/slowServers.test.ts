import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { IHttpRequestOptions, IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { Storage, longestDownload } from '../../../nodes/Crisp/files/storage';
import { FakeClock, settled } from '../../support/fakeClock';

/** The server of a file sends so slowly that the download would never end: it must not hold a worker for longer than five minutes. */

const node = { name: 'Crisp', type: 'crisp' } as INode;

/** Sends a byte each time that a number of milliseconds have passed. */
function drip(clock: FakeClock, milliseconds: number): Readable {
	return new Readable({
		read() {
			void clock.sleep(milliseconds).then(() => this.push(Buffer.from('x')));
		},
	});
}

type Server = (clock: FakeClock, options: IHttpRequestOptions) => Promise<{ statusCode: number; body: Readable }>;

const servers: Array<[string, Server]> = [
	['one byte every 50 seconds', async (clock) => ({ statusCode: 200, body: drip(clock, 50_000) })],
	['one byte a second', async (clock) => ({ statusCode: 200, body: drip(clock, 1_000) })],
	['nothing at all', async () => await new Promise(() => {})],
	['nothing after its headers', async (clock) => ({ statusCode: 200, body: drip(clock, 1e9) })],
	[
		'an error after 110 seconds, each time',
		async (clock) => {
			await clock.sleep(110_000);
			return { statusCode: 503, body: Readable.from([]) };
		},
	],
];

function downloadFrom(server: Server, clock: FakeClock) {
	const storage = new Storage({
		node,
		clock,
		httpRequest: async (options) =>
			({
				headers: { 'transfer-encoding': 'chunked' },
				...(await server(clock, options)),
			}) as unknown as IN8nHttpFullResponse,
	});
	const began = clock.now();
	let ended: number | undefined;
	const message = storage
		.get('https://storage.example.com/a', {
			most: 1_000_000,
			check: async (url) => await Promise.resolve({ url, isCrisp: true }),
			keep: async (flow) => await text(flow as unknown as Readable),
		})
		.then(
			() => 'it was downloaded',
			(error: Error) => error.message,
		)
		.finally(() => (ended = clock.now() - began));
	return { message, took: () => ended };
}

it.each(servers)('a server that sends %s holds a download for five minutes at most', async (_, server) => {
	const clock = new FakeClock();
	const { message, took } = downloadFrom(server, clock);
	await clock.advance(longestDownload + 1);
	expect(took()).toBeLessThanOrEqual(longestDownload);
	expect(await message).toMatch(/^The file could not be downloaded \(/);
});

it('slow servers do not stop other downloads for longer than that', async () => {
	const clock = new FakeClock();
	const [, slow] = servers[0] as [string, Server];
	const blocking = [1, 2, 3].map(() => downloadFrom(slow, clock));
	const other = downloadFrom(async () => ({ statusCode: 200, body: Readable.from([Buffer.from('tea')]) }), clock);
	await settled();
	expect(other.took()).toBeUndefined();
	await clock.advance(longestDownload);
	expect(await other.message).toBe('it was downloaded');
	await Promise.all(blocking.map(async ({ message }) => await message));
});
