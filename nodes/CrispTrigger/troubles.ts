import { reasonOf } from '../shared/errors/apiErrors';
import type { StateLog } from '../shared/n8n/log';

/** A problem that may last, with its log messages. */
export interface Trouble {
	name: string;
	text: string;
	isOver: string;
}

export const troubles = {
	enrichment: {
		name: 'enrichment',
		text: 'Data for a filter or a derived event could not be fetched from Crisp; events pass without this check, and the trigger retries in a minute',
		isOver: 'Data for filters and derived events can be fetched again',
	},
	closedEnrichment: {
		name: 'enrichment',
		text: 'Data for a filter or a derived event could not be fetched from Crisp; events that need it do not start the workflow, and the trigger retries in a minute',
		isOver: 'Data for filters and derived events can be fetched again',
	},
	catchUp: {
		name: 'catch-up',
		text: 'Missed events could not be fetched yet; the trigger retries until it succeeds',
		isOver: 'Missed events were fetched',
	},
	states: {
		name: 'states',
		text: 'Conversation states could not be fetched; the trigger retries with the next connection',
		isOver: 'Conversation states were fetched',
	},
} satisfies Record<string, Trouble>;

export const slowText =
	'Missed events of websites on which little happens are read later than within a day: the trigger goes on as the daily quota allows, and misses none';
export const refusedText = (website: string, reason: string) =>
	`Missed events of the website ${website} could not be fetched; the trigger reads the other websites, and tries it again within a day. Check that the plugin is installed on it, or remove it from 'Website Names or IDs' (${reason}).`;
export const givenUpText =
	'Missed events of some websites could not be fetched for 14 days, so the trigger does not try any longer. Check that the token may read all its websites.';
export const earlyText =
	'Fetching missed events took so long, or so many events came meanwhile, that these were delivered first. None is lost.';
export const overflowText =
	'More events came than data could be fetched for. Messages and new people are read again from Crisp as soon as possible; other events pass without filters for which data has to be fetched, or do not start the workflow if the filter says so.';

/** Logs the problems of one workflow until it ends. */
export class TroubleLog {
	constructor(
		private readonly log: StateLog,
		/** Ends the workflow: nothing is logged after it. */
		private readonly signal: AbortSignal,
	) {}

	begin({ name, text }: Trouble, error: unknown): void {
		if (!this.signal.aborted) this.log.begin(name, `${text} (${reasonOf(error)}).`, error);
	}

	/** Logs a problem of one event (throttled). */
	tell({ name, text }: Trouble, error: unknown): void {
		if (!this.signal.aborted) this.log.tell(`${name}:one`, `${text} (${reasonOf(error)}).`, error);
	}

	end({ name, isOver }: Trouble): void {
		this.log.end(name, isOver);
	}

	/** Logs an event that cannot be processed. There may be many, so the state log throttles them by event name. */
	unusable(name: string, error: unknown): void {
		if (this.signal.aborted) return;
		this.log.tell(`unusable ${name}`, `An event ${name} could not be processed (${reasonOf(error)}).`, error);
	}
}
