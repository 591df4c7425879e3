import type { IDataObject } from 'n8n-workflow';
import { fillPath, parseRoute, type Route } from '../api/route';
import type { Clock } from '../runtime/clock';
import { numberIn, textIn } from '../runtime/coerce';
import { messageEvents } from './catalogue';
import { conversationStateEvents, type ConversationStates } from './conversationState';
import { LookupPauses } from './history/lookupPauses';
import { hasVisitorBefore, readStateRecords, stateBefore } from './history/messageHistory';
import { saidInbox } from './selection/filter';
import { supposedTypeOf } from './message';
import { sessionOf, websiteOf } from './payload';
import { BoundedMap } from '../runtime/boundedMap';
import { shortKey } from '../runtime/shortKey';
import { Semaphore } from '../runtime/concurrency';
import type { Send } from '../api/transport';

/** What may be looked up for a filter or for `message:first`. */
export type Lookup = 'segments' | 'isFirst' | 'inboxId' | 'message';

/** Enrichment: data that an event's payload lacks and that has to be fetched from Crisp. */
export interface Enrichment {
	/** The segments of the conversation or person; undefined if the event has neither, or the request failed. */
	segments?: string[];
	/** Whether a visitor's message is the first of its conversation; also true if the request failed. */
	isFirst?: boolean;
	/** The ID of the conversation's inbox, null for the main inbox; undefined if the payload says it, or the request failed. */
	inboxId?: string | null;
	/** The message as Crisp stores it, if the payload lacks its type or origin. */
	message?: IDataObject;
	/** The state before the event, if Crisp records changes of state; empty if it recorded only later ones. */
	stateBefore?: string;
	/** When the conversation was created, in milliseconds; only if its previous state or assignment is unknown otherwise. */
	createdAt?: number;
	/** What could not be looked up, because the request failed or was left out; undefined if there is nothing. */
	failed?: Lookup[];
}

/** The data that a selection may need. */
export interface Needs {
	segments: boolean;
	first: boolean;
	/** Whether events depend on the previous state or assignment. */
	previous?: boolean;
	/** Whether the inbox is filtered or part of the output. */
	inbox?: boolean;
	/** Whether messages are filtered by their type. */
	type?: boolean;
	/** Whether messages are filtered by their origin. */
	origin?: boolean;
}

export interface EventEnricherOptions {
	clock: Clock;
	/** Which data is needed; nothing else is fetched. */
	needs: Needs;
	/** Whether every change of segments is received, so that fetched segments may be cached. */
	isKept: boolean;
	/** The segments that matter; others are left out, because a visitor can set many. All matter if undefined. */
	wantedSegments?: string[];
	/** What is known about conversations without asking. */
	states?: Pick<ConversationStates, 'knowsBefore' | 'isFollowedSince'>;
	/** Opens Crisp's API. If `isPatient`, requests wait out rate limits and retry failures. */
	open(signal: AbortSignal, isPatient: boolean): Promise<Send>;
	/**
	 * Called when a request failed; similar requests are left out for a minute. `isSingle`: whether this concerns one
	 * conversation, person or message only.
	 */
	onFailure(error: unknown, isSingle: boolean): void;
	/** Called when a request succeeded. */
	onSuccess?(): void;
}

/** The deadline for fetching the data of an event, in milliseconds. */
const longestWait = 5_000;
const maxConcurrent = 10;

interface Begun {
	fingerprint: string;
	/** Undefined if it could not be looked up. */
	isFirst: Promise<boolean | undefined>;
}

/** How an event is enriched. */
interface Asking {
	/** Whether to wait out rate limits and retry failures. */
	isPatient?: boolean;
	/** When the event happened, in milliseconds. */
	at?: number;
}

/** Fetches the data that filters and derived events need and payloads lack (enrichment). */
export class EventEnricher {
	private readonly segments = new BoundedMap<Promise<string[] | undefined>>();

	/** The conversations in which the visitor has written, with the message that was seen first. */
	private readonly begun = new BoundedMap<Begun>();

	/** Limits lookups: those of a catch-up may take long, and must not delay those of live events. */
	private readonly semaphores = { live: new Semaphore(maxConcurrent), patient: new Semaphore(maxConcurrent) };

	/** Pauses after failures. */
	private readonly pauses: LookupPauses;

	/** What the last request failed for, other than its subject: a route, or empty for all. */
	private readonly failing = new Set<string>();

	constructor(private readonly options: EventEnricherOptions) {
		this.pauses = new LookupPauses(() => options.clock.now());
	}

	/** Whether any data may have to be fetched. */
	get isNeeded(): boolean {
		return Object.values(this.options.needs).some(Boolean);
	}

	/** Whether data has to be fetched for this event, which arrived at a time in milliseconds, by default now. */
	lacks(name: string, payload: IDataObject, at?: number): boolean {
		return this.options.needs.segments || Object.values(this.lacking(name, payload, at)).some(Boolean);
	}

	/** Fetches the data of an event; never rejects. */
	async enrich(name: string, payload: IDataObject, { isPatient = false, at }: Asking = {}): Promise<Enrichment> {
		const website = websiteOf(payload);
		if (!website) return this.unfetched(name, payload);
		const failed = new Set<Lookup>();
		const about = { website, payload, isPatient, at: at ?? this.options.clock.now(), failed };
		const lacking = this.lacking(name, payload, at);
		const found = await Promise.all([
			this.options.needs.segments ? this.segmentsOf(name, about) : undefined,
			lacking.isFirst ? this.isFirst(about) : undefined,
			lacking.inboxId ? this.inboxOf(about) : undefined,
			lacking.message ? this.messageOf(about) : undefined,
			lacking.previous ? this.previousOf(name, about) : undefined,
		]);
		const [segments, isFirst, inboxId, message, previous] = found;
		return { segments, isFirst, inboxId, message, ...previous, ...(failed.size > 0 && { failed: [...failed] }) };
	}

	/** The enrichment of an event for which nothing is looked up, although something may be lacking. */
	unfetched(name: string, payload: IDataObject): Enrichment {
		const lacking = this.lacking(name, payload);
		const segments =
			this.options.needs.segments && !saysSegments(name, payload) && routeOfSegments(payload) !== undefined;
		const failed = lookups.filter((one) => (one === 'segments' ? segments : lacking[one]));
		return failed.length > 0 ? { ...(lacking.isFirst && { isFirst: true }), failed } : {};
	}

	/** The needed data that the payload of this event lacks, besides segments. */
	private lacking(
		name: string,
		payload: IDataObject,
		at?: number,
	): Partial<Record<keyof Enrichment | 'previous', boolean>> {
		const { needs, states } = this.options;
		const isInConversation = sessionOf(payload) !== '';
		const isTypeless = needs.type && supposedTypeOf(payload) === '';
		const isOriginless = needs.origin && textIn(payload.origin) === '';
		return {
			isFirst: needs.first && name === 'message:send',
			inboxId: needs.inbox && isInConversation && saidInbox(name, payload) === undefined,
			message: isInConversation && messageEvents.includes(name) && (isTypeless || isOriginless),
			previous:
				needs.previous && conversationStateEvents.includes(name) && states && !states.knowsBefore(name, payload, at),
		};
	}

	/** Caches the segments that an event contains, even if the event itself is filtered out. */
	note(name: string, payload: IDataObject): void {
		const website = websiteOf(payload);
		if (!website || !saysSegments(name, payload)) return;
		if (this.options.isKept) this.segments.set(keyOf(website, payload), Promise.resolve(this.segmentsIn(payload)));
	}

	/** Clears the cached segments. Call it when disconnected: changes may be missed from then on. */
	forget(): void {
		this.segments.clear();
	}

	private async segmentsOf(name: string, about: Subject): Promise<string[] | undefined> {
		const { payload } = about;
		this.note(name, payload);
		if (saysSegments(name, payload)) return this.segmentsIn(payload);
		const route = routeOfSegments(payload);
		if (!route) return undefined;
		const segments = await this.fetchedSegments(route, about);
		if (!segments) about.failed.add('segments');
		return segments;
	}

	private async fetchedSegments(route: Route, about: Subject): Promise<string[] | undefined> {
		const { website, payload } = about;
		const isKept = this.options.isKept && route === routes.meta;
		const key = isKept ? keyOf(website, payload) : '';
		const known = isKept ? this.segments.get(key) : undefined;
		if (known) return await this.shared(known, about);
		const asked = this.ask(about, route, async (get) => this.segmentsIn(await get()));
		// Concurrent events of the same conversation share one request.
		if (isKept) this.segments.set(key, asked);
		const segments = await asked;
		if (isKept && !segments && this.segments.get(key) === asked) this.segments.delete(key);
		return segments;
	}

	/** The segments that matter. */
	private segmentsIn(answer: unknown): string[] {
		const segments = allSegmentsIn(answer);
		const { wantedSegments } = this.options;
		return wantedSegments ? wantedSegments.filter((one) => segments.includes(one)) : segments;
	}

	private async isFirst(about: Subject): Promise<boolean> {
		const { website, payload } = about;
		const fingerprint = shortKey(textIn(payload.fingerprint));
		const key = keyOf(website, payload);
		const known = this.begun.get(key);
		if (known && known.fingerprint !== fingerprint) return false;
		const now = this.options.clock.now();
		const ask = async () =>
			await this.ask(about, routes.messages, async (get) => !(await hasVisitorBefore(get, payload, now)));
		const asked = known?.isFirst ?? ask();
		if (!known) this.begun.set(key, { fingerprint, isFirst: asked });
		const isFirst = await (known ? this.shared(asked, about) : asked);
		if (isFirst === undefined) about.failed.add('isFirst');
		return isFirst ?? true;
	}

	/**
	 * The inbox of the conversation. Unknown if it is still the one that the event says was left: Crisp may answer from a
	 * cache.
	 */
	private async inboxOf(about: Subject): Promise<string | null | undefined> {
		const conversation = await this.ask(about, routes.conversation, async (get) => Object(await get()) as IDataObject);
		if (!conversation) about.failed.add('inboxId');
		if (!conversation || !('inbox_id' in conversation)) return undefined;
		const inbox = textIn(conversation.inbox_id);
		const isOutdated = inbox !== '' && inbox === about.payload.previous_inbox_id;
		return isOutdated ? undefined : inbox || null;
	}

	private async messageOf(about: Subject): Promise<IDataObject | undefined> {
		const isNamed = textIn(about.payload.fingerprint) !== '';
		const ask = async () => await this.ask(about, routes.message, async (get) => Object(await get()) as IDataObject);
		const message = isNamed ? await ask() : undefined;
		if (!message) about.failed.add('message');
		return message;
	}

	/** What is known about a conversation before a change of its state or assignment. */
	private async previousOf(name: string, about: Subject): Promise<Enrichment> {
		const { at, payload } = about;
		const state = textIn(payload.state);
		const isState = name === 'session:set_state';
		const ask = async () => await this.ask(about, routes.messages, async (get) => await readStateRecords(get, at));
		const records = isState ? ((await ask()) ?? []) : [];
		const recorded = records.length > 0 ? { stateBefore: stateBefore(records, { state, at }) ?? '' } : {};
		// An unknown conversation that is resolved or assigned was not before, see `derived.ts`.
		if (recorded.stateBefore || state === 'resolved' || payload.routing_id) return recorded;
		const createdAt = await this.ask(about, routes.conversation, async (get) =>
			numberIn((Object(await get()) as IDataObject).created_at),
		);
		return { ...recorded, createdAt };
	}

	/** What another lookup finds; undefined if it is a patient one and takes longer than this event may wait. */
	private async shared<Answer>(asked: Promise<Answer>, { isPatient }: Subject): Promise<Answer | undefined> {
		if (isPatient) return await asked;
		const over = new AbortController();
		const late = this.options.clock.sleep(longestWait, over.signal).then(() => undefined);
		return await Promise.race([asked, late]).finally(() => over.abort());
	}

	/**
	 * Runs a lookup, with a deadline unless `isPatient`. Undefined if it failed, or if similar lookups are paused after a
	 * failure.
	 */
	private async ask<Answer>(
		about: Subject,
		route: Route,
		question: (get: Get) => Promise<Answer>,
	): Promise<Answer | undefined> {
		const { clock, open, onFailure, onSuccess } = this.options;
		const { website, payload, isPatient } = about;
		const looked = { route: route.path, website, subject: JSON.stringify(idsOf(payload)) };
		const over = new AbortController();
		let isLate = false;
		const fetch = async () => {
			if (this.pauses.has(looked)) return undefined;
			const path = pathOf(route, about);
			const answering = async () => {
				const send = await open(over.signal, isPatient);
				return await question(async (query) => await send({ method: 'GET', path, ...(query && { query }) }));
			};
			if (isPatient) return await answering();
			const late = clock.sleep(longestWait, over.signal).then(async () => {
				isLate = !over.signal.aborted;
				over.abort();
				return await Promise.reject(new Error('the request timed out'));
			});
			return await Promise.race([answering(), late]);
		};
		try {
			const answer = await this.semaphores[isPatient ? 'patient' : 'live'].run(fetch);
			if (answer !== undefined) {
				this.pauses.answered();
				for (const one of ['', route.path]) this.failing.delete(one);
				if (this.failing.size === 0) onSuccess?.();
			}
			return answer;
		} catch (error) {
			const isPaused = this.pauses.has(looked);
			const extent = this.pauses.begin(error, looked, isLate);
			if (extent !== 'subject') this.failing.add(extent === 'all' ? '' : route.path);
			if (!isPaused) onFailure(isLate ? new Error('the request timed out') : error, extent === 'subject');
			return undefined;
		} finally {
			over.abort();
		}
	}
}

type Get = (query?: IDataObject) => Promise<unknown>;

interface Subject {
	website: string;
	payload: IDataObject;
	isPatient: boolean;
	/** When the event happened, in milliseconds. */
	at: number;
	/** What could not be looked up. */
	failed: Set<Lookup>;
}

const lookups: Lookup[] = ['segments', 'isFirst', 'inboxId', 'message'];

const conversation = '/v1/website/{website_id}/conversation/{session_id}';

const routes = {
	conversation: parseRoute(`GET ${conversation}`),
	meta: parseRoute(`GET ${conversation}/meta`),
	messages: parseRoute(`GET ${conversation}/messages`),
	message: parseRoute(`GET ${conversation}/message/{fingerprint}`),
	person: parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}'),
};

/** Throws for IDs that are invalid in a path: payloads may contain anything. */
function pathOf(route: Route, { website, payload }: Subject): string {
	return fillPath(route, { website_id: website, ...idsOf(payload) });
}

function idsOf(payload: IDataObject) {
	const { people_id, fingerprint } = payload;
	return { session_id: sessionOf(payload), people_id: textIn(people_id), fingerprint: textIn(fingerprint) };
}

function keyOf(website: string, payload: IDataObject): string {
	return JSON.stringify([website, sessionOf(payload)]);
}

/** Whether the event tells the segments of its conversation. */
function saysSegments(name: string, { segments }: IDataObject): boolean {
	return name === 'session:set_segments' && Array.isArray(segments);
}

/** The request for the segments of the conversation or person of an event; undefined if it has neither. */
function routeOfSegments(payload: IDataObject): Route | undefined {
	return sessionOf(payload) ? routes.meta : payload.people_id ? routes.person : undefined;
}

function allSegmentsIn(answer: unknown): string[] {
	const { segments } = (answer ?? {}) as { segments?: unknown };
	return Array.isArray(segments) ? segments.map(textIn) : [];
}
