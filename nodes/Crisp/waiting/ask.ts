import type { IDataObject } from 'n8n-workflow';
import type { Composing } from '../operations/operation';
import { Steps } from '../composed/support/steps';
import { questionId } from '../../shared/waits/reference';
import { codeOf } from './code';
import { openNote } from './noteText';
import { limitOf, questionIn } from './question';
import { keyParameter, type Question, type Wait } from './wait';

/** Asks the question of one item, for a wait in n8n's database. */

/** What an item needs to wait in n8n's database; undefined where it cannot. */
export interface Waiting {
	/** The signed address at which the execution resumes. Throws if n8n gives none. */
	resumeUrl(parameters: Record<string, string>): string;
	/** The index of the item, and of the run of the node. */
	item: number;
	run: number;
	ownKey: string;
	/** Keeps the wait. */
	add(wait: Wait): void;
	/**
	 * Checks that n8n reaches itself at the address. Throws a UserError if not and only a reply, of which n8n has to be told, can
	 * answer; with a link, it is logged.
	 */
	check(url: string, hasLink: boolean): Promise<void>;
}

/** Sends the note and, if the visitor is asked, the question. Throws a UserError before it sends what cannot be answered. */
export async function askAndWait(composing: Composing, waiting: Waiting): Promise<void> {
	const { values, clock, timezone } = composing;
	const question = questionIn(values);
	const website = String(values.website_id);
	const session = String(values.session_id);
	const key = `${waiting.run}.${waiting.item}`;
	const url = waiting.resumeUrl({ [keyParameter]: key });
	await waiting.check(url, question.hasLink);
	const until = limitOf(values, clock.now());
	const asked: Omit<Wait, 'note'> = {
		...question,
		...{ item: waiting.item, key, website, session, url, until },
		code: codeOf(url),
		asked: clock.now(),
	};
	const steps = new Steps(composing, { session_id: session, website_id: website }, () => '');
	const text = openNote({ ...asked, note: 0 }, { ownKey: waiting.ownKey, timezone });
	const { mentions } = values;
	const body = { type: 'note', from: 'operator', origin: 'chat', content: text, ...(mentions ? { mentions } : {}) };
	const note = await steps.take(
		'note',
		async () => await composing.sendMessage(session, body as IDataObject, { field: 'note_fingerprint' }),
		(made) => ({ text: `the note was written with fingerprint ${made}`, made: { note_fingerprint: made } }),
	);
	if (question.ask === 'team') return waiting.add({ ...asked, note });
	const sent = await steps.take(
		'question',
		async () =>
			await composing.sendMessage(session, messageFor(question, { values, url }), {
				part: 'question',
				field: 'question_fingerprint',
			}),
		(made) => ({ text: `the question was sent with fingerprint ${made}`, made: { question_fingerprint: made } }),
	);
	waiting.add({ ...asked, note, question: sent });
}

/** The question as the visitor sees it. */
function messageFor(question: Question, { values, url }: { values: IDataObject; url: string }): IDataObject {
	const { responseType, message: text, options } = question;
	const body = { from: 'operator', origin: 'chat', ...(values.automated === true && { automated: true }) };
	if (options.length > 0) {
		const choices = options.map(({ value, label }) => ({ value, label, selected: false }));
		return { ...body, type: 'picker', content: { id: questionId, text, choices } };
	}
	if (responseType === 'freeText') {
		return { ...body, type: 'field', content: { id: questionId, text, explain: 'Your answer' } };
	}
	const content = responseType === 'customForm' ? `${text}\n\n[Fill in the form](${url})` : text;
	return { ...body, type: 'text', content };
}
