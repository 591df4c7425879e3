import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { ownedMap, Store } from '../runtime/processState';
import type { Credential } from './types';

const hour = 3_600_000;
/** The current hour and the 24 before it: between 24 and 25 hours. */
const hours = 25;
/** How many processes are remembered; each start of n8n is one. */
const mostProcesses = 50;

/** The requests of each process, by hour since 1970. */
type Counts = Record<string, Record<string, number>>;

/** The counted requests of a token, as they are saved. */
export interface SavedRequestCount {
	/** Since when requests were counted, in milliseconds. */
	since: number;
	counts: Counts;
}

/**
 * Counts the requests of a token in the last 24 hours, up to the hour: when Crisp's day begins is not known. Each process
 * has its own count, so that the saved counts of several triggers and processes can be merged in any order, repeatedly.
 */
export class RequestCount {
	private readonly process = randomUUID().slice(0, 8);

	private readonly own = new Map<number, number>();

	private others: Counts = {};

	private usedUpAt = -Infinity;

	constructor(private begunAt: number) {}

	add(now: number): void {
		const index = Math.floor(now / hour);
		if (!this.own.has(index)) this.dropOld(now);
		this.own.set(index, (this.own.get(index) ?? 0) + 1);
	}

	/** Records that Crisp's answers show a used-up quota. */
	noteUsedUp(now: number): void {
		this.usedUpAt = now;
	}

	/** Whether Crisp's answers within the last hour showed a used-up quota. */
	isUsedUp(now: number): boolean {
		return Math.abs(now - this.usedUpAt) < hour;
	}

	/** The requests of the last 24 hours, as far as they were counted. */
	total(now: number): number {
		const first = firstHour(now);
		let total = 0;
		for (const [index, count] of this.own) if (index >= first) total += count;
		for (const counts of Object.values(this.others)) total += sumSince(counts, first);
		return total;
	}

	/** Since when the requests in `total` were counted, in milliseconds. */
	since(now: number): number {
		return Math.max(this.begunAt, firstHour(now) * hour);
	}

	toSaved(now: number): SavedRequestCount {
		this.dropOld(now);
		return { since: this.since(now), counts: { ...this.others, [this.process]: Object.fromEntries(this.own) } };
	}

	/** Adds what other processes have counted. */
	merge({ since, counts }: SavedRequestCount, now: number): void {
		this.begunAt = Math.min(this.begunAt, since);
		for (const [process, saved] of Object.entries(counts)) {
			if (process === this.process) continue;
			const known = this.others[process] ?? {};
			for (const [index, count] of Object.entries(saved)) known[index] = Math.max(known[index] ?? 0, count);
			this.others[process] = known;
		}
		this.dropOld(now);
	}

	private dropOld(now: number): void {
		const first = firstHour(now);
		for (const index of this.own.keys()) if (index < first) this.own.delete(index);
		const recent = Object.entries(this.others).map(([process, counts]): [string, Record<string, number>] => [
			process,
			Object.fromEntries(Object.entries(counts).filter(([index]) => Number(index) >= first)),
		]);
		const filled = recent.filter(([, counts]) => Object.keys(counts).length > 0);
		this.others = Object.fromEntries(filled.slice(-mostProcesses));
	}
}

const firstHour = (now: number) => Math.floor(now / hour) - hours + 1;

function sumSince(counts: Record<string, number>, first: number): number {
	let sum = 0;
	for (const [index, count] of Object.entries(counts)) if (Number(index) >= first) sum += count;
	return sum;
}

/** Whether saved counts are valid: other programs can write to n8n's database. */
export function isRequestCount(entry: unknown): entry is SavedRequestCount {
	const { since, counts } = Object(entry) as IDataObject;
	const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
	const areNumbers = (value: unknown) => isRecord(value) && Object.values(value as object).every(isCount);
	return isCount(since) && isRecord(counts) && Object.values(counts as object).every(areNumbers);
}

const isCount = (value: unknown) => typeof value === 'number' && value >= 0 && Number.isFinite(value);

const counts = new Store<RequestCount>({
	name: 'requests of the last day, by token',
	maxEntries: 10_000,
	maxAge: hours * hour,
	isRenewedByUse: true,
});

const watchers = ownedMap<Set<() => void>>('watchers of daily quotas, by token');

/** The count that everything in this process with the same token shares. `token` is that of `tokenHash`. */
export function requestCountOf(token: string, now: number): RequestCount {
	return counts.getOrSet(token, () => new RequestCount(now));
}

/** Counts a request that is sent, or an answer that shows a used-up quota, and tells those who watch the token. */
export function countRequest(token: string, now: number, what: 'sent' | 'usedUp' = 'sent'): void {
	const count = requestCountOf(token, now);
	if (what === 'sent') count.add(now);
	else count.noteUsedUp(now);
	for (const watch of watchers.get(token) ?? []) watch();
}

/** Calls `watch` whenever a request of the token is counted, until the returned function is called. It must not throw. */
export function watchRequests(token: string, watch: () => void): () => void {
	const all = watchers.get(token) ?? new Set();
	watchers.set(token, all.add(watch));
	return () => {
		all.delete(watch);
		if (all.size === 0 && watchers.get(token) === all) watchers.delete(token);
	};
}

/**
 * The requests a day that Crisp documents for a token of a tier; undefined for a user token, for which it documents none.
 * https://docs.crisp.chat/guides/rest-api/authentication/
 */
export const documentedQuotas: Record<Credential['tier'], number | undefined> = {
	website: 10_000,
	plugin: 5_000,
	user: undefined,
};
