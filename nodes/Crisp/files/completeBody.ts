import type { IN8nHttpFullResponse } from 'n8n-workflow';
import type { Flow } from './passBytes';

/** How the end of a body is checked. */
export interface Ending {
	/** The length that the server announced, in bytes, as they are transferred; NaN if it announced none. */
	announced: number;
	/** Whether a body that ended without an error, after a number of bytes, is the whole file. */
	isWhole(size: number): boolean;
}

/** Why a body cannot be told to be the whole file, and what to do. */
export type Doubt = [what: string, how: string];

const elsewhere = 'To take the file as it is, use the HTTP Request node, and check there that it is complete.';

const inPart: Doubt = [
	'the server sent a part of the file, although all of it was requested',
	`A cache or a proxy in between may be the cause: request the file from its own server. ${elsewhere}`,
];

const endless: Doubt = [
	'the server does not say where the file ends, so that a part of it would look like all of it',
	`The server, or a proxy before it, has to send Content-Length or "Transfer-Encoding: chunked". ${elsewhere}`,
];

const unchecked: Doubt = [
	'it is compressed, and this n8n cannot check whether all of it arrived',
	`Let the server send the file uncompressed, which is what was requested. ${elsewhere}`,
];

const inEncoding = (name: string): Doubt => [
	`the server sent it in the encoding ${name}, which n8n does not decode`,
	`Let the server send the file without an encoding, which is what was requested. ${elsewhere}`,
];

/**
 * Decides by the head of a response how the end of its body is checked, before any of it is read. Returns a doubt for a
 * body whose end cannot be checked (RFC 9112, 6.3; RFC 9110, 8.4 and 14.4): a part of a file must never pass for all of it.
 */
export function endingOf({ statusCode, headers }: IN8nHttpFullResponse, flow: Flow): Ending | Doubt {
	const header = (name: string) => wordsIn(headers[name]);
	if (statusCode === 206 || header('content-range') !== '') return inPart;
	const length = header('content-length');
	const announced = /^\d+$/.test(length) ? Number(length) : NaN;
	// Other transfer codings are not decoded by Node.js.
	const isChunked = header('transfer-encoding') === 'chunked';
	if (Number.isNaN(announced) && !isChunked) return endless;
	// n8n removes the header of what it decompresses.
	const encoding = header('content-encoding');
	if (encoding !== '' && encoding !== 'identity') return inEncoding(encoding.replace(/[^\w., -]/g, '?').slice(0, 40));
	if (!isUnpacker(flow)) return { announced, isWhole: (size) => Number.isNaN(announced) || size === announced };
	// Of an empty body, the stream that decompresses it notices nothing.
	return demandEnd(flow) ? { announced, isWhole: () => (flow.bytesWritten ?? 0) > 0 } : unchecked;
}

function wordsIn(value: unknown): string {
	return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

/** A stream of Node.js's zlib, with which n8n's HTTP client decompresses. */
interface Unpacker extends Flow {
	/** The compressed bytes that it has got; only such streams count them. */
	readonly bytesWritten?: number;
	readonly writableFinished?: boolean;
	/** What it does with its last data; the option `finishFlush`. */
	_finishFlushFlag?: unknown;
}

function isUnpacker(flow: Flow): flow is Unpacker {
	return 'bytesWritten' in flow;
}

/**
 * The operation that ends with an error where compressed data end early: Z_FINISH, BROTLI_OPERATION_FINISH. For Zstandard,
 * Node.js 22 has none.
 */
const finishing: Record<string, number> = { Unzip: 4, Gunzip: 4, Inflate: 4, InflateRaw: 4, BrotliDecompress: 2 };

/**
 * Lets a stream that decompresses fail if its data end early. n8n's HTTP client creates it with the opposite: what has
 * arrived of cut data passes for the file. Returns false if that cannot be changed, or comes too late.
 */
function demandEnd(flow: Unpacker): boolean {
	const { name } = flow.constructor;
	const finish = Object.hasOwn(finishing, name) ? finishing[name] : undefined;
	if (finish === undefined || typeof flow._finishFlushFlag !== 'number') return false;
	flow._finishFlushFlag = finish;
	return flow.writableFinished !== true || flow.bytesWritten === 0;
}
