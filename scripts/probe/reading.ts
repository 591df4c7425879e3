import { attempt } from './attempt';
import type { ProbeClient, Reply } from './client';
import type { Findings } from './findings';
import { learnFromPart, learnFromTimes, PAGE, readHistory, type History } from './history';
import { entriesIn, numberIn, objectIn, type Json } from './json';

/** How many conversations are read at most. */
const MOST_CONVERSATIONS = 8;

const LATEST_FIRST = { order_date_updated: 1, per_page: PAGE };

/** The first page of conversations, the latest change first. */
export const readConversations = async (client: ProbeClient, page = 1): Promise<Reply> =>
	await client.ask('GET', `/conversations/${page}`, { query: LATEST_FIRST });

/** Answers what reading an existing workspace can answer. Sends only GET. */
export async function probeByReading(client: ProbeClient, findings: Findings, conversations: Reply): Promise<void> {
	learnOrder(findings, entriesIn(conversations.data));
	await attempt(findings, ['pageStatus', 'pageSize'], async () => {
		await learnFromPages(
			findings,
			'conversations',
			conversations,
			'session_id',
			async () => await readConversations(client, 2),
		);
	});
	await attempt(findings, ['websiteReadable'], async () => {
		const { status } = await client.ask('GET', '', { accepted: [401, 403] });
		findings.know('websiteReadable', status === 200 ? 'yes' : 'no', `Crisp answered ${status}.`);
	});
	await attempt(findings, ['sortField'], async () => {
		const query = { sort_field: 'created_at', sort_order: 'descending' };
		const { status, data } = await client.ask('GET', '/people/profiles/1', { query, accepted: [400] });
		if (status === 400) return findings.know('sortField', 'refused', `Crisp answered ${status}.`);
		const isSorted = areLatestFirst(entriesIn(data), 'created_at');
		findings.know('sortField', isSorted ? 'accepted' : 'ignored', `Crisp answered ${status}.`);
	});
	await attempt(findings, ['pageStatus', 'pageSize'], async () => {
		const people = await client.ask('GET', '/people/profiles/1');
		await learnFromPages(
			findings,
			'people',
			people,
			'people_id',
			async () => await client.ask('GET', '/people/profiles/2'),
		);
	});
	await readMessages(client, findings, entriesIn(conversations.data));
}

function learnOrder(findings: Findings, conversations: Json[]): void {
	const times = conversations.map(({ updated_at }) => numberIn(updated_at));
	if (new Set(times).size < 2) return;
	const isSorted = areLatestFirst(conversations, 'updated_at');
	const why = `${times.length} conversations with order_date_updated.`;
	findings.know('listOrder', isSorted ? 'latestFirst' : 'other', why);
}

function areLatestFirst(entries: Json[], time: string): boolean {
	const times = entries.map((entry) => numberIn(entry[time]));
	return times.every((one, index) => index === 0 || one <= Number(times[index - 1]));
}

async function learnFromPages(
	findings: Findings,
	what: string,
	first: Reply,
	identity: string,
	readSecond: () => Promise<Reply>,
): Promise<void> {
	const entries = entriesIn(first.data);
	if (entries.length === 0) return;
	const known = new Set(entries.map((entry) => entry[identity]));
	const second = entriesIn((await readSecond()).data);
	const hasMore = second.some((entry) => !known.has(entry[identity]));
	learnFromPart(findings, `a page of ${what}`, { status: first.status, count: entries.length, size: PAGE, hasMore });
}

async function readMessages(client: ProbeClient, findings: Findings, conversations: Json[]): Promise<void> {
	const messages: Json[] = [];
	for (const { session_id } of conversations.slice(0, MOST_CONVERSATIONS)) {
		if (typeof session_id !== 'string' || !/^session_[\w-]+$/.test(session_id)) continue;
		const questions = ['timestampAfter', 'timestampBounds', 'messageFields', 'crispFingerprints'] as const;
		await attempt(findings, [...questions], async () => {
			const history: History = await readHistory(client, session_id, findings);
			messages.push(...history.messages);
			await learnFromTimes(client, session_id, history, findings);
		});
	}
	learnFields(findings, messages);
	learnSign(findings, messages);
}

/** Messages that operators wrote in Crisp's inbox; other programs and bots have another origin, or say so. */
const isByHand = ({ from, origin, automated, type }: Json) =>
	from === 'operator' && origin === 'chat' && automated !== true && type !== 'event';

function learnFields(findings: Findings, messages: Json[]): void {
	const byHand = messages.filter(isByHand);
	if (byHand.length === 0) {
		return findings.leave(['messageFields'], 'No message that an operator wrote by hand was found.');
	}
	const lacking = {
		automated: byHand.filter(({ automated }) => typeof automated !== 'boolean').length,
		type: byHand.filter(({ type }) => typeof type !== 'string').length,
		'user.user_id': byHand.filter(({ user }) => lacksId(objectIn(user))).length,
	};
	const missing = Object.entries(lacking).filter(([, count]) => count > 0);
	const detail = missing.map(([name, count]) => `${count} without ${name}`).join(', ');
	const value = missing.length === 0 ? 'complete' : 'sparse';
	findings.know('messageFields', value, `${byHand.length} messages by hand${detail && `: ${detail}`}.`);
}

/** A message of the website itself, or of a participant, has no operator. */
const lacksId = ({ type, user_id }: Json) =>
	type !== 'website' && type !== 'participant' && typeof user_id !== 'string';

function learnSign(findings: Findings, messages: Json[]): void {
	const fingerprints = messages.map(({ fingerprint }) => numberIn(fingerprint));
	const negative = fingerprints.filter((fingerprint) => fingerprint < 0).length;
	if (negative > 0) {
		return findings.know('crispFingerprints', 'negative', `${negative} of ${fingerprints.length} existing messages.`);
	}
	const why = `All ${fingerprints.length} existing messages are positive, but other programs may have chosen that.`;
	findings.leave(['crispFingerprints'], fingerprints.length > 0 ? why : 'No message was found.');
}
