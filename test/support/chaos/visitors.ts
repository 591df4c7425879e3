import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxProcess } from '../../e2e/support/sandboxProcess';
import { randomFrom, within, type Writing } from './plan';

/** The pause before a visitor retries a request that got no response. */
const RETRY_MS = 25;
/** Fingerprints of visitors, which differ from those that the nodes generate. */
const FIRST_FINGERPRINT = 700_000_000_000;

/** Visitors who write until they are stopped. Each message is written exactly once, even if the server fails. */
export class Visitors {
	/** The messages and their conversations, in the order in which they were sent. */
	readonly said: Array<{ text: string; session_id: string }> = [];

	/** The number of requests without a response. */
	failures = 0;

	private readonly pending: Array<Promise<void>> = [];
	private readonly random: () => number;
	private sessions: string[] = [];
	private isOver = false;

	constructor(
		private readonly sandbox: SandboxProcess,
		private readonly plan: Writing,
	) {
		this.random = randomFrom(plan.seed + 1);
	}

	get conversations(): string[] {
		return this.sessions;
	}

	/** Creates the conversations, before any faults. */
	async arrive(): Promise<void> {
		const arrivals = Array.from({ length: this.plan.conversations }, async () => {
			const { session_id } = await this.sandbox.crisp<{ session_id: string }>('POST', 'conversation');
			return session_id;
		});
		this.sessions = await Promise.all(arrivals);
	}

	/** Writes at least this many messages, and until `stop` is called; resolves when the server has stored them. */
	async write(messages = this.plan.messages): Promise<void> {
		while (!this.isOver || this.said.length < messages) {
			this.pending.push(this.say(this.said.length + 1));
			await delay(within(this.plan.gap, this.random));
		}
		await Promise.all(this.pending);
	}

	/** Makes `write` end as soon as it has written the minimum number of messages. */
	stop(): void {
		this.isOver = true;
	}

	private async say(number: number): Promise<void> {
		const text = `m-${String(number).padStart(4, '0')}`;
		const session_id = this.sessions[Math.floor(this.random() * this.sessions.length)] ?? '';
		this.said.push({ text, session_id });
		for (;;) {
			try {
				// The fingerprint makes the retry idempotent if only the response was lost.
				await this.sandbox.visitorWrites(text, { session_id, fingerprint: FIRST_FINGERPRINT + number });
				return;
			} catch (error) {
				if (!isUnanswered(error)) throw error;
				this.failures += 1;
				await delay(RETRY_MS);
			}
		}
	}
}

/** `fetch` throws a TypeError if there is no response; compared by name, since jest has its own TypeError. */
const isUnanswered = (error: unknown) => (error as Error).name === 'TypeError';
