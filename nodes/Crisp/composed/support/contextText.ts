import type { IDataObject } from 'n8n-workflow';
import { entryOf, minuteOf, oneLine } from './messageText';

export interface Context {
	conversation: IDataObject;
	/** The latest messages, oldest first. */
	messages: IDataObject[];
	/** Whether there are no messages before them. */
	isWhole: boolean;
	person?: IDataObject;
	/** Custom data of the person. */
	data: IDataObject;
	others: IDataObject[];
}

const longestExcerpt = 200;

/** Everything but the messages: sections with a heading each, the most important first. */
export function headOf(context: Context, timezone: string): string {
	return [conversationLines(context, timezone), personLines(context), otherLines(context, timezone)]
		.filter((lines) => lines.length > 1)
		.map((lines) => lines.join('\n'))
		.join('\n\n');
}

function conversationLines({ conversation, messages }: Context, timezone: string): string[] {
	const { state, assigned, created_at } = conversation;
	const { subject, segments, data } = (conversation.meta ?? {}) as IDataObject;
	const operator = (assigned as IDataObject | null)?.user_id;
	return [
		'# Conversation',
		...line('State', state),
		...line('Started', created_at && minuteOf(created_at, timezone)),
		line('Assigned to', operator && nameOf(operator, messages))[0] ?? 'Assigned to: nobody',
		...line('Subject', subject),
		...line('Segments', listed(segments)),
		...line('Custom data', pairsOf(data)),
	];
}

/** The name of an operator if they wrote a message, else the ID. */
function nameOf(operator: unknown, messages: IDataObject[]): string {
	const users = messages.map(({ user }) => (user ?? {}) as IDataObject);
	return oneLine(users.find(({ user_id }) => user_id === operator)?.nickname) || oneLine(operator);
}

function personLines({ conversation, person = {}, data }: Context): string[] {
	const meta = (conversation.meta ?? {}) as IDataObject;
	const profile = (person.person ?? {}) as IDataObject;
	const { title, role } = (profile.employment ?? {}) as IDataObject;
	const { city, country } = (profile.geolocation ?? {}) as IDataObject;
	return [
		'# Visitor',
		...line('Name', profile.nickname ?? meta.nickname),
		...line('Email', person.email || meta.email),
		...line('Phone', profile.phone || meta.phone),
		...line('Company', (person.company as IDataObject | undefined)?.name),
		...line('Job', title || role),
		...line('Place', listed([city, country])),
		...line('Segments', listed(person.segments)),
		...line('Custom data', pairsOf(data)),
		...line('About', profile.description),
		...line('Notes of the team', person.notepad),
	];
}

function otherLines({ others }: Context, timezone: string): string[] {
	const entries = others.map(({ updated_at, state, meta, last_message }) => {
		const subject = oneLine((meta as IDataObject | undefined)?.subject);
		const said = cut(oneLine(last_message), longestExcerpt);
		const title = [minuteOf(updated_at, timezone), oneLine(state), subject].filter(Boolean).join(', ');
		return `- ${title}: ${said || 'no messages'}`;
	});
	return ['# Other conversations of the visitor, the latest first', ...entries];
}

function line(name: string, value: unknown): string[] {
	const text = oneLine(value);
	return text ? [`${name}: ${text}`] : [];
}

function listed(values: unknown): string {
	return Array.isArray(values) ? values.map(oneLine).filter(Boolean).join(', ') : '';
}

function pairsOf(data: unknown): string {
	const entries = Object.entries((data ?? {}) as IDataObject);
	return entries
		.map(([key, value]) => `${oneLine(key)}: ${oneLine(value) || oneLine(JSON.stringify(value))}`)
		.join('; ');
}

interface Fitting {
	/** The maximum number of characters. */
	most: number;
	timezone: string;
	/** Whether there are no messages before the given ones. */
	isWhole: boolean;
}

/**
 * The head and as many of the newest messages as fit into `most` characters. The head gets at most half of them. If the
 * newest message alone is too long, it is cut.
 */
export function fitted(head: string, messages: IDataObject[], { most, timezone, isWhole }: Fitting) {
	const about = cut(head, Math.floor(most / 2));
	const noteOf = (count: number) => (count === 0 ? '' : `\n(left out here: ${earlier(count, isWhole)})`);
	const beginning = `${about}\n\n# Latest messages, the newest last`;
	// Reserve room for the longest possible note, so that it always fits.
	const room = most - beginning.length - noteOf(messages.length).length;
	const entries = messages.map((message) => `\n${entryOf(message, timezone)}`);
	let kept = 0;
	let length = 0;
	while (kept < entries.length) {
		const next = entries[entries.length - 1 - kept] ?? '';
		if (length + next.length > room) break;
		length += next.length;
		kept += 1;
	}
	const isTooLong = kept === 0 && entries.length > 0;
	if (isTooLong) kept = 1;
	const shown = isTooLong ? [cut(entries.at(-1) ?? '', room)] : entries.slice(entries.length - kept);
	const context = beginning + noteOf(entries.length - kept) + (shown.join('') || '\nNo messages yet');
	return { context, kept };
}

function earlier(count: number, isWhole: boolean): string {
	return `${count} earlier message${count === 1 ? '' : 's'}${isWhole ? '' : ', and any before'}`;
}

/** Cuts a text that is too long, and marks the cut with an ellipsis. */
function cut(text: string, most: number): string {
	if (text.length <= most) return text;
	return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
