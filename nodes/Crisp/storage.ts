import type { IHttpRequestOptions, IN8nHttpFullResponse, INode, NodeApiError } from 'n8n-workflow';
import { clock as systemClock, type Clock } from '../shared/clock';
import { cancelledError, unansweredError } from '../shared/errors';
import { isNetworkFault, wordsOf } from '../shared/faults';

/** What is not in memory comes piece by piece. */
export interface Flow extends AsyncIterable<Uint8Array> {
	destroy(): unknown;
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

/**
 * Moves files to and from where they lie: addresses that are signed or public. Crisp's credentials
 * never go along. Everything throws a NodeApiError that says what happened and what to do.
 */
export class Storage {
	constructor(private readonly options: StorageOptions) {}

	async put({ url, type, size, open }: Upload): Promise<void> {
		const { clock = systemClock, signal, node } = this.options;
		for (let tries = 1; ; tries++) {
			const body = await open();
			// Where the length is not said, the bytes go in chunks, which storage refuses.
			const headers = { 'Content-Type': type, 'Content-Length': String(size) };
			const request: IHttpRequestOptions = { method: 'PUT', url, body, headers, disableFollowRedirect: true };
			const { response, fault } = await this.exchange(request);
			// What was not sent to its end would keep the file open.
			if (!Buffer.isBuffer(body)) body.destroy();
			const status = response?.statusCode ?? 0;
			if (status >= 200 && status < 300) return;
			if (signal?.aborted) throw cancelledError(node);
			const isPassing = response ? status >= 500 : isNetworkFault(fault);
			if (!isPassing || tries >= mostTries) throw this.refusal(unsaved, response, fault);
			await clock.sleep(500 * 2 ** tries, signal);
		}
	}

	/** Reads what an address has, `most` bytes of it. */
	async get(url: string, most: number): Promise<Download> {
		const { response, fault } = await this.exchange({ url, encoding: 'stream' });
		const flow = response?.body as unknown as Flow | undefined;
		if (!response || !flow || response.statusCode !== 200) {
			flow?.destroy();
			throw this.refusal(unread, response, fault);
		}
		const said = Number(response.headers['content-length'] ?? 0);
		if (said > most) {
			flow.destroy();
			throw this.tooLarge(most);
		}
		return { bytes: await this.collect(flow, most), type: typeIn(response) };
	}

	/** What the server of an address says that it is; undefined where it does not say it. */
	async typeOf(url: string): Promise<string | undefined> {
		const { response, fault } = await this.exchange({ method: 'HEAD', url, timeout: 30_000 });
		const isGone = response?.statusCode === 404 || response?.statusCode === 410;
		if (!response || isGone) throw this.refusal(unfound, response, fault);
		return response.statusCode === 200 ? typeIn(response) : undefined;
	}

	private async exchange(request: IHttpRequestOptions): Promise<{ response?: IN8nHttpFullResponse; fault?: unknown }> {
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

	private async collect(flow: Flow, most: number): Promise<Buffer> {
		const pieces: Uint8Array[] = [];
		let size = 0;
		try {
			for await (const piece of flow) {
				size += piece.length;
				if (size > most) break;
				pieces.push(piece);
			}
		} catch (fault) {
			throw this.refusal(unread, undefined, fault);
		}
		if (size > most) throw this.tooLarge(most);
		return Buffer.concat(pieces, size);
	}

	private tooLarge(most: number): NodeApiError {
		return unansweredError(
			this.options.node,
			`The file is larger than ${megabytes(most)}`,
			"Raise 'Max Size (MB)', where n8n has the memory for it.",
		);
	}

	private refusal([what, why]: Trouble, response: IN8nHttpFullResponse | undefined, fault: unknown): NodeApiError {
		const { node, signal } = this.options;
		if (signal?.aborted) return cancelledError(node);
		const said = response ? `status ${response.statusCode}` : wordsOf(fault);
		const how = response ? why : 'Check the network of n8n, and whether n8n may send requests there.';
		return unansweredError(node, `${what} (${said})`, how);
	}
}

/** A number of bytes for people: 1.5 MB. */
export function megabytes(bytes: number): string {
	return `${Math.round(bytes / 10_000) / 100} MB`;
}

function typeIn({ headers }: IN8nHttpFullResponse): string | undefined {
	const [type] = String(headers['content-type'] ?? '').split(';');
	return type?.trim() || undefined;
}
