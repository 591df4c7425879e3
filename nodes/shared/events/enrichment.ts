import type { IDataObject } from 'n8n-workflow';
import { fillPath, parseRoute, type Route } from '../api/route';
import type { Clock } from '../runtime/clock';
import { entriesIn } from '../api/list';
import { textIn } from '../runtime/coerce';
import { sideOfMessage } from './message';
import { websiteOf } from './payload';
import { BoundedMap } from '../runtime/boundedMap';
import { Semaphore } from '../runtime/concurrency';
import type { Send } from '../api/transport';

/** Enrichment: data that an event's payload lacks and that has to be fetched from Crisp. */
export interface Enrichment {
	/** The segments of the conversation or person; undefined if the event has neither, or the request failed. */
	segments?: string[];
	/** Whether a visitor's message is the first of its conversation; also true if the request failed. */
	isFirst?: boolean;
}

export interface EventEnricherOptions {
	clock: Clock;
	/** Which data is needed; nothing else is fetched. */
	needs: { segments: boolean; first: boolean };
	/** Whether every change of segments is received, so that fetched segments may be cached. */
	isKept: boolean;
	/** Opens Crisp's API. If `isPatient`, requests wait out rate limits and retry failures. */
	open(signal: AbortSignal, isPatient: boolean): Promise<Send>;
	/** Called when a request failed; nothing is fetched for a minute. */
	onFailure(error: unknown): void;
	/** Called when a request succeeded. */
	onSuccess?(): void;
}

/** The deadline for fetching the data of an event, in milliseconds. */
const longestWait = 5_000;
/** After a failed lookup, skip lookups for a minute; otherwise events queue behind requests that time out. */
const pauseAfterFailure = 60_000;
const maxConcurrent = 10;

interface Begun {
	fingerprint: unknown;
	isFirst: Promise<boolean>;
}

/** Fetches the data that filters and derived events need and payloads lack (enrichment). */
export class EventEnricher {
	private readonly segments = new BoundedMap<Promise<string[] | undefined>>();

	/** The conversations in which the visitor has written, with the message that was seen first. */
	private readonly begun = new BoundedMap<Begun>();

	private readonly semaphore = new Semaphore(maxConcurrent);

	/** Until when nothing is fetched after a failure, in milliseconds. */
	private pausedUntil = -Infinity;

	constructor(private readonly options: EventEnricherOptions) {}

	/** Whether any data has to be fetched. */
	get isNeeded(): boolean {
		const { segments, first } = this.options.needs;
		return segments || first;
	}

	/** Fetches the data of an event; never rejects. If `isPatient`, waits out rate limits and retries failures. */
	async enrich(name: string, payload: IDataObject, isPatient = false): Promise<Enrichment> {
		const { segments, first } = this.options.needs;
		const website = websiteOf(payload);
		if (!website) return {};
		const about = { website, payload, isPatient };
		const [asked, isFirst] = await Promise.all([
			segments ? this.segmentsOf(name, about) : undefined,
			first && name === 'message:send' ? this.isFirst(about) : undefined,
		]);
		return { segments: asked, isFirst };
	}

	/** Caches the segments that an event contains, even if the event itself is filtered out. */
	note(name: string, payload: IDataObject): void {
		const website = websiteOf(payload);
		if (name !== 'session:set_segments' || !website || !Array.isArray(payload.segments)) return;
		if (this.options.isKept) this.segments.set(keyOf(website, payload), Promise.resolve(segmentsIn(payload)));
	}

	/** Clears the cached segments. Call it when disconnected: changes may be missed from then on. */
	forget(): void {
		this.segments.clear();
	}

	private async segmentsOf(name: string, about: Subject): Promise<string[] | undefined> {
		const { website, payload } = about;
		this.note(name, payload);
		if (name === 'session:set_segments' && Array.isArray(payload.segments)) return segmentsIn(payload);
		const route = payload.session_id ? routes.conversation : payload.people_id ? routes.person : undefined;
		if (!route) return undefined;
		const isKept = this.options.isKept && route === routes.conversation;
		const key = isKept ? keyOf(website, payload) : '';
		const known = isKept ? this.segments.get(key) : undefined;
		if (known) return await known;
		const asked = this.ask(about, async (send) =>
			segmentsIn(await send({ method: 'GET', path: pathOf(route, about) })),
		);
		// Concurrent events of the same conversation share one request.
		if (isKept) this.segments.set(key, asked);
		const segments = await asked;
		if (isKept && !segments && this.segments.get(key) === asked) this.segments.delete(key);
		return segments;
	}

	private async isFirst(about: Subject): Promise<boolean> {
		const { website, payload } = about;
		const { fingerprint } = payload;
		const key = keyOf(website, payload);
		const known = this.begun.get(key);
		if (known) return known.fingerprint === fingerprint && (await known.isFirst);
		const asked = this.ask(about, async (send) => {
			const path = pathOf(routes.messages, about);
			return !(await hasVisitorBefore(async (query) => await send({ method: 'GET', path, query }), payload));
		});
		const isFirst = asked.then((answer) => answer ?? true);
		this.begun.set(key, { fingerprint, isFirst });
		return await isFirst;
	}

	/**
	 * Runs a lookup, with a deadline unless `isPatient`. Undefined if it failed, or if lookups are paused after a
	 * failure.
	 */
	private async ask<Answer>(
		{ isPatient }: Subject,
		question: (send: Send) => Promise<Answer>,
	): Promise<Answer | undefined> {
		const { clock, open, onFailure, onSuccess } = this.options;
		const isPaused = () => clock.now() < this.pausedUntil;
		const over = new AbortController();
		let isLate = false;
		const fetch = async () => {
			if (isPaused()) return undefined;
			if (!isPatient) {
				void clock.sleep(longestWait, over.signal).then(() => {
					isLate = !over.signal.aborted;
					over.abort();
				});
			}
			return await question(await open(over.signal, isPatient));
		};
		try {
			const answer = await this.semaphore.run(fetch);
			if (answer !== undefined) onSuccess?.();
			return answer;
		} catch (error) {
			if (!isPaused()) onFailure(isLate ? new Error('the request timed out') : error);
			this.pausedUntil = clock.now() + pauseAfterFailure;
			return undefined;
		} finally {
			over.abort();
		}
	}
}

interface Subject {
	website: string;
	payload: IDataObject;
	isPatient: boolean;
}

const conversation = '/v1/website/{website_id}/conversation/{session_id}';

const routes = {
	conversation: parseRoute(`GET ${conversation}/meta`),
	messages: parseRoute(`GET ${conversation}/messages`),
	person: parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}'),
};

/** Throws for IDs that are invalid in a path: payloads may contain anything. */
function pathOf(route: Route, { website, payload }: Subject): string {
	const { session_id, people_id } = payload;
	return fillPath(route, { website_id: website, session_id: textIn(session_id), people_id: textIn(people_id) });
}

function keyOf(website: string, { session_id }: IDataObject): string {
	return JSON.stringify([website, session_id]);
}

function segmentsIn(answer: unknown): string[] {
	const { segments } = (answer ?? {}) as { segments?: unknown };
	return Array.isArray(segments) ? segments.map(textIn) : [];
}

/** Whether a visitor wrote before a message. Reads backwards in time, page by page. */
async function hasVisitorBefore(
	read: (query: IDataObject) => Promise<unknown>,
	{ fingerprint, timestamp }: IDataObject,
): Promise<boolean> {
	for (let before = Number(timestamp); ;) {
		const answer = await read({ timestamp_before: before });
		const messages = entriesIn(answer).filter((message) => textIn(message.fingerprint) !== textIn(fingerprint));
		if (messages.some((message) => sideOfMessage(message) === 'user')) return true;
		const oldest = Math.min(...messages.map((message) => Number(message.timestamp)));
		if (!(oldest < before)) return false;
		before = oldest;
	}
}
