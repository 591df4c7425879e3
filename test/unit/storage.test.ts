import type { IHttpRequestOptions, IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { Storage } from '../../nodes/Crisp/storage';
import { FakeClock } from '../fakeClock';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const cut = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** A storage whose server answers so, one after the other. */
function serving(...answers: Array<number | Error>) {
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
			return { statusCode: answer, headers: {}, body: '' } as IN8nHttpFullResponse;
		},
	});
	return { storage, requests, clock, stop };
}

/** A file that gives itself anew each time it is opened. */
function file() {
	const opened: Buffer[] = [];
	const open = async () => {
		opened.push(Buffer.from('tea'));
		return opened.at(-1) as Buffer;
	};
	return { url: 'https://storage.example/up', type: 'text/plain', size: 3, open, opened };
}

describe('an upload', () => {
	it('is tried again from its beginning while the storage is in trouble', async () => {
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
		['a redirect, as the bytes are for this host', [307], 1, 'status 307'],
		['trouble three times', [500, 500, 500], 3, 'status 500'],
		['a line that is cut three times', [cut, cut, cut], 3, 'the connection was cut'],
		["what n8n's rules forbid", [new Error('The address is blocked')], 1, 'The address is blocked'],
	])('fails for %s', async (_, answers, tries, said) => {
		const { storage, requests, clock } = serving(...answers);
		const failing = storage.put(file()).catch((error: Error) => error);
		await clock.advance(10_000);
		expect(await failing).toMatchObject({ message: `The file could not be uploaded (${said})` });
		expect(requests).toHaveLength(tries);
		expect(requests[0]).toMatchObject({ disableFollowRedirect: true });
	});

	it('of an execution that is cancelled is not tried again', async () => {
		const { storage, requests, stop } = serving(cut);
		stop.abort();
		await expect(storage.put(file())).rejects.toMatchObject({ message: 'The execution was cancelled' });
		expect(requests).toHaveLength(1);
	});
});
