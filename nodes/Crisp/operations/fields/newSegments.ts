import { list, type Field } from '../field';

/** Segments that no list has yet: they are sent together with those that are chosen in the field `segments`. */
export const newSegments = (extra: Partial<Field> = {}): Field =>
	list('Segments that are not in the list yet, separated by commas', {
		example: 'vip, wholesale',
		// Left empty, it says nothing about the segments that are chosen.
		isClearable: false,
		sentAs: { names: ['segments'], wire: (value) => ({ segments: value as string[] }) },
		...extra,
	});
