import type { ProbeClient, Reply } from './client';
import type { Findings } from './findings';
import { entriesIn, numberIn, type Json } from './json';

/** How many messages Crisp returns at once (https://github.com/crisp-im/crisp-export-chat-node). */
const BATCH = 40;
/** How many entries a page has if `per_page` does not say otherwise. */
export const PAGE = 20;

/** Part of a list, and whether the list goes on after it. */
interface Part {
	status: number;
	count: number;
	/** The most entries that a part can have. */
	size: number;
	hasMore: boolean;
}

/** Answers the questions about the status and the size of pages, if more follows a part of a list. */
export function learnFromPart(findings: Findings, what: string, { status, count, size, hasMore }: Part): void {
	if (!hasMore) return;
	const isPartial = status === 206;
	if (isPartial || status === 200) {
		findings.know('pageStatus', isPartial ? 'partial' : 'alwaysOk', `${status} for ${what} with more to come.`);
	}
	findings.know('pageSize', count < size ? 'short' : 'full', `${count} of ${size} entries, and more to come.`);
}

const timeOf = (message: Json | undefined) => numberIn(message?.timestamp);

/** The newest messages of a conversation, read backwards. */
export interface History {
	/** The first answer: the newest messages. */
	newest: Reply;
	/** All messages that were read, oldest first. */
	messages: Json[];
	batches: number;
}

/** Reads the newest messages of a conversation, and those before them if there seem to be more. */
export async function readHistory(client: ProbeClient, session: string, findings: Findings): Promise<History> {
	const newest = await client.ask('GET', `/conversation/${session}/messages`);
	const latest = entriesIn(newest.data);
	// Fewer than ten messages are no part of a longer list.
	const mayContinue = newest.status === 206 || latest.length >= 10;
	if (!mayContinue) return { newest, messages: latest, batches: 1 };
	const query = { timestamp_before: timeOf(latest[0]) };
	const before = entriesIn((await client.ask('GET', `/conversation/${session}/messages`, { query })).data);
	const known = new Set(latest.map(({ fingerprint }) => fingerprint));
	const older = before.filter(({ fingerprint }) => !known.has(fingerprint));
	const part = { status: newest.status, count: latest.length, size: BATCH, hasMore: older.length > 0 };
	learnFromPart(findings, 'messages', part);
	return { newest, messages: [...older, ...latest], batches: older.length > 0 ? 2 : 1 };
}

/** Answers the questions about `timestamp_after` and `timestamp_before`, if the conversation is long enough for that. */
export async function learnFromTimes(
	client: ProbeClient,
	session: string,
	history: History,
	findings: Findings,
): Promise<void> {
	if (!findings.isKnown('timestampBounds')) await learnBounds(client, session, history, findings);
	if (!findings.isKnown('timestampAfter')) await learnDirection(client, session, history, findings);
}

const read = async (client: ProbeClient, session: string, query: Record<string, number>) =>
	entriesIn((await client.ask('GET', `/conversation/${session}/messages`, { query })).data);

const has = (messages: Json[], { fingerprint }: Json) => messages.some((one) => one.fingerprint === fingerprint);

async function learnBounds(client: ProbeClient, session: string, { messages }: History, findings: Findings) {
	const [third, bound, last] = messages.slice(-3);
	if (!third || !bound || !last || !(timeOf(third) < timeOf(bound) && timeOf(bound) < timeOf(last))) return;
	const after = await read(client, session, { timestamp_after: timeOf(bound) });
	const before = await read(client, session, { timestamp_before: timeOf(bound) });
	// Otherwise an answer without the message of that time would prove nothing.
	if (!has(after, last) || !has(before, third)) {
		return findings.leave(['timestampBounds'], 'An answer lacks the messages next to the given time.');
	}
	const included = [has(before, bound), has(after, bound)];
	if (included[0] !== included[1]) {
		const name = included[0] ? 'timestamp_before' : 'timestamp_after';
		return findings.leave(['timestampBounds'], `Only ${name} includes a message of exactly that time.`);
	}
	const value = included[0] ? 'inclusive' : 'exclusive';
	findings.know('timestampBounds', value, 'A message of exactly the given time, in both directions.');
}

async function learnDirection(
	client: ProbeClient,
	session: string,
	{ messages, batches }: History,
	findings: Findings,
) {
	const [start] = messages;
	if (batches < 2 || !start) return;
	const next = messages.find((message) => timeOf(message) > timeOf(start));
	const last = messages.at(-1);
	if (!next || !last) return;
	const found = await read(client, session, { timestamp_after: timeOf(start) });
	const hasNext = has(found, next);
	const reachesEnd = found.some((message) => timeOf(message) >= timeOf(last));
	if (hasNext === reachesEnd) {
		const why = hasNext
			? 'All newer messages came in one answer.'
			: 'Neither the nearest nor the newest messages came.';
		return findings.leave(['timestampAfter'], why);
	}
	const why = `${found.length} of at least ${messages.length - 1} newer messages.`;
	findings.know('timestampAfter', hasNext ? 'nearest' : 'newest', why);
}
