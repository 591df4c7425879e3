import { createHash } from 'node:crypto';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { SelectedEvent } from '../../shared/events/pipeline';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import { toOutput } from '../../shared/events/output';
import { asNodeError } from '../../shared/errors/apiErrors';
import { activationModeOf } from '../../shared/n8n/context';
import { emitTo, isRefusedPromise } from '../../shared/n8n/emit';
import { logOf } from '../../shared/n8n/log';
import { named } from '../../shared/events/vocabulary';
import { identityText } from '../../shared/events/identity';

const longestKey = 255;
const backoff = { first: 5_000, longest: 60_000 };
const mostRetries = 8;

/** Passes events to n8n, and retries with backoff. Each list of events becomes one execution. */
export class Emitter {
	/** The prefix of this node's deduplication keys; no other node has it. */
	private readonly place: string;

	private isEndReported = true;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
		/** What the person who is watching a test has to know, if there is anything. */
		private readonly notice: () => string | undefined = () => undefined,
	) {
		const parts = [context.getInstanceId(), context.getWorkflow().id, context.getNode().id];
		this.place = `crisp:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}:`;
	}

	/** Whether n8n reports when an execution has finished; its Engine 2.0 does not. */
	get reportsEnd(): boolean {
		return this.isEndReported;
	}

	/**
	 * Starts an execution at once. Resolves when n8n has run it or has recognized it as a duplicate; never rejects. An
	 * overloaded n8n may fail to accept an execution: it is retried only with a deduplication key, which makes the
	 * retry idempotent.
	 */
	async start(events: SelectedEvent[]): Promise<void> {
		const [first] = events;
		// n8n takes one key for each execution, so a batch has no key.
		const key = events.length === 1 && first ? this.keyOf(first) : undefined;
		for (let retries = 0; ; retries++) {
			try {
				await this.emit(events, key);
				return;
			} catch (error) {
				if (this.isEndReported && isRefusedPromise(error)) {
					this.isEndReported = false;
					await this.emit(events, key);
					return;
				}
				if (this.signal.aborted) return;
				if (key === undefined || retries >= mostRetries) return this.complain(events, error as Error);
			}
			await waitBeforeRetry(this.clock, retries, backoff, this.signal);
			if (this.signal.aborted) return;
		}
	}

	/** Resolves when n8n has finished the execution, if n8n reports that; rejects if n8n did not accept it. */
	private emit(events: SelectedEvent[], key?: string): Promise<unknown> | undefined {
		try {
			const notice = this.notice();
			const items = events.map(({ name, payload, found }) => {
				const output = toOutput(name, payload, found);
				return { json: notice === undefined ? output : { ...named({ notice }), ...output } };
			});
			// In a test in the editor, n8n sets `emit` only after the trigger has started.
			return emitTo(this.context, items, { key, reportsEnd: this.isEndReported });
		} catch (error) {
			this.complain(events, error as Error);
			const isWatched = activationModeOf(this.context) === 'manual';
			if (isWatched) this.context.emitError(asNodeError(this.context.getNode(), error));
			return undefined;
		}
	}

	private complain(events: SelectedEvent[], { message }: Error): void {
		const names = [...new Set(events.map(({ name }) => name))].join(', ');
		logOf(this.context).error(`n8n did not accept ${names}: ${message}`);
	}

	/**
	 * The deduplication key: n8n starts one execution for it, even if several processes receive the event repeatedly.
	 */
	private keyOf({ name, identity }: SelectedEvent): string | undefined {
		if (!identity) return undefined;
		const key = `${this.place}${name}:${identityText(identity)}`;
		// n8n's database column is not longer. Hashing the key of every event would cost as much as the rest of the
		// work.
		return key.length <= longestKey ? key : `crisp:${createHash('sha256').update(key).digest('hex')}`;
	}
}
