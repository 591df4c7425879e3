import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { chosenIn } from '../shared/events/derived';
import { namedIdentityText, type EventIdentity } from '../shared/events/identity';
import type { SelectedEvent } from '../shared/events/pipeline';
import type { StartOutcome, WebhookResponse } from '../shared/n8n/webhookResponse';
import type { Clock } from '../shared/runtime/clock';
import { Store } from '../shared/runtime/processState';
import { mostAge } from './signature';

/**
 * How long n8n may take to start an execution, in milliseconds. Where it limits how many executions run at a time, it
 * responds only when one may start. After this time, another delivery of the event starts the workflow: a second
 * execution is better than none.
 */
export const longestStart = 15 * 60_000;

/** What starts the workflow, without the payload, which each delivery contains. */
export type Meaning = Array<Omit<SelectedEvent, 'payload'>>;

/** The same as it is remembered: without what a visitor can make large, which each delivery contains. */
interface Remembered extends Pick<SelectedEvent, 'name' | 'identity'> {
	inboxId?: string | null;
	/** The position of the choice among the selected ones of the payload; -1 if there is none. */
	choiceAt: number;
}

/** A delivery of which n8n has not accepted the execution, or not yet. */
interface Attempt {
	meaning?: Remembered[];
	/** The response of the request; undefined once n8n has refused to start the execution. */
	response?: WebhookResponse;
	/** When it came. */
	since: number;
	/** Resolves when n8n has accepted or refused it. */
	ended: Promise<void>;
}

const accepted = 'accepted';

/**
 * The deliveries that this process received. Each key is a hash, so that the number of entries bounds their size, too.
 * They stay twice as long as a request is accepted: its time may be ahead of the clock of this machine.
 */
const deliveries = new Store<Attempt | typeof accepted>({
	name: 'deliveries to webhook triggers, by workflow, node and event',
	maxEntries: 100_000,
	maxAge: 2 * mostAge,
});

/** The deliveries of an event so far: there may be none. */
type Earlier = 'none' | StartOutcome;

/** The right of one request to start the workflow for an event. */
export interface Claim {
	/** What an earlier delivery was to start, if n8n refused it. */
	meaning?: Meaning;
}

export interface DeliveryOptions {
	/** Identifies the workflow and the node. */
	slot: string;
	clock: Pick<Clock, 'now' | 'sleep' | 'alarm'>;
	/** The response to the request. If n8n does not show it, the delivery is not remembered: twice is better than never. */
	response?: WebhookResponse;
}

/**
 * The deliveries of one node, as one request sees them. A delivery counts as seen once n8n has accepted its execution;
 * one that n8n refused starts the workflow when it comes again. It means the same as the first time, which is therefore
 * remembered: with the first delivery, the state of the conversation has changed, so that it cannot be derived again.
 */
export class Deliveries {
	constructor(private readonly options: DeliveryOptions) {}

	/** Whether n8n has accepted an execution for the event. */
	has(identity: EventIdentity): boolean {
		return this.outcomeOf(this.find(identity)) === 'accepted';
	}

	/**
	 * Claims the event for this request, unless n8n has accepted an execution for it. While n8n is starting one for
	 * another request, waits for the outcome, at most the given milliseconds.
	 */
	async claim(
		identity: EventIdentity,
		longest: number,
		payload: IDataObject = {},
	): Promise<Claim | 'starting' | 'accepted'> {
		const over = new AbortController();
		let timeout: Promise<void> | undefined;
		let isOver = false;
		try {
			for (;;) {
				const earlier = this.find(identity);
				if (earlier === accepted || this.outcomeOf(earlier) === 'accepted') return 'accepted';
				if (earlier === undefined || this.outcomeOf(earlier) === 'refused') {
					this.begin(identity);
					return { meaning: earlier?.meaning && meaningOf(earlier.meaning, payload) };
				}
				if (isOver) return 'starting';
				timeout ??= this.options.clock.sleep(longest, over.signal).then(() => void (isOver = true));
				await Promise.race([earlier.ended, timeout]);
			}
		} finally {
			over.abort();
		}
	}

	/** Remembers what the request that claimed the event starts. */
	remember(identity: EventIdentity, selected: Meaning, payload: IDataObject = {}): void {
		const attempt = this.find(identity);
		if (attempt === undefined || attempt === accepted) return;
		const choices = chosenIn(payload);
		attempt.meaning = selected.map(({ name, identity: own, found = {} }) => ({
			name,
			identity: own,
			inboxId: found.inboxId,
			choiceAt: found.choice ? choices.indexOf(found.choice) : -1,
		}));
	}

	private outcomeOf(attempt: Attempt | typeof accepted | undefined): Earlier {
		if (attempt === undefined) return 'none';
		if (attempt === accepted) return 'accepted';
		const outcome = attempt.response?.outcome ?? 'refused';
		const age = Math.abs(this.options.clock.now() - attempt.since);
		return outcome === 'starting' && age >= longestStart ? 'refused' : outcome;
	}

	private find(identity: EventIdentity): Attempt | typeof accepted | undefined {
		return deliveries.get(this.keyOf(identity), this.options.clock.now());
	}

	private begin(identity: EventIdentity): void {
		const { response, clock } = this.options;
		if (!response) return;
		let end = () => {};
		const ended = new Promise<void>((resolve) => (end = resolve));
		const attempt: Attempt = { response, since: clock.now(), ended };
		const key = this.keyOf(identity);
		deliveries.set(key, attempt, clock.now());
		const settle = () => this.settle(key, attempt) && end();
		response.onEnd(() => {
			settle();
			// If the connection closes before n8n responds, no event tells when it does.
			if (this.outcomeOf(attempt) === 'starting') clock.alarm(longestStart, settle);
		});
	}

	/** Records what became of an attempt; false if n8n has not responded yet. */
	private settle(key: string, attempt: Attempt): boolean {
		const outcome = this.outcomeOf(attempt);
		if (outcome === 'starting') return false;
		const now = this.options.clock.now();
		// Another attempt may have taken its place after `longestStart`.
		if (outcome === 'accepted' && deliveries.get(key, now) !== undefined) deliveries.set(key, accepted, now);
		// The response holds the whole request.
		delete attempt.response;
		return true;
	}

	private keyOf(identity: EventIdentity): string {
		return createHash('sha256')
			.update(`${this.options.slot} ${namedIdentityText(identity)}`)
			.digest('base64');
	}
}

/** What was remembered, with the parts that the payload of this delivery has. */
function meaningOf(remembered: Remembered[], payload: IDataObject): Meaning {
	const choices = chosenIn(payload);
	return remembered.map(({ name, identity, inboxId, choiceAt }) => {
		const choice = choices[choiceAt];
		const isFound = inboxId !== undefined || choice !== undefined;
		return { name, identity, ...(isFound && { found: { inboxId, choice } }) };
	});
}
