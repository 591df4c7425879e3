import { textIn } from '../../../shared/runtime/coerce';
import { isTooDeep, tooDeep } from '../../../shared/runtime/nesting';

/**
 * How texts that a visitor may have written are shown to a language model or a reader, so that they cannot look like
 * anything else. The format is documented in docs/ai-agents.md.
 */

/** Scripts in which joiners (U+200C, U+200D) change how letters look. */
const joining = [
	...['Arabic', 'Syriac', 'Mongolian', 'Nko', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil'],
	...['Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar', 'Tibetan'],
];
/** Scripts that are written from right to left. */
const rightToLeft = ['Arabic', 'Hebrew', 'Syriac', 'Thaana', 'Nko'];
/** Scripts without blanks between words, where U+200B marks the end of a word. */
const unspaced = ['Thai', 'Lao', 'Khmer', 'Myanmar'];

/** A visible character of these scripts: U+061C, which no font shows, is Arabic by itself. */
const anyOf = (scripts: string[]) =>
	`(?!\\p{Default_Ignorable_Code_Point})[${scripts.map((script) => `\\p{Script=${script}}`).join('')}]`;
const between = (scripts: string[], signs: string) => `(?<=${anyOf(scripts)})${signs}(?=${anyOf(scripts)})`;

/** The tags after U+1F3F4 that make the flags of England, Scotland and Wales; other tags can hide a text. */
const flag = ['gbeng', 'gbsct', 'gbwls'].map((code) => [...code].map((letter) => `\\u{E00${hexOf(letter)}}`).join(''));
const pictogram = '\\p{Extended_Pictographic}[\\uFE0E\\uFE0F]?\\p{Emoji_Modifier}?';
const directionMark = '[\\u200E\\u200F\\u061C]';

/** Invisible characters that a text needs in order to read naturally. */
const natural = [
	`\\u{1F3F4}(?:${flag.join('|')})\\u{E007F}`,
	`${pictogram}(?:\\u200D${pictogram})*`,
	'(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
	'(?<=\\p{Script=Han})[\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}]',
	'(?<=[\\u1820-\\u1878])[\\u180B-\\u180E]',
	between(joining, '[\\u200C\\u200D]'),
	between(unspaced, '\\u200B'),
	`(?<=${anyOf(rightToLeft)})${directionMark}|${directionMark}(?=${anyOf(rightToLeft)})`,
].join('|');

/** Control characters, all line breaks, half characters, and what fonts do not show, such as bidirectional overrides. */
const hidden = '[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Default_Ignorable_Code_Point}\\uFFF9-\\uFFFB]';

const hiddenSigns = new RegExp(`(${natural})|${hidden}`, 'gu');
/** The same, and a backslash that would look like the begin of an escape. */
const signsToEscape = new RegExp(`(${natural})|${hidden}|\\\\(?=u\\{)`, 'gu');

function hexOf(sign: string): string {
	return (sign.codePointAt(0) ?? 0).toString(16).toUpperCase();
}

/** Turns the line breaks `\r\n` and `\r` into `\n`. */
const withPlainBreaks = (text: string) => text.replace(/\r\n?/g, '\n');

/**
 * A text with each invisible character as `\u{202E}`, by its code point in hexadecimal. Tabs and the line breaks `\n`,
 * `\r\n` and `\r` stay, the latter two as `\n`. `\u{` itself becomes `\u{5C}u{`, so that nothing is lost.
 */
export function visible(text: string): string {
	return withPlainBreaks(text).replace(signsToEscape, (sign, kept?: string) =>
		kept !== undefined || sign === '\n' || sign === '\t' ? sign : `\\u{${hexOf(sign)}}`,
	);
}

/** The most characters that a value gets in the text for a language model, with its quotation marks. */
export const longestValue = 300;
/** The most characters that a name gets. */
export const longestName = 60;

/**
 * A value as a JSON string with at most `most` characters; the end of a longer one is replaced by `…`. Objects and lists
 * become the JSON text of them first. Empty if there is no value.
 */
export function quoted(value: unknown, most = longestValue): string {
	const text = wordsOf(value).trim();
	if (text === '') return '';
	// Each character needs at least one; a longer text needs to be looked at only as far as it may fit.
	let length = Math.min(text.length, most);
	for (;;) {
		const isCut = length < text.length;
		const made = jsonString(isCut ? `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…` : text);
		if (made.length <= most || length === 0) return made;
		length = Math.max(0, Math.min(length - 1, Math.floor((length * most) / made.length)));
	}
}

/** The words of any value; empty for null and undefined. */
function wordsOf(value: unknown): string {
	if (typeof value === 'string') return value;
	if (value === undefined || value === null) return '';
	return isTooDeep(value) ? tooDeep : (JSON.stringify(value) ?? '');
}

function jsonString(text: string): string {
	return JSON.stringify(text).replace(hiddenSigns, (sign, kept?: string) => kept ?? jsonEscapes(sign));
}

function jsonEscapes(sign: string): string {
	const units = Array.from({ length: sign.length }, (_, index) => sign.charCodeAt(index));
	return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A value that shares a line with others: as it is, or as a JSON string if it breaks lines or begins like one. */
export function onOneLine(value: unknown): string {
	const text = (typeof value === 'boolean' ? String(value) : textIn(value)).trim();
	return text.startsWith('"') || text !== text.replace(lineBreaks, '') ? quoted(text, Infinity) : text;
}

const lineBreaks = /[\n\r\v\f\u0085\u2028\u2029]/g;

/** Several values as JSON strings, as many as fit into `most` characters, and how many do not. */
export function listed(values: string[], most: number): string {
	const shown: string[] = [];
	let length = 0;
	for (const value of values) {
		length += value.length + 2;
		if (length > most) break;
		shown.push(value);
	}
	const others = values.length - shown.length;
	return [...shown, ...(others > 0 ? [`(${others} more left out)`] : [])].join(', ');
}

/** A text of a visitor for Markdown: it is shown as it is, and formats nothing. */
export function asPlainMarkdown(text: string): string {
	return text
		.replace(/[\\`*_[\]<>~|]|&(?=#?\w+;)/g, '\\$&')
		.replace(/^([ \t]*)([-+#=])/gm, '$1\\$2')
		.replace(/^([ \t]*\d+)([.)])/gm, '$1\\$2');
}

/**
 * A text of the team for Markdown: formats stay. Links and images lead to http, https and mailto addresses only, and HTML
 * is shown as text. Entities are used because a backslash before a backslash of the text would end its effect.
 */
export function asSafeMarkdown(text: string): string {
	return text
		.replace(/\]\((?!\s*<?(?:https?:\/\/|mailto:))/gi, ']&#40;')
		.replace(/\]:(?!\s*<?(?:https?:\/\/|mailto:))/gi, ']&#58;')
		.replace(/<(?!(?:https?:\/\/|mailto:)[^\s<>]*>)/gi, '&lt;');
}

/** Whether Markdown may link to an address. */
export function isLinkable(url: string): boolean {
	return /^(?:https?:\/\/|mailto:)/i.test(url);
}
