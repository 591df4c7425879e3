import path from 'node:path';

import { tokens } from '../../../sandbox/state/tokens';
import { startChild, type Child } from '../../../scripts/host/childProcess';
import { REPOSITORY } from '../../../scripts/host/folder';
import { until } from './until';

export interface Message {
	type: string;
	from: 'user' | 'operator';
	content: unknown;
	fingerprint: number;
	timestamp: number;
}

export interface Spoken {
	session_id: string;
	fingerprint: number;
}

export interface Asked {
	method: string;
	path: string;
	body: unknown;
	status: number;
}

interface SpeechOptions {
	/** By default that of the sandbox process. */
	website_id?: string;
	session_id?: string;
	nickname?: string;
	/** The type of the message; by default `text`. */
	type?: string;
	/** If set, a message that is sent again is stored once. */
	fingerprint?: number;
}

interface SandboxProcessOptions {
	port: number;
	/** The website that the tests' credential belongs to. */
	websiteId: string;
	/** Where the workspace is saved, so that it survives the process. */
	stateFile: string;
	logFile: string;
}

/** The sandbox in its own process, so that a test can kill it, with functions to control it. */
export class SandboxProcess {
	private child: Child | undefined;
	readonly url: string;
	readonly websiteId: string;

	constructor(private readonly options: SandboxProcessOptions) {
		this.url = `http://127.0.0.1:${options.port}`;
		this.websiteId = options.websiteId;
	}

	async start(): Promise<void> {
		const { port, stateFile, logFile } = this.options;
		this.child = startChild(
			process.execPath,
			['--import', 'tsx', path.join('sandbox', 'bin.ts'), '--port', String(port), '--state', stateFile],
			{ cwd: REPOSITORY, env: process.env, logFile, graceMs: 0 },
		);
		await until('the sandbox to answer', async () => await this.isUp(), Boolean);
	}

	/** Kills the process without a shutdown. */
	async kill(): Promise<void> {
		await this.child?.kill();
		this.child = undefined;
	}

	/** How many realtime sockets are authenticated. */
	async connections(): Promise<number> {
		return (await this.read<{ connections: number }>('/sandbox/status')).connections;
	}

	/** How many messages all conversations contain. */
	async messageCount(): Promise<number> {
		return (await this.read<{ messages: number }>('/sandbox/status')).messages;
	}

	async visitorWrites(text: string, options: SpeechOptions = {}): Promise<Spoken> {
		return await this.send('/sandbox/visitor/message', { text, ...options });
	}

	/** The visitor of a new conversation sends a message that is not a text. */
	async visitorSends(type: string, content: unknown): Promise<Spoken> {
		return await this.send('/sandbox/visitor/message', { type, content });
	}

	async visitorChooses(session_id: string, fingerprint: number, value: string): Promise<void> {
		await this.send('/sandbox/visitor/choice', { session_id, fingerprint, value });
	}

	/** Adds people, with profiles. */
	async addPeople(count: number): Promise<void> {
		await this.send('/sandbox/people', { website_id: this.websiteId, count });
	}

	/** Sends an event of this website to everything that listens, as it would come from Crisp. */
	async announce(event: string, data: object): Promise<void> {
		await this.send('/sandbox/announce', { event, website_id: this.websiteId, data });
	}

	/** Changes how the sandbox behaves where Crisp's behaviour is an assumption. */
	async setMoods(moods: Record<string, string>): Promise<void> {
		await this.send('/sandbox/moods', moods);
	}

	async visitorRates(session_id: string, stars: number, comment: string): Promise<void> {
		await this.send('/sandbox/visitor/rating', { session_id, stars, comment });
	}

	async operatorWrites(text: string, options: SpeechOptions): Promise<Spoken> {
		return await this.send('/sandbox/operator/message', { text, ...options });
	}

	/** Writes as Crisp's own bot does: as an operator, without the mark of an automated message. */
	async botWrites(text: string, sessionId: string): Promise<void> {
		const origin = 'urn:crisp.im:bot:0';
		await this.crisp('POST', `conversation/${sessionId}/message`, {
			type: 'text',
			from: 'operator',
			origin,
			content: text,
		});
	}

	async messages(sessionId: string): Promise<Message[]> {
		return await this.crisp('GET', `conversation/${sessionId}/messages`);
	}

	/** All messages of a conversation; Crisp's API returns forty at a time. */
	async everythingIn(sessionId: string, websiteId = this.websiteId): Promise<Message[]> {
		return await this.read(`/sandbox/conversations/${websiteId}/${sessionId}/messages`);
	}

	/** Cuts every realtime socket. */
	async dropSockets(): Promise<void> {
		await this.send('/sandbox/drop-sockets', {});
	}

	/** From now on, the realtime endpoint refuses connections, or works again. */
	async refuseSockets(isRefusing: boolean): Promise<void> {
		await this.send('/sandbox/faults', { reset: true, ...(isRefusing && { refuseSockets: {} }) });
	}

	/** Delays the responses of the REST API, as on a slow network; reset when the process ends. */
	async delayAnswers(latency: number): Promise<void> {
		await this.send('/sandbox/faults', { latency });
	}

	/** The requests to the REST API from this time on, in milliseconds since 1970. */
	async requestsSince(time: number): Promise<Asked[]> {
		return await this.read(`/sandbox/requests?since=${time}`);
	}

	async removeHook(url: string): Promise<void> {
		await this.send('/sandbox/hooks/remove', { url });
	}

	/** Sends the events of a website hook to the address, without waiting for the response to the previous call. */
	async addHook(url: string, events: string[]): Promise<void> {
		await this.send('/sandbox/hooks', { url, kind: 'website', events, isAtOnce: true });
	}

	/** The messages that operators sent into a conversation. */
	async replies(sessionId: string): Promise<Message[]> {
		return (await this.messages(sessionId)).filter(({ from }) => from === 'operator');
	}

	/** Calls the sandbox's REST API like Crisp's; the path is relative to the website. */
	async crisp<T>(method: string, pathInWebsite: string, body?: unknown): Promise<T> {
		return await this.crispAs('website', method, pathInWebsite, body);
	}

	/** The same with a token of another tier. */
	async crispAs<T>(tier: keyof typeof tokens, method: string, pathInWebsite: string, body?: unknown): Promise<T> {
		const { identifier, key } = tokens[tier];
		const answer = await this.json<{ data: T }>(`/v1/website/${this.websiteId}/${pathInWebsite}`, {
			method,
			headers: {
				'Content-Type': 'application/json',
				'X-Crisp-Tier': tier,
				Authorization: `Basic ${Buffer.from(`${identifier}:${key}`).toString('base64')}`,
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		return answer.data;
	}

	private async isUp(): Promise<boolean> {
		try {
			return (await fetch(`${this.url}/sandbox/status`)).ok;
		} catch {
			return false;
		}
	}

	private async send<T>(route: string, body: unknown): Promise<T> {
		const headers = { 'Content-Type': 'application/json' };
		return await this.json(route, { method: 'POST', headers, body: JSON.stringify(body) });
	}

	private async read<T>(route: string): Promise<T> {
		return await this.json(route, {});
	}

	private async json<T>(route: string, init: RequestInit): Promise<T> {
		const response = await fetch(this.url + route, init);
		const text = await response.text();
		if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${route}: ${response.status} ${text}`);
		return JSON.parse(text) as T;
	}
}
