import { NodeOperationError, type INode, type ITriggerFunctions } from 'n8n-workflow';
import type { ActivationMode } from '../../shared/n8n/context';
import type { Clock } from '../../shared/runtime/clock';
import type { EventReceiver } from '../receiver';
import type { Settings } from '../settings';
import type { Fallback } from './fallback';
import { unreadableEvents } from './readable';

/** How long publishing waits for the first outcome, in milliseconds; then connecting goes on in the background. */
export const longestStart = 10_000;

/** Where the events of one workflow come from. */
export interface Source {
	/**
	 * Begins to receive events. Resolves when a person who is watching can be told the outcome: undefined if it works or goes
	 * on in the background, or the error to show.
	 */
	begin(): Promise<Error | undefined>;
	/** Ends it. */
	close(): Promise<void>;
	/** Removes what it shared with other workflows, once the receiver is closed. */
	release?(): void;
}

export interface SourceOptions {
	context: ITriggerFunctions;
	receiver: EventReceiver;
	fallback: Fallback;
	settings: Settings;
	clock: Clock;
	mode: ActivationMode;
}

/** The error for a workflow of which no chosen event can arrive by polling; undefined if one can. */
export function nothingToPoll(node: INode, events: string[], reason: string): NodeOperationError | undefined {
	if (events.length === 0 || unreadableEvents(events).length < events.length) return undefined;
	return new NodeOperationError(node, 'None of the chosen events can arrive by polling', {
		description: `Only messages, new people, and changes of the state or assignment of conversations can. ${reason}. Choose another event, or use Crisp Webhook Trigger.`,
	});
}
