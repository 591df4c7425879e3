import { connectionLost, connectionRestored, isIntegrationEvent } from '../../shared/events/catalogue';
import { isoTime, named } from '../../shared/events/vocabulary';
import type { StateLog } from '../../shared/n8n/log';
import type { Clock } from '../../shared/runtime/clock';
import { durationText } from '../../shared/runtime/durationText';
import type { EventReceiver } from '../receiver';
import type { Connection } from '../settings';
import { unreadableEvents } from './readable';
import { endPolling, pollingOf, sharedPollFor, type Polled, type Poller, type SharedPoll } from './sharedPoll';

export interface FallbackOptions {
	clock: Clock;
	/** Identifies the token; its workflows poll together. */
	token: string;
	connection: Connection;
	/** The time between two rounds in milliseconds, if the user has chosen one. */
	interval?: number;
	/** The chosen events, by their names in the form. */
	events: string[];
	receiver: Pick<EventReceiver, 'poll' | 'eventsRead' | 'hasQuietWebsites' | 'receive'>;
	states: StateLog;
}

/** A time without a realtime connection. */
interface Outage {
	/** In milliseconds. */
	since: number;
	/** Why there is no connection now: a sentence without a full stop. */
	reason: string;
	/** Whether Crisp refuses the token: then polling does not help. */
	isRefused: boolean;
	/** How many events had been read over REST before. */
	readBefore: number;
	/** Whether the workflow was told. */
	isTold: boolean;
}

/** How long to wait for a connection before polling, in milliseconds. */
const patience = 60_000;

const day = 86_400_000;
const quietText = ', those of websites on which little happens within a day';

/** The name of the state in the log. */
const polls = 'polling';

/**
 * What happens for one workflow while there is no realtime connection. After a minute, or at once if a person is watching,
 * it polls, unless the user has turned that off, and says so in the log and with the event Connection Lost.
 */
export class Fallback {
	private outage?: Outage;

	/** Whether the workflow has ended: nothing begins any more. */
	private isClosed = false;

	/** Cancels the wait for the connection. */
	private cancel?: () => void;

	/** The polling that it takes part in; undefined while it does not poll. */
	private shared?: SharedPoll;

	private readonly poller: Poller;

	constructor(private readonly options: FallbackOptions) {
		const { interval, receiver } = options;
		this.poller = { interval, poll: async (round) => await receiver.poll(round) };
	}

	get isPolling(): boolean {
		return this.shared !== undefined;
	}

	/** What a person who is watching has to know; undefined while it does not poll. */
	get notice(): string | undefined {
		return this.isPolling && this.outage ? this.noticeOf(this.outage) : undefined;
	}

	/** Reports that there is no connection. Polls after a minute, unless it works again until then. */
	lost(reason: string, isRefused: boolean): void {
		if (this.isClosed) return;
		const outage = this.noteOutage(reason, isRefused);
		if (isRefused) this.stop();
		// Where other workflows of the token poll already, nothing is gained by waiting.
		if (this.mayPoll(outage) && pollingOf(this.options.token)) return void this.pollNow(reason);
		const isWaiting = this.isPolling || this.cancel !== undefined;
		if (isWaiting || (outage.isTold && !this.mayPoll(outage))) return;
		this.cancel = this.options.clock.alarm(patience, () => {
			this.cancel = undefined;
			if (this.mayPoll(outage)) void this.pollNow(outage.reason);
			else this.tell(outage);
		});
	}

	/** Polls at once. Resolves with the outcome of the first round. */
	async pollNow(reason: string): Promise<Polled> {
		if (this.isClosed) return { fresh: 0 };
		const outage = this.noteOutage(reason);
		this.cancel?.();
		this.cancel = undefined;
		if (this.shared) return { fresh: 0 };
		const { token, clock } = this.options;
		this.shared = sharedPollFor(token, clock);
		const polled = await this.shared.add(this.poller);
		if (this.isPolling && this.outage === outage) this.tell(outage);
		return polled;
	}

	/** Ends polling because there is a connection; `caughtUp` resolves once what was missed is delivered. */
	async restored(caughtUp: Promise<void>): Promise<void> {
		const { outage } = this;
		if (this.isClosed) return;
		this.end();
		this.options.states.end(polls, 'The realtime connection works again');
		if (!outage?.isTold) return;
		await caughtUp;
		if (!this.isClosed) this.tellRestored(outage);
	}

	/** Ends everything, for good. */
	close(): void {
		this.isClosed = true;
		this.end();
	}

	private end(): void {
		this.cancel?.();
		this.cancel = undefined;
		this.outage = undefined;
		this.stop();
	}

	private stop(): void {
		if (this.shared) endPolling(this.options.token, this.shared, this.poller);
		this.shared = undefined;
	}

	private mayPoll({ isRefused }: Outage): boolean {
		return this.options.connection !== 'realtime' && !isRefused;
	}

	private noteOutage(reason: string, isRefused = false): Outage {
		const { clock, receiver } = this.options;
		this.outage ??= { since: clock.now(), reason, isRefused, readBefore: receiver.eventsRead, isTold: false };
		return Object.assign(this.outage, { reason, isRefused });
	}

	private noticeOf({ reason }: Outage): string {
		const isChosen = this.options.connection === 'polling';
		const why = isChosen ? "as chosen under 'Connection'" : `because there is no realtime connection: ${reason}`;
		const missing = unreadableEvents(this.options.events);
		const cannot = missing.length > 0 ? ` Chosen events that cannot arrive this way: ${missing.join(', ')}.` : '';
		const quiet = this.options.receiver.hasQuietWebsites ? quietText : '';
		const wait = durationText(this.shared?.longestWait ?? 0);
		return `The trigger polls Crisp, ${why}. Events arrive within about ${wait}${quiet}.${cannot}`;
	}

	/** How long an event takes at most, in milliseconds. */
	private get longestWait(): number {
		return this.options.receiver.hasQuietWebsites ? day : (this.shared?.longestWait ?? 0);
	}

	/** Tells the log and the workflow, once for each outage. */
	private tell(outage: Outage): void {
		if (outage.isTold) return;
		outage.isTold = true;
		const { connection, events, states } = this.options;
		const isChosen = connection === 'polling';
		// Who has chosen to poll is told only what does not work.
		const isNews = this.isPolling && (!isChosen || unreadableEvents(events).length > 0);
		if (isNews) states.begin(polls, this.noticeOf(outage));
		if (!isChosen) this.tellLost(outage);
	}

	private tellLost({ since, reason }: Outage): void {
		const { clock, events, receiver } = this.options;
		const known = {
			reason,
			polling: this.isPolling,
			...(this.isPolling && { longest_wait_seconds: Math.ceil(this.longestWait / 1_000) }),
			missing_events: this.isPolling ? unreadableEvents(events) : events.filter((name) => !isIntegrationEvent(name)),
			lost_at: isoTime(since),
			timestamp: clock.now(),
		};
		receiver.receive(connectionLost, named(known));
	}

	private tellRestored({ since, reason, readBefore }: Outage): void {
		const { clock, receiver } = this.options;
		const known = {
			reason,
			duration_seconds: Math.round((clock.now() - since) / 1_000),
			events_read: receiver.eventsRead - readBefore,
			lost_at: isoTime(since),
			timestamp: clock.now(),
		};
		receiver.receive(connectionRestored, named(known));
	}
}
