import { setTimeout as delay } from 'node:timers/promises';

import type { Message, SandboxProcess } from '../../test/e2e/support/sandboxProcess';

export interface Load {
	count: number;
	perSecond: number;
}

/** Messages without an answer within this time count as not answered. */
const PATIENCE_MS = 60_000;
const POLL_MS = 250;

/** Visitors who write in turns, each in a separate conversation. */
export class Crowd {
	private written = 0;

	private constructor(
		private readonly sandbox: SandboxProcess,
		private readonly sessions: string[],
	) {}

	static async gather(sandbox: SandboxProcess, size: number): Promise<Crowd> {
		const begin = async () => (await sandbox.crisp<{ session_id: string }>('POST', 'conversation')).session_id;
		return new Crowd(sandbox, await Promise.all(Array.from({ length: size }, begin)));
	}

	/**
	 * The response time of each message in milliseconds, by the server's clock: from receiving the message to
	 * receiving its answer. Infinity if there was no answer.
	 */
	async write({ count, perSecond }: Load): Promise<number[]> {
		const first = this.written + 1;
		this.written += count;
		const before = await this.sandbox.messageCount();
		const texts = Array.from({ length: count }, (_, index) => `m-${first + index}`);
		const begun = performance.now();
		const sent = texts.map(async (text, index) => {
			await delay(Math.max(0, begun + (index * 1000) / perSecond - performance.now()));
			await this.sandbox.visitorWrites(text, { session_id: this.sessions[index % this.sessions.length] });
		});
		await Promise.all(sent);
		const deadline = Date.now() + PATIENCE_MS;
		// Polls a single number only: larger requests would slow down the server that is being measured.
		while ((await this.sandbox.messageCount()) < before + 2 * count && Date.now() < deadline) await delay(POLL_MS);
		const times = new Map((await this.everything()).map(({ content, timestamp }) => [content, timestamp]));
		return texts.map((text) => (times.get(`re: ${text}`) ?? Infinity) - (times.get(text) ?? NaN));
	}

	private async everything(): Promise<Message[]> {
		const all: Message[] = [];
		for (const session of this.sessions) all.push(...(await this.sandbox.everythingIn(session)));
		return all;
	}
}
