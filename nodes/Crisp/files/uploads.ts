import { randomUUID } from 'node:crypto';
import { NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { findEndpoint } from '../../shared/realtime/endpoint';
import { isSecureUrl } from '../../shared/api/secureUrl';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { Connection, type Ending } from '../../shared/realtime/connection';

import { cancelledError } from '../../shared/errors/apiErrors';
import { connectionError } from '../../shared/errors/realtimeErrors';
import type { Egress } from '../../shared/n8n/egress';
import { textIn } from '../../shared/runtime/coerce';
import { hasWebSocket, openSocket, type OpenChannel } from '../../shared/realtime/socket';
import type { Credential, Send } from '../../shared/api/transport';

export interface UploadsOptions {
	node: INode;
	credential: Credential;
	send: Send;
	egress: Egress;
	signal?: AbortSignal;
	clock?: Clock;
	openChannel?: OpenChannel;
	isAble?: boolean;
}

/** Crisp's leave to upload one file. */
export interface Grant {
	/** Where the bytes go. */
	signed: string;
	/** Where everybody can read them then. */
	resource: string;
	/** The most bytes. */
	sizeLimit: number;
}

const event = 'bucket:url:upload:generated';
/** Crisp says over the realtime channel where a file may go; this long is waited for it. */
const patience = 15_000;
const mostTries = 2;
const storage = 'https://storage.crisp.chat';
const instead = "Or set 'File Source' to Public URL, which needs no upload.";

/**
 * Asks Crisp where files may be uploaded to. Holds one line to the realtime channel for all uploads
 * of an execution: opened for the first of them, and there until it is closed.
 */
export class Uploads {
	private line?: Line;

	/** Why there is no line, and will be none in this execution. */
	private fault?: Error;

	constructor(private readonly options: UploadsOptions) {}

	/** Throws an error of n8n's that says why Crisp names no place for the file. */
	async grant(website: string, file: { name: string; type: string }): Promise<Grant> {
		const { node, signal, send } = this.options;
		for (let tries = 1; ; tries++) {
			const line = await this.ready(website);
			const id = randomUUID();
			const resource = { type: 'website', id: website };
			const body = { namespace: 'upload', id, file: { name: file.name, type: file.type }, resource };
			const answer = await line.ask(id, async () => {
				await send({ method: 'POST', path: '/v1/bucket/url/generate', body });
			});
			if (answer) return this.toGrant(answer);
			if (signal?.aborted) throw cancelledError(node);
			// What was said while the line was down is not said again.
			if (!line.ending) throw lateError(node);
			if (tries >= mostTries) throw lineError(node, line.ending);
		}
	}

	/** Nothing is left of the line, nor of what waits for it. */
	async close(): Promise<void> {
		await this.line?.close();
		this.line = undefined;
	}

	private async ready(website: string): Promise<Line> {
		const { node, signal, isAble = hasWebSocket() } = this.options;
		if (!isAble) throw oldNodeError(node);
		for (let tries = 1; ; tries++) {
			if (this.fault) throw this.fault;
			if (this.line?.ending) this.line = undefined;
			const line = (this.line ??= new Line(this.options, website));
			const ending = await line.outcome;
			if (!ending) return line;
			if (signal?.aborted) throw cancelledError(node);
			if (ending.kind !== 'refused' && tries < mostTries) continue;
			throw (this.fault ??= lineError(node, ending));
		}
	}

	private toGrant({ url, policy }: IDataObject): Grant {
		const { resource, signed } = (url ?? {}) as Record<string, unknown>;
		const { size_limit: limit } = (policy ?? {}) as IDataObject;
		// What is signed may be a path only: on the host that the file is read from then.
		const readable = absolute(resource, storage);
		const writable = readable && absolute(signed, readable);
		if (!readable || !writable || !isSecureUrl(writable)) {
			throw new NodeOperationError(this.options.node, 'Crisp named no address that the file can be uploaded to', {
				description: `Try again later. ${instead}`,
			});
		}
		return { signed: writable, resource: readable, sizeLimit: typeof limit === 'number' ? limit : Infinity };
	}
}

/** One line to the realtime channel, which hears where files may go. It is over when it ends. */
class Line {
	/** Undefined once the line is ready, or why it is not. */
	readonly outcome: Promise<Ending | undefined>;

	ending?: Ending;

	private readonly waiting = new Map<string, (answer?: IDataObject) => void>();

	private readonly connection: Connection;

	constructor(
		private readonly options: UploadsOptions,
		website: string,
	) {
		const { credential, signal, clock = systemClock, openChannel = openSocket } = options;
		// A website token hears its own website; the others hear all that they may.
		const websites = credential.tier === 'website' ? [website] : [];
		this.connection = new Connection({
			clock,
			openChannel,
			findEndpoint: async () => await findEndpoint(options, { events: [event], websites }),
			onEvent: (name, payload) => this.hear(name, payload as IDataObject),
			onEnding: (ending) => void this.end(ending),
		});
		signal?.addEventListener('abort', this.onAbort);
		this.outcome = this.connection.open();
		if (signal?.aborted) this.onAbort();
	}

	/** What is said under an ID after it was asked for; undefined where the line ends or nothing is said in time. */
	async ask(id: string, post: () => Promise<void>): Promise<IDataObject | undefined> {
		const { clock = systemClock, signal } = this.options;
		const told = new AbortController();
		let answer: IDataObject | undefined;
		this.waiting.set(id, (said) => {
			answer = said;
			told.abort();
		});
		try {
			await post();
			const isOver = signal ? AbortSignal.any([told.signal, signal]) : told.signal;
			if (!this.ending) await clock.sleep(patience, isOver);
			return answer;
		} finally {
			this.waiting.delete(id);
		}
	}

	async close(): Promise<void> {
		await this.end({ kind: 'closed', wasReady: true });
	}

	private readonly onAbort = () => void this.close();

	private hear(name: string, payload?: IDataObject): void {
		if (name === event) this.waiting.get(textIn(payload?.id))?.(payload);
	}

	private async end(ending: Ending): Promise<void> {
		this.ending ??= ending;
		this.options.signal?.removeEventListener('abort', this.onAbort);
		for (const tell of this.waiting.values()) tell();
		await this.connection.close();
	}
}

function absolute(address: unknown, base: string): string | undefined {
	if (typeof address !== 'string' || address === '' || !URL.canParse(address, base)) return undefined;
	return new URL(address, base).href;
}

function lineError(node: INode, ending: Ending): Error {
	const { message, description } = connectionError(node, ending);
	return new NodeOperationError(node, `The file could not be uploaded: ${message}`, {
		description: `${description ?? ''} ${instead}`.trim(),
	});
}

function lateError(node: INode): Error {
	return new NodeOperationError(
		node,
		`Crisp named no address to upload the file to within ${patience / 1_000} seconds`,
		{ description: `Try again later. A plugin token needs the scope bucket:url. ${instead}` },
	);
}

function oldNodeError(node: INode): Error {
	return new NodeOperationError(node, 'Uploading a file needs Node.js 22 or later', {
		description: `Crisp names the address of an upload over a realtime connection, which the Node.js of this n8n cannot hold. Update it. ${instead}`,
	});
}
