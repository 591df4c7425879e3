import type { Clock } from '../../shared/runtime/clock';
import { mapConcurrently, Semaphore } from '../../shared/runtime/concurrency';
import type { ConversationStates } from '../../shared/events/conversationState';
import type { EventPipeline } from '../../shared/events/pipeline';
import type { Send } from '../../shared/api/transport';
import { websitesOf } from '../../shared/api/websites';
import { readConversationStates, readMissedEvents, type PastEvent } from './catchUp';
import type { OpenApi } from '../openApi';
import { ReadConversations } from './readConversations';

export interface CatchUpReaderOptions {
	/** The Crisp events that the trigger subscribes to. */
	events: string[];
	/** Empty for every website of the token. */
	websites: string[];
	clock: Clock;
	open: OpenApi;
	states: ConversationStates;
	pipeline: EventPipeline;
}

/** Limits for reading conversation states at the start: how far back, in milliseconds, and how many conversations. */
const stateReading = { time: 24 * 3_600_000, conversations: 500 };
/** How many events are enriched, websites listed and conversations read concurrently. */
const maxConcurrent = { events: 10, websites: 4, conversations: 50 };

/** The catch-up of a workflow: fetches over REST, for all its websites, the events that the realtime channel missed. */
export class CatchUpReader {
	private readonly readConversations = new ReadConversations();

	constructor(private readonly options: CatchUpReaderOptions) {}

	/** The events since a time in milliseconds, enriched and in order. Throws if a request fails. */
	async readMissed(since: number, signal: AbortSignal): Promise<PastEvent[]> {
		const { events, states: conversationStates, pipeline, clock } = this.options;
		const { readConversations } = this;
		const begun = clock.now();
		const semaphore = new Semaphore(maxConcurrent.conversations);
		const search = { events, since, begun, conversationStates, readConversations, semaphore };
		const read = async (send: Send, website: string) => await readMissedEvents(send, { ...search, website });
		const missed = await this.inWebsites(signal, maxConcurrent.websites, read);
		const found = missed.flatMap((one) => one.events).sort((a, b) => a.at - b.at);
		const enriched = pipeline.isEnriching
			? await mapConcurrently(found, maxConcurrent.events, async (one) => await this.enriched(one))
			: found;
		const conversations = missed.flatMap((one) => one.conversations);
		readConversations.note(conversations, { begun, ended: clock.now() });
		return enriched;
	}

	/** Records the current states of conversations, so that later changes can be detected. */
	async readStates(signal: AbortSignal): Promise<void> {
		const { states: conversationStates, clock } = this.options;
		const since = clock.now() - stateReading.time;
		let most = stateReading.conversations;
		await this.inWebsites(signal, 1, async (send, website) => {
			if (most > 0) most -= await readConversationStates(send, { website, since, conversationStates, most });
		});
	}

	private async enriched(event: PastEvent): Promise<PastEvent> {
		return { ...event, enrichment: await this.options.pipeline.enrich(event, true) };
	}

	private async inWebsites<Result>(
		signal: AbortSignal,
		most: number,
		read: (send: Send, website: string) => Promise<Result>,
	): Promise<Result[]> {
		const { websites, open } = this.options;
		const { credential, send } = await open(signal);
		const all = websites.length > 0 ? websites : await websitesOf(send, credential.tier);
		return await mapConcurrently(all, most, async (website) => await read(send, website));
	}
}
