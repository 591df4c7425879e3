import type { IHttpRequestOptions, IN8nHttpFullResponse, INode, NodeApiError } from 'n8n-workflow';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { cancelledError, noAnswerError } from '../../shared/errors/apiErrors';
import { isNetworkFault, faultText } from '../../shared/errors/networkErrors';

/** A stream of bytes, for content that is not in memory. */
export interface Flow extends AsyncIterable<Uint8Array> {
	destroy(error?: Error): unknown;
}

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

export interface Download {
	bytes: Buffer;
	/** The media type, if the server reports it. */
	type?: string;
}

/** The timeout of n8n's own requests, since files may be large. */
const timeout = 300_000;
/** Idle timeout: a download that receives no data for this long is aborted and retried. */
const stillness = 60_000;
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
const unfound: Trouble = [
	"Nothing could be found at 'File URL'",
	"Check the address. To send the file without checking it, set 'MIME Type'.",
];

interface Outcome {
	response?: IN8nHttpFullResponse;
	fault?: unknown;
}

/** The result of an attempt: what was wanted, or what happened instead. */
type Tried<Wanted> = { wanted: Wanted } | { instead: Outcome };

/**
 * Uploads files to signed URLs and downloads files from public ones, with retries. Never sends Crisp's credentials.
 * Every method throws a NodeApiError that explains what happened and what to do.
 */
export class Storage {
	constructor(private readonly options: StorageOptions) {}

	async put({ url, type, size, open }: Upload): Promise<void> {
		await this.persist(url, unsaved, async () => {
			const body = await open();
			// Without Content-Length, the request would be chunked, which storage rejects.
			const headers = { 'Content-Type': type, 'Content-Length': String(size) };
			const outcome = await this.exchange({ method: 'PUT', url, body, headers, disableFollowRedirect: true });
			// A stream that was not read to its end would keep the file open.
			if (!Buffer.isBuffer(body)) body.destroy();
			const status = outcome.response?.statusCode ?? 0;
			return status >= 200 && status < 300 ? { wanted: undefined } : { instead: outcome };
		});
	}

	/** Downloads a file. Throws if it is larger than `most` bytes. */
	async get(url: string, most: number): Promise<Download> {
		return await this.persist<Download>(url, unread, async () => {
			const { response, fault } = await this.exchange({ url, encoding: 'stream' });
			const flow = response?.body as unknown as Flow | undefined;
			if (!response || !flow || response.statusCode !== 200) {
				flow?.destroy();
				return { instead: { response, fault } };
			}
			const said = Number(response.headers['content-length'] ?? 0);
			if (said > most) flow.destroy();
			const { bytes, broken } = said > most ? {} : await this.collect(flow, most);
			if (broken !== undefined) return { instead: { fault: broken } };
			if (!bytes) throw this.tooLarge(most);
			return { wanted: { bytes, type: typeIn(response) } };
		});
	}

	/** The media type that the server of an address reports; undefined if it reports none. */
	async typeOf(url: string): Promise<string | undefined> {
		const { response, fault } = await this.exchange({ method: 'HEAD', url, timeout: 30_000 });
		const isGone = response?.statusCode === 404 || response?.statusCode === 410;
		if (!response || isGone) throw this.refusal(url, unfound, { response, fault });
		return response.statusCode === 200 ? typeIn(response) : undefined;
	}

	/** Retries an attempt from the beginning, with backoff, after server errors, rate limits and network failures. */
	private async persist<Wanted>(url: string, trouble: Trouble, attempt: () => Promise<Tried<Wanted>>): Promise<Wanted> {
		const { clock = systemClock, signal } = this.options;
		for (let tries = 1; ; tries++) {
			const tried = await attempt();
			if ('wanted' in tried) return tried.wanted;
			if (signal?.aborted || !isPassing(tried.instead) || tries >= mostTries) {
				throw this.refusal(url, trouble, tried.instead);
			}
			await waitBeforeRetry(clock, tries - 1, backoff, signal);
		}
	}

	private async exchange(request: IHttpRequestOptions): Promise<Outcome> {
		const options: IHttpRequestOptions = {
			timeout,
			...request,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			abortSignal: this.options.signal,
		};
		return await this.options.httpRequest(options).then(
			(response) => ({ response: response as IN8nHttpFullResponse }),
			(fault: unknown) => ({ fault }),
		);
	}

	/** All bytes of a stream, or the error that ended it; neither if it has more than `most` bytes. */
	private async collect(flow: Flow, most: number): Promise<{ bytes?: Buffer; broken?: unknown }> {
		const { clock = systemClock } = this.options;
		const ended = new AbortController();
		const pieces: Uint8Array[] = [];
		let size = 0;
		let cameAt = clock.now();
		// n8n's timeout only covers the time until the first byte, so that this idle timeout watches the rest.
		const watch = async () => {
			for (let left = stillness; left > 0; left = cameAt + stillness - clock.now()) {
				await clock.sleep(left, ended.signal);
				if (ended.signal.aborted) return;
			}
			flow.destroy(Object.assign(new Error('no data for a minute'), { code: 'ETIMEDOUT' }));
		};
		void watch();
		try {
			for await (const piece of flow) {
				cameAt = clock.now();
				size += piece.length;
				if (size > most) return {};
				pieces.push(piece);
			}
			return { bytes: Buffer.concat(pieces, size) };
		} catch (broken) {
			return { broken };
		} finally {
			ended.abort();
		}
	}

	private tooLarge(most: number): NodeApiError {
		return noAnswerError(
			this.options.node,
			`The file is larger than ${megabytes(most)}`,
			"Raise 'Max Size (MB)' if n8n has enough memory.",
		);
	}

	private refusal(url: string, [what, why]: Trouble, { response, fault }: Outcome): NodeApiError {
		const { node, signal } = this.options;
		if (signal?.aborted) return cancelledError(node);
		const said = response ? `status ${response.statusCode}` : withoutAddress(faultText(fault), url);
		const how = response ? why : 'Check the network of n8n, and whether n8n may send requests there.';
		return noAnswerError(node, `${what} (${said})`, how);
	}
}

/** Whether a retry may succeed. */
function isPassing({ response, fault }: Outcome): boolean {
	const status = response?.statusCode;
	return status === undefined ? isNetworkFault(fault) : status >= 500 || status === 408 || status === 429;
}

/** Redacts every word that contains the path or query of a signed URL, as the URL grants write access. */
function withoutAddress(words: string, url: string): string {
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
	const [type] = String(headers['content-type'] ?? '').split(';');
	return type?.trim() || undefined;
}
