import type { IDataObject } from 'n8n-workflow';
import type { Composing, OutputItem } from '../../operations/operation';
import { fillPath, type Route } from '../../../shared/api/route';

export type Change = 'add' | 'remove';

/**
 * Changes segments of a conversation or a person and leaves the others: reads them, and writes the whole
 * list only where it becomes another one. Crisp has no way to write them on a condition, so that what
 * somebody else changes between the two requests is overwritten; reading again afterwards could not tell
 * what that was.
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
			const before = segmentsIn(thing);
			const changed = changedInRun(composing, target);
			const segments = changedList(before, [...changed, ...asked], change);
			const isChanged = segments.length !== before.length;
			if (isChanged) await client.send({ method: 'PATCH', path, body: { segments } });
			for (const segment of asked) changed.add(segment);
			return { ids, isChanged, segments };
		});
	});
	// What was done when the item was run before counts, too.
	for (const segment of asked) changedInRun(composing, fillPath(route, ids)).add(segment);
	return [{ json: { ...ids, changed: isChanged, segments: [...segments] } }];
}

/** The list as it should be; the same list where nothing is to change. */
export function changedList(before: string[], asked: string[], change: Change): string[] {
	if (change === 'remove') return before.filter((segment) => !asked.includes(segment));
	return [...before, ...new Set(asked.filter((segment) => !before.includes(segment)))];
}

/**
 * What earlier items of this run changed of the same thing: Crisp answers reads from a cache, which may
 * not show it yet.
 */
export function changedInRun(composing: Composing, target: string): Set<string> {
	return composing.shared(`segments of ${target}`, () => new Set<string>());
}

/** Lets items that chose the same person in different ways, which are in no lane together, write one by one. */
async function inTurn<Result>(composing: Composing, target: string, write: () => Promise<Result>): Promise<Result> {
	const turns = composing.shared(`turns of ${target}`, () => ({ last: Promise.resolve() as Promise<unknown> }));
	const turn = turns.last.then(write);
	turns.last = turn.catch(() => undefined);
	return await turn;
}

/** The segments that a conversation's details or a profile have. */
export function segmentsIn({ segments }: IDataObject): string[] {
	return Array.isArray(segments) ? segments.map(String) : [];
}
