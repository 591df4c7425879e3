import type { IDataObject } from 'n8n-workflow';
import { fillPath, parseRoute, type Route } from '../api/route';
import type { Clock } from '../runtime/clock';
import { entriesIn } from '../api/list';
import { textIn } from '../runtime/coerce';
import { websiteOf } from './payload';
import { BoundedMap } from '../runtime/boundedMap';
import { Semaphore } from '../runtime/concurrency';
import type { Send } from '../api/transport';

/** What an event does not say of itself. */
export interface Enrichment {
	/** The segments of its conversation or person; undefined where it has neither, or Crisp could not be asked. */
	segments?: string[];
	/** Whether a visitor's message is the first of its conversation; so it counts where Crisp could not be asked. */
	isFirst?: boolean;
}

export interface EventEnricherOptions {
	clock: Clock;
	/** What is wanted to be known; nothing is asked for the rest. */
	needs: { segments: boolean; first: boolean };
	/** Whether every change of segments is noted, so that what was answered once may be kept. */
	isKept: boolean;
	/** The way to Crisp: one that waits out limits and failures, or one that does not. */
	open(signal: AbortSignal, isPatient: boolean): Promise<Send>;
	/** Crisp could not be asked; nothing is asked for a minute. */
	onFailure(error: unknown): void;
	/** Crisp answered. */
	onSuccess?(): void;
}

/** Events do not wait longer than this for what they do not say. */
const longestWait = 5_000;
/** Whoever could not be asked is left alone for a while: events would queue up behind what does not come. */
const pauseAfterFailure = 60_000;
const maxConcurrent = 10;

interface Begun {
	fingerprint: unknown;
	isFirst: Promise<boolean>;
}

/** Asks Crisp for what filters and derived events need and events do not say. */
export class EventEnricher {
	private readonly segments = new BoundedMap<Promise<string[] | undefined>>();

	/** The conversations whose visitor has written, with the message by which it was noticed. */
	private readonly begun = new BoundedMap<Begun>();

	private readonly semaphore = new Semaphore(maxConcurrent);

	private asksAgainAt = -Infinity;

	constructor(private readonly options: EventEnricherOptions) {}

	/** Whether anything has to be asked at all. */
	get isNeeded(): boolean {
		const { segments, first } = this.options.needs;
		return segments || first;
	}

	/** What is known of an event once Crisp was asked; never rejects. Where nobody waits, limits and failures are waited out. */
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

	/** Notes the segments that an event tells, whether or not it is wanted. */
	note(name: string, payload: IDataObject): void {
		const website = websiteOf(payload);
		if (name !== 'session:set_segments' || !website || !Array.isArray(payload.segments)) return;
		if (this.options.isKept) this.segments.set(keyOf(website, payload), Promise.resolve(segmentsIn(payload)));
	}

	/** Nothing that was kept is sure any more: the line was down. */
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
		// Whoever comes meanwhile waits for the same answer.
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

	/** Undefined where Crisp could not be asked. */
	private async ask<Answer>(
		{ isPatient }: Subject,
		question: (send: Send) => Promise<Answer>,
	): Promise<Answer | undefined> {
		const { clock, open, onFailure, onSuccess } = this.options;
		const isLeftAlone = () => clock.now() < this.asksAgainAt;
		const over = new AbortController();
		let isLate = false;
		const deed = async () => {
			if (isLeftAlone()) return undefined;
			if (!isPatient) {
				void clock.sleep(longestWait, over.signal).then(() => {
					isLate = !over.signal.aborted;
					over.abort();
				});
			}
			return await question(await open(over.signal, isPatient));
		};
		try {
			const answer = await this.semaphore.run(deed);
			if (answer !== undefined) onSuccess?.();
			return answer;
		} catch (error) {
			if (!isLeftAlone()) onFailure(isLate ? new Error('no answer in time') : error);
			this.asksAgainAt = clock.now() + pauseAfterFailure;
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

/** Throws for what no path can carry, as events may hold anything. */
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

/** Whether a visitor wrote before a message; reads back in time, batch by batch. */
async function hasVisitorBefore(
	read: (query: IDataObject) => Promise<unknown>,
	{ fingerprint, timestamp }: IDataObject,
): Promise<boolean> {
	for (let before = Number(timestamp); ;) {
		const answer = await read({ timestamp_before: before });
		const messages = entriesIn(answer).filter((message) => message.fingerprint !== fingerprint);
		if (messages.some(({ from }) => from === 'user')) return true;
		const oldest = Math.min(...messages.map((message) => Number(message.timestamp)));
		if (!(oldest < before)) return false;
		before = oldest;
	}
}
