import { refusalOf } from '../../shared/errors/apiErrors';
import { messageEvents } from '../../shared/events/catalogue';
import { conversationStateEvents, type ConversationStates } from '../../shared/events/conversationState';
import { websiteOf } from '../../shared/events/payload';
import type { EventPipeline } from '../../shared/events/pipeline';
import { tokenHash, type Credential, type Send } from '../../shared/api/transport';
import { websitesOf } from '../../shared/api/websites';
import type { Clock } from '../../shared/runtime/clock';
import { mapConcurrently, Semaphore } from '../../shared/runtime/concurrency';
import type { IDataObject } from 'n8n-workflow';
import type { OpenApi } from '../openApi';
import type { ConversationPlace, Period } from '../starts/backlogs';
import { Backlog, type Pending, type SavedGap } from './backlog';
import { readConversationStates, readMessagesIn, readMissedEvents, type MissedEvents, type PastEvent } from './catchUp';
import { ReadConversations } from './readConversations';
import type { Reading } from './reading';
import { allowances, sharedCatchUpFor, type Member, type SharedCatchUp } from './sharedCatchUp';
import { mostAtOnce, type ScheduledWebsite } from './websiteSchedule';

/** What is saved of the catch-up of a token with many websites. */
export interface SavedCatchUp {
	/** What is still to be read in the background. */
	backlog?: SavedGap[];
	/** The IDs of the websites with the latest events, the latest first; only for a token with many websites. */
	recentWebsites?: string[];
}

export interface CatchUpReaderOptions {
	/** The Crisp events that the trigger subscribes to. */
	events: string[];
	/** Empty for every website of the token. */
	websites: string[];
	clock: Clock;
	open: OpenApi;
	/** Opens the API for reading in the background; by default, `open`. */
	openInBackground?: OpenApi;
	states: ConversationStates;
	pipeline: EventPipeline;
	/** What n8n saves of it; nothing if undefined. */
	memory?: SavedCatchUp;
	/** What happened before this time, in milliseconds, does not start the workflow. */
	earliest?: number;
	/** Called for each message that is read, also one that starts no workflow. */
	onRead?(event: PastEvent): void;
	/** Delivers events that were read in the background. */
	deliver?(events: PastEvent[]): Promise<void>;
	/** Called when a website refuses to be read, while others are read. */
	onRefused?(website: string, error: unknown): void;
	/** Called with the reason why reading in the background takes longer than a day. */
	onSlow?(reason: string): void;
	/** Called when reading in the background goes on. */
	onSteady?(): void;
	/** Called when something could not be read for so long that it is given up. */
	onGivenUp?(): void;
}

/** Limits for reading conversation states at the start: how far back, in milliseconds, and how many conversations. */
const stateReading = { time: 24 * 3_600_000, conversations: 500, ofWebsite: 50 };
/** How many events are enriched, websites listed and conversations read concurrently. */
const maxConcurrent = { events: 10, websites: 4, conversations: 50 };
/** With these, one of the websites does not exist any more, or the token may not read it. */
const websiteRefusals = new Set([403, 404]);

const nothing = () => undefined;
const nothingPending: Pending = { includes: () => false, last: undefined };

/** What was read of one of many websites. */
interface WebsiteRead {
	website: ScheduledWebsite;
	pending: Pending;
	/** When the reading began, in milliseconds. */
	begun: number;
	/** Undefined if no events are to be read. */
	missed?: MissedEvents;
	/** The events of the gaps, enriched. */
	events: PastEvent[];
}

/**
 * The catch-up of a workflow: fetches over REST, for all its websites, the events that the realtime channel missed. Up to 25
 * websites are all read at once. Of more, those with recent events are read at once, and the others in the background, for
 * all workflows of the token together (see `SharedCatchUp`); until then they are in the backlog.
 */
export class CatchUpReader {
	private readonly readConversations = new ReadConversations();

	private readonly semaphore = new Semaphore(maxConcurrent.conversations);

	private readonly stop = new AbortController();

	private readonly memory: SavedCatchUp;

	private readonly backlog: Backlog;

	private readonly chosen: Set<string>;

	private readonly member: Member;

	/** What the workflows of the token share; undefined for few websites. */
	private shared?: SharedCatchUp;

	/** What was read last while another reading follows, and is not delivered yet. */
	private undelivered: WebsiteRead[] = [];

	/** Which websites with recent events are saved. */
	private savedVersion?: number;

	constructor(private readonly options: CatchUpReaderOptions) {
		const { memory = {}, earliest, websites } = options;
		this.memory = memory;
		this.backlog = new Backlog(memory, earliest);
		this.chosen = new Set(websites);
		this.member = this.memberOf(options);
	}

	/** Whether what the last reading left out is read in the background, so that it need not be read again. */
	get isReadLater(): boolean {
		return this.isLarge && !this.backlog.isEmpty;
	}

	/** Whether the token has so many websites that those on which little happens are read in the background, within a day. */
	get isLarge(): boolean {
		return this.shared?.schedule.isLarge === true;
	}

	/** Whether an event of this time, in milliseconds, may be read again in the background. */
	mayReadAgain(at: number): boolean {
		return this.backlog.includes(at);
	}

	/**
	 * Call it when connected: lists the websites of the token, once for all its workflows, and reads what is left. Never
	 * rejects: without a credential, there is no connection either.
	 */
	async begin(signal: AbortSignal): Promise<void> {
		const { websites } = this.options;
		if (websites.length > 0 && websites.length <= mostAtOnce) return;
		const api = await this.member.open(signal).catch(nothing);
		if (api && (api.credential.tier !== 'website' || websites.length > 0)) this.join(api.credential);
	}

	/** Records an event of the connection: its website has recent events. */
	noteEvent(payload: IDataObject): void {
		const { shared } = this;
		const website = shared && websiteOf(payload);
		if (!shared || website === undefined) return;
		const { version } = shared.schedule;
		shared.schedule.noteEvent(website);
		// What was missed on it is read soon.
		if (shared.schedule.version !== version && !this.backlog.isEmpty) shared.wake();
	}

	/** Copies to the static data which websites have recent events, if there are many. */
	save(): void {
		const { schedule } = this.shared ?? {};
		if (!schedule?.isLarge || schedule.version === this.savedVersion) return;
		this.savedVersion = schedule.version;
		this.memory.recentWebsites = schedule.recents;
	}

	/** Ends reading in the background. */
	close(): void {
		this.stop.abort();
		this.shared?.leave(this.member);
	}

	/**
	 * The events since a time in milliseconds, enriched and in order. Throws if a request fails. Of many websites, returns only
	 * what can be read at once. `isFollowed`: another reading follows, as in polling, and begins two minutes before this one.
	 */
	async readMissed(since: number, signal: AbortSignal, { isFollowed = false } = {}): Promise<PastEvent[]> {
		this.undelivered = [];
		const { clock } = this.options;
		const { credential, send } = await this.options.open(signal);
		const begun = clock.now();
		const few = await this.fewWebsites(send, credential);
		if (few) return await this.readFew(send, few, { since, begun });
		const shared = this.join(credential);
		if (since >= begun) return [];
		this.backlog.add(since, begun);
		this.member.isLive = !isFollowed;
		const allowance = isFollowed ? allowances.poll : allowances.reconnect;
		const missed = await shared.readNow(
			{ send, member: this.member, allowance, signal },
			(id) => this.listensTo(id),
			async (share, website, reading) => await this.readWebsite(share, website, reading),
		);
		this.undelivered = isFollowed ? missed : [];
		for (const one of missed) this.noteRead(one, isFollowed);
		shared.wake();
		return missed.flatMap(({ events }) => events).sort((a, b) => a.at - b.at);
	}

	/**
	 * The messages of a conversation in a period, enriched and in order. Throws if a request fails.
	 */
	async readConversation(place: ConversationPlace, period: Period, signal: AbortSignal): Promise<PastEvent[]> {
		const { events, open } = this.options;
		const { send } = await open(signal);
		const { website: website_id, session: session_id, inbox: inbox_id } = place;
		const found = await readMessagesIn(send, { website_id, session_id, inbox_id }, period);
		const missed = found.filter(({ name }) => events.includes(name));
		return await this.enriched(missed.map((one) => ({ ...one, isPast: true })));
	}

	/** Records the current states of conversations, so that later changes can be detected. */
	async readStates(signal: AbortSignal): Promise<void> {
		const { states: conversationStates, clock } = this.options;
		const { credential, send } = await this.options.open(signal);
		const since = clock.now() - stateReading.time;
		const few = await this.fewWebsites(send, credential);
		if (!few) return this.readStatesLater(this.join(credential), since);
		let most = stateReading.conversations;
		await mapConcurrently(few, 1, async (website) => {
			if (most > 0) most -= await readConversationStates(send, { website, since, conversationStates, most });
		});
	}

	/** The websites, if they are few enough to read all of them at once. */
	private async fewWebsites(send: Send, credential: Credential): Promise<string[] | undefined> {
		const { websites } = this.options;
		if (websites.length > 0) return websites.length <= mostAtOnce ? websites : undefined;
		const { schedule } = sharedCatchUpFor(tokenHash(credential), this.options.clock);
		if (this.memory.recentWebsites) schedule.seed(this.memory.recentWebsites);
		if (schedule.isLarge) return undefined;
		const all = await websitesOf(send, credential.tier, (count) => count > mostAtOnce);
		schedule.isLarge ||= all.length > mostAtOnce;
		return schedule.isLarge ? undefined : all;
	}

	private join(credential: Credential): SharedCatchUp {
		const { clock, websites } = this.options;
		const shared = sharedCatchUpFor(tokenHash(credential), clock);
		if (shared === this.shared || this.stop.signal.aborted) return shared;
		this.shared?.leave(this.member);
		this.shared = shared;
		if (this.memory.recentWebsites) shared.schedule.seed(this.memory.recentWebsites);
		for (const website of websites) shared.schedule.entryOf(website);
		shared.schedule.isLarge ||= websites.length > mostAtOnce;
		shared.join(this.member);
		return shared;
	}

	private listensTo(website: string): boolean {
		if (this.chosen.size > 0) return this.chosen.has(website);
		const { schedule } = this.shared ?? {};
		return schedule?.listedAt === undefined || schedule.isListed(website);
	}

	/** All websites are read at once. Those that cannot be read any more do not stop the others. */
	private async readFew(
		send: Send,
		websites: string[],
		{ since, begun }: { since: number; begun: number },
	): Promise<PastEvent[]> {
		const refused: unknown[] = [];
		const missed = await mapConcurrently(websites, maxConcurrent.websites, async (website) => {
			try {
				return [await readMissedEvents(send, this.searchOf(website, { since, begun }))];
			} catch (error) {
				if (!websiteRefusals.has(refusalOf(error)?.status ?? 0)) return await Promise.reject(error as Error);
				refused.push(error);
				if (refused.length === websites.length) return await Promise.reject(error as Error);
				this.options.onRefused?.(website, error);
				return [];
			}
		});
		const events = missed.flat().flatMap((one) => one.events);
		const enriched = await this.enriched(events.sort((a, b) => a.at - b.at));
		this.note(missed.flat(), begun);
		return enriched;
	}

	private searchOf(website: string, { since, begun }: { since: number; begun: number }) {
		const { events, states: conversationStates, onRead } = this.options;
		const { readConversations, semaphore } = this;
		return { events, website, since, begun, conversationStates, readConversations, semaphore, onRead };
	}

	private note(missed: MissedEvents[], begun: number): void {
		const conversations = missed.flatMap((one) => one.conversations);
		this.readConversations.note(conversations, { begun, ended: this.options.clock.now() });
	}

	/** Reads at once what is pending of one of many websites. */
	private async readWebsite(send: Send, website: ScheduledWebsite, { begun }: Reading): Promise<WebsiteRead> {
		const pending = this.backlog.takeEarly(website.key) ?? nothingPending;
		return await this.readPending(send, website, { pending, begun });
	}

	/**
	 * Records what was read at once. The website stays in the backlog, because Crisp's cache may have hidden the last seconds,
	 * unless another reading follows that begins before them.
	 */
	private noteRead(read: WebsiteRead, isFollowed: boolean): void {
		const { website, missed, begun } = read;
		if (!missed) return;
		this.note([missed], begun);
		if (!isFollowed) return;
		// What there was no allowance for is read next time.
		if (missed.isComplete) website.readAt = begun;
	}

	/**
	 * Records that what `readMissed` has returned last is delivered: only then is it taken from the backlog, so that a restart
	 * reads it again before.
	 */
	noteDelivered(): void {
		for (const { website, pending, missed } of this.undelivered) {
			if (missed?.isComplete && pending.statesSince === undefined) this.backlog.note(website.key, pending);
		}
		this.undelivered = [];
	}

	/** Reads in the background what is pending of one of many websites, and delivers it. */
	private async readBehind(website: ScheduledWebsite, reading: Reading): Promise<void> {
		const { states: conversationStates, deliver } = this.options;
		const { begun } = reading;
		const pending = this.backlog.take(website.key, begun);
		if (!pending) return;
		const { signal } = this.stop;
		const send = reading.share((await this.member.open(signal)).send);
		const { events, missed } = await this.readPending(send, website, { pending, begun });
		const { statesSince: since } = pending;
		if (since !== undefined) {
			const most = stateReading.ofWebsite;
			await readConversationStates(send, { website: website.id, since, conversationStates, most });
		}
		await deliver?.(events);
		if (signal.aborted) return;
		if (missed) this.note([missed], begun);
		this.backlog.note(website.key, pending);
	}

	/** The events of the gaps. Others were delivered over the connection, but for changes of states, of which REST has no time. */
	private async readPending(
		send: Send,
		website: ScheduledWebsite,
		{ pending, begun }: { pending: Pending; begun: number },
	): Promise<WebsiteRead> {
		const { since } = pending;
		if (since === undefined) return { website, pending, begun, events: [] };
		const missed = await readMissedEvents(send, this.searchOf(website.id, { since, begun }));
		const inGaps = missed.events.filter(
			({ name, at }) => conversationStateEvents.includes(name) || pending.includes(at),
		);
		if (inGaps.length > 0) this.shared?.schedule.noteEvent(website.id);
		return { website, pending, begun, missed, events: await this.enriched(inGaps) };
	}

	private async enriched(events: PastEvent[]): Promise<PastEvent[]> {
		const { pipeline } = this.options;
		if (!pipeline.isEnriching) return events;
		return await mapConcurrently(events, maxConcurrent.events, async (event) => {
			return { ...event, enrichment: await pipeline.enrich(event, true) };
		});
	}

	/**
	 * The states of many websites are read in the background. A workflow that listens to the same changes knows those of the
	 * websites that were read within a day.
	 */
	private readStatesLater({ schedule }: SharedCatchUp, since: number): void {
		const now = this.options.clock.now();
		const { states } = this.options;
		const knowing = this.shared
			?.othersOf(this.member)
			.find((other) => this.stateEvents.every((name) => other.knows(name)));
		if (knowing) states.adopt(knowing.states);
		this.backlog.addStates(since, now, knowing ? schedule.readLately(now) : []);
		this.finish(now);
		this.shared?.wake();
	}

	/** The changes of states that the workflow listens to. */
	private get stateEvents(): string[] {
		return this.options.events.filter((name) => conversationStateEvents.includes(name));
	}

	private finish(now: number): void {
		const { schedule } = this.shared ?? {};
		if (!schedule || this.backlog.isEmpty) return;
		const ids = this.chosen.size > 0 ? [...this.chosen] : schedule.all;
		const listedAt = this.chosen.size > 0 ? Infinity : (schedule.listedAt ?? -Infinity);
		if (this.backlog.giveUp(now)) this.options.onGivenUp?.();
		this.backlog.finish(
			ids.map((id) => schedule.entryOf(id).key),
			listedAt,
		);
	}

	private memberOf({ events, websites, open, openInBackground = open, states, ...told }: CatchUpReaderOptions): Member {
		const isBehind = () => !this.backlog.isEmpty;
		const listsOf = (names: string[]) => Number(names.some((name) => events.includes(name)));
		const costOfEach = listsOf([...messageEvents, ...conversationStateEvents]) + listsOf(['people:profile:created']);
		return {
			open: openInBackground,
			needsList: websites.length === 0,
			costOfEach: Math.max(1, costOfEach),
			get isBehind() {
				return isBehind();
			},
			isLive: true,
			settlesIn: (now) => this.backlog.settlesIn(now),
			isDue: ({ id, key }, now) => this.listensTo(id) && this.backlog.has(key, now),
			readBehind: async (website, reading) => await this.readBehind(website, reading),
			finish: (now) => this.finish(now),
			states,
			knows: (name) => this.chosen.size === 0 && events.includes(name),
			onRefused: (...refusal) => told.onRefused?.(...refusal),
			onSlow: (reason) => told.onSlow?.(reason),
			onSteady: () => told.onSteady?.(),
		};
	}
}
