import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { sideOfMessage, typeOfMessage } from '../events/message';
import { isOwnFingerprint } from '../events/fingerprint';
import { numberIn, textIn } from '../runtime/coerce';

/**
 * How a private note in Crisp refers to an execution that waits: by the address of a link, whose hash holds what the note
 * says and a proof that only this n8n can make. A browser never sends the hash. See docs/decisions/0020-waiting-in-n8n.md.
 */

/** The conversation that a note is in. A reference counts in this conversation only. */
export interface Place {
	website: string;
	session: string;
}

/** What a note says about a wait. */
export interface Reference extends Place {
	/** The signed address of n8n at which the execution resumes, without hash. */
	url: string;
	/** Who is asked. */
	ask: 'team' | 'visitor';
	/** When the wait ends, in milliseconds since 1970; 0 if it has no end. */
	until: number;
	/** What was decided; undefined while the wait is open. */
	decision?: Decision;
}

/** What was decided, as the note holds it. */
export interface Decision {
	/** `link`: on the page behind the link. `reply`: in the conversation. `time`: nothing came in time. */
	by: 'link' | 'reply' | 'time';
	/** When, in milliseconds since 1970. */
	at: number;
	/** What the person entered, for `link` only; a reply is read from the conversation. */
	given?: IDataObject;
}

/** What the key of the token is used for here; another use of the same key gives other results. */
const purpose = 'n8n-nodes-crisp: references to waits';
const mark = 'crisp-wait';
/** The name that a picker or field of a wait carries, so that triggers know which changes of messages may be answers. */
export const questionId = 'n8n-wait';
const pattern = /\]\((https?:\/\/[^\s()#<>]+)#crisp-wait\.([\w-]+)\.([\w-]+)\)/g;
/** How many characters a note of this node has at most: a longer text is not read. */
export const longestNote = 50_000;

/** The address with its hash, for the link in the note. `ownKey` is that of `ownKeyOf`. */
export function referenceText(ownKey: string, reference: Reference): string {
	const { url, ask, until, decision } = reference;
	const payload = Buffer.from(JSON.stringify({ ask, until, decision })).toString('base64url');
	return `${url}#${mark}.${payload}.${proofOf(ownKey, reference, payload)}`;
}

/**
 * The reference that a message holds; undefined if it is not a private note of this n8n, or if its proof is of another key,
 * address, conversation or decision. Never throws, for any message.
 */
export function referenceIn(ownKey: string, message: IDataObject, place: Place): Reference | undefined {
	const isNote = typeOfMessage(message) === 'note' && sideOfMessage(message) === 'operator';
	if (!isNote || !isOwnFingerprint(ownKey, numberIn(message.fingerprint))) return undefined;
	return referenceInText(ownKey, textIn(message.content), place);
}

/** Like `referenceIn`, for a text that is known to be that of an own note, such as an update of it. */
export function referenceInText(ownKey: string, text: string, { website, session }: Place): Reference | undefined {
	const place = { website, session };
	if (text.length > longestNote) return undefined;
	let found: Reference | undefined;
	for (const [, url = '', payload = '', proof = ''] of text.matchAll(pattern)) {
		if (isSame(proof, proofOf(ownKey, { url, ...place }, payload))) found = { url, ...place, ...readPayload(payload) };
	}
	return found;
}

function proofOf(ownKey: string, { url, website, session }: Place & { url: string }, payload: string): string {
	const text = JSON.stringify([purpose, url, website, session, payload]);
	return createHmac('sha256', ownKey).update(text).digest('base64url').slice(0, 32);
}

function isSame(given: string, expected: string): boolean {
	return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

/** Called for payloads whose proof is right only, so that their shape is known. */
function readPayload(payload: string): Pick<Reference, 'ask' | 'until' | 'decision'> {
	return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Pick<Reference, 'ask' | 'until' | 'decision'>;
}
