import type { IHttpRequestOptions } from 'n8n-workflow';
import { broken, errorOf, ok, refused, serve, type Answer, type Served } from '../../support/servers/servedTransport';

const website = '/v1/website/w';
const head = (path: string) => ({ method: 'HEAD' as const, path });
const missing = { statusCode: 404, body: '' };
const notSubscribed = refused(404, 'not_subscribed', { message: 'the website is not subscribed to the plugin' });

/** A server that answers 404 to every HEAD request, and as the test says to GET. */
const serveMissing = (answer: (options: IHttpRequestOptions) => Answer) =>
	serve((options) => (options.method === 'HEAD' ? missing : answer(options)));

const requestsOf = ({ sent }: Served) => sent.map(({ method, url }) => `${method} ${new URL(url).pathname}`);

describe('404 to a HEAD request', () => {
	it('is reported as an error where the plugin is not installed on the website', async () => {
		const served = serveMissing(() => notSubscribed);
		const error = await errorOf(served.open()(head(`${website}/people/profile/p`)));
		expect(error.message).toMatch(/^The plugin is not installed on this website \(not_subscribed: /);
		expect(error.httpCode).toBe('404');
		expect(requestsOf(served)).toEqual([`HEAD ${website}/people/profile/p`, `GET ${website}`]);
	});

	it('means that the resource does not exist where it is installed; this is checked once for 1,000 items', async () => {
		const served = serveMissing(() => ok({ website_id: 'w' }));
		const paths = Array.from({ length: 1_000 }, (_, index) => `${website}/people/profile/${index}`);
		const send = served.open();
		const together = await Promise.all(paths.slice(0, 100).map(async (path) => await send(head(path))));
		const later: unknown[] = [];
		for (const path of paths.slice(100)) later.push(await served.open()(head(path)));
		expect(new Set([...together, ...later])).toEqual(new Set([false]));
		expect(requestsOf(served).filter((one) => one.startsWith('GET'))).toEqual([`GET ${website}`]);
	});

	it('is checked again after a minute, and for each website and token', async () => {
		const served = serveMissing(() => ok({}));
		const { clock } = served;
		const readings = () => requestsOf(served).filter((one) => one.startsWith('GET')).length;
		const ask = async (path: string, process?: number) => {
			expect(await served.open({}, process)(head(path))).toBe(false);
			return readings();
		};
		expect(await ask(`${website}/inbox/i`)).toBe(1);
		await clock.advance(59_999);
		expect(await ask(`${website}/inbox/i`)).toBe(1);
		await clock.advance(1);
		expect(await ask(`${website}/inbox/i`)).toBe(2);
		expect(await ask('/v1/website/other/inbox/i')).toBe(3);
		expect(await ask(`${website}/inbox/i`, 1)).toBe(4);
	});

	it('is checked again once the plugin was missing', async () => {
		let isInstalled = false;
		const served = serveMissing(() => (isInstalled ? ok({}) : notSubscribed));
		const send = served.open();
		await errorOf(send(head(`${website}/team/t`)));
		await errorOf(send(head(`${website}/team/t`)));
		isInstalled = true;
		expect(await send(head(`${website}/team/t`))).toBe(false);
	});

	it.each<[string, Answer, number]>([
		['may not be read', refused(403, 'not_allowed'), 1],
		['is unknown', refused(404, 'website_not_found'), 1],
		['cannot be reached', broken('ECONNRESET'), 6],
		['fails', refused(503, 'unavailable'), 6],
	])('means that the resource does not exist if the website %s', async (_, answer, readings) => {
		const served = serveMissing(() => answer);
		const send = served.open();
		for (let turn = 0; turn < 2; turn++) {
			const exists = send(head(`${website}/team/t`));
			await served.clock.advance(30_000);
			expect(await exists).toBe(false);
		}
		expect(requestsOf(served).filter((one) => one.startsWith('GET'))).toHaveLength(readings);
	});

	it.each(['/v1/website', '/v1/plugin/connect/session'])(
		'of %s, which has no website ID, is not checked',
		async (path) => {
			const served = serveMissing(() => notSubscribed);
			expect(await served.open()(head(path))).toBe(false);
			expect(requestsOf(served)).toEqual([`HEAD ${path}`]);
		},
	);
});

it('a HEAD request for what exists needs no other request', async () => {
	const served = serve(() => ({ statusCode: 200, body: '' }));
	expect(await served.open()(head(`${website}/team/t`))).toBe(true);
	expect(requestsOf(served)).toEqual([`HEAD ${website}/team/t`]);
});
