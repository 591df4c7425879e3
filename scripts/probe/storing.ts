import type { ProbeClient } from './client';
import type { Findings } from './findings';
import type { Throwaway } from './throwaway';

/** When the probe looks for a message, in milliseconds after Crisp's answer to it. */
const LOOKS = [0, 200, 500, 1_000, 2_000, 3_500, 6_000];
/** From which lag on lookups count as late, in milliseconds. */
const LATE = 500;
const MOST_NOTES = 3;

/** What was seen of a message at one time. */
interface Sight {
	/** Milliseconds after Crisp's answer. */
	at: number;
	isStored: boolean;
	/** Whether the conversation itself shows that it is stored, and not only the lookup. */
	isInConversation: boolean;
	isShown: boolean;
	isTouched: boolean;
	isCached: boolean;
}

/** What happens after Crisp's answer to a message: when it is stored, when it is found, when `updated_at` changes. */
export interface Storing {
	sights: Sight[][];
	/** Whether `updated_at` changed before the message was stored. */
	isTouchedBefore: boolean;
	isTouched: boolean;
}

/** Writes up to three notes and watches each of them. Answers `dispatch` and `lookup`. */
export async function watchStoring(client: ProbeClient, conversation: Throwaway, findings: Findings): Promise<Storing> {
	const sights: Sight[][] = [];
	while (sights.length < MOST_NOTES && !(isDelayed(sights) && isLate(sights))) {
		sights.push(await watch(client, conversation));
	}
	learnDispatch(findings, sights);
	learnLookup(findings, sights);
	const all = sights.flat();
	return {
		sights,
		isTouchedBefore: canSee(sights) && all.some((sight) => sight.isTouched && !sight.isStored),
		isTouched: all.some(({ isTouched }) => isTouched),
	};
}

async function watch(client: ProbeClient, conversation: Throwaway): Promise<Sight[]> {
	const { updatedAt } = await conversation.look();
	const fingerprint = await conversation.note('One of some notes.');
	const answeredAt = client.time.now();
	const sights: Sight[] = [];
	for (const due of LOOKS) {
		await client.sleep(Math.max(0, answeredAt + due - client.time.now()));
		const at = client.time.now() - answeredAt;
		const seen = await conversation.look(true);
		const { isShown, isCached } = await conversation.find(fingerprint, true);
		const isInConversation = seen.last === fingerprint;
		const isStored = isInConversation || isShown || (sights.at(-1)?.isStored ?? false);
		const isTouched = seen.updatedAt > updatedAt;
		sights.push({ at, isStored, isInConversation, isShown, isTouched, isCached: isCached || seen.isCached });
		// Whether the conversation shows its last message at all is not certain: one more look is enough.
		const wasShown = sights.at(-2)?.isShown ?? false;
		if (isShown && (isInConversation || wasShown)) break;
	}
	return sights;
}

const isDelayed = (sights: Sight[][]) => sights.some(([first]) => first?.isStored === false);

/** How long after a message was seen to be stored a lookup did not find it, in milliseconds. */
function lagOf(sights: Sight[]): number {
	const storedAt = sights.find(({ isStored }) => isStored)?.at ?? Infinity;
	return Math.max(-Infinity, ...sights.filter(({ isShown }) => !isShown).map(({ at }) => at - storedAt));
}

const isLate = (sights: Sight[][]) => sights.some((one) => lagOf(one) >= LATE);

/** Whether the conversation shows when a message is stored, so that a late lookup can be told from a late message. */
const canSee = (sights: Sight[][]) => sights.flat().some(({ isInConversation }) => isInConversation);

const wasCached = (sights: Sight[][]) => sights.flat().some(({ isCached, isShown }) => isCached && !isShown);

/** Notes why both questions stay open, if they do. */
function leaveUnclear(findings: Findings, name: 'dispatch' | 'lookup', sights: Sight[][]): boolean {
	const isAtOnce = sights.every(([first]) => first?.isShown);
	if (isAtOnce) return false;
	if (wasCached(sights)) findings.leave([name], 'Crisp answered from its cache while the message was not found.');
	else if (!sights.every((one) => one.at(-1)?.isShown)) findings.leave([name], 'A message was not found within 6 s.');
	else if (canSee(sights)) return false;
	else findings.leave([name], 'A message was found later, and nothing shows when it was stored.');
	return true;
}

function learnDispatch(findings: Findings, sights: Sight[][]): void {
	if (leaveUnclear(findings, 'dispatch', sights)) return;
	const latest = Math.max(...sights.map((one) => one.find(({ isStored }) => isStored)?.at ?? NaN));
	const value = isDelayed(sights) ? 'delayed' : 'atOnce';
	findings.know('dispatch', value, `Stored ${latest} ms after the answer at most; notes: ${sights.length}.`);
}

function learnLookup(findings: Findings, sights: Sight[][]): void {
	if (leaveUnclear(findings, 'lookup', sights)) return;
	const latest = Math.max(...sights.map((one) => one.find(({ isShown }) => isShown)?.at ?? NaN));
	const value = isLate(sights) ? 'late' : 'atOnce';
	findings.know('lookup', value, `Found ${latest} ms after the answer at most; notes: ${sights.length}.`);
}
