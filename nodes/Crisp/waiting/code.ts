import { createHash } from 'node:crypto';

/** The short word by which an operator names a question among several of a conversation, such as `#K7QH`. */

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '234567';
const characters = letters + digits;

/**
 * The code of the question whose execution resumes at the address. A letter and a digit come first, so that neither a word
 * nor a number is taken for a code; the last character checks the others, so that hardly any name of a product is.
 */
export function codeOf(url: string): string {
	const bytes = createHash('sha256').update(url).digest();
	const start = [letters, digits, characters]
		.map((from, index) => from.charAt((bytes[index] ?? 0) % from.length))
		.join('');
	return start + checkOf(start);
}

/** The codes in a text, in capitals. */
export function codesIn(text: string): string[] {
	const found = [...text.matchAll(/#([a-z][2-7][a-z2-7]{2})(?![\w-])/gi)].map(([, code = '']) => code.toUpperCase());
	return found.filter((code) => checkOf(code.slice(0, -1)) === code.slice(-1));
}

/** The text without a code that it has. */
export function withoutCode(text: string, code: string): string {
	return text.replace(new RegExp(`#${code}(?![\\w-])`, 'gi'), '').trim();
}

/** Differs if one character differs: 3 and 9 have no divisor in common with the number of characters. */
function checkOf(start: string): string {
	const sum = [...start].reduce((total, one) => total * 3 + characters.indexOf(one), 0);
	return characters.charAt(sum % characters.length);
}
