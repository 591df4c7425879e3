import { createHash } from 'node:crypto';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { SelectedEvent } from '../shared/events/pipeline';
import { waitBeforeRetry } from '../shared/runtime/backoff';
import type { Clock } from '../shared/runtime/clock';
import { toOutput } from '../shared/events/output';
import { asNodeError } from '../shared/errors/apiErrors';
import { activationModeOf } from '../shared/n8n/context';
import { emitTo, isRefusedPromise } from '../shared/n8n/emit';
import { logOf } from '../shared/n8n/log';
import { identityText } from '../shared/events/identity';

const longestKey = 255;
const backoff = { first: 5_000, longest: 60_000 };
const mostRetries = 8;

/** Hands events to n8n, each list as an execution. */
export class Emitter {
	/** What the keys of this node begin with, and those of no other. */
	private readonly place: string;

	/** Whether n8n tells what became of an execution; its Engine 2.0 refuses to. */
	private isTold = true;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly clock: Clock,
		private readonly signal: AbortSignal,
	) {
		const parts = [context.getInstanceId(), context.getWorkflow().id, context.getNode().id];
		this.place = `crisp:${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}:`;
	}

	/**
	 * Starts an execution at once. Resolves when n8n has run it or says that it knows it; never rejects. An
	 * overloaded n8n may fail to take an execution: one that it can tell from others is handed over again.
	 */
	async start(events: SelectedEvent[]): Promise<void> {
		const [first] = events;
		// n8n has one key for an execution, so that a batch has none.
		const key = events.length === 1 && first ? this.keyOf(first) : undefined;
		for (let retries = 0; ; retries++) {
			try {
				await this.emit(events, key);
				return;
			} catch (error) {
				if (this.isTold && isRefusedPromise(error)) {
					this.isTold = false;
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

	/** Resolves when n8n is done with it, where n8n tells; rejects with why n8n did not take it. */
	private emit(events: SelectedEvent[], key?: string): Promise<unknown> | undefined {
		try {
			const items = events.map(({ name, payload }) => ({ json: toOutput(name, payload) }));
			// In a test in the editor, n8n puts its `emit` there after the trigger has begun.
			return emitTo(this.context, items, { key, isTold: this.isTold });
		} catch (error) {
			this.complain(events, error as Error);
			const isWatched = activationModeOf(this.context) === 'manual';
			if (isWatched) this.context.emitError(asNodeError(this.context.getNode(), error));
			return undefined;
		}
	}

	private complain(events: SelectedEvent[], { message }: Error): void {
		const names = [...new Set(events.map(({ name }) => name))].join(', ');
		logOf(this.context).error(`n8n did not take ${names}: ${message}`);
	}

	/** The key by which n8n starts one execution for an event, whatever process sees it, and how often. */
	private keyOf({ name, identity }: SelectedEvent): string | undefined {
		if (!identity) return undefined;
		const key = `${this.place}${name}:${identityText(identity)}`;
		// n8n's column holds no more; a hash for every event would cost as much as all else.
		return key.length <= longestKey ? key : `crisp:${createHash('sha256').update(key).digest('hex')}`;
	}
}
