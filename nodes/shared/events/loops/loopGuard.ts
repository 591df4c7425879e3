import type { IDataObject } from 'n8n-workflow';
import type { Clock } from '../../runtime/clock';
import { textIn } from '../../runtime/coerce';
import { isAutomated } from '../message';
import { sessionOf, websiteOf } from '../payload';
import { causes } from './effects';
import { LoopBrake } from './loopBrake';
import { isOwnAction } from './ownActions';
import { isOwnMessage } from './ownMessages';
import { LastAnnounced } from './unchanged';

export interface LoopGuardOptions {
	workflowId: string;
	/** Whether what the workflow did itself starts it. */
	ignoresOwn: boolean;
	/** The most starts per conversation and minute by events that a workflow can cause; 0 for any number. */
	maxStarts?: number;
	/** How long an announced value counts as unchanged, in milliseconds; without end if undefined. */
	unchangedFor?: number;
	clock: Pick<Clock, 'now'>;
	/** Called when the brake begins to hold back the events of a conversation or person. */
	onBrake(event: string, target: string): void;
}

/** Events that a workflow can cause, except those that come with each key that a visitor presses. */
const causable = new Set(Object.values(causes).flatMap((cause) => cause.events));
causable.delete('message:compose:send');

/** Prevents workflows from starting themselves: own actions, values that did not change, and the brake. */
export class LoopGuard {
	private readonly announced: LastAnnounced;

	private readonly brake: LoopBrake;

	constructor(private readonly options: LoopGuardOptions) {
		this.announced = new LastAnnounced(options.unchangedFor);
		this.brake = new LoopBrake(options.maxStarts);
	}

	/**
	 * Whether an event tells nothing new: the workflow did it itself, or it announces a value that has not changed. Call it
	 * for every event, also for those that are filtered out: it remembers what they announce.
	 */
	isNothingNew(event: string, payload: IDataObject): boolean {
		const { workflowId, ignoresOwn, clock } = this.options;
		const isUnchanged = this.announced.isUnchanged(event, payload, clock.now());
		return isUnchanged || (ignoresOwn && isOwnAction(workflowId, event, payload, clock.now()));
	}

	/** Forgets what was announced. Call it when disconnected: changes may be missed from then on. */
	forget(): void {
		this.announced.forget();
	}

	/** Whether the brake limits how often an event starts the workflow: one that a workflow can cause, and no person wrote. */
	isCounted(event: string, payload: IDataObject, ownKey: string): boolean {
		return this.options.maxStarts !== 0 && causable.has(event) && !isByPerson(event, payload, ownKey);
	}

	/** Whether the brake holds back an event that would start the workflow. `ownKey` is that of `ownKeyOf`. */
	isBraked(event: string, payload: IDataObject, ownKey: string): boolean {
		if (!this.isCounted(event, payload, ownKey)) return false;
		const target = sessionOf(payload) || textIn(payload.people_id) || textIn(payload.email);
		const { isHeld, isNew } = this.brake.check(`${websiteOf(payload) ?? ''} ${target}`, this.options.clock.now());
		if (isNew) this.options.onBrake(event, target);
		return isHeld;
	}
}

/** Whether a visitor or a person of the team wrote a message. */
function isByPerson(event: string, payload: IDataObject, ownKey: string): boolean {
	const isWritten = event === 'message:send' || event === 'message:received';
	return isWritten && !isAutomated(payload, event) && !isOwnMessage(ownKey, payload);
}

/** The error that is reported when the brake begins to hold back events. */
export function brakeText(event: string, target: string): string {
	const of = target ? ` of ${target}` : '';
	return `The workflow seems to start itself: it was started too often by events${of}, the last one ${event}. They are held back until none has come for a minute. See docs/loops.md`;
}
