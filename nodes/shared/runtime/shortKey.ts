import { hash } from 'node:crypto';

/** The longest text that is kept as a key or an ID, in characters. Crisp's IDs have at most 44. */
export const longestKey = 100;

/**
 * The text, or a hash of it if it is longer than `longestKey`: the sender of an event decides how long its IDs are, and
 * what is remembered must not grow with them. The same in every process.
 */
export function shortKey(text: string): string {
	return text.length <= longestKey ? text : `#${hash('sha256', text, 'base64')}`;
}
