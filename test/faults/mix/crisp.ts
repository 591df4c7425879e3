import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import type { MoodValues } from '../../../sandbox/moods/moods';
import { SHOP_ID } from '../../../sandbox/state/seed';

/** A message as the sandbox stores it. */
export interface Stored {
	from: 'user' | 'operator';
	content: string;
	fingerprint: number;
}

const mostTries = 200;

/** A sandbox in its own process, and the actions that bypass the proxy: writing as a visitor, and causing faults. */
export class Crisp {
	sessions: string[] = [];

	private constructor(
		readonly url: string,
		private readonly child: ChildProcess,
	) {}

	static async start(conversations: number): Promise<Crisp> {
		const child = fork('test/faults/sandboxProgram.ts', { execArgv: ['--import', 'tsx'] });
		const [url] = (await once(child, 'message')) as [string];
		const crisp = new Crisp(url, child);
		const made = await crisp.post('conversations', { count: conversations });
		crisp.sessions = made.session_ids as string[];
		return crisp;
	}

	async stop(): Promise<void> {
		const ended = once(this.child, 'exit');
		this.child.disconnect();
		await ended;
	}

	/** Writes once: a repeated message has the same fingerprint and is deduplicated. */
	async visitorWrites(session_id: string, text: string, fingerprint: number): Promise<void> {
		await this.post('visitor/message', { session_id, text, fingerprint });
	}

	async messagesIn(session: string): Promise<Stored[]> {
		return (await this.ask(`conversations/${SHOP_ID}/${session}/messages`)) as Stored[];
	}

	/** Acts on the shop. */
	async post(path: string, body: IDataObject): Promise<IDataObject> {
		return await this.send(path, { website_id: SHOP_ID, ...body });
	}

	/** Sets some moods, and all others to their defaults. */
	async setMoods(moods: Partial<MoodValues>): Promise<void> {
		await this.send('moods', { reset: true, ...moods });
	}

	private async send(path: string, body: IDataObject): Promise<IDataObject> {
		const headers = { 'Content-Type': 'application/json' };
		return (await this.ask(path, { method: 'POST', headers, body: JSON.stringify(body) })) as IDataObject;
	}

	/** A kept-alive connection may be closed while it is reused; every request here is safe to retry. */
	private async ask(path: string, how: RequestInit = {}): Promise<unknown> {
		for (let tries = 1; ; tries++) {
			try {
				const response = await fetch(`${this.url}/sandbox/${path}`, how);
				if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
				return await response.json();
			} catch (error) {
				if ((error as Error).name !== 'TypeError' || tries >= mostTries) throw error;
				await delay(50);
			}
		}
	}
}
