import type { IDataObject } from 'n8n-workflow';
import { isOwnFingerprint } from '../events/fingerprint';
import { typeOfMessage } from '../events/message';
import { sessionOf, websiteOf } from '../events/payload';
import { BoundedMap } from '../runtime/boundedMap';
import type { Clock } from '../runtime/clock';
import { Semaphore } from '../runtime/concurrency';
import { numberIn, textIn } from '../runtime/coerce';
import { nudgeOnce, type SendRequest } from './nudge';
import { questionId, referenceIn, referenceInText, referenceText, type Place, type Reference } from './reference';

/** A wait that is open, as far as a trigger knows. */
export interface OpenWait extends Omit<Reference, 'decision'> {
	/** The address with its proof, as it is saved. */
	text: string;
}

export interface WaitWatchOptions {
	clock: Clock;
	/** Ends all that waits. */
	signal: AbortSignal;
	/** That of `ownKeyOf`; undefined while the credential was not read. */
	ownKey(): string | undefined;
	/** Reads the latest messages of a conversation. */
	read(place: Place): Promise<unknown>;
	/** Sends a request to n8n itself. */
	send: SendRequest;
	/** What n8n saves for the trigger; nothing is saved without it. */
	memory?: { waits?: unknown };
	/** Called if n8n could not be told of an answer, and if a conversation could not be read. */
	onTrouble(error?: Error): void;
	/** Called if there was an answer, but n8n has ended the execution with an error. */
	onFailed?(error: Error): void;
	/** Called when n8n was told of an answer. */
	onSuccess?(): void;
}

const mostWaits = 500;
/** How many requests to n8n are under way. */
const mostAtOnce = 2;
/** How long a conversation is not read again to look for waits that began before the trigger, in milliseconds. */
const lookInterval = 60_000;
/** Alarms are not longer than this, in milliseconds. */
const longestAlarm = 6 * 3_600_000;
/** How long after its start a trigger tells n8n of waits from before, in milliseconds: n8n itself may be starting. */
const startDelay = 5_000;
/** The starts of triggers within this time, in milliseconds, count as one. */
const startWindow = 30_000;

/**
 * Follows the private notes that refer to executions that wait, in whichever process these began, and tells n8n when there
 * may be an answer, and when the time is over. It never decides: the execution reads the conversation itself.
 */
export class WaitWatch {
	/** By address; the oldest are dropped beyond the bound. */
	private readonly open = new Map<string, OpenWait>();

	/** When a conversation was last read to look for waits. */
	private readonly looked = new BoundedMap<number>(mostWaits);

	private readonly slots = new Semaphore(mostAtOnce);

	private cancelAlarm?: () => void;

	constructor(private readonly options: WaitWatchOptions) {
		options.signal.addEventListener('abort', () => this.cancelAlarm?.(), { once: true });
	}

	/** Tells n8n of the waits that were saved: their answers may have come in between. */
	async begin(): Promise<void> {
		const { clock, signal, ownKey, memory } = this.options;
		const saved = savedWaits(ownKey() ?? '', memory?.waits);
		if (saved.length === 0) return;
		for (const wait of saved) this.open.set(wait.url, wait);
		this.arm();
		await clock.sleep(startDelay, signal);
		if (signal.aborted) return;
		// Triggers that start together tell n8n once; one that starts again later tells it again.
		const cause = `start ${Math.floor(clock.now() / startWindow)}`;
		await Promise.all(saved.map(async ({ url }) => await this.nudge(url, cause)));
	}

	/** How many waits are known to be open. */
	get size(): number {
		return this.open.size;
	}

	/** Takes an event of any kind. `isPast`: it was read later, so that an answer may have come before. Never throws. */
	observe(name: string, payload: IDataObject, isPast = false): void {
		const ownKey = this.options.ownKey();
		const place = { website: websiteOf(payload) ?? '', session: sessionOf(payload) };
		if (ownKey === undefined || !place.website || !place.session) return;
		if (this.takeNote(name, payload, { ownKey, place, isPast })) return;
		const cause = `${textIn(payload.fingerprint)} ${name === 'message:updated' ? JSON.stringify(payload.content) : ''}`;
		if (name === 'message:send') void this.tell(place, 'visitor', { cause, isLookedUp: false });
		if (name === 'message:updated' && isQuestion(payload)) {
			void this.tell(place, 'visitor', { cause, isLookedUp: true });
		}
		if (name === 'message:received' && typeOfMessage(payload) === 'note') {
			void this.tell(place, 'team', { cause, isLookedUp: true });
		}
	}

	/** Whether the event is a note of this n8n about a wait. */
	private takeNote(
		name: string,
		payload: IDataObject,
		{ ownKey, place, isPast }: { ownKey: string; place: Place; isPast: boolean },
	): boolean {
		const isUpdate = name === 'message:updated';
		if (!isUpdate && name !== 'message:received') return false;
		const isOwn = isOwnFingerprint(ownKey, numberIn(payload.fingerprint));
		const reference = isUpdate
			? isOwn
				? referenceInText(ownKey, textIn(payload.content), place)
				: undefined
			: referenceIn(ownKey, payload, place);
		if (!reference) return isOwn;
		if (reference.decision) this.forget(reference.url);
		else {
			this.add(reference);
			// What came after the note may have been read before it.
			if (isPast) void this.nudge(reference.url, 'past');
		}
		return true;
	}

	private add(reference: Reference): void {
		const { url, until } = reference;
		if (this.open.get(url)?.until === until) return;
		this.open.set(url, openWait(this.options.ownKey() ?? '', reference));
		if (this.open.size > mostWaits) this.open.delete([...this.open.keys()][0] ?? '');
		this.save();
		this.arm();
	}

	private forget(url: string): void {
		if (this.open.delete(url)) this.save();
	}

	private save(): void {
		const { memory } = this.options;
		if (!memory) return;
		memory.waits = [...this.open.values()].map(({ website, session, text }): SavedWait => ({
			website,
			session,
			reference: text,
		}));
	}

	/** Tells the open waits of a conversation. `isLookedUp`: also those that began before this trigger. */
	private async tell(
		place: Place,
		ask: OpenWait['ask'],
		{ cause, isLookedUp }: { cause: string; isLookedUp: boolean },
	): Promise<void> {
		const waits = () =>
			[...this.open.values()].filter(
				(one) => one.ask === ask && one.session === place.session && one.website === place.website,
			);
		if (waits().length === 0 && isLookedUp) await this.look(place);
		await Promise.all(waits().map(async (wait) => await this.nudge(wait.url, cause)));
	}

	private async look(place: Place): Promise<void> {
		const { clock, read, ownKey, onTrouble } = this.options;
		const conversation = `${place.website} ${place.session}`;
		if (clock.now() - (this.looked.get(conversation) ?? -Infinity) < lookInterval) return;
		this.looked.set(conversation, clock.now());
		try {
			const messages = await read(place);
			for (const message of Array.isArray(messages) ? (messages as unknown[]) : []) {
				const reference = referenceIn(ownKey() ?? '', Object(message) as IDataObject, place);
				if (reference && !reference.decision) this.add(reference);
			}
		} catch (error) {
			this.looked.delete(conversation);
			onTrouble(error as Error);
		}
	}

	private async nudge(url: string, cause: string): Promise<void> {
		const { send, clock, signal, onTrouble, onSuccess } = this.options;
		const answer = await nudgeOnce(url, cause, { send, clock, signal, slots: this.slots });
		if (!answer) return;
		if (answer.result === 'failed') return signal.aborted ? undefined : onTrouble(answer.error);
		onSuccess?.();
		if (answer.result === 'waiting') return;
		this.forget(url);
		if (answer.error) this.options.onFailed?.(answer.error);
	}

	/** Sets the alarm for the end of the wait that ends first. */
	private arm(): void {
		const { clock, signal } = this.options;
		this.cancelAlarm?.();
		const ends = [...this.open.values()].map(({ until }) => until).filter((until) => until > 0);
		if (ends.length === 0 || signal.aborted) return;
		const pause = Math.min(longestAlarm, Math.max(0, Math.min(...ends) - clock.now()));
		this.cancelAlarm = clock.alarm(pause, () => this.ring());
	}

	private ring(): void {
		const now = this.options.clock.now();
		for (const wait of [...this.open.values()]) {
			if (wait.until === 0 || wait.until > now) continue;
			this.forget(wait.url);
			void this.nudge(wait.url, 'end');
		}
		this.arm();
	}
}

/** Whether an update of a message is one of a question that a wait has asked: the visitor chooses or fills in something. */
function isQuestion({ content }: IDataObject): boolean {
	return (Object(content) as IDataObject).id === questionId;
}

/** With the proof that this n8n has made it: other programs can write to what n8n saves. */
interface SavedWait extends Place {
	reference: string;
}

function savedWaits(ownKey: string, saved: unknown): OpenWait[] {
	const entries = Array.isArray(saved) ? (saved as unknown[]).slice(-mostWaits) : [];
	return entries.flatMap((entry) => {
		const { website, session, reference } = Object(entry) as IDataObject;
		const place = { website: textIn(website), session: textIn(session) };
		const found = referenceInText(ownKey, `[](${textIn(reference)})`, place);
		return found ? openWait(ownKey, found) : [];
	});
}

function openWait(ownKey: string, { url, website, session, ask, until }: Reference): OpenWait {
	const wait = { url, website, session, ask, until };
	return { ...wait, text: referenceText(ownKey, wait) };
}
