/**
 * Anything but text or a number becomes an empty text: payloads may contain anything, and no event may disturb others.
 */
export function textIn(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Anything but text or a number becomes NaN. `Number` could even throw: data may have a field called `valueOf`. */
export function numberIn(value: unknown): number {
	return typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
}

/** Words for true and false, in any case: of JavaScript and Python, of sheets, of forms, and of people. */
export const truths: Record<string, boolean> = {
	true: true,
	yes: true,
	on: true,
	1: true,
	false: false,
	no: false,
	off: false,
	0: false,
};

/** What a word says, in any case; undefined if it is neither a word for true nor one for false. */
export function truthOf(word: string): boolean | undefined {
	const name = word.toLowerCase();
	return Object.hasOwn(truths, name) ? truths[name] : undefined;
}
