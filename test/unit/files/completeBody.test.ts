import { PassThrough, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { IN8nHttpFullResponse } from 'n8n-workflow';
import { endingOf } from '../../../nodes/Crisp/files/completeBody';
import type { Flow } from '../../../nodes/Crisp/files/passBytes';

const ending = (body: object, headers: object = { 'content-length': '3' }) =>
	endingOf({ statusCode: 200, headers, body } as IN8nHttpFullResponse, body as Flow);

/** A stream that counts what is written to it, like those of Node.js's zlib. */
class ZstdDecompress extends PassThrough {
	bytesWritten = 0;

	_finishFlushFlag = 1;
}

/** What a later Node.js or n8n may have instead of the streams of today. */
const unknown: Array<[string, object]> = [
	['of Zstandard, which Node.js 22 does not check', new ZstdDecompress()],
	['without the setting for its end', Object.assign(createGunzip(), { _finishFlushFlag: undefined })],
	['that compresses', createGzip()],
	[
		'that has ended already',
		Object.defineProperties(createGunzip(), { writableFinished: { value: true }, bytesWritten: { value: 9 } }),
	],
	[
		'with the name of what every object has',
		Object.assign(new ZstdDecompress(), { constructor: { name: 'toString' } }),
	],
];

it.each(unknown)('a body that comes through a stream %s is not told complete', (_, body) => {
	expect(ending(body)).toEqual([
		'it is compressed, and this n8n cannot check whether all of it arrived',
		expect.stringMatching(/send the file uncompressed.*HTTP Request node/),
	]);
});

it('a body that is decompressed by a known stream is checked at its end', () => {
	const stream = createGunzip();
	expect(ending(stream)).toMatchObject({ announced: 3 });
	expect((stream as unknown as { _finishFlushFlag: number })._finishFlushFlag).toBe(4);
});

it.each(['', '3, 3', '-3', '3.5', '0x3', 'Infinity', ['3']])('the length %j is none', (length) => {
	expect(ending(Readable.from([]), { 'content-length': length })).toEqual([
		expect.stringMatching(/^the server does not say where the file ends/),
		expect.any(String),
	]);
});

it('a body in chunks has any length, another one that which was announced', () => {
	const chunked = ending(Readable.from([]), { 'transfer-encoding': 'Chunked' }) as { isWhole(size: number): boolean };
	expect([0, 3, 4].map((size) => chunked.isWhole(size))).toEqual([true, true, true]);
	const sized = ending(Readable.from([])) as { isWhole(size: number): boolean };
	expect([0, 2, 3, 4].map((size) => sized.isWhole(size))).toEqual([false, false, true, false]);
});
