import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../../../shared/runtime/coerce';
import type { Composing, OutputItem } from '../../operations/operation';
import { conversationUrl } from '../../../shared/events/output';
import { named, type OutputName } from '../../../shared/events/vocabulary';
import { fillPath, type Route } from '../../../shared/api/route';
import { Store } from '../../../shared/runtime/processState';

export type Change = 'add' | 'remove';

/**
 * Changes segments of a conversation or a person and keeps the others: reads the list, and writes it as a whole if it
 * changes. Crisp has no conditional writes, so that a change by somebody else between the two requests is overwritten;
 * reading again afterwards could not detect it.
 */
export async function changeSegments(composing: Composing, route: Route, change: Change): Promise<OutputItem[]> {
	const { values, client } = composing;
	const names = Object.fromEntries(route.variables.map((name) => [name, String(values[name])]));
	const path = fillPath(route, names);
	const asked = values.segments as string[];
	const { ids, isChanged, segments } = await composing.once('segments', async () => {
		const thing = (await client.send({ method: 'GET', path })) as IDataObject;
		// A person may be chosen by email.
		const ids = thing.people_id ? { ...names, people_id: String(thing.people_id) } : names;
		const target = fillPath(route, ids);
		return await inTurn(composing, target, async () => {
			const before = withRecentChanges(composing, target, segmentsIn(thing));
			const changed = changedInRun(composing, target);
			const segments = changedList(before, [...changed, ...asked], change);
			const isChanged = segments.length !== before.length;
			if (isChanged) await client.send({ method: 'PATCH', path, body: { segments } });
			for (const segment of asked) changed.add(segment);
			noteRecentChanges(composing, target, { change, asked });
			return { ids, isChanged, segments };
		});
	});
	// Includes what an earlier run of this item did, if it is retried.
	for (const segment of asked) changedInRun(composing, fillPath(route, ids)).add(segment);
	return [{ json: outputOf(ids, isChanged, segments) }];
}

/** The fields of the output for a conversation and for a person. */
export const returns = {
	conversation: ['segments', 'changed', 'conversation_url', 'session_id', 'website_id'],
	person: ['segments', 'changed', 'website_id', 'people_id'],
} as const satisfies Record<string, OutputName[]>;

function outputOf(ids: Record<string, string>, changed: boolean, segments: string[]): IDataObject {
	const { website_id = '', session_id, people_id } = ids;
	const about = { segments: [...segments], changed };
	if (session_id === undefined) return named({ ...about, website_id, people_id });
	return named({ ...about, conversation_url: conversationUrl(website_id, session_id), session_id, website_id });
}

/** The new list; of the same length if nothing changes. */
export function changedList(before: string[], asked: string[], change: Change): string[] {
	if (change === 'remove') return before.filter((segment) => !asked.includes(segment));
	return [...before, ...new Set(asked.filter((segment) => !before.includes(segment)))];
}

/**
 * The segments that earlier items of this run changed for the same target: Crisp answers reads from a cache, which may
 * not contain them yet.
 */
export function changedInRun(composing: Composing, target: string): Set<string> {
	return composing.shared(`segments of ${target}`, () => new Set<string>());
}

/** How long Crisp may answer reads from its cache, in milliseconds; with a margin. */
const cacheTime = 15_000;

/** For each segment that this n8n changed: how, and when, in milliseconds. */
type RecentChanges = Map<string, { change: Change; at: number }>;

const recentChanges = new Store<RecentChanges>({
	name: 'segments changed lately, by conversation or person',
	maxEntries: 10_000,
	maxAge: cacheTime,
});

/** The segments of a target, with the changes of other executions that Crisp's cache may not contain yet. */
export function withRecentChanges({ clock }: Composing, target: string, segments: string[]): string[] {
	let current = segments;
	for (const [segment, { change, at }] of recentChanges.get(target) ?? []) {
		if (clock.now() - at < cacheTime) current = changedList(current, [segment], change);
	}
	return current;
}

/** Call it once Crisp has accepted the change. */
export function noteRecentChanges(
	{ clock }: Composing,
	target: string,
	{ change, asked }: { change: Change; asked: string[] },
): void {
	const at = clock.now();
	const earlier = [...(recentChanges.get(target) ?? [])].filter((entry) => at - entry[1].at < cacheTime);
	recentChanges.set(target, new Map([...earlier, ...asked.map((segment) => [segment, { change, at }] as const)]));
}

/** Serializes writes of items that address the same person by ID and by email, and so are in different lanes. */
async function inTurn<Result>(composing: Composing, target: string, write: () => Promise<Result>): Promise<Result> {
	const turns = composing.shared(`turns of ${target}`, () => ({ last: Promise.resolve() as Promise<unknown> }));
	const turn = turns.last.then(write);
	turns.last = turn.catch(() => undefined);
	return await turn;
}

/** The segments in the details of a conversation or in a profile. */
export function segmentsIn({ segments }: IDataObject): string[] {
	return Array.isArray(segments) ? segments.map(textIn).filter(Boolean) : [];
}
