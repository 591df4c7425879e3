import { Refusal } from '../http/answer';
import type { MoodReader } from './moods';

const CONVERSATION = '/v1/website/{website_id}/conversation';
const CREATION = `POST ${CONVERSATION}`;

/** The writes that Crisp's own importer repeats after a 423. */
const WRITES = [
	CREATION,
	`PATCH ${CONVERSATION}/{session_id}/meta`,
	`POST ${CONVERSATION}/{session_id}/message`,
	`PATCH ${CONVERSATION}/{session_id}/read`,
	`PATCH ${CONVERSATION}/{session_id}/state`,
	`PUT ${CONVERSATION}/{session_id}/participants`,
];

interface Quota {
	/** The routes that it limits, each for itself. */
	routes: readonly string[];
	most: number;
	/** Milliseconds. */
	within: number;
}

/** The pace at which Crisp's own importer creates conversations, and a stricter guess for all of its writes. */
const QUOTAS: Record<'free' | 'plus' | 'everyWrite', Quota> = {
	free: { routes: [CREATION], most: 10, within: 90_000 },
	plus: { routes: [CREATION], most: 40, within: 60_000 },
	everyWrite: { routes: WRITES, most: 30, within: 60_000 },
};

/** How often the plan of a website allows a write, in a sliding window; what it refuses does not count. */
export class PlanQuota {
	/** When a route was executed on a website, oldest first. */
	private readonly times = new Map<string, number[]>();

	constructor(private readonly clock: () => number) {}

	/** Executes a request, given as `METHOD /route`; throws 423 `quota_limit_exceeded` instead if the quota is used up. */
	execute<T>(moods: MoodReader, route: string, websiteId: string | undefined, request: () => T): T {
		const plan = moods.get('planQuota');
		const quota = plan === 'none' ? undefined : QUOTAS[plan];
		if (!quota?.routes.includes(route)) return request();
		const key = `${websiteId} ${route}`;
		const now = this.clock();
		const recent = (this.times.get(key) ?? []).filter((time) => time > now - quota.within);
		this.times.set(key, recent);
		if (recent.length >= quota.most) throw new Refusal(423, 'quota_limit_exceeded');
		const result = request();
		recent.push(now);
		return result;
	}
}
