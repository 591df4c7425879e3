import { attempt } from './attempt';
import type { ProbeClient } from './client';
import type { Findings } from './findings';
import { learnFromTimes, readHistory } from './history';
import { entriesIn, numberIn, objectIn } from './json';
import { watchStoring, type Storing } from './storing';
import { ownFingerprint, SUBJECT, type Throwaway } from './throwaway';

/** More messages than Crisp returns at once. */
const LONG = 46;
/** How long Crisp may take to store or to announce what it accepted, in milliseconds. */
const SETTLED = 3_000;

/** Answers what a conversation of the probe can answer and what is still open. */
export async function probeByWriting(client: ProbeClient, findings: Findings, conversation: Throwaway): Promise<void> {
	const writing = { client, findings, conversation };
	const changes = await probeChanges(writing);
	await attempt(findings, ['conversationData'], async () => await probeData(writing));
	await attempt(findings, ['emptyText'], async () => await probeEmptyText(writing));
	await attempt(findings, ['crispFingerprints'], async () => await probeSign(writing));
	await attempt(findings, ['fingerprint48'], async () => await probeOwnFingerprint(writing));
	await attempt(findings, ['dispatch', 'lookup', 'updatedAt'], async () => {
		const storing = await watchStoring(client, conversation, findings);
		learnUpdatedAt(findings, changes, storing);
	});
	await attempt(findings, ['sameFingerprint'], async () => await probeSameFingerprint(writing));
	await attempt(findings, ['lists'], async () => await probeLists(writing));
	await attempt(findings, ['answerReopens'], async () => await probeAnswer(writing));
	await attempt(findings, ['timestampAfter', 'timestampBounds', 'pageStatus', 'pageSize'], async () => {
		await probeLongConversation(writing);
	});
}

interface Writing {
	client: ProbeClient;
	findings: Findings;
	conversation: Throwaway;
}

/** Whether a change of details and one of the state changed `updated_at`; undefined if Crisp refused one. */
type Changes = { details: boolean; state: boolean } | undefined;

async function probeChanges({ client, findings, conversation }: Writing): Promise<Changes> {
	let changes: Changes;
	const changed = async (what: string, body: object) => {
		const { updatedAt } = await conversation.look();
		await conversation.patch(what, body);
		for (const ms of [0, 1_000, 2_000]) {
			await client.sleep(ms);
			if ((await conversation.look()).updatedAt > updatedAt) return true;
		}
		return false;
	};
	await attempt(findings, ['updatedAt'], async () => {
		const details = await changed('meta', { subject: SUBJECT });
		changes = { details, state: await changed('state', { state: 'unresolved' }) };
	});
	return changes;
}

function learnUpdatedAt(findings: Findings, changes: Changes, storing: Storing): void {
	if (!changes) return;
	if (storing.isTouchedBefore) {
		return findings.know('updatedAt', 'beforeStored', 'It changed while a note was accepted, but not stored.');
	}
	if (changes.details !== changes.state) {
		const cause = changes.details ? 'details' : 'the state';
		return findings.leave(['updatedAt'], `Of the two changes, only that of ${cause} set it.`);
	}
	if (!storing.isTouched) return findings.leave(['updatedAt'], 'Notes did not set it.');
	if (!changes.details) return findings.know('updatedAt', 'messagesOnly', 'Notes set it, details and state did not.');
	if (!findings.isKnown('dispatch')) {
		return findings.leave(['updatedAt'], 'Each change set it, but it is not known whether before a note was stored.');
	}
	findings.know('updatedAt', 'everyChange', 'Details, the state and notes set it.');
}

async function probeData({ client, findings, conversation }: Writing): Promise<void> {
	await conversation.patch('meta', { data: { probe_a: 1 } });
	await conversation.patch('meta', { data: { probe_b: 2 } });
	for (const ms of [0, 1_000, SETTLED]) {
		await client.sleep(ms);
		const { data } = await client.ask('GET', `${conversation.path}/meta`);
		const keys = Object.keys(objectIn(objectIn(data).data));
		if (!keys.includes('probe_b')) continue;
		const value = keys.includes('probe_a') ? 'merged' : 'replaced';
		return findings.know('conversationData', value, 'Two changes with one key each.');
	}
	findings.leave(['conversationData'], 'The custom data that was set did not appear.');
}

async function probeEmptyText({ findings, conversation }: Writing): Promise<void> {
	const refused: string[] = [];
	const names = ['nickname', 'email', 'phone'];
	for (const name of names) {
		const { status } = await conversation.patch('meta', { [name]: '' }, [400]);
		if (status === 400) refused.push(name);
	}
	if (refused.length > 0 && refused.length < names.length) {
		return findings.leave(['emptyText'], `Crisp refuses it for ${refused.join(' and ')} only.`);
	}
	findings.know('emptyText', refused.length > 0 ? 'refused' : 'accepted', `${names.join(', ')}.`);
}

async function probeSign({ findings, conversation }: Writing): Promise<void> {
	const { data } = await conversation.send('A note without a fingerprint of its own.');
	const fingerprint = numberIn(objectIn(data).fingerprint);
	if (!(Math.abs(fingerprint) > 0)) return findings.leave(['crispFingerprints'], 'The answer has no fingerprint.');
	const value = fingerprint < 0 ? 'negative' : 'positive';
	const bits = Math.floor(Math.log2(Math.abs(fingerprint))) + 1;
	findings.know('crispFingerprints', value, `A note of the probe; the number has ${bits} bits.`);
}

async function probeOwnFingerprint({ findings, conversation }: Writing): Promise<void> {
	const fingerprint = ownFingerprint();
	const { status, data } = await conversation.send('A note with a fingerprint of 48 bits.', fingerprint, [400]);
	if (status === 400) {
		conversation.takesOwn = false;
		return findings.know('fingerprint48', 'refused', `Crisp answered ${status}.`);
	}
	const isKept = objectIn(data).fingerprint === fingerprint && (await conversation.untilShown(fingerprint));
	if (isKept) findings.know('fingerprint48', 'accepted', 'Accepted, returned and found.');
	else findings.leave(['fingerprint48'], 'Accepted, but no message with it was found.');
}

async function probeSameFingerprint({ client, findings, conversation }: Writing): Promise<void> {
	const fingerprint = await conversation.note('First');
	if (!(await conversation.untilShown(fingerprint))) {
		return findings.leave(['sameFingerprint'], 'The first note with it was not found.');
	}
	const { status } = await conversation.send('Second', fingerprint, [400, 409]);
	if (status >= 400) return findings.know('sameFingerprint', 'refused', `Crisp answered ${status}.`);
	// What was accepted before this note is stored when the note is, or soon after.
	const later = await conversation.note('Third');
	await conversation.untilShown(later);
	await client.sleep(SETTLED);
	const { data } = await client.ask('GET', `${conversation.path}/messages`);
	const same = entriesIn(data).filter((message) => message.fingerprint === fingerprint);
	if (same.length === 0) return findings.leave(['sameFingerprint'], 'The first note is missing in the list.');
	if (same.length > 1) return findings.know('sameFingerprint', 'storedTwice', `${same.length} notes with it.`);
	if (same[0]?.content !== 'First') return findings.leave(['sameFingerprint'], 'The second note replaced the first.');
	findings.know('sameFingerprint', 'storedOnce', 'One note with it, the first.');
}

async function probeLists({ client, findings, conversation }: Writing): Promise<void> {
	const query = { include_empty: 1, order_date_updated: 1, per_page: 30 };
	const listed = async () => {
		const { data } = await client.ask('GET', '/conversations/1', { query });
		const entry = entriesIn(data).find(({ session_id }) => session_id === conversation.session);
		return (
			entry && { updatedAt: numberIn(entry.updated_at), last: numberIn(objectIn(entry.preview_message).fingerprint) }
		);
	};
	const before = await listed();
	if (!before) return findings.leave(['lists'], 'The list lacks a conversation in which no visitor wrote.');
	const fingerprint = await conversation.note('A change to see in lists.');
	if (!(await hasNews(client, conversation, before, fingerprint))) {
		return findings.leave(['lists'], 'The conversation itself does not show its last note.');
	}
	for (const seconds of [0, 3, 3, 3, 3, 3]) {
		await client.sleep(seconds * 1_000);
		const now = await listed();
		if (!now || !isNews(before, now, fingerprint)) continue;
		const value = seconds === 0 ? 'fresh' : 'cached';
		return findings.know('lists', value, 'The list of conversations, after a note; lists of people were not checked.');
	}
	findings.leave(['lists'], 'The list did not show the note within 15 s.');
}

type Shown = { updatedAt: number; last: number };

const isNews = (before: Shown, now: Shown, fingerprint: number) =>
	now.last === fingerprint || now.updatedAt > before.updatedAt;

async function hasNews(client: ProbeClient, conversation: Throwaway, before: Shown, fingerprint: number) {
	for (const ms of [0, 500, 1_000, 2_000]) {
		await client.sleep(ms);
		if (isNews(before, await conversation.look(), fingerprint)) return true;
	}
	return false;
}

async function probeAnswer({ client, findings, conversation }: Writing): Promise<void> {
	const state = async () => objectIn((await client.ask('GET', `${conversation.path}/state`)).data).state;
	await conversation.patch('state', { state: 'resolved' });
	await client.sleep(SETTLED);
	if ((await state()) !== 'resolved') return findings.leave(['answerReopens'], 'The state could not be set.');
	const fingerprint = await conversation.answer('A text of the probe.');
	if (!(await conversation.untilShown(fingerprint)))
		return findings.leave(['answerReopens'], 'The text was not found.');
	await client.sleep(SETTLED);
	const after = await state();
	if (after === 'pending') return findings.leave(['answerReopens'], 'The conversation became pending.');
	findings.know('answerReopens', after === 'resolved' ? 'leaves' : 'reopens', 'A text 3 s after it was found.');
}

async function probeLongConversation({ client, findings, conversation }: Writing): Promise<void> {
	const needsMany = !findings.isKnown('timestampAfter', 'pageStatus', 'pageSize');
	let last: number | undefined;
	while (needsMany && conversation.written < LONG) last = await conversation.note('One of many notes.');
	if (last !== undefined) await conversation.untilShown(last);
	await client.sleep(SETTLED);
	const history = await readHistory(client, conversation.session, findings);
	await learnFromTimes(client, conversation.session, history, findings);
}
