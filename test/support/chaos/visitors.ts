import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxProcess } from '../../e2e/support/sandboxProcess';
import { randomFrom, within, type Writing } from './plan';

/** How soon a visitor tries again whom no server answered. */
const RETRY_MS = 25;
/** Fingerprints of visitors, which look like no node's. */
const FIRST_FINGERPRINT = 700_000_000_000;

/** Visitors who write until they are told to stop, each message once, whatever becomes of the server. */
export class Visitors {
	/** What was written, in the order it was begun, and in which conversation. */
	readonly said: Array<{ text: string; session_id: string }> = [];

	/** How often a visitor got no answer. */
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

	/** Begins the conversations, while nothing goes wrong yet. */
	async arrive(): Promise<void> {
		const arrivals = Array.from({ length: this.plan.conversations }, async () => {
			const { session_id } = await this.sandbox.crisp<{ session_id: string }>('POST', 'conversation');
			return session_id;
		});
		this.sessions = await Promise.all(arrivals);
	}

	/** Resolves when the last message is with the server: that which makes it so many, or a later one. */
	async write(messages = this.plan.messages): Promise<void> {
		while (!this.isOver || this.said.length < messages) {
			this.pending.push(this.say(this.said.length + 1));
			await delay(within(this.plan.gap, this.random));
		}
		await Promise.all(this.pending);
	}

	/** Lets `write` end as soon as enough was written. */
	stop(): void {
		this.isOver = true;
	}

	private async say(number: number): Promise<void> {
		const text = `m-${String(number).padStart(4, '0')}`;
		const session_id = this.sessions[Math.floor(this.random() * this.sessions.length)] ?? '';
		this.said.push({ text, session_id });
		for (;;) {
			try {
				// With the fingerprint it is one message, even if only the answer was lost.
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

/** What `fetch` throws where no server answered; by its name, as jest has a TypeError of its own. */
const isUnanswered = (error: unknown) => (error as Error).name === 'TypeError';
