import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The memory that is in use, in megabytes, after everything unused was removed. */
export function usedMegabytes(): number {
	collectGarbage();
	collectGarbage();
	return process.memoryUsage().heapUsed / 1_000_000;
}

/** What can be reached from an object, except through functions and promises. */
export interface Reachable {
	/** The number of entries of the largest list, map, set or object. */
	largest: number;
	/** The names of properties that lead to it. */
	path: string;
	/** All texts together, in characters. */
	characters: number;
}

/** `besides`: properties that are not followed, such as the clock of a test. */
export function reachableFrom(root: object, besides = ['clock', 'context']): Reachable {
	const found = { largest: 0, path: '', characters: 0 };
	const seen = new Set<object>();
	const pending: Array<[value: unknown, path: string]> = [[root, '']];
	for (let next = pending.pop(); next; next = pending.pop()) {
		const [value, path] = next;
		if (typeof value === 'string') found.characters += value.length;
		if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
		seen.add(value);
		const entries = entriesOf(value);
		if (entries.length > found.largest) Object.assign(found, { largest: entries.length, path });
		for (const [name, inner] of entries) {
			if (besides.includes(nameOf(name))) continue;
			pending.push([name, path]);
			pending.push([inner, Array.isArray(value) || value instanceof Map ? path : `${path}.${nameOf(name)}`]);
		}
	}
	return found;
}

const nameOf = (name: unknown) => (typeof name === 'string' ? name : '');

function entriesOf(value: object): Array<[unknown, unknown]> {
	const own = value instanceof Map ? [...value] : value instanceof Set ? [...value].map((one) => [one, undefined]) : [];
	return [...(own as Array<[unknown, unknown]>), ...Object.entries(value)];
}
