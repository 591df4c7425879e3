import { cancelledError, isUncertain } from '../../shared/errors/apiErrors';
import type { CrispRequest, Send } from '../../shared/api/transport';
import { onAbort } from '../../shared/runtime/abort';
import { ownedMap, Store } from '../../shared/runtime/processState';
import type { MessageSender } from './sendOnce';

/**
 * How long after its answer Crisp may store a message at the latest, in milliseconds. An assumption: production code
 * waits 150 ms (https://github.com/betagouv/pass-sport).
 */
const longestDispatch = 1_000;
/** Added to that for the way to Crisp. */
const margin = 100;
/** When Crisp is asked whether it has stored a message, in milliseconds after its answer. */
const lookups = [0, 150, 350, 700];

interface SentMessage {
	/** The path of the message in Crisp's API. */
	path: string;
	fingerprint: number;
	/** When Crisp answered, in milliseconds. */
	answeredAt: number;
}

/** The newest message of each conversation, while Crisp may not have stored it yet. */
const newest = new Store<SentMessage>({
	name: 'messages that Crisp may not have stored yet, by conversation',
	maxEntries: 10_000,
	maxAge: 5_000,
});

/** The end of the queue of each conversation; removed when the last in it has left. */
const queues = ownedMap<Promise<void>>('queues of writes, by conversation');

const conversationPath = /^\/v1\/website\/[^/]+\/conversation\/[^/]+/;
/** What has to follow the messages before it. Details, data, routing and typing do not depend on messages. */
const ordered = /^(\/(message(\/[^/]+)?|state|read|unread|transcript|report))?$/;
const orderedBatch = /^(\/v1\/website\/[^/]+)\/batch\/(resolve|unresolve|read|unread|remove|report)$/;

/**
 * Keeps the order of writes within each conversation, for everything in this process. Crisp answers a message with 202
 * and stores it later, so that a message, note or state that is sent at once could overtake it. What follows a message
 * within the second waits until Crisp has stored it; nothing else waits, and conversations do not wait for each other.
 */
export class ConversationOrder {
	constructor(
		private readonly options: Pick<MessageSender, 'node' | 'signal' | 'clock'> & {
			/** The address of the API, which distinguishes workspaces. */
			address: string;
			/** Sends a lookup; does not retry. */
			look: Send;
		},
	) {}

	/** Runs a write when it is its turn in the conversations that it concerns. Not for messages; see `ofMessage`. */
	wrap(send: Send): Send {
		return async (request) => {
			const conversations = isMessage(request) ? [] : this.conversationsOf(request);
			return await this.inTurn(conversations, async () => await send(request));
		};
	}

	/** Runs the sending of a message, including its retries, in its turn. */
	async ofMessage<Result>(message: CrispRequest, fingerprint: number, task: () => Promise<Result>): Promise<Result> {
		const keys = this.conversationsOf(message);
		return await this.inTurn(keys, async () => {
			try {
				const result = await task();
				this.note(keys, message, fingerprint);
				return result;
			} catch (error) {
				// Crisp may still store it.
				if (isUncertain(error)) this.note(keys, message, fingerprint);
				throw error as Error;
			}
		});
	}

	private note(keys: string[], { path }: CrispRequest, fingerprint: number): void {
		const now = this.options.clock.now();
		const sent = { path: `${path}/${fingerprint}`, fingerprint, answeredAt: now };
		for (const key of keys) newest.set(key, sent, now);
	}

	/** The keys of the conversations in which the request has to keep the order. */
	private conversationsOf({ method, path, body = {} }: CrispRequest): string[] {
		if (method === 'GET' || method === 'HEAD') return [];
		const keyOf = (conversation: string) => `${this.options.address}${conversation}`;
		const [conversation = ''] = conversationPath.exec(path) ?? [];
		if (conversation) return ordered.test(path.slice(conversation.length)) ? [keyOf(conversation)] : [];
		const [, website] = orderedBatch.exec(path) ?? [];
		if (!website || !Array.isArray(body.sessions)) return [];
		const keys = body.sessions.map((session) =>
			keyOf(`${website}/conversation/${encodeURIComponent(String(session))}`),
		);
		const now = this.options.clock.now();
		// Sorted, so that two batches never wait for each other.
		return [...new Set(keys)].filter((key) => queues.has(key) || newest.get(key, now) !== undefined).sort();
	}

	private async inTurn<Result>(keys: string[], task: () => Promise<Result>): Promise<Result> {
		const [key, ...others] = keys;
		if (key === undefined) return await task();
		const before = queues.get(key);
		let leave = () => {};
		const left = new Promise<void>((resolve) => (leave = resolve));
		const end = Promise.all([before, left]).then(() => {});
		queues.set(key, end);
		try {
			if (before) await this.orCancelled(before);
			await this.untilStored(key);
			return await this.inTurn(others, task);
		} finally {
			leave();
			void end.then(() => queues.get(key) === end && queues.delete(key));
		}
	}

	private async orCancelled(before: Promise<void>): Promise<void> {
		const { signal, node } = this.options;
		let unlisten: (() => void) | undefined;
		const cancelled = new Promise<void>((resolve) => (unlisten = signal && onAbort(signal, resolve)));
		await Promise.race([before, cancelled]);
		unlisten?.();
		if (signal?.aborted) throw cancelledError(node);
	}

	/** Waits until Crisp has stored the newest message of the conversation, or must have. */
	private async untilStored(key: string): Promise<void> {
		const { clock, signal } = this.options;
		const sent = newest.get(key, clock.now());
		if (!sent) return;
		const until = async (time: number) => {
			const pause = sent.answeredAt + time - clock.now();
			if (pause > 0) await clock.sleep(pause, signal);
		};
		const isOver = () => signal?.aborted || clock.now() >= sent.answeredAt + longestDispatch + margin;
		for (const time of lookups) {
			await until(time);
			if (isOver() || (await this.isStored(sent))) break;
			if (time === lookups.at(-1)) await until(longestDispatch + margin);
		}
		if (newest.get(key, clock.now()) === sent) newest.delete(key);
	}

	/** Whether Crisp has the message. A lookup that fails proves nothing. */
	private async isStored({ path, fingerprint }: SentMessage): Promise<boolean> {
		const found = await this.options.look({ method: 'GET', path }).catch(() => undefined);
		return Number((found as { fingerprint?: unknown } | undefined)?.fingerprint) === fingerprint;
	}
}

function isMessage({ method, path }: CrispRequest): boolean {
	return method === 'POST' && path.endsWith('/message');
}
