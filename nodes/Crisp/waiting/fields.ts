import { choice, flag, group, list, longText, number, table, text, type Fields } from '../operations/field';
import { ofChoice } from '../operations/fields/question';

/** The form of "Send and Wait" for a wait in n8n's database, as n8n's own chat nodes have it. */

const inDatabase = { wait: ['n8n'] };

/** The fields that other fields depend on come first. */
export const waitFields: Fields = {
	wait: choice(
		{ n8n: 'In the Database (for Days)', execution: 'In the Execution (up to 15 Minutes)' },
		"Where the workflow waits. In n8n's database, a reply in the conversation is noticed only if this n8n has a published Crisp Trigger with the same credential and an event of messages; a link needs none.",
		{
			required: true,
			fallback: 'n8n',
			hints: { n8n: 'The wait survives restarts of n8n', execution: 'A restart of n8n ends the wait' },
		},
	),
	ask: choice(
		{ team: 'Team (Private Note)', visitor: 'Visitor' },
		'Who is asked. When it is the visitor, a private note shows the team what the workflow waits for.',
		{ required: true, fallback: 'team', when: inDatabase },
	),
	message: longText('What is asked; Markdown is allowed', { required: true, when: inDatabase }),
	response_type: choice(
		{
			approval: 'Approval',
			choice: 'Choice',
			customForm: 'Custom Form',
			freeText: 'Free Text',
			reply: 'Reply in Conversation',
		},
		'What counts as an answer',
		{
			required: true,
			fallback: 'approval',
			when: inDatabase,
			isOrdered: true,
			hints: {
				approval: 'One or two buttons, such as Approve and Decline',
				choice: 'One of several choices',
				customForm: 'A form behind a link',
				freeText: 'A text, typed behind a link or in Crisp',
				reply: 'Any message of the visitor, or any private note of the team',
			},
		},
	),
	approval_options: group(
		{
			approval_type: choice(
				{ single: 'Approve Only', double: 'Approve and Disapprove' },
				'Whether people can also decline',
				{ label: 'Type of Approval', fallback: 'single' },
			),
			approve_label: text('Label of the approve button', { label: 'Approve Button Label', fallback: 'Approve' }),
			disapprove_label: text('Label of the decline button', {
				label: 'Disapprove Button Label',
				fallback: 'Decline',
				when: { approval_type: ['double'] },
			}),
		},
		'The answers that an approval has',
		{ required: true, when: { ...inDatabase, response_type: ['approval'] } },
	),
	choices: table(
		{ label: ofChoice.label, value: ofChoice.value },
		'What can be chosen; nothing else counts as an answer',
		{ required: true, when: { ...inDatabase, response_type: ['choice'] } },
	),
	form_fields: table(
		{
			label: text('What is asked for; the output has the value under this name', { required: true, example: 'Reason' }),
			type: choice(
				{
					checkbox: 'Checkbox',
					date: 'Date',
					dropdown: 'Dropdown',
					email: 'Email',
					number: 'Number',
					text: 'Text',
					textarea: 'Text With Several Lines',
				},
				'What is entered',
				{ fallback: 'text' },
			),
			options: text('What can be chosen, separated by commas', { when: { type: ['dropdown'] }, example: 'Yes, No' }),
			required: flag('Whether the form needs a value'),
		},
		'The fields of the form',
		{ required: true, when: { ...inDatabase, response_type: ['customForm'] } },
	),
	answer_by: choice(
		{ any: 'Link, or Reply in Crisp', reply: 'Reply in Crisp' },
		'How the team answers; a reply is a private note. Who opens a link is not known: where it matters who decides, take replies only.',
		{
			label: 'Answer By',
			required: true,
			fallback: 'any',
			when: { ...inDatabase, ask: ['team'], response_type: ['approval', 'choice', 'freeText'] },
		},
	),
};

/** Optional fields. */
export const waitOptions: Fields = {
	limit_wait_time: group(
		{
			limit_type: choice(
				{ afterTimeInterval: 'After Time Interval', atSpecifiedTime: 'At Specified Time' },
				'How the time limit is set',
				{ fallback: 'afterTimeInterval' },
			),
			resume_amount: number('How long to wait', {
				label: 'Amount',
				fallback: 45,
				when: { limit_type: ['afterTimeInterval'] },
			}),
			resume_unit: choice({ minutes: 'Minutes', hours: 'Hours', days: 'Days' }, 'Unit of the amount', {
				label: 'Unit',
				fallback: 'minutes',
				when: { limit_type: ['afterTimeInterval'] },
			}),
			max_date_and_time: { kind: 'date', description: 'When the wait ends', when: { limit_type: ['atSpecifiedTime'] } },
		},
		'When the workflow continues without an answer. With a published Crisp Trigger, the output then has the answers so far and "answered": false; without one, the input comes out unchanged a minute later.',
		{ when: inDatabase },
	),
	mentions: list('The operators that the note notifies', {
		label: 'Mentioned Operators',
		picks: 'operator',
		when: inDatabase,
	}),
	operators: list(
		'Whose private notes count as an answer, if the team is asked; no link is offered then, because it does not show who opened it',
		{ label: 'Only These Operators', picks: 'operator', when: { ...inDatabase, ask: ['team'] } },
	),
};
