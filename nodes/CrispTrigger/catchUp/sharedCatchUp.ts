import { reasonOf, refusalOf } from '../../shared/errors/apiErrors';
import { websitesOf } from '../../shared/api/websites';
import type { CrispRequest, Send } from '../../shared/api/transport';
import type { ConversationStates } from '../../shared/events/conversationState';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import { mapConcurrently } from '../../shared/runtime/concurrency';
import { durationText } from '../../shared/runtime/durationText';
import { Store } from '../../shared/runtime/processState';
import type { OpenApi } from '../openApi';
import { DailyBudget } from './dailyBudget';
import { AllowanceUsedUp, Reading } from './reading';
import { WebsiteSchedule, type ScheduledWebsite } from './websiteSchedule';

/** A workflow for which the websites of a token are read in the background. */
export interface Member {
	/** Opens the API with the credential of the workflow. */
	open: OpenApi;
	/** Whether the list of the websites of the token is needed: no websites are chosen. */
	needsList: boolean;
	/** How many requests reading a website costs at least. */
	costOfEach: number;
	/** Whether there is anything to be read, on any website. */
	isBehind: boolean;
	/** Whether events arrive over the connection, so that websites with recent events are read again soon. */
	isLive: boolean;
	/** How long until what was missed last can be read, in milliseconds; 0 if it can be read now. */
	settlesIn(now: number): number;
	/** Whether something of a website can be read now, in milliseconds. */
	isDue(website: ScheduledWebsite, now: number): boolean;
	/** Reads and delivers what was missed of a website. Rejects if a request fails. */
	readBehind(website: ScheduledWebsite, reading: Reading): Promise<void>;
	/** The states of conversations that it knows. */
	states: ConversationStates;
	/** Whether it follows the states that an event changes, on all websites. */
	knows(event: string): boolean;
	/** Called after each reading: forgets the gaps that were read of all websites. */
	finish(now: number): void;
	/** Called with the reason why the round takes longer than a day. */
	onSlow(reason: string): void;
	/** Called when the round goes on. */
	onSteady(): void;
	/** Called when Crisp refuses to let a website be read; the others are read. */
	onRefused(website: string, error: unknown): void;
}

/** What a workflow reads at once of a website. */
export type ReadWebsite<Result> = (send: Send, website: ScheduledWebsite, reading: Reading) => Promise<Result>;

/** How many requests a reading at once may send. */
export interface Allowance {
	/** For the lists of websites: as many are read as this is enough for. */
	lists: number;
	/** In all, with those for the messages of conversations that changed. */
	all: number;
}

/**
 * What a reconnect and a round of polling may send at once. With the request for the address of the realtime channel, a
 * reconnect sends at most 50; it is followed by a reading in the background. A round of polling has room for messages.
 */
export const allowances = { reconnect: { lists: 48, all: 48 }, poll: { lists: 10, all: 30 } };
/** How many of the quiet websites a round of polling reads, too: without a connection, nothing else tells of their events. */
const quietPerRound = 2;
/**
 * The most requests in 24 hours: a fifth of the daily quota of a plugin token (5,000) for websites with recent events, and
 * one reading of a thousand quiet websites with their list. The messages of conversations that changed are not counted: without
 * these requests, they would be missed. https://docs.crisp.chat/guides/rest-api/rate-limits/
 */
const mostPerDay = { recent: 1_000, quiet: 1_100 };
/** How long a reading at once may take, in milliseconds: live events wait for its end. */
const longestAtOnce = 3_500;
/** How many websites are read concurrently at once. */
const concurrency = 8;
/** How long workflows join the same reading at once, in milliseconds: Crisp's own cache is as old. */
const sharingTime = 10_000;
/** The time between two websites in the background, in milliseconds. */
const pace = { recent: 1_000, quiet: 2_000 };
/** How often to look for something to read, in milliseconds, if nothing can be read now. */
const lookAgain = 60_000;
/** The same, if nothing is to be read. */
const idleTime = 3_600_000;
const backoff = { first: 60_000, longest: 3_600_000 };
const day = 24 * 3_600_000;
/** What a token, plugin or website may be refused. */
const refusals = new Set([402, 403, 404]);

/**
 * The catch-up of all workflows of a token with too many websites to read all of them at once:
 * - At once, it reads the websites with recent events, within an allowance of requests (`readNow`).
 * - In the background, it reads what is left: first the websites with recent events, again, as Crisp's cache may have hidden
 *   the last seconds; then the quiet ones, each at most once a day, within a budget of requests a day.
 * One reading of a website serves all workflows that have yet to read it.
 */
export class SharedCatchUp {
	readonly schedule = new WebsiteSchedule();

	private readonly members = new Set<Member>();

	private readonly budgets = { recent: new DailyBudget(mostPerDay.recent), quiet: new DailyBudget(mostPerDay.quiet) };

	/** The current reading at once. */
	private atOnce?: { reading: Reading; allowance: Allowance };

	private stop?: AbortController;

	/** Ends the wait for something to read. */
	private alarm = new AbortController();

	/** When the current round of the quiet websites began, in milliseconds; undefined if none is under way. */
	private roundBegun?: number;

	/** `keep` is called at least once an hour while there are workflows. */
	constructor(
		private readonly clock: Clock,
		private readonly keep: () => void,
	) {}

	/** Adds a workflow, and begins to read in the background if there is anything to read. */
	join(member: Member): void {
		this.members.add(member);
		this.wake();
		if (this.stop) return;
		this.stop = new AbortController();
		void this.run(this.stop.signal);
	}

	leave(member: Member): void {
		this.members.delete(member);
		if (this.members.size > 0) return;
		this.stop?.abort();
		this.stop = undefined;
	}

	/** Looks at once for something to read. */
	wake(): void {
		this.alarm.abort();
	}

	/** The workflows of the token, except one. */
	othersOf(member: Member): Member[] {
		return [...this.members].filter((other) => other !== member);
	}

	/**
	 * Reads the websites with recent events, and while polling two others in turn, with at most `allowance` and for a few seconds. Workflows that call it
	 * within ten seconds share the requests. Returns what was read; rejects if a request fails for another reason than that
	 * a website refuses it.
	 */
	async readNow<Result>(
		{ send, member, allowance, signal }: { send: Send; member: Member; allowance: Allowance; signal: AbortSignal },
		isWanted: (id: string) => boolean,
		read: ReadWebsite<Result>,
	): Promise<Result[]> {
		const { schedule, clock } = this;
		const reading = this.readingAtOnce(allowance);
		const quiet = member.isLive ? [] : schedule.longestUnread(quietPerRound, isWanted);
		const left = allowance.lists - quiet.length * member.costOfEach;
		const websites = [...schedule.websitesWithin(left, member.costOfEach, isWanted), ...quiet];
		const results: Result[] = [];
		const share = reading.share(send);
		const over = new AbortController();
		const all = mapConcurrently(websites, concurrency, async (website) => {
			if (over.signal.aborted) return;
			try {
				results.push(await read(share, website, reading));
			} catch (error) {
				if (error instanceof AllowanceUsedUp) return;
				if (!this.isRefused(website, error, member)) return await Promise.reject(error as Error);
			}
		});
		const isOver = AbortSignal.any([over.signal, signal]);
		try {
			await Promise.race([all, clock.sleep(longestAtOnce, isOver)]);
		} finally {
			over.abort();
			all.catch(() => undefined);
		}
		return [...results];
	}

	/** A reading at once, which workflows share for some seconds. A quarter of what is left for the day is the most. */
	private readingAtOnce(allowance: Allowance): Reading {
		const now = this.clock.now();
		const { atOnce } = this;
		const isShared = atOnce?.allowance === allowance && Math.abs(now - atOnce.reading.begun) < sharingTime;
		if (atOnce && isShared) return atOnce.reading;
		const { recent } = this.budgets;
		const most = Math.min(allowance.all, Math.ceil(recent.left(now) / 4));
		const reading = new Reading({ begun: now, allowance: most, onSent: (request) => this.spend(recent, request) });
		this.atOnce = { reading, allowance };
		return reading;
	}

	private spend(budget: DailyBudget, { path }: CrispRequest): void {
		if (!path.endsWith('/messages')) budget.spend(this.clock.now());
	}

	/** Whether an error shows that a website cannot be read, such as one that removed the plugin. */
	private isRefused({ id }: ScheduledWebsite, error: unknown, member: Member): boolean {
		if (!refusals.has(refusalOf(error)?.status ?? 0)) return false;
		this.schedule.forget(id);
		member.onRefused(id, error);
		return true;
	}

	private async run(signal: AbortSignal): Promise<void> {
		for (let failures = 0; !signal.aborted;) {
			this.alarm = new AbortController();
			this.keep();
			try {
				const wait = await this.step(signal);
				if (failures > 1) this.first?.onSteady();
				failures = 0;
				if (wait > 0) await this.sleep(wait, signal);
			} catch (error) {
				if (signal.aborted) return;
				// The first failure may be short; what is left is read after it.
				if (failures > 0) this.first?.onSlow(reasonOf(error));
				await waitBeforeRetry(this.clock, failures, backoff, signal);
				failures += 1;
			}
		}
	}

	private async sleep(wait: number, signal: AbortSignal): Promise<void> {
		await this.clock.sleep(wait, AbortSignal.any([this.alarm.signal, signal]));
	}

	/** The workflow in whose log the problems of all are. */
	private get first(): Member | undefined {
		return this.members.values().next().value;
	}

	/** Reads one website, or the list of them. Returns how long to wait for the next step, in milliseconds. */
	private async step(signal: AbortSignal): Promise<number> {
		const now = this.clock.now();
		const lister = this.listerAt(now);
		if (lister) {
			await this.list(lister, signal);
			return pace.recent;
		}
		const behind = [...this.members].filter(({ isBehind }) => isBehind);
		if (behind.length === 0) return idleTime;
		const { recent, quiet } = this.budgets;
		const cost = Math.max(...behind.map(({ costOfEach }) => costOfEach));
		const isRecentRead = recent.left(now) >= cost && behind.some(({ isLive }) => isLive);
		const isDue = (website: ScheduledWebsite) => behind.some((member) => member.isDue(website, now));
		const next = this.schedule.next(now, { isRecentRead, isQuietRead: quiet.left(now) >= cost }, isDue);
		if (!next) {
			this.endRound(behind, isDue, now);
			return Math.min(lookAgain, ...behind.map((member) => member.settlesIn(now)).filter((time) => time > 0));
		}
		if (!next.isRecent) this.beginRound(now, cost, isDue);
		await this.read(next, behind);
		return next.isRecent ? pace.recent : pace.quiet;
	}

	/** The workflow that lists the websites, if that is due: at first, and once a day while something is to be read. */
	private listerAt(now: number): Member | undefined {
		const { schedule } = this;
		if (!schedule.isListDue(now)) return undefined;
		const isFirst = schedule.listedAt === undefined;
		return [...this.members].find(({ needsList, isBehind }) => needsList && (isFirst || isBehind));
	}

	private async list(member: Member, signal: AbortSignal): Promise<void> {
		const now = this.clock.now();
		const { credential, send } = await member.open(signal);
		const counted: Send = async (request) => {
			this.spend(this.budgets.quiet, request);
			return await send(request);
		};
		this.schedule.list(await websitesOf(counted, credential.tier), now);
		for (const one of this.members) one.finish(now);
	}

	private async read(
		{ website, isRecent }: { website: ScheduledWebsite; isRecent: boolean },
		behind: Member[],
	): Promise<void> {
		const { clock } = this;
		const begun = clock.now();
		const budget = isRecent ? this.budgets.recent : this.budgets.quiet;
		const reading = new Reading({ begun, onSent: (request) => this.spend(budget, request) });
		for (const member of behind) {
			if (!member.isDue(website, begun)) continue;
			try {
				await member.readBehind(website, reading);
			} catch (error) {
				if (!this.isRefused(website, error, member)) return await Promise.reject(error as Error);
				break;
			}
		}
		website.readAt = begun;
		for (const member of behind) member.finish(clock.now());
	}

	/** Says at its beginning if a round takes longer than a day. */
	private beginRound(now: number, cost: number, isDue: (website: ScheduledWebsite) => boolean): void {
		if (this.roundBegun !== undefined && now - this.roundBegun < day) return;
		this.roundBegun = now;
		const { length } = this.schedule.quiet(now, isDue);
		const { limit } = this.budgets.quiet;
		if (length * cost <= limit) return;
		const time = durationText(Math.ceil((length * cost) / limit) * day);
		this.first?.onSlow(
			`${length} websites need at least ${length * cost} requests, at most ${limit} a day: about ${time}`,
		);
	}

	private endRound(behind: Member[], isDue: (website: ScheduledWebsite) => boolean, now: number): void {
		if (this.roundBegun === undefined || this.schedule.quiet(now, isDue).length > 0) return;
		this.roundBegun = undefined;
		this.first?.onSteady();
	}
}

/** What was read lately counts for a day, even if no workflow of the token is active meanwhile. */
const shared = new Store<SharedCatchUp>({
	name: 'websites of tokens, and when they were read',
	maxEntries: 1_000,
	maxAge: day,
	isRenewedByUse: true,
});

/** The catch-up that all workflows of a token in this process share. */
export function sharedCatchUpFor(token: string, clock: Clock): SharedCatchUp {
	return shared.getOrSet(token, () => new SharedCatchUp(clock, () => shared.get(token)));
}
