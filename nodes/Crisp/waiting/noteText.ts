import { DateTime } from 'luxon';
import { referenceText, type Decision } from '../../shared/waits/reference';
import type { Answer, Wait } from './wait';

/** The text of the private note, with the link to the execution that waits. */

export interface NoteContext {
	/** That of `ownKeyOf`. */
	ownKey: string;
	/** The timezone of the workflow, as an IANA name. */
	timezone: string;
}

/** The note while the wait is open. */
export function openNote(wait: Wait, { ownKey, timezone }: NoteContext): string {
	const link = `[${takesLink(wait) ? 'Answer by link' : 'Waiting in n8n'}](${referenceText(ownKey, wait)})`;
	const end = wait.until > 0 ? ` n8n waits until ${timeText(wait.until, timezone)}.` : '';
	return `${asked(wait)}\n\n${howToAnswer(wait)} ${link}.${end}${localText(wait)}`;
}

/** The note after the decision: what was decided, who did, and when. */
export function decidedNote(
	wait: Wait,
	{ decision, answer }: { decision: Decision; answer?: Answer },
	{ ownKey, timezone }: NoteContext,
): string {
	const link = `[n8n](${referenceText(ownKey, { ...wait, decision })})`;
	return `${asked(wait)}\n\n${outcomeText(answer)}, ${timeText(decision.at, timezone)} (${link})`;
}

function asked({ ask, message }: Wait): string {
	return ask === 'team' ? message : `n8n asked the visitor: ${oneLine(message)}`;
}

function outcomeText(answer?: Answer): string {
	if (!answer) return '**No answer came in time**';
	const who = answer.from === 'user' ? 'by the visitor' : `by ${oneLine(answer.operator_name ?? 'an operator')}`;
	return `**${outcomeOf(answer)}** ${answer.by === 'link' ? 'by link' : who}`;
}

function outcomeOf({ choice, fields, text }: Answer): string {
	if (choice) return oneLine(choice.label);
	return fields ? 'Form filled in' : text ? `Answer: ${oneLine(text)}` : 'Answered';
}

function howToAnswer(wait: Wait): string {
	const { ask, responseType, options, code } = wait;
	if (ask === 'visitor') return 'The workflow continues when the visitor has answered.';
	if (responseType === 'customForm') return 'Fill in the form:';
	const words = options.map(({ label }) => `**${oneLine(label)}**`).join(' or ');
	const how = `Answer with a private note${words ? `: ${words}` : ''}. If n8n asks more here, add **#${code}**.`;
	return takesLink(wait) ? `${how} Or:` : how;
}

const takesLink = ({ ask, hasLink }: Wait) => hasLink && ask === 'team';

/** A link to this machine leads nowhere for others. */
function localText(wait: Wait): string {
	const isLocal = isLocalAddress(wait.url) && wait.hasLink;
	return isLocal ? ' The link works on the machine of n8n only, because its WEBHOOK_URL is not set.' : '';
}

/** Whether an address leads to the machine itself, for each who opens it. */
function isLocalAddress(url: string): boolean {
	return /^https?:\/\/(localhost|127\.\d|\[::1\])/.test(url);
}

const longestLine = 300;

/** A text for one line of the note, without what Markdown could take for a link. */
function oneLine(text: string): string {
	const line = text
		.replace(/\s+/g, ' ')
		.replace(/[[\]<>]/g, '')
		.trim();
	return line.length > longestLine ? `${line.slice(0, longestLine)}…` : line;
}

function timeText(at: number, timezone: string): string {
	return `${DateTime.fromMillis(at, { zone: timezone }).toFormat('yyyy-MM-dd HH:mm')} ${timezone}`;
}
