import type { Field } from '../../nodes/Crisp/operations/field';

/** Of fields that Crisp takes only one of, because they are sent under the same names: the last. All others stay. */
export function usableTogether<Entry>(entries: Entry[], fieldOf: (entry: Entry) => Field): Entry[] {
	const taken = new Set<string>();
	const isFree = (entry: Entry) => {
		const { names = [] } = fieldOf(entry).sentAs ?? {};
		const isFirst = !names.some((name) => taken.has(name));
		for (const name of names) taken.add(name);
		return isFirst;
	};
	return [...entries].reverse().filter(isFree).reverse();
}
