import { randomUUID } from 'node:crypto';
import { NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { findEndpoint } from '../../shared/realtime/endpoint';
import { isSecureUrl } from '../../shared/api/secureUrl';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { Connection, type Ending } from '../../shared/realtime/connection';
import { cancelledError } from '../../shared/errors/apiErrors';
import { connectionError } from '../../shared/errors/realtimeErrors';
import type { Egress, Guard } from '../../shared/n8n/egress';
import { textIn } from '../../shared/runtime/coerce';
import { hasWebSocket, openSocket, type OpenChannel } from '../../shared/realtime/socket';
import type { Credential, Send } from '../../shared/api/transport';
import { isPublicFile, uploadFault } from './uploadAddress';
import { addressAdvice } from '../../shared/errors/addressAdvice';

export interface UploadsOptions {
	node: INode;
	credential: Credential;
	send: Send;
	egress: Egress;
	/** n8n's guard against internal addresses. */
	guard: Guard;
	signal?: AbortSignal;
	clock?: Clock;
	openChannel?: OpenChannel;
	isAble?: boolean;
}

/** A permission from Crisp to upload one file. */
export interface Grant {
	/** The signed URL to upload the bytes to. */
	signed: string;
	/** The public URL of the file after the upload. */
	resource: string;
	/** The maximum size, in bytes. */
	sizeLimit: number;
}

const event = 'bucket:url:upload:generated';
/** Timeout for the upload URL, which Crisp sends over the realtime channel. */
const patience = 15_000;
const mostTries = 2;
const storage = 'https://storage.crisp.chat';
const instead = "Or set 'File Source' to Public URL, which needs no upload.";

/**
 * Requests upload URLs from Crisp. Holds one realtime connection for all uploads of an execution: opened for the first
 * upload, and kept until `close`.
 */
export class Uploads {
	private connection?: UploadConnection;

	/** Why this execution cannot have a connection. */
	private fault?: Error;

	constructor(private readonly options: UploadsOptions) {}

	/** Requests the upload URL of a file. Throws an n8n error that explains why Crisp sent none. */
	async grant(website: string, file: { name: string; type: string }): Promise<Grant> {
		const { node, signal, send } = this.options;
		for (let tries = 1; ; tries++) {
			const connection = await this.ready(website);
			const id = randomUUID();
			const resource = { type: 'website', id: website };
			const body = { namespace: 'upload', id, file: { name: file.name, type: file.type }, resource };
			const answer = await connection.ask(id, async () => {
				await send({ method: 'POST', path: '/v1/bucket/url/generate', body });
			});
			if (answer) return await this.toGrant(answer);
			if (signal?.aborted) throw cancelledError(node);
			// Crisp does not repeat what it sent while the connection was down, so that a new request is needed.
			if (!connection.ending) throw lateError(this.options);
			if (tries >= mostTries) throw lineError(node, connection.ending);
		}
	}

	/** Closes the connection and ends all pending requests. */
	async close(): Promise<void> {
		await this.connection?.close();
		this.connection = undefined;
	}

	private async ready(website: string): Promise<UploadConnection> {
		const { node, signal, isAble = hasWebSocket() } = this.options;
		if (!isAble) throw oldNodeError(node);
		for (let tries = 1; ; tries++) {
			if (this.fault) throw this.fault;
			if (this.connection?.ending) this.connection = undefined;
			const connection = (this.connection ??= new UploadConnection(this.options, website));
			const ending = await connection.outcome;
			if (!ending) return connection;
			if (signal?.aborted) throw cancelledError(node);
			if (ending.kind !== 'refused' && tries < mostTries) continue;
			throw (this.fault ??= lineError(node, ending));
		}
	}

	private async toGrant({ url, policy }: IDataObject): Promise<Grant> {
		const { node, credential } = this.options;
		const { resource, signed } = Object(url) as Record<string, unknown>;
		const { size_limit: limit } = Object(policy) as IDataObject;
		// The signed URL may be a bare path; it is then relative to the host of the public URL.
		const readable = absolute(resource, storage);
		const writable = readable && absolute(signed, readable);
		if (!readable || !writable || !isPublicFile(readable, credential) || !isSecureUrl(writable)) {
			throw new NodeOperationError(node, 'Crisp did not return a usable upload URL', {
				description: `Try again later. ${instead}`,
			});
		}
		const fault = await uploadFault(writable, this.options);
		if (fault !== undefined) throw foreignError(node, new URL(writable).host, fault);
		return { signed: writable, resource: readable, sizeLimit: typeof limit === 'number' ? limit : Infinity };
	}
}

/** One connection to the realtime channel, which receives upload URLs. It does not reconnect. */
class UploadConnection {
	/** Resolves with undefined once connected, or with the reason why the connection failed. */
	readonly outcome: Promise<Ending | undefined>;

	ending?: Ending;

	private readonly waiting = new Map<string, (answer?: IDataObject) => void>();

	private readonly connection: Connection;

	constructor(
		private readonly options: UploadsOptions,
		website: string,
	) {
		const { credential, signal, clock = systemClock, openChannel = openSocket } = options;
		// A website token listens to its own website; other tokens listen to all websites they have access to.
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

	/** Sends a request and returns the event with its ID; undefined if the connection ends or the time is up. */
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

function foreignError(node: INode, host: string, why: string): Error {
	return new NodeOperationError(node, `The file is not uploaded to ${host.slice(0, 100)}, because ${why}`, {
		description: `This address is from the answer of Crisp. ${addressAdvice} ${instead}`,
	});
}

function lateError({ node, credential }: UploadsOptions): Error {
	const scope = credential.tier === 'plugin' ? 'The token needs the scope bucket:url. ' : '';
	return new NodeOperationError(node, `Crisp did not send an upload URL within ${patience / 1_000} seconds`, {
		description: `Try again later. ${scope}${instead}`,
	});
}

function oldNodeError(node: INode): Error {
	return new NodeOperationError(node, 'Uploading a file needs Node.js 22 or later', {
		description: `Crisp sends the upload URL over a realtime connection, which this version of Node.js does not support. Update Node.js. ${instead}`,
	});
}
