import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { isAutomated, sideOfMessage, typeOfMessage } from '../../../shared/events/message';
import { numberIn } from '../../../shared/runtime/coerce';

export type Markup = 'text' | 'markdown';

/** The text of a message for a reader: files as links, questions with their answer. */
export function messageText({ type, content }: IDataObject, markup: Markup = 'text'): string {
	if (typeof content === 'string') return content.trim();
	const said = objectIn(content);
	// A type may have the name of a property that every object inherits.
	const isKnown = typeof type === 'string' && Object.hasOwn(wording, type);
	if (isKnown) return wording[type]?.(said, markup).trim() ?? '';
	return (wordsIn(said.text) || wordsIn(said.name) || wordsIn(said.url)).trim();
}

/** A message may hold any value in any field; a malformed one must not fail the others. */
const objectIn = (value: unknown): IDataObject =>
	typeof value === 'object' && value !== null ? (value as IDataObject) : {};
const objectsIn = (value: unknown): IDataObject[] => (Array.isArray(value) ? value.map(objectIn) : []);
const wordsIn = (value: unknown): string => (typeof value === 'string' ? value : oneLine(value));

const wording: Record<string, (said: IDataObject, markup: Markup) => string> = {
	file: ({ name, url }, markup) => link(oneLine(name) || 'File', url, markup),
	animation: ({ url }, markup) => link('Animation', url, markup),
	audio: ({ url, duration }, markup) => link(numberIn(duration) > 0 ? `Audio, ${duration} s` : 'Audio', url, markup),
	picker: ({ text, choices }, markup) => {
		const [on, off] = markup === 'markdown' ? ['- [x]', '- [ ]'] : ['(x)', '( )'];
		const offered = objectsIn(choices).map(
			({ label, value, selected }) => `${selected === true ? on : off} ${oneLine(label) || oneLine(value)}`,
		);
		return [wordsIn(text), ...offered].join('\n');
	},
	field: ({ text, value }) => {
		const answer = wordsIn(value);
		return [wordsIn(text), answer ? `Answer: ${answer}` : 'Not answered yet'].join('\n');
	},
	carousel: ({ text, targets }, markup) => {
		const cards = objectsIn(targets).map(({ title, description, actions }) => {
			const links = objectsIn(actions).map(({ label, url }) => link(oneLine(label) || 'Link', url, markup));
			return `- ${[oneLine(title), wordsIn(description), ...links].filter(Boolean).join(', ')}`;
		});
		return [wordsIn(text), ...cards].join('\n');
	},
	event: ({ namespace, text }) => [wordsIn(namespace), wordsIn(text)].filter(Boolean).join(': '),
};

function link(name: string, address: unknown, markup: Markup): string {
	const url = oneLine(address);
	if (!url) return `[${name}]`;
	if (markup === 'text') return `[${name}] ${url}`;
	// Brackets in a name and parentheses in a URL would end the link; so would a backslash before an escaped one.
	return `[${name.replace(/[\\[\]]/g, '\\$&')}](${url.replace(/[()\s]/g, (sign) => escapes[sign] ?? '%20')})`;
}

const escapes: Record<string, string> = { '(': '%28', ')': '%29' };

/** The role of a message's author: Visitor, Operator, Bot, Note or Event. */
export function roleOf(message: IDataObject): string {
	const type = typeOfMessage(message);
	if (type === 'note') return 'Note';
	if (type === 'event') return 'Event';
	if (sideOfMessage(message) === 'user') return 'Visitor';
	return isAutomated(message) ? 'Bot' : 'Operator';
}

/** The author of a message: the nickname, else the role; on one line. */
export function authorOf(message: IDataObject): string {
	const { nickname } = objectIn(message.user);
	return oneLine(nickname) || roleOf(message);
}

/** Collapses line breaks and other whitespace, so that untrusted input cannot start a new line. */
export function oneLine(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
		? String(value)
				.replace(/[\s\u0085]+/g, ' ')
				.trim()
		: '';
}

/** Formats a time as `2026-01-31 09:30`, in the given timezone. */
export function minuteOf(timestamp: unknown, timezone: string): string {
	return DateTime.fromMillis(numberIn(timestamp), { zone: timezone }).toFormat('yyyy-MM-dd HH:mm');
}

/** Every character that a reader or an AI model may take for a line break. */
const endOfLine = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** A message with author and time. Further lines are indented or quoted, so that one message cannot imitate two. */
export function entryOf(message: IDataObject, timezone: string, markup: Markup = 'text'): string {
	const [author, role] = [authorOf(message), roleOf(message)];
	const lines = messageText(message, markup).split(endOfLine);
	const when = minuteOf(message.timestamp, timezone);
	const isNamed = author !== role;
	if (markup === 'markdown') {
		const heading = `**${author.replace(/[\\*_[\]`<>]/g, '\\$&')}**${isNamed ? ` (${role})` : ''}, ${when}`;
		return [heading, ...lines.map((line) => `> ${line}`)].join('\n');
	}
	return `[${when}] ${isNamed ? `${author} (${role})` : role}: ${lines.join('\n  ')}`;
}

/** Whether a message is included: notes and events only if the user wants them. */
export function isSaid({ type }: IDataObject, { include_notes, include_events }: IDataObject): boolean {
	if (type === 'note') return include_notes === true;
	return type !== 'event' || include_events === true;
}
