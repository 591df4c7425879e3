import path from 'node:path';

import { tokens } from '../../sandbox/tokens';
import { startChild, type Child } from '../../scripts/host/child';
import { REPOSITORY } from '../../scripts/host/folder';
import { until } from './until';

export interface Message {
	type: string;
	from: 'user' | 'operator';
	content: unknown;
	fingerprint: number;
}

export interface Spoken {
	session_id: string;
	fingerprint: number;
}

interface SpeechOptions {
	session_id?: string;
	nickname?: string;
}

/** The sandbox in a process of its own, so that a test can kill it, and what a test asks of it. */
export class SandboxProcess {
	private child: Child | undefined;
	readonly url: string;

	constructor(
		private readonly port: number,
		/** The website that the tests' credential belongs to. */
		readonly websiteId: string,
		private readonly logFile: string,
	) {
		this.url = `http://127.0.0.1:${port}`;
	}

	async start(): Promise<void> {
		this.child = startChild(
			process.execPath,
			['--import', 'tsx', path.join('sandbox', 'bin.ts'), '--port', String(this.port)],
			{ cwd: REPOSITORY, env: process.env, logFile: this.logFile, graceMs: 0 },
		);
		await until('the sandbox to answer', async () => await this.isUp(), Boolean);
	}

	/** Ends the process without a goodbye. */
	async kill(): Promise<void> {
		await this.child?.stop();
		this.child = undefined;
	}

	/** How many realtime sockets are authenticated. */
	async connections(): Promise<number> {
		return (await this.read<{ connections: number }>('/sandbox/status')).connections;
	}

	async visitorWrites(text: string, options: SpeechOptions = {}): Promise<Spoken> {
		return await this.send('/sandbox/visitor/message', { text, ...options });
	}

	/** The visitor of a new conversation sends something that is not a text. */
	async visitorSends(type: string, content: unknown): Promise<Spoken> {
		return await this.send('/sandbox/visitor/message', { type, content });
	}

	async operatorWrites(text: string, options: SpeechOptions): Promise<Spoken> {
		return await this.send('/sandbox/operator/message', { text, ...options });
	}

	async messages(sessionId: string): Promise<Message[]> {
		return await this.crisp('GET', `conversation/${sessionId}/messages`);
	}

	/** What operators sent into a conversation. */
	async replies(sessionId: string): Promise<Message[]> {
		return (await this.messages(sessionId)).filter(({ from }) => from === 'operator');
	}

	/** Asks the sandbox's REST API as Crisp's; the path is what follows the website. */
	async crisp<T>(method: string, pathInWebsite: string, body?: unknown): Promise<T> {
		const { identifier, key } = tokens.website;
		const answer = await this.json<{ data: T }>(`/v1/website/${this.websiteId}/${pathInWebsite}`, {
			method,
			headers: {
				'Content-Type': 'application/json',
				'X-Crisp-Tier': 'website',
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
