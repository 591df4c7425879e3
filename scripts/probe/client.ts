import axios, { type AxiosResponse } from 'axios';
import { Ended, Refused } from './errors';

/** The clock of the probe, in milliseconds; tests inject their own. */
export interface ProbeTime {
	now(): number;
	/** Ends early, without an error, when the signal is aborted. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface ClientOptions {
	/** With the version, as https://api.crisp.chat/v1. */
	url: string;
	tier: 'website' | 'plugin';
	websiteId: string;
	token: { identifier: string; key: string };
	time: ProbeTime;
	/** Ends the probe, except for removing what it created. */
	signal: AbortSignal;
	/** Tells the user what takes long. */
	say(text: string): void;
}

export interface Reply {
	status: number;
	/** Crisp's reason, such as `invalid_data`; empty if there is none that looks like one. */
	reason: string;
	data: unknown;
	/** Whether Crisp says that the answer comes from its cache (header Bloom-Status). */
	isCached: boolean;
}

export interface Asking {
	query?: Record<string, string | number>;
	body?: object;
	/** Statuses that answer a question although they are errors. */
	accepted?: number[];
	/** Sends at once, without the pause between requests: for what has to be seen soon after an answer. */
	isUrgent?: boolean;
	/** Goes on after an interruption, and when no request is left: for removing what the probe created. */
	isCleanup?: boolean;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Before each request, in milliseconds: four a second at most. */
const PAUSE = 250;
/** The most requests, and how many of them are kept for the removal. */
export const MOST_REQUESTS = 150;
const KEPT_FOR_CLEANUP = 6;
/** Crisp sends no Retry-After as far as known; its own importer waits a minute. Milliseconds. */
const USUAL_WAIT = 60_000;
/** The longest Retry-After that is waited for, and how many waits there are in all. */
const LONGEST_WAIT = 180_000;
const MOST_WAITS = 3;
/** After so many requests without an answer, one after the other, the probe ends. */
const MOST_SILENCE = 3;
const TIMEOUT = 15_000;

/** Sends the requests of the probe: paced, counted, and with one more try after a rate limit. */
export class ProbeClient {
	requests = 0;

	private waits = 0;

	private silence = 0;

	constructor(private readonly options: ClientOptions) {}

	get time(): ProbeTime {
		return this.options.time;
	}

	/** Waits; throws `Ended` if the probe is stopped meanwhile. */
	async sleep(ms: number): Promise<void> {
		await this.time.sleep(ms, this.options.signal);
		this.throwIfStopped();
	}

	/**
	 * Sends a request; `path` starts after the ID of the website. Throws `Refused` for an error that is not accepted, and
	 * `Ended` if the probe has to end.
	 */
	async ask(method: Method, path: string, asking: Asking = {}): Promise<Reply> {
		const first = await this.send(method, path, asking);
		const reply = isLimit(first) ? await this.askLater(method, path, asking, first) : first;
		if (reply.status < 300 || asking.accepted?.includes(reply.status)) return toReply(reply);
		const { reason } = toReply(reply);
		const about = [reply.status, reason].filter(Boolean).join(' ');
		throw new Refused(reply.status, reason, `Crisp answered ${about} to ${method} ${nameOf(path)}.`);
	}

	private async askLater(method: Method, path: string, asking: Asking, refused: AxiosResponse): Promise<AxiosResponse> {
		const limited = new Ended(`Rate limited: Crisp answered ${refused.status}.`);
		const wait = waitAfter(refused);
		if (wait > LONGEST_WAIT || (this.waits >= MOST_WAITS && !asking.isCleanup)) throw limited;
		this.waits += 1;
		this.options.say(`Crisp answered ${refused.status}: waiting ${Math.ceil(wait / 1000)} s before one more try.`);
		if (asking.isCleanup) await this.time.sleep(wait);
		else await this.sleep(wait);
		const second = await this.send(method, path, asking);
		if (isLimit(second)) throw limited;
		return second;
	}

	private async send(method: Method, path: string, asking: Asking): Promise<AxiosResponse> {
		const { url, websiteId, time, signal } = this.options;
		if (!asking.isUrgent) await time.sleep(PAUSE, asking.isCleanup ? undefined : signal);
		if (!asking.isCleanup) this.throwIfStopped();
		const most = asking.isCleanup ? MOST_REQUESTS : MOST_REQUESTS - KEPT_FOR_CLEANUP;
		if (this.requests >= most) throw new Ended(`The limit of ${MOST_REQUESTS} requests is reached.`);
		this.requests += 1;
		try {
			const response = await axios.request<string>({
				method,
				url: `${url}/website/${websiteId}${path}`,
				params: asking.query,
				data: asking.body,
				headers: this.headers(),
				timeout: TIMEOUT,
				// The key must not follow a redirection to another server.
				maxRedirects: 0,
				responseType: 'text',
				transformResponse: (text: unknown) => text,
				validateStatus: () => true,
				// What writes is not interrupted: the probe has to know what it created.
				...(method === 'GET' && !asking.isCleanup && { signal }),
			});
			this.silence = 0;
			return response;
		} catch (error) {
			this.throwIfStopped(asking.isCleanup);
			this.silence += 1;
			const { code = 'unknown' } = error as { code?: string };
			const message = `Crisp did not answer ${method} ${nameOf(path)} (${textOfCode(code)}).`;
			if (this.silence >= MOST_SILENCE) throw new Ended(message);
			throw new Refused(0, textOfCode(code), message);
		}
	}

	private headers(): Record<string, string> {
		const { tier, token } = this.options;
		const basic = Buffer.from(`${token.identifier}:${token.key}`).toString('base64');
		return {
			Authorization: `Basic ${basic}`,
			'X-Crisp-Tier': tier,
			'Content-Type': 'application/json',
			'User-Agent': 'n8n-nodes-crisp-probe',
		};
	}

	private throwIfStopped(isCleanup = false): void {
		if (this.options.signal.aborted && !isCleanup) throw new Ended('The probe was stopped.');
	}
}

/** 422 asks to send later, too, unless the request itself is invalid (https://github.com/crisp-im/ruby-crisp-api/issues/18). */
function isLimit(response: AxiosResponse): boolean {
	if (response.status === 422) return toReply(response).reason !== 'invalid_data';
	return [420, 423, 429].includes(response.status);
}

function waitAfter({ headers }: AxiosResponse): number {
	const seconds = Number(headers['retry-after'] ?? NaN);
	return seconds >= 0 ? seconds * 1000 : USUAL_WAIT;
}

function toReply({ status, headers, data }: AxiosResponse): Reply {
	const { reason, data: inner } = parsed(String(data ?? ''));
	const isReason = typeof reason === 'string' && /^[a-z][a-z_]{0,50}$/.test(reason);
	return { status, reason: isReason ? reason : '', data: inner, isCached: headers['bloom-status'] === 'HIT' };
}

function parsed(text: string): { reason?: unknown; data?: unknown } {
	try {
		const value = JSON.parse(text) as unknown;
		return typeof value === 'object' && value !== null ? value : {};
	} catch {
		return {};
	}
}

/** A path without IDs and numbers, to be shown. */
const nameOf = (path: string) =>
	path.replace(/\/session_[^/]+/, '/{session_id}').replace(/\/-?\d+$/, '/{number}') || '/{website_id}';

const textOfCode = (code: string) => (/^[A-Z_]{2,40}$/.test(code) ? code : 'no connection');
