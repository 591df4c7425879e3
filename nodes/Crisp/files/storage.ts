import type { IHttpRequestOptions, IN8nHttpFullResponse, INode, NodeApiError } from 'n8n-workflow';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { withDeadline } from '../../shared/runtime/deadline';
import { cancelledError, noAnswerError } from '../../shared/errors/apiErrors';
import { isNetworkFault, faultText } from '../../shared/errors/networkErrors';
import { endingOf, type Doubt } from './completeBody';
import { withDownloadSlot } from './downloadSlots';
import { mediaTypeIn } from './mediaTypes';
import { passBytes, type Flow, type Passage } from './passBytes';
import type { Source } from './sources';

export interface StorageOptions {
	node: INode;
	/** n8n's helper, so that its rules about allowed hosts (SSRF protection) apply here, too. */
	httpRequest(options: IHttpRequestOptions): Promise<unknown>;
	signal?: AbortSignal;
	clock?: Clock;
}

export interface Upload {
	url: string;
	/** Exactly the media type sent to Crisp: the signature of the URL may cover it. */
	type: string;
	size: number;
	/** Returns the bytes from the beginning, each time it is called. */
	open(): Promise<Buffer | Flow>;
}

/** How a file is downloaded. */
export interface Reading<Kept> {
	/** In bytes, counted after n8n has decompressed them. */
	most: number;
	/** Returns the address to request; throws for one that must not be read. Called for each redirect, too. */
	check: Check;
	/** Keeps the bytes while they arrive. What it kept of a failed download is not used. */
	keep(flow: Flow, type: string | undefined): Promise<Kept>;
}

export type Check = (url: string, from?: string) => Promise<Source>;

export interface Download<Kept> {
	kept: Kept;
	/** In bytes. */
	size: number;
	/** The media type without parameters, if the server reports a valid one. */
	type?: string;
}

/** The timeout of n8n's own requests, since files may be large. */
const timeout = 300_000;
/** The time that a download may take in all, with its retries. */
export const longestDownload = 300_000;
const mostRedirects = 5;
const mostTries = 3;
const backoff = { first: 1_000, longest: 10_000 };

type Trouble = [what: string, why: string];

const unsaved: Trouble = [
	'The file could not be uploaded',
	'The storage server rejected the upload; the upload URL may have expired. Run it again to get a new one.',
];
const unread: Trouble = [
	'The file could not be downloaded',
	'The file may have been deleted, the address may be wrong, or it may require signing in.',
];
const unreachable = 'Check the network of n8n, and whether n8n may send requests there.';
const cutAdvice =
	'What arrived is not the whole file, and is not handed on. Run it again; if it fails each time, the file at its server is incomplete or damaged.';
const unfound: Trouble = [
	"Nothing could be found at 'File URL'",
	"Check the address. To send the file without checking it, set 'MIME Type'.",
];

interface Outcome {
	response?: IN8nHttpFullResponse;
	fault?: unknown;
	/** Whether the fault may be told; see `Source`. */
	isCrisp?: boolean;
	/** A signed URL, which the error must not contain. */
	url?: string;
	/** Why the response is not used, although it has a body. */
	doubt?: Doubt;
	/** What to do, where that is not the usual. */
	how?: string;
}

const tooSlow = new Error('it took longer than five minutes');
const tooManyRedirects = new Error(`it redirects more than ${mostRedirects} times`);

/** The result of an attempt: what was wanted, or what happened instead. */
type Tried<Wanted> = { wanted: Wanted } | { instead: Outcome };

/**
 * Uploads files to signed URLs and downloads files from public ones, with retries. Never sends Crisp's credentials.
 * Every method throws a NodeApiError that explains what happened and what to do.
 */
export class Storage {
	constructor(private readonly options: StorageOptions) {}

	async put({ url, type, size, open }: Upload): Promise<void> {
		await this.persist(unsaved, async () => {
			const body = await open();
			// Without Content-Length, the request would be chunked, which storage rejects.
			const headers = { 'Content-Type': type, 'Content-Length': String(size) };
			const outcome = await this.exchange({ method: 'PUT', url, body, headers, disableFollowRedirect: true });
			// A stream that was not read to its end would keep the file open.
			if (!Buffer.isBuffer(body)) body.destroy();
			const status = outcome.response?.statusCode ?? 0;
			return status >= 200 && status < 300 ? { wanted: undefined } : { instead: { ...outcome, isCrisp: true, url } };
		});
	}

	/**
	 * Downloads a file while it is kept, a few at a time in this process. Throws if it is larger than `most` bytes, if it
	 * takes longer than five minutes, or if the connection ends early.
	 */
	async get<Kept>(url: string, reading: Reading<Kept>): Promise<Download<Kept>> {
		const { clock = systemClock, signal, node } = this.options;
		const read = async (over: AbortSignal) =>
			await this.persist(unread, async () => await this.readOnce(url, reading, over), over);
		return await withDownloadSlot({ signal, cancelled: () => cancelledError(node) }, async () => {
			let isOver = false;
			const noteEnd = async (over: AbortSignal) => {
				over.addEventListener('abort', () => (isOver = true), { once: true });
				return await read(over);
			};
			const limits = { clock, longest: longestDownload, signal };
			const outcome = await withDeadline(limits, noteEnd).then(
				(download) => ({ download }),
				(fault: unknown) => ({ fault }),
			);
			if ('download' in outcome) return outcome.download;
			throw isOver ? this.refusal(unread, { fault: tooSlow }) : outcome.fault;
		});
	}

	/** The media type that the server of an address reports; undefined if it reports no valid one. */
	async typeOf(url: string, check: Check): Promise<string | undefined> {
		const outcome = await this.follow(url, { method: 'HEAD', timeout: 30_000 }, check);
		const { response } = outcome;
		const isGone = response?.statusCode === 404 || response?.statusCode === 410;
		if (!response || isGone) throw this.refusal(unfound, outcome);
		return response.statusCode === 200 ? typeIn(response) : undefined;
	}

	private async readOnce<Kept>(
		url: string,
		{ most, check, keep }: Reading<Kept>,
		over: AbortSignal,
	): Promise<Tried<Download<Kept>>> {
		// What is not compressed has its full length in Content-Length.
		const headers = { 'Accept-Encoding': 'identity' };
		const outcome = await this.follow(url, { encoding: 'stream', headers, abortSignal: over }, check);
		const { response } = outcome;
		const flow = flowIn(response);
		if (!response || !flow || ![200, 206].includes(response.statusCode)) {
			flow?.destroy();
			return { instead: outcome };
		}
		const ending = endingOf(response, flow);
		if (Array.isArray(ending)) {
			flow.destroy();
			return { instead: { ...outcome, doubt: ending } };
		}
		const { announced, isWhole } = ending;
		const type = typeIn(response);
		if (announced > most) flow.destroy();
		const { clock = systemClock } = this.options;
		const limits = { most, isWhole, clock, over };
		const passage: Passage<Kept> =
			announced > most ? { end: 'tooLarge' } : await passBytes(flow, limits, async (bytes) => await keep(bytes, type));
		switch (passage.end) {
			case 'complete':
				return { wanted: { kept: passage.kept, size: passage.size, type } };
			case 'broken':
				// The server has sent a file, so that how its connection ends says nothing about other servers.
				return { instead: { fault: passage.fault, isCrisp: true, how: cutAdvice } };
			case 'tooLarge':
				throw this.tooLarge(most);
			case 'notKept':
				throw noAnswerError(
					this.options.node,
					`n8n could not store the file (${faultText(passage.fault)})`,
					'Check the storage of n8n for binary data: its free space, and the largest size that it accepts.',
				);
		}
	}

	/** Sends a request, and follows redirects itself, so that each address is checked before it is requested. */
	private async follow(url: string, request: Omit<IHttpRequestOptions, 'url'>, check: Check): Promise<Outcome> {
		let source = await check(url);
		for (let redirects = 0; ; redirects++) {
			const { isCrisp } = source;
			const outcome = await this.exchange({ ...request, url: source.url, disableFollowRedirect: true });
			const target = redirectIn(outcome);
			if (target === undefined) return { ...outcome, isCrisp };
			flowIn(outcome.response)?.destroy();
			if (redirects >= mostRedirects) return { fault: tooManyRedirects, isCrisp: true };
			const next = URL.canParse(target, source.url) ? new URL(target, source.url).href : '';
			source = await check(next, new URL(source.url).host);
		}
	}

	/** Retries an attempt from the beginning, with backoff, after server errors, rate limits and network failures. */
	private async persist<Wanted>(
		trouble: Trouble,
		attempt: () => Promise<Tried<Wanted>>,
		signal = this.options.signal,
	): Promise<Wanted> {
		const { clock = systemClock } = this.options;
		for (let tries = 1; ; tries++) {
			const tried = await attempt();
			if ('wanted' in tried) return tried.wanted;
			if (signal?.aborted || !isPassing(tried.instead) || tries >= mostTries) {
				throw this.refusal(trouble, tried.instead);
			}
			await waitBeforeRetry(clock, tries - 1, backoff, signal);
		}
	}

	private async exchange(request: IHttpRequestOptions): Promise<Outcome> {
		const options: IHttpRequestOptions = {
			timeout,
			abortSignal: this.options.signal,
			...request,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
		};
		return await this.options.httpRequest(options).then(
			(response) => ({ response: response as IN8nHttpFullResponse }),
			(fault: unknown) => ({ fault }),
		);
	}

	private tooLarge(most: number): NodeApiError {
		return noAnswerError(
			this.options.node,
			`The file is larger than ${megabytes(most)}`,
			"Raise 'Max Size (MB)' if n8n has room for it.",
		);
	}

	private refusal([what, why]: Trouble, outcome: Outcome): NodeApiError {
		const { node, signal } = this.options;
		if (signal?.aborted) return cancelledError(node);
		if (outcome.doubt) return noAnswerError(node, `${what} (${outcome.doubt[0]})`, outcome.doubt[1]);
		const how = outcome.response ? why : (outcome.how ?? unreachable);
		return noAnswerError(node, `${what} (${saidOf(outcome)})`, how);
	}
}

/**
 * What happened instead of what was wanted. How a connection to a host fails that is not Crisp's is left out: it would
 * tell the person who chose the address what is in the network of n8n.
 */
function saidOf({ response, fault, url, isCrisp }: Outcome): string {
	if (response) return `status ${response.statusCode}`;
	return isCrisp === false ? 'its server could not be reached' : withoutAddress(faultText(fault), url);
}

/** Whether a retry may succeed. */
function isPassing({ response, fault }: Outcome): boolean {
	const status = response?.statusCode;
	return status === undefined ? isNetworkFault(fault) : status >= 500 || status === 408 || status === 429;
}

/** Redacts every word that contains the path or query of a signed URL, as the URL grants write access. */
function withoutAddress(words: string, url?: string): string {
	if (url === undefined) return words;
	const { pathname, search } = new URL(url);
	const parts = [pathname, search.slice(1)].filter((part) => part.length > 1);
	const isShown = (word: string) => parts.some((part) => word.includes(part));
	return words.replace(/\S+/g, (word) => (isShown(word) ? '…' : word));
}

/** Formats a number of bytes: 1.5 MB. */
function megabytes(bytes: number): string {
	return `${Math.round(bytes / 10_000) / 100} MB`;
}

function typeIn({ headers }: IN8nHttpFullResponse): string | undefined {
	return mediaTypeIn(headers['content-type']);
}

/** The body of a response to a request for a stream. */
function flowIn(response?: IN8nHttpFullResponse): Flow | undefined {
	const { body } = Object(response) as { body?: Partial<Flow> };
	return typeof body?.destroy === 'function' ? (body as Flow) : undefined;
}

/** Where a response redirects to; undefined if it does not. */
function redirectIn({ response }: Outcome): string | undefined {
	const { location } = response?.headers ?? {};
	const isRedirect = [301, 302, 303, 307, 308].includes(response?.statusCode ?? 0);
	return isRedirect && typeof location === 'string' ? location : undefined;
}
