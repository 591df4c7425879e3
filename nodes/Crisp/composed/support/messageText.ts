import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { isAutomated, isPrivate, sideOfMessage, supposedTypeOf, typeOfMessage } from '../../../shared/events/message';
import { numberIn, textIn } from '../../../shared/runtime/coerce';
import { asPlainMarkdown, asSafeMarkdown, isLinkable, longestName, onOneLine, quoted, visible } from './quotedText';

export type Markup = 'text' | 'markdown';

/** How a writer shows the parts of a message. All of it is safe to be put behind the prefix of a line. */
interface Writer {
	/** What the author wrote, with line breaks. */
	words(text: string): string;
	/** What another person may have written, such as the answer in a question of a bot; on one line. */
	foreign(value: unknown): string;
	/** A named link; `named` says whether the name came with the message. */
	link(name: string, address: unknown, named?: boolean): string;
	/** A link that another person may have written, as text that leads nowhere. */
	foreignLink(label: unknown, address: unknown): string;
	box(isOn: boolean): string;
}

const asText: Writer = {
	words: visible,
	foreign: (value) => visible(quoted(value, Infinity)),
	link(name, address, isNamed) {
		const url = onOneLine(address);
		const shown = isNamed ? `File ${quoted(name, Infinity)}` : onOneLine(name);
		return visible(url ? `[${shown}] ${url}` : `[${shown}]`);
	},
	foreignLink(label, address) {
		const [shown, url] = [label, address].map((value) => visible(quoted(value, Infinity)));
		return [`[${['Link', shown].filter(Boolean).join(' ')}]`, url].filter(Boolean).join(' ');
	},
	box: (isOn) => (isOn ? '(x)' : '( )'),
};

function markdownBy(words: (text: string) => string): Writer {
	return {
		words: (text) => words(visible(text)),
		foreign: (value) => asPlainMarkdown(visible(quoted(value, Infinity))),
		link(name, address) {
			const [label, url] = [onOneLine(name), onOneLine(address)].map((text) => asPlainMarkdown(visible(text)));
			if (!url) return `\\[${label}\\]`;
			const target = textIn(address).trim();
			return isLinkable(target) ? `[${label}](${addressIn(target)})` : `\\[${label}\\] ${url}`;
		},
		foreignLink: (label, address) => asPlainMarkdown(asText.foreignLink(label, address)),
		box: (isOn) => (isOn ? '- [x]' : '- [ ]'),
	};
}

const ofVisitorInMarkdown = markdownBy(asPlainMarkdown);
const ofTeamInMarkdown = markdownBy(asSafeMarkdown);

/** A URL in which nothing can end the link; what is encoded already stays. */
function addressIn(url: string): string {
	const encoded = (sign: string) =>
		[...new TextEncoder().encode(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
	// Without the backslash, Markdown would read `&copy;` as a character.
	return url.replace(/[^\w\-.~:/?#@!$&'*+,;=%]/gu, encoded).replace(/&(?=#?\w+;)/g, '\\&');
}

/**
 * The text of a message for a reader: files as links, questions with their answer. Invisible characters are escaped, and
 * in Markdown the formats of a visitor; lines are separated by `\n` only.
 */
export function messageText(message: IDataObject, markup: Markup = 'text'): string {
	const { content } = message;
	const isTeams = isOfTeam(message);
	const writer = markup !== 'markdown' ? asText : isTeams ? ofTeamInMarkdown : ofVisitorInMarkdown;
	if (typeof content === 'string') return writer.words(content.trim());
	const said = objectIn(content);
	const type = supposedTypeOf(message);
	// A type may have the name of a property that every object inherits.
	if (Object.hasOwn(wording, type)) return wording[type]?.(said, writer).trim() ?? '';
	const words = (wordsIn(said.text) || wordsIn(said.name) || wordsIn(said.url)).trim();
	return isTeams ? writer.foreign(words) : writer.words(words);
}

/** What a visitor answers in place, and so changes: Crisp takes the whole content of such a message from the chatbox. */
const changeable = new Set(['picker', 'field', 'carousel']);

/**
 * Whether a visitor may have changed the content of a message, although the team wrote it: the visitor's chatbox answers a
 * question by updating it. An object of another type that is not known may be such a content, too.
 */
export function isChangeable(message: IDataObject): boolean {
	const type = supposedTypeOf(message);
	const isObject = typeof message.content === 'object' && message.content !== null;
	return changeable.has(type) || (isObject && !Object.hasOwn(wording, type));
}

/** A message may hold any value in any field; a malformed one must not fail the others. */
const objectIn = (value: unknown): IDataObject =>
	typeof value === 'object' && value !== null ? (value as IDataObject) : {};
const objectsIn = (value: unknown): IDataObject[] => (Array.isArray(value) ? value.map(objectIn) : []);
const wordsIn = (value: unknown): string => (typeof value === 'string' ? value : onOneLine(value));

const wording: Record<string, (said: IDataObject, writer: Writer) => string> = {
	file: ({ name, url }, { link }) => (textIn(name).trim() ? link(textIn(name).trim(), url, true) : link('File', url)),
	animation: ({ url }, { link }) => link('Animation', url),
	audio: ({ url, duration }, { link }) => link(numberIn(duration) > 0 ? `Audio, ${duration} s` : 'Audio', url),
	// Of these three, all is quoted: see `isChangeable`.
	picker: ({ text, choices }, { foreign, box }) => {
		const offered = objectsIn(choices).map(
			({ label, value, selected }) => `${box(selected === true)} ${foreign(label) || foreign(value)}`,
		);
		return [foreign(text), ...offered].join('\n');
	},
	field: ({ text, value }, { foreign }) => {
		const answer = foreign(value);
		return [foreign(text), answer ? `Answer: ${answer}` : 'Not answered yet'].join('\n');
	},
	carousel: ({ text, targets }, { foreign, foreignLink }) => {
		const cards = objectsIn(targets).map(({ title, description, actions }) => {
			const links = objectsIn(actions).map(({ label, url }) => foreignLink(label, url));
			return `- ${[foreign(title), foreign(description), ...links].filter(Boolean).join(', ')}`;
		});
		return [foreign(text), ...cards].join('\n');
	},
	event: ({ namespace, text }, { words }) =>
		words([onOneLine(namespace), wordsIn(text)].filter(Boolean).join(': ').trim()),
};

export type Role = 'Visitor' | 'Operator' | 'Bot' | 'Note' | 'Event' | 'Unknown';

/**
 * The role of a message's author. It comes from what only Crisp sets: the side, and for the team's messages the type and
 * the origin. `Unknown` if Crisp says nothing of the side: nothing of a visitor may count as a word of the team.
 */
export function roleOf(message: IDataObject): Role {
	const side = sideOfMessage(message);
	if (side !== 'operator') return side === 'user' ? 'Visitor' : 'Unknown';
	if (isPrivate(message)) return 'Note';
	if (typeOfMessage(message) === 'event') return 'Event';
	return isAutomated(message) ? 'Bot' : 'Operator';
}

/** Whether the team or one of its programs wrote a message. */
export function isOfTeam(message: IDataObject): boolean {
	return !['Visitor', 'Unknown'].includes(roleOf(message));
}

/** Formats a time as `2026-01-31 09:30`, in the given timezone. */
export function minuteOf(timestamp: unknown, timezone: string): string {
	return DateTime.fromMillis(numberIn(timestamp), { zone: timezone }).toFormat('yyyy-MM-dd HH:mm');
}

/** What begins each further line of a message: nothing that Markdown or a reader takes for a heading or an author. */
const prefix = '| ';

/**
 * A message with its role, author and time. Each further line has a prefix, so that one message cannot imitate two; in
 * Markdown, each line of the text is quoted.
 */
export function entryOf(message: IDataObject, timezone: string, markup: Markup = 'text'): string {
	const name = quoted(textIn(objectIn(message.user).nickname), longestName);
	const lines = messageText(message, markup).split('\n');
	const when = minuteOf(message.timestamp, timezone);
	if (markup === 'markdown') {
		const heading = [`**${roleOf(message)}**`, asPlainMarkdown(name)].filter(Boolean).join(' ');
		return [`${heading}, ${when}`, ...lines.map((line) => `> ${line}`)].join('\n');
	}
	const author = [roleOf(message), name].filter(Boolean).join(' ');
	return `[${when}] ${author}: ${lines.join(`\n${prefix}`)}`;
}

/** The lines of a text that is quoted as a whole, each with the prefix. */
export function quotedLines(text: string): string[] {
	return visible(text.trim())
		.split('\n')
		.map((line) => `${prefix}${line}`);
}

/** Whether a message is included: notes and events only if the user wants them, and nothing that is no message. */
export function isSaid(message: unknown, { include_notes, include_events }: IDataObject): boolean {
	if (typeof message !== 'object' || message === null) return false;
	if (isPrivate(message as IDataObject)) return include_notes === true;
	return typeOfMessage(message as IDataObject) !== 'event' || include_events === true;
}

/** The begin of an escape, of a character or of a further line, at the end of a text. */
const halves = /\\(?:u(?:\{[0-9A-F]*)?)?$|[\uD800-\uDBFF]$|\n\|? ?$/;

/** Cuts a text that is too long, and marks the cut with an ellipsis. No half of anything is left. */
export function cut(text: string, most: number): string {
	if (text.length <= most) return text;
	return `${text.slice(0, Math.max(0, most - 1)).replace(halves, '')}…`;
}
