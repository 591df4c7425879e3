import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

export type Markup = 'text' | 'markdown';

/** What a message says to a reader: files as links, questions with what was answered. */
export function wordsOf({ type, content }: IDataObject, markup: Markup = 'text'): string {
	if (typeof content === 'string') return content.trim();
	const said = (content ?? {}) as Said;
	const words = wording[String(type)]?.(said, markup) ?? said.text ?? said.name ?? said.url ?? '';
	return words.trim();
}

interface Said {
	text?: string;
	name?: string;
	url?: string;
	duration?: number;
	value?: string;
	namespace?: string;
	choices?: Array<{ label?: string; value?: string; selected?: boolean }>;
	targets?: Array<{ title?: string; description?: string; actions?: Array<{ label?: string; url?: string }> }>;
}

const wording: Record<string, (said: Said, markup: Markup) => string> = {
	file: ({ name, url }, markup) => link(name ?? 'File', url, markup),
	animation: ({ url }, markup) => link('Animation', url, markup),
	audio: ({ url, duration }, markup) => link(duration ? `Audio, ${duration} s` : 'Audio', url, markup),
	picker: ({ text, choices = [] }, markup) => {
		const [on, off] = markup === 'markdown' ? ['- [x]', '- [ ]'] : ['(x)', '( )'];
		const offered = choices.map(({ label, value, selected }) => `${selected ? on : off} ${label ?? value ?? ''}`);
		return [text, ...offered].join('\n');
	},
	field: ({ text, value }) => [text, value ? `Answer: ${value}` : 'Not answered yet'].join('\n'),
	carousel: ({ text, targets = [] }, markup) => {
		const cards = targets.map(({ title = '', description, actions = [] }) => {
			const links = actions.map(({ label, url }) => link(label ?? 'Link', url, markup));
			return `- ${[title, description, ...links].filter(Boolean).join(', ')}`;
		});
		return [text, ...cards].join('\n');
	},
	event: ({ namespace, text }) => [namespace, text].filter(Boolean).join(': '),
};

function link(name: string, url: string | undefined, markup: Markup): string {
	if (!url) return `[${name}]`;
	if (markup === 'text') return `[${name}] ${url}`;
	// Brackets in a name and parentheses in an address would end the link.
	return `[${name.replace(/[[\]]/g, '\\$&')}](${url.replace(/[()\s]/g, (sign) => escapes[sign] ?? '%20')})`;
}

const escapes: Record<string, string> = { '(': '%28', ')': '%29' };

/** What somebody is in a conversation: Visitor, Operator, Bot, Note or Event. */
export function roleOf({ type, from, automated }: IDataObject): string {
	if (type === 'note') return 'Note';
	if (type === 'event') return 'Event';
	if (from === 'user') return 'Visitor';
	return automated === true ? 'Bot' : 'Operator';
}

/** Who wrote a message, by nickname, or else by role; on one line. */
export function authorOf(message: IDataObject): string {
	const { nickname } = (message.user ?? {}) as IDataObject;
	return oneLine(nickname) || roleOf(message);
}

/** A value that a visitor may have made up, as part of a line that it cannot end. */
export function oneLine(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
		? String(value).replace(/\s+/g, ' ').trim()
		: '';
}

/** A moment as `2026-01-31 09:30`, in the zone of the workflow. */
export function minuteOf(timestamp: unknown, timezone: string): string {
	return DateTime.fromMillis(Number(timestamp), { zone: timezone }).toFormat('yyyy-MM-dd HH:mm');
}

/** A message with who wrote it and when. No message can look like two: its later lines are set off. */
export function entryOf(message: IDataObject, timezone: string, markup: Markup = 'text'): string {
	const [author, role] = [authorOf(message), roleOf(message)];
	const lines = wordsOf(message, markup).split(/\r?\n/);
	const when = minuteOf(message.timestamp, timezone);
	const isNamed = author !== role;
	if (markup === 'markdown') {
		const heading = `**${author.replace(/[\\*_[\]`<>]/g, '\\$&')}**${isNamed ? ` (${role})` : ''}, ${when}`;
		return [heading, ...lines.map((line) => `> ${line}`)].join('\n');
	}
	return `[${when}] ${isNamed ? `${author} (${role})` : role}: ${lines.join('\n  ')}`;
}

/** Whether a message is of those that a reader asked for: notes and events only where they are included. */
export function isSaid({ type }: IDataObject, { include_notes, include_events }: IDataObject): boolean {
	if (type === 'note') return include_notes === true;
	return type !== 'event' || include_events === true;
}
