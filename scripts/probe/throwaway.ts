import { randomInt } from 'node:crypto';
import type { ProbeClient, Reply } from './client';
import { Refused } from './errors';
import { numberIn, objectIn } from './json';

/** What GET of a conversation shows, as far as the probe needs it. */
export interface Seen {
	updatedAt: number;
	/** The fingerprint of the last message, which Crisp keeps with the conversation. */
	last: number;
	isCached: boolean;
}

/** What a leftover conversation is recognized by. */
export const SUBJECT = 'n8n-nodes-crisp probe';

/** A fingerprint of 48 bits whose highest is 1, as the nodes send them. */
export const ownFingerprint = () => randomInt(2 ** 48 - 2 ** 45, 2 ** 48 - 1);

/**
 * The conversation that the probe writes into. No visitor ever writes in it, so that Crisp's inbox does not list it, and
 * it has no email, so that nothing is sent to anyone. It has private notes where a message of any kind will do.
 */
export class Throwaway {
	/** How many messages were written. */
	written = 0;

	/** Whether Crisp accepts fingerprints as the nodes send them; otherwise notes get those of Crisp. */
	takesOwn = true;

	private filler: 'note' | 'text' = 'note';

	constructor(
		private readonly client: ProbeClient,
		readonly session: string,
	) {}

	get path(): string {
		return `/conversation/${this.session}`;
	}

	async patch(what: string, body: object, accepted?: number[]): Promise<Reply> {
		return await this.client.ask('PATCH', `${this.path}/${what}`, { body, accepted });
	}

	/** Writes a note, and returns its fingerprint. Throws `Refused` like `send`. */
	async note(content: string): Promise<number> {
		const { data } = await this.send(content, this.takesOwn ? ownFingerprint() : undefined);
		return numberIn(objectIn(data).fingerprint);
	}

	/** Writes a note with this fingerprint or with one of Crisp's; a text of an operator if the plan has no notes. */
	async send(content: string, fingerprint?: number, accepted?: number[]): Promise<Reply> {
		try {
			return await this.post(this.filler, content, fingerprint, accepted);
		} catch (error) {
			if (!(error instanceof Refused) || error.status !== 402 || this.filler === 'text') throw error;
			this.filler = 'text';
			return await this.post(this.filler, content, fingerprint, accepted);
		}
	}

	/** Writes a text as an operator, and returns its fingerprint. */
	async answer(content: string): Promise<number> {
		const { data } = await this.post('text', content, this.takesOwn ? ownFingerprint() : undefined);
		return numberIn(objectIn(data).fingerprint);
	}

	private async post(
		type: 'note' | 'text',
		content: string,
		fingerprint?: number,
		accepted?: number[],
	): Promise<Reply> {
		const body = { type, from: 'operator', origin: 'chat', content, stealth: true, fingerprint };
		const reply = await this.client.ask('POST', `${this.path}/message`, { body, accepted });
		this.written += 1;
		return reply;
	}

	async look(isUrgent = false): Promise<Seen> {
		const { data, isCached } = await this.client.ask('GET', this.path, { isUrgent });
		const { updated_at, preview_message } = objectIn(data);
		return { updatedAt: numberIn(updated_at), last: numberIn(objectIn(preview_message).fingerprint), isCached };
	}

	/** Whether Crisp finds a message by its fingerprint. */
	async find(fingerprint: number, isUrgent = false): Promise<{ isShown: boolean; isCached: boolean }> {
		const path = `${this.path}/message/${fingerprint}`;
		const { status, isCached } = await this.client.ask('GET', path, { accepted: [404], isUrgent });
		return { isShown: status === 200, isCached };
	}

	/** Waits until Crisp finds a message, at most about ten seconds. */
	async untilShown(fingerprint: number): Promise<boolean> {
		for (const ms of [0, 1_000, 1_500, 2_000, 5_000]) {
			await this.client.sleep(ms);
			if ((await this.find(fingerprint)).isShown) return true;
		}
		return false;
	}

	/** Removes the conversation, also after an interruption; returns whether Crisp says that it is gone. */
	async remove(): Promise<boolean> {
		// A message that Crisp stores later should not come after the removal.
		await this.client.time.sleep(1_500);
		for (let tries = 0; tries < 2; tries += 1) {
			try {
				await this.client.ask('DELETE', this.path, { accepted: [404], isCleanup: true });
				return true;
			} catch {
				await this.client.time.sleep(2_000);
			}
		}
		return false;
	}
}

/** Creates the conversation; undefined if Crisp's answer has no usable ID. */
export async function createThrowaway(client: ProbeClient): Promise<Throwaway | undefined> {
	const { data } = await client.ask('POST', '/conversation', { body: {} });
	const { session_id } = objectIn(data);
	if (typeof session_id !== 'string' || !/^session_[\w-]+$/.test(session_id)) return undefined;
	return new Throwaway(client, session_id);
}
