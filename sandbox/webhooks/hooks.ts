import { createHmac, randomUUID } from 'crypto';
import { setTimeout as sleep } from 'timers/promises';
import { invalid } from '../http/answer';
import { events, type Announcement } from '../realtime/announce';
import type { World } from '../state/world';

export type HookKind = 'plugin' | 'website';

export interface HookOptions {
	/** The URL to call; that of a website hook contains its key. */
	url: string;
	kind: HookKind;
	/** The secret for the signatures of a plugin hook. */
	secret?: string;
	/** Default: all events that this kind of hook can deliver. */
	events?: string[];
	/** Does not wait for the response to the previous call, so that events may overtake each other. */
	isAtOnce?: boolean;
}

/** One delivery attempt; status 0 if there was no response. */
export interface Delivery {
	url: string;
	event: string;
	attempt: number;
	status: number;
}

/** Events that a website hook does not deliver although a website token may receive them. */
const NOT_IN_WEBSITE_HOOKS = new Set([
	'message:compose:receive',
	'message:compose:send',
	'session:request:initiated',
	'session:set_closed',
	'session:set_opened',
	'session:set_routing',
]);

const RECORDED = 10_000;
const ANSWER_WITHIN = 10_000;

interface Hook extends HookOptions {
	/** Resolves when all announcements so far are delivered or given up. */
	last: Promise<void>;
}

interface Attempt {
	/** Counted from 1. */
	attempt: number;
	/** The text of the timestamp header. */
	sentAt: string;
}

/** Crisp's webhooks: sends a POST for every event, and retries it until it succeeds or the attempts run out. */
export class Hooks {
	/** The last 10,000 delivery attempts, oldest first. */
	readonly deliveries: Delivery[] = [];

	private readonly hooks = new Set<Hook>();
	private readonly end = new AbortController();
	private readonly unsubscribe: () => void;

	/** `delays` are the milliseconds before the second attempt, the third attempt and so on. */
	constructor(
		private readonly world: World,
		private readonly delays: number[],
	) {
		this.unsubscribe = world.announcer.subscribe((announcement) => this.enqueue(announcement));
	}

	/** Adds a webhook and returns a function that removes it. Throws if the options are invalid. */
	add(options: HookOptions): () => void {
		const { url, kind, events: chosen = [] } = options;
		if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) throw invalid('url: must be a URL');
		if (kind !== 'plugin' && kind !== 'website') throw invalid('kind: must be plugin or website');
		if (!Array.isArray(chosen)) throw invalid('events: must be a list');
		const strange = chosen.find((event) => !isCarried(kind, event));
		if (strange !== undefined) throw invalid(`events: a ${kind} hook cannot send ${strange}`);
		const hook = { ...options, last: Promise.resolve() };
		this.hooks.add(hook);
		return () => this.hooks.delete(hook);
	}

	/** Removes all webhooks with this URL. */
	remove(url: string): void {
		for (const hook of this.hooks) if (hook.url === url) this.hooks.delete(hook);
	}

	/** Resolves when everything that was announced so far is delivered or given up. */
	async idle(): Promise<void> {
		await Promise.all([...this.hooks].map(({ last }) => last));
	}

	async close(): Promise<void> {
		this.unsubscribe();
		this.end.abort();
		await this.idle();
		this.hooks.clear();
	}

	private enqueue(announcement: Announcement): void {
		for (const hook of this.hooks) {
			if (!this.isMeantFor(hook, announcement)) continue;
			const deliver = async () => await this.deliver(hook, announcement);
			// Delivers one event after the other, so that tests see them in order.
			hook.last = hook.isAtOnce ? Promise.all([hook.last, deliver()]).then(() => undefined) : hook.last.then(deliver);
		}
	}

	private isMeantFor({ kind, events: chosen }: Hook, { event, websiteId }: Announcement): boolean {
		const [first] = this.world.state.websites.values();
		const website = this.world.state.websites.get(websiteId ?? '');
		const isReached = kind === 'plugin' ? website?.isPluginInstalled : website && website === first;
		return Boolean(isReached) && isCarried(kind, event) && (chosen?.includes(event) ?? true);
	}

	private async deliver(hook: Hook, announcement: Announcement): Promise<void> {
		const { event, websiteId, data, timestamp } = announcement;
		const body = JSON.stringify({ website_id: websiteId, event, data, timestamp });
		let sentAt = '';
		for (let attempt = 1; attempt <= this.delays.length + 1 && !this.end.signal.aborted; attempt++) {
			if (attempt === 1 || this.world.moods.get('hookRetry') === 'newTimestamp') sentAt = this.timestamp();
			const status = await this.post(hook, body, { attempt, sentAt });
			this.deliveries.push({ url: hook.url, event, attempt, status });
			if (this.deliveries.length > RECORDED) this.deliveries.shift();
			if (status >= 200 && status < 300) return;
			await sleep(this.delays[attempt - 1] ?? 0, undefined, { signal: this.end.signal }).catch(() => undefined);
		}
	}

	/** The time now, as the header of a webhook has it. */
	private timestamp(): string {
		const now = this.world.clock();
		return String(this.world.moods.get('hookTimestamp') === 'seconds' ? Math.floor(now / 1000) : now);
	}

	private async post(hook: Hook, body: string, attempt: Attempt): Promise<number> {
		const signal = AbortSignal.any([this.end.signal, AbortSignal.timeout(ANSWER_WITHIN)]);
		const headers = this.headersFor(hook, body, attempt);
		try {
			const response = await fetch(hook.url, { method: 'POST', headers, body, signal, redirect: 'manual' });
			await response.text();
			return response.status;
		} catch {
			return 0;
		}
	}

	/** The signature includes the timestamp, as the header has it. */
	private headersFor(
		{ kind, secret }: Hook,
		body: string,
		{ attempt, sentAt: timestamp }: Attempt,
	): Record<string, string> {
		const sign = (key: string) => createHmac('sha256', key).update(`[${timestamp};${body}]`).digest('hex');
		return {
			'Content-Type': 'application/json',
			'X-Crisp-Hook-Origin': `${kind}/rtm ${randomUUID().replaceAll('-', '').slice(0, 16)} production`,
			'X-Crisp-Request-Timestamp': timestamp,
			...(kind === 'plugin' && { 'X-Crisp-Signature': sign(secret ?? '') }),
			'X-Delivery-Attempt-Limit': String(this.delays.length + 1),
			'X-Delivery-Attempt-Count': String(attempt),
		};
	}
}

function isCarried(kind: HookKind, event: string): boolean {
	const isLeftOut = kind === 'website' && NOT_IN_WEBSITE_HOOKS.has(event);
	return !isLeftOut && Boolean(events.get(event)?.tiers.includes(kind));
}
