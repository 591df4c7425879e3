import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { Storage } from '../../../nodes/Crisp/files/storage';
import { processStores } from '../../../nodes/shared/runtime/processState';
import { FakeClock, settled } from '../../support/fakeClock';

/** A visitor sends many files at once: n8n reads a few at a time, in all executions of the process together. */

const node = { name: 'Crisp', type: 'crisp' } as INode;

it('at most three files are read at once in all executions, and then the others', async () => {
	const open: Readable[] = [];
	let asked = 0;
	const httpRequest = async () => {
		asked += 1;
		const body = new Readable({ read() {} });
		open.push(body);
		const headers = { 'transfer-encoding': 'chunked' };
		return await Promise.resolve({ statusCode: 200, headers, body: body as unknown } as IN8nHttpFullResponse);
	};
	const executions = [1, 2, 3, 4, 5, 6].map(() => new Storage({ node, clock: new FakeClock(), httpRequest }));
	const downloads = [...executions, ...executions, ...executions].map(
		async (storage) =>
			await storage.get('https://storage.example.com/a', {
				most: 9,
				check: async (url) => await Promise.resolve({ url, isCrisp: true }),
				keep: async (flow) => await text(flow as unknown as Readable),
			}),
	);
	for (let ended = 0; ended < downloads.length; ended++) {
		await settled();
		expect([asked, open.length]).toEqual([Math.min(ended + 3, 18), Math.min(3, 18 - ended)]);
		const body = open.shift();
		body?.push(Buffer.from('tea'));
		body?.push(null);
	}
	expect((await Promise.all(downloads)).map(({ kept }) => kept)).toEqual(downloads.map(() => 'tea'));
	expect(processStores().find(({ name }) => name === 'downloads that run or wait')?.size).toBe(0);
});
