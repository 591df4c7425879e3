import { UserError, type IDataObject } from 'n8n-workflow';
import { conversationUrl } from '../../../shared/events/output';
import { isoTime, named, type NamedOutput } from '../../../shared/events/vocabulary';
import { choice, fingerprint, flag, longText, number, table } from '../../operations/field';
import { fieldHint, isQuestion, ofChoice, words } from '../../operations/fields/question';
import { sender } from '../../operations/fields/senders';
import type { ComposedOperation, Composing, OutputItem } from '../../operations/operation';
import { setAt } from '../../request/toWire';
import { awaitReply } from '../support/awaitReply';
import { earlierMessage } from '../support/messageBody';
import { askAndWait } from '../../waiting/ask';
import { waitFields, waitOptions } from '../../waiting/fields';
import { Steps } from '../support/steps';
import { messageTypeHints, messageTypesNamed } from '../../../shared/events/catalogue';

const longest = 15;
const inExecution = { wait: ['execution'] };

/** The fields that belong to the message; the others configure the wait. */
const ofMessage = /^(type|content|user|automated)\b/;

const typeHints = {
	...messageTypeHints,
	text: 'Any message is an answer',
	note: 'Only operators see it, and only their reply ends the wait',
};

export const sendAndWait: ComposedOperation = {
	name: 'Send and Wait for Response',
	action: 'Send a message and wait for the reply',
	description: `Ask the team or the visitor, and wait for the answer: for days, or up to ${longest} minutes`,
	note: "For days, the wait is in n8n's database. In the execution, polling takes about 60 requests in 5 minutes, 120 in 15.",
	scope: 'website:conversation:messages',
	variables: ['website_id', 'session_id'],
	body: {
		...waitFields,
		type: choice(messageTypesNamed('text', 'note', 'picker', 'field'), 'How the question is asked', {
			label: 'Message Type',
			required: true,
			fallback: 'text',
			hints: typeHints,
			when: inExecution,
		}),
		content: words,
		'content.text': longText('What is asked', { label: 'Question', required: true, when: isQuestion }),
		'content.choices': table(ofChoice, 'What the visitor can choose; no other value counts as an answer', {
			required: true,
			when: { type: ['picker'] },
		}),
		'content.explain': fieldHint,
		reply_from: choice(
			{ user: 'Visitor', operator: 'Operator', anyone: 'Anyone' },
			'Whose reply ends the wait; messages of bots and of this n8n never do',
			{ label: 'Reply From', required: true, fallback: 'user', when: { type: ['text', 'picker', 'field'] } },
		),
		wait_minutes: number(`How long to wait for the reply, at most ${longest} minutes`, {
			label: 'Wait at Most (Minutes)',
			required: true,
			fallback: 5,
			when: inExecution,
		}),
		fails: flag('Whether the item fails when no reply came in time, instead of going on with "answered": false', {
			label: 'Fail Without Reply',
			when: inExecution,
		}),
		automated: flag('Whether the message is marked as written by a bot'),
		question_fingerprint: fingerprint(
			'The question, if an earlier run sent it: it is not sent again if it is there, and a reply that came meanwhile counts',
			{ label: 'Question Fingerprint', isRare: true, when: inExecution },
		),
		...waitOptions,
		...sender,
	},
	returns: [
		'answered',
		'approved',
		'answered_by',
		'text',
		'choice',
		'choice_label',
		'operator_name',
		'file_url',
		'from',
		'waited_seconds',
		'sent_at',
		'conversation_url',
		'session_id',
		'website_id',
		'operator_id',
		'fingerprint',
		'question_fingerprint',
		'note_fingerprint',
		'timestamp',
		'data',
	],
	async compose(composing) {
		const { values, clock } = composing;
		if (values.wait === 'n8n') return await inDatabase(composing);
		const minutes = Number(values.wait_minutes);
		if (!(minutes > 0 && minutes <= longest)) {
			throw new UserError(`'Wait at Most (Minutes)' cannot be ${minutes}`, {
				description: `Give a number up to ${longest}. For longer waits, set 'Wait' to 'In the Database (for Days)'.`,
			});
		}
		const session = String(values.session_id);
		const steps = new Steps(composing, { session_id: session, website_id: values.website_id }, adviceFor);
		const fingerprint = await ask(composing, steps);
		const begun = clock.now();
		const reply = await steps.follow(async () => {
			const found = await awaitReply(composing, { fingerprint, until: begun + minutes * 60_000 });
			if (!found && values.fails === true) throw noReply(minutes);
			return found;
		});
		const waited_seconds = Math.round((clock.now() - begun) / 1_000);
		const website = String(values.website_id);
		const json = named({
			answered: reply !== undefined,
			text: reply?.text ?? null,
			choice: reply?.choice ?? null,
			choice_label: reply?.choice_label ?? null,
			file_url: reply?.file_url ?? null,
			from: reply?.from || null,
			waited_seconds,
			sent_at: isoTime(reply?.timestamp),
			conversation_url: conversationUrl(website, session),
			session_id: session,
			website_id: website,
			fingerprint: reply?.fingerprint ?? null,
			question_fingerprint: fingerprint,
			timestamp: reply?.timestamp ?? null,
		});
		return [{ json }];
	},
};

/** The output of an item that waits appears when the execution resumes: see `nodes/Crisp/waiting/resume.ts`. */
async function inDatabase(composing: Composing): Promise<OutputItem[]> {
	if (composing.waiting) {
		await askAndWait(composing, composing.waiting);
		return [];
	}
	throw new UserError("This execution cannot wait in n8n's database", {
		description:
			"Set 'Wait' to 'In the Execution (up to 15 Minutes)'. An agent's tool cannot wait for days: to let people approve what it does, add Crisp under 'Human review' between the agent and the tool.",
	});
}

async function ask({ values, sendMessage }: Composing, steps: Steps): Promise<number> {
	const how = { ...earlierMessage(values.question_fingerprint), field: 'question_fingerprint' as const };
	const send = async () => await sendMessage(String(values.session_id), questionFrom(values), how);
	return await steps.take('question', send, (made) => ({
		text: `the question was sent with fingerprint ${made}`,
		made: { question_fingerprint: made },
	}));
}

function adviceFor({ question_fingerprint: made }: NamedOutput): string {
	if (made === undefined) return '';
	return `To continue in another execution, set 'Question Fingerprint' to ${String(made)}.`;
}

function noReply(minutes: number): UserError {
	return new UserError(`No reply came within ${minutes} minute${minutes === 1 ? '' : 's'}`, {
		description:
			"The question remains in the conversation. Wait longer, or remove 'Fail Without Reply' to continue without a reply.",
	});
}

function questionFrom(values: IDataObject): IDataObject {
	const body: IDataObject = { from: 'operator', origin: 'chat' };
	for (const [name, value] of Object.entries(values)) {
		if (ofMessage.test(name)) setAt(body, name, value);
	}
	const { type, content } = body;
	if (type === 'picker' || type === 'field') (content as IDataObject).id = 'question';
	const { choices } = (content ?? {}) as { choices?: IDataObject[] };
	for (const one of choices ?? []) one.selected = false;
	return body;
}
