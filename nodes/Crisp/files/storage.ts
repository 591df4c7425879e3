import type { IHttpRequestOptions, IN8nHttpFullResponse, INode, NodeApiError } from 'n8n-workflow';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { cancelledError, noAnswerError } from '../../shared/errors/apiErrors';
import { isNetworkFault, faultText } from '../../shared/errors/networkErrors';

/** What is not in memory comes piece by piece. */
export interface Flow extends AsyncIterable<Uint8Array> {
	destroy(error?: Error): unknown;
}

export interface StorageOptions {
	node: INode;
	/** n8n's own, so that its rules on where requests may go hold here, too. */
	httpRequest(options: IHttpRequestOptions): Promise<unknown>;
	signal?: AbortSignal;
	clock?: Clock;
}

export interface Upload {
	url: string;
	/** Exactly what Crisp was told: the signature of the URL may cover it. */
	type: string;
	size: number;
	/** Gives the bytes from the beginning, each time it is asked. */
	open(): Promise<Buffer | Flow>;
}

export interface Download {
	bytes: Buffer;
	/** The media type, where the server says it. */
	type?: string;
}

/** As long as n8n's own requests may take, since files may be large. */
const timeout = 300_000;
/** A download in which nothing comes for so long is broken. */
const stillness = 60_000;
const mostTries = 3;

type Trouble = [what: string, why: string];

const unsaved: Trouble = [
	'The file could not be uploaded',
	'The storage that Crisp named refused it: its leave may be over. Run it again to get a new one.',
];
const unread: Trouble = [
	'The file could not be downloaded',
	'It may have been deleted, or the address may be wrong or for signed-in people only.',
];
const unfound: Trouble = [
	"Nothing could be found at 'File URL'",
	"Check the address. To send it without a look at it, set 'MIME Type'.",
];

interface Outcome {
	response?: IN8nHttpFullResponse;
	fault?: unknown;
}

/** What a try came to: what was wanted, or what came instead. */
type Tried<Wanted> = { wanted: Wanted } | { instead: Outcome };

/**
 * Moves files to and from where they lie: addresses that are signed or public. Crisp's credentials
 * never go along. Everything throws a NodeApiError that says what happened and what to do.
 */
export class Storage {
	constructor(private readonly options: StorageOptions) {}

	async put({ url, type, size, open }: Upload): Promise<void> {
		await this.persist(url, unsaved, async () => {
			const body = await open();
			// Where the length is not said, the bytes go in chunks, which storage refuses.
			const headers = { 'Content-Type': type, 'Content-Length': String(size) };
			const outcome = await this.exchange({ method: 'PUT', url, body, headers, disableFollowRedirect: true });
			// What was not sent to its end would keep the file open.
			if (!Buffer.isBuffer(body)) body.destroy();
			const status = outcome.response?.statusCode ?? 0;
			return status >= 200 && status < 300 ? { wanted: undefined } : { instead: outcome };
		});
	}

	/** Reads what an address has, `most` bytes of it. */
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

	/** What the server of an address says that it is; undefined where it does not say it. */
	async typeOf(url: string): Promise<string | undefined> {
		const { response, fault } = await this.exchange({ method: 'HEAD', url, timeout: 30_000 });
		const isGone = response?.statusCode === 404 || response?.statusCode === 410;
		if (!response || isGone) throw this.refusal(url, unfound, { response, fault });
		return response.statusCode === 200 ? typeIn(response) : undefined;
	}

	/** Tries again, from the beginning, what a server in trouble or the network kept from being done. */
	private async persist<Wanted>(url: string, trouble: Trouble, attempt: () => Promise<Tried<Wanted>>): Promise<Wanted> {
		const { clock = systemClock, signal } = this.options;
		for (let tries = 1; ; tries++) {
			const tried = await attempt();
			if ('wanted' in tried) return tried.wanted;
			if (signal?.aborted || !isPassing(tried.instead) || tries >= mostTries) {
				throw this.refusal(url, trouble, tried.instead);
			}
			await clock.sleep(500 * 2 ** tries, signal);
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

	/** All bytes of a flow, or why it broke off; neither where it has more than `most`. */
	private async collect(flow: Flow, most: number): Promise<{ bytes?: Buffer; broken?: unknown }> {
		const { clock = systemClock } = this.options;
		const ended = new AbortController();
		const pieces: Uint8Array[] = [];
		let size = 0;
		let cameAt = clock.now();
		// The time that a request may take is over for n8n with the first byte.
		const watch = async () => {
			for (let left = stillness; left > 0; left = cameAt + stillness - clock.now()) {
				await clock.sleep(left, ended.signal);
				if (ended.signal.aborted) return;
			}
			flow.destroy(Object.assign(new Error('nothing came for a while'), { code: 'ETIMEDOUT' }));
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
			"Raise 'Max Size (MB)', where n8n has the memory for it.",
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

/** Whether the same may go well in a moment. */
function isPassing({ response, fault }: Outcome): boolean {
	const status = response?.statusCode;
	return status === undefined ? isNetworkFault(fault) : status >= 500 || status === 408 || status === 429;
}

/** Whoever knows a signed address may write to it: whatever has its path or its signature is left out to the end of the word. */
function withoutAddress(words: string, url: string): string {
	const { pathname, search } = new URL(url);
	const parts = [pathname, search.slice(1)].filter((part) => part.length > 1);
	const isShown = (word: string) => parts.some((part) => word.includes(part));
	return words.replace(/\S+/g, (word) => (isShown(word) ? '…' : word));
}

/** A number of bytes for people: 1.5 MB. */
function megabytes(bytes: number): string {
	return `${Math.round(bytes / 10_000) / 100} MB`;
}

function typeIn({ headers }: IN8nHttpFullResponse): string | undefined {
	const [type] = String(headers['content-type'] ?? '').split(';');
	return type?.trim() || undefined;
}
