/** A character without ink: spaces of all kinds, and characters that only affect how others are shown (format, Cf). */
const blank = /[\s\u0085\p{Cf}]/u;

/**
 * Removes what surrounds a text in sheets and web pages: spaces, no-break spaces, line breaks, zero-width characters.
 * Linear in the length of the text.
 */
export function trimmed(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && blank.test(text.charAt(start))) start++;
	while (end > start && blank.test(text.charAt(end - 1))) end--;
	return text.slice(start, end);
}

/**
 * Characters that cannot be seen and never belong to an ID or an address: soft hyphens, zero-width spaces, direction
 * marks. The zero-width joiners U+200C and U+200D are not among them, as some scripts need them within a word.
 */
const invisible = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g;

/** A text that identifies or addresses something, as it is meant: trimmed, and without invisible characters. */
export function identifierIn(text: string): string {
	return trimmed(text).replace(invisible, '');
}
