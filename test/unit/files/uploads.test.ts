import type { INode } from 'n8n-workflow';
import { Uploads, type UploadsOptions } from '../../../nodes/Crisp/files/uploads';
import type { ChannelListener } from '../../../nodes/shared/realtime/socket';
import type { Credential } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const file = { name: 'a.pdf', type: 'application/pdf' };
const event = 'bucket:url:upload:generated';

interface Line extends ChannelListener {
	said: unknown[];
	isClosed: boolean;
}

/** Uploads over connections whose other end is the test. */
function begin(more: Partial<UploadsOptions> = {}, baseUrl = 'https://api.crisp.chat') {
	const clock = new FakeClock();
	const lines: Line[] = [];
	const posts: Array<{ id: string; resource: unknown }> = [];
	const credential: Credential = { tier: 'plugin', identifier: 'i', key: 'sandbox-k', baseUrl };
	const uploads = new Uploads({
		node,
		credential,
		clock,
		isAble: true,
		egress: async () => undefined,
		guard: async () => 'none',
		async send({ method, body }) {
			if (method === 'GET') return { socket: { app: 'wss://relay.example/socket' } };
			posts.push(body as never);
			return undefined;
		},
		openChannel(_, listener) {
			const line: Line = { ...listener, said: [], isClosed: false };
			lines.push(line);
			return {
				emit: (_event, payload) => line.said.push(payload),
				close() {
					if (line.isClosed) return;
					line.isClosed = true;
					listener.onClose('closed');
				},
			};
		},
		...more,
	});
	return { uploads, clock, lines, posts };
}

async function accept(line?: Line): Promise<void> {
	line?.onOpen();
	line?.onEvent('authenticated', undefined);
	await settled();
}

const told = (id: string | undefined, url: object, more: object = {}) => ({
	id,
	url,
	policy: { size_limit: 9 },
	...more,
});

/** The outcome of a grant, once it is settled. */
function outcomeOf(grant: Promise<unknown>) {
	const outcome: { value?: unknown; error?: Error & { description?: string } } = {};
	void grant.then(
		(value) => (outcome.value = value),
		(error: Error) => (outcome.error = error),
	);
	return outcome;
}

/** A grant that is waiting for Crisp to return the upload URL. */
async function asking(more: Partial<UploadsOptions> = {}, baseUrl?: string) {
	const setting = begin(more, baseUrl);
	const outcome = outcomeOf(setting.uploads.grant('website-1', file));
	await settled();
	await accept(setting.lines[0]);
	return { ...setting, outcome, line: setting.lines[0] as Line };
}

const resource = 'https://storage.crisp.chat/users/upload/a.pdf';

describe('an upload', () => {
	it('only uses the event with its own ID, and sends its request once connected', async () => {
		const { uploads, lines, posts } = begin();
		const first = outcomeOf(uploads.grant('website-1', file));
		const second = outcomeOf(uploads.grant('website-2', file));
		await settled();
		expect(posts).toEqual([]);
		await accept(lines[0]);
		expect(lines).toHaveLength(1);
		expect(lines[0]?.said).toEqual([
			{ tier: 'plugin', username: 'i', password: 'sandbox-k', events: expect.arrayContaining([event]) as string[] },
		]);
		expect(posts.map((post) => post.resource)).toEqual([
			{ type: 'website', id: 'website-1' },
			{ type: 'website', id: 'website-2' },
		]);
		lines[0]?.onEvent(event, told('of another upload', { resource, signed: '/nowhere' }));
		lines[0]?.onEvent(event, told(posts[1]?.id, { resource, signed: '/second?s=1' }));
		await settled();
		expect(first).toEqual({});
		expect(second.value).toEqual({ resource, signed: 'https://storage.crisp.chat/second?s=1', sizeLimit: 9 });
		await uploads.close();
	});

	const addresses: Array<[string, object, string, object]> = [
		[
			'a path',
			{ resource, signed: '/up?s=1' },
			'https://api.crisp.chat',
			{ signed: 'https://storage.crisp.chat/up?s=1' },
		],
		[
			'a path on the host of a test server',
			{ resource: 'http://127.0.0.1:1/a', signed: '/up' },
			'http://127.0.0.1:1',
			{ signed: 'http://127.0.0.1:1/up' },
		],
		[
			'a complete URL',
			{ resource, signed: 'https://s3.example/up' },
			'https://api.crisp.chat',
			{ signed: 'https://s3.example/up' },
		],
		[
			'two paths',
			{ resource: '/a.pdf', signed: '/up' },
			'https://api.crisp.chat',
			{ signed: 'https://storage.crisp.chat/up' },
		],
	];

	it('ignores malformed events', async () => {
		const { uploads, lines, posts } = begin();
		const grant = outcomeOf(uploads.grant('w', file));
		await settled();
		await accept(lines[0]);
		for (const odd of [null, 'a', [], { id: { toString: 1, valueOf: 1 } }]) lines[0]?.onEvent(event, odd);
		lines[0]?.onEvent(event, told(posts[0]?.id, { resource: 'https://x.example/a', signed: 'https://x.example/b' }));
		await settled();
		expect(grant.value).toMatchObject({ signed: 'https://x.example/b' });
		await uploads.close();
	});

	it.each(addresses)('goes to %s', async (_, url, baseUrl, expected) => {
		const { line, posts, outcome, uploads } = await asking({}, baseUrl);
		line.onEvent(event, told(posts[0]?.id, url, { policy: undefined }));
		await settled();
		expect(outcome.value).toMatchObject({ ...expected, sizeLimit: Infinity });
		await uploads.close();
	});

	it.each([
		['nothing', {}],
		['an unencrypted URL', { resource, signed: 'http://storage.crisp.chat/up' }],
		['a value that is no URL', { resource, signed: 7 }],
	])('does not go to %s', async (_, url) => {
		const { line, posts, outcome, uploads } = await asking();
		line.onEvent(event, told(posts[0]?.id, url));
		await settled();
		expect(outcome.error?.message).toMatch(/did not return a usable upload URL/);
		await uploads.close();
	});

	it('waits 15 seconds for its URL, and no longer', async () => {
		const { clock, outcome, uploads, line } = await asking();
		await clock.advance(14_999);
		expect(outcome).toEqual({});
		await clock.advance(1);
		expect(outcome.error?.message).toMatch(/within 15 seconds/);
		expect(outcome.error?.description).toMatch(/bucket:url.*Public URL/);
		await uploads.close();
		expect(line.isClosed).toBe(true);
		expect(clock.sleeping).toBe(0);
	});

	it.each([
		['plugin', 'Try again later. The token needs the scope bucket:url. '],
		['website', 'Try again later. Or set '],
		['user', 'Try again later. Or set '],
	] as const)('without a URL in time gives a token of tier %s the advice of its tier', async (tier, cure) => {
		const credential: Credential = { tier, identifier: 'i', key: 'sandbox-k', baseUrl: 'https://api.crisp.chat' };
		const { clock, outcome } = await asking({ credential });
		await clock.advance(15_000);
		expect(outcome.error?.description?.slice(0, cure.length)).toBe(cure);
	});

	it('reports a silent channel after two attempts of 15 seconds', async () => {
		const { uploads, clock, lines } = begin();
		const outcome = outcomeOf(uploads.grant('website-1', file));
		await settled();
		lines[0]?.onOpen();
		await clock.advance(15_000);
		lines[1]?.onOpen();
		await clock.advance(15_000);
		expect(outcome.error?.message).toMatch(/did not answer the authentication/);
		expect(lines.map(({ isClosed }) => isClosed)).toEqual([true, true]);
		const later = outcomeOf(uploads.grant('website-1', file));
		await settled();
		expect(later.error).toBe(outcome.error);
		expect(lines).toHaveLength(2);
		await uploads.close();
		expect(clock.sleeping).toBe(0);
	});

	it('leaves no connection and no timer when the execution is cancelled', async () => {
		const stop = new AbortController();
		const { clock, outcome, line } = await asking({ signal: stop.signal });
		expect(clock.sleeping).toBe(1);
		stop.abort();
		await settled();
		expect(outcome.error?.message).toBe('The execution was cancelled');
		expect(line.isClosed).toBe(true);
		expect(clock.sleeping).toBe(0);
	});

	it('leaves no connection when the execution is cancelled before Crisp accepts it', async () => {
		const stop = new AbortController();
		const { uploads, clock, lines } = begin({ signal: stop.signal });
		const outcome = outcomeOf(uploads.grant('website-1', file));
		await settled();
		stop.abort();
		await settled();
		expect(outcome.error?.message).toBe('The execution was cancelled');
		expect(lines.map(({ isClosed }) => isClosed)).toEqual([true]);
		expect(clock.sleeping).toBe(0);
	});

	it('leaves no timer after a success', async () => {
		const { line, posts, clock, uploads } = await asking();
		line.onEvent(event, told(posts[0]?.id, { resource, signed: '/up' }));
		await settled();
		await uploads.close();
		expect(clock.sleeping).toBe(0);
		expect(line.isClosed).toBe(true);
	});

	it('reports what to do if Node.js has no WebSocket', async () => {
		const { uploads, lines } = begin({ isAble: false });
		const outcome = outcomeOf(uploads.grant('website-1', file));
		await settled();
		expect(outcome.error?.message).toMatch(/Node.js 22/);
		expect(outcome.error?.description).toMatch(/Public URL/);
		expect(lines).toEqual([]);
	});

	it('with a website token listens to its own website', async () => {
		const credential: Credential = {
			tier: 'website',
			identifier: 'i',
			key: 'sandbox-k',
			baseUrl: 'https://api.crisp.chat',
		};
		const { line, uploads } = await asking({ credential });
		expect(line.said).toEqual([expect.objectContaining({ tier: 'website', rooms: ['website-1'] })]);
		await uploads.close();
	});
});
