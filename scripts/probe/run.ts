import { Failure } from '../host/failure';
import { ProbeClient, type ClientOptions, type Reply } from './client';
import { Ended, Refused } from './errors';
import { Findings, type Finding } from './findings';
import type { QuestionName } from './questions';
import { probeByReading, readConversations } from './reading';
import { createThrowaway, SUBJECT, type Throwaway } from './throwaway';
import { probeByWriting } from './writing';

export interface ProbeOptions extends ClientOptions {
	/** Whether the probe may create a conversation, write into it and remove it. */
	mayWrite: boolean;
	/** Called with the ID of the conversation as soon as it exists, and with undefined when it is gone. */
	onConversation?(session: string | undefined): void;
}

export interface ProbeResult {
	findings: Record<QuestionName, Finding>;
	requests: number;
	/** What the user has to do by hand; the only text that may have the ID of the conversation. */
	leftover?: string;
}

/** Runs the probe. Throws `Failure` if Crisp does not accept the token for the website, or cannot be reached. */
export async function runProbe(options: ProbeOptions): Promise<ProbeResult> {
	const client = new ProbeClient(options);
	const findings = new Findings();
	let leftover: string | undefined;
	const conversations = await reach(client, options);
	try {
		options.say('Reading conversations, messages and people.');
		await probeByReading(client, findings, conversations);
		if (options.mayWrite) leftover = await probeThrowaway(client, findings, options);
	} catch (error) {
		if (!(error instanceof Ended)) throw error;
		findings.leaveRest(error.message);
	}
	return { findings: findings.all(options.mayWrite), requests: client.requests, leftover };
}

async function reach(client: ProbeClient, { tier, url }: ProbeOptions): Promise<Reply> {
	try {
		return await readConversations(client);
	} catch (error) {
		if (error instanceof Ended) throw new Failure(error.message);
		if (error instanceof Refused) throw new Failure(adviceFor(error, tier, url));
		throw error;
	}
}

function adviceFor({ status, reason, message }: Refused, tier: string, url: string): string {
	if (status === 0) return `Crisp cannot be reached at ${url} (${reason}): check the network, the proxy and --url.`;
	if (status === 401) {
		return `Crisp refuses the token (401): check the identifier and the key, and that it is a ${tier} token (--tier).`;
	}
	if (reason === 'not_subscribed') {
		return 'The plugin of this token is not installed on the website (404 not_subscribed): install it there, in the Crisp Marketplace.';
	}
	if (status === 404) {
		return 'Crisp knows no such website or route (404): check --website, and that --url ends with /v1.';
	}
	if (status === 403) {
		return 'The token may not read the conversations of this website (403): check --website, and for a plugin the scope website:conversation:sessions.';
	}
	if (status >= 300 && status < 400) return `The server redirects (${status}): give its final address with --url.`;
	return `The first request failed: ${message}`;
}

/** Writes into a new conversation, and removes it in any case. Returns what the user has to remove by hand. */
async function probeThrowaway(
	client: ProbeClient,
	findings: Findings,
	{ say, onConversation }: ProbeOptions,
): Promise<string | undefined> {
	say('Creating a conversation, and writing notes into it: about two minutes.');
	let conversation: Throwaway | undefined;
	try {
		conversation = await createThrowaway(client);
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		findings.leaveRest(error.message);
		return error.status === 0 ? lostCreation : undefined;
	}
	if (!conversation) {
		findings.leaveRest('Crisp returned no ID of the new conversation.');
		return lostCreation;
	}
	onConversation?.(conversation.session);
	let isGone = false;
	try {
		await probeByWriting(client, findings, conversation);
	} catch (error) {
		if (!(error instanceof Ended)) throw error;
		findings.leaveRest(error.message);
	} finally {
		say('Removing the conversation.');
		isGone = await conversation.remove();
		if (isGone) onConversation?.(undefined);
	}
	return isGone ? undefined : leftoverText(conversation.session);
}

const lostCreation =
	'It is unclear whether Crisp created a conversation. If so, it is empty, and the inbox does not show it.';

/** What to do about a conversation that could not be removed. */
export const leftoverText = (session: string) =>
	`The conversation ${session} (subject "${SUBJECT}") could not be removed: remove it in Crisp, or with the operation Conversation → Delete.`;
