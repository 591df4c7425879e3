import { UserError, type IDataObject } from 'n8n-workflow';
import { textIn } from '../../shared/runtime/coerce';
import { longestNote } from '../../shared/waits/reference';
import type { Asked, FormEntry, Option, Question, ResponseType } from './wait';

/** The rest of the note is for the answer. */
const longestMessage = longestNote / 2;

/** What the item asks, from the values of its fields. Throws a UserError for what cannot be answered. */
export function questionIn(values: IDataObject): Question {
	const ask = textIn(values.ask) as Asked;
	const responseType = textIn(values.response_type) as ResponseType;
	const operators = ask === 'team' && Array.isArray(values.operators) ? values.operators.map(String) : [];
	const entries = responseType === 'customForm' ? entriesIn(values.form_fields) : [];
	if (responseType === 'customForm' && operators.length > 0) {
		throw new UserError("'Only These Operators' cannot be combined with 'Custom Form'", {
			description:
				"A form is opened by a link, and a link does not show who opened it. Remove 'Only These Operators', or choose another 'Response Type', which these operators answer with a private note.",
		});
	}
	const message = textIn(values.message);
	if (message.length > longestMessage) {
		throw new UserError(`'Message' has ${message.length} characters, and may have ${longestMessage}`, {
			description: 'Shorten the text: the note in Crisp has it, and the answer.',
		});
	}
	const takesLink = values.answer_by !== 'reply' && operators.length === 0 && responseType !== 'reply';
	return {
		ask,
		responseType,
		message,
		options: optionsOf(responseType, values),
		entries,
		operators,
		hasLink: responseType === 'customForm' || (ask === 'team' && takesLink),
	};
}

function optionsOf(type: ResponseType, values: IDataObject): Option[] {
	if (type === 'approval') {
		const { approval_type, approve_label, disapprove_label } = Object(values.approval_options) as IDataObject;
		const approve = { value: 'approve', label: textIn(approve_label) || 'Approve' };
		const decline = { value: 'decline', label: textIn(disapprove_label) || 'Decline' };
		return checked(approval_type === 'double' ? [approve, decline] : [approve], 'Approval Options');
	}
	if (type !== 'choice') return [];
	const rows = Array.isArray(values.choices) ? (values.choices as IDataObject[]) : [];
	const options = rows.map(({ value, label }) => ({ value: textIn(value), label: textIn(label) || textIn(value) }));
	return checked(options, 'Choices');
}

/** A text as replies are compared: without case, and without what stands around words, unless there is nothing else. */
export function plain(text: string): string {
	const lower = text.trim().toLowerCase();
	return lower.replace(/^[\s*_"'`]+|[\s*_"'`.!]+$/g, '') || lower;
}

/** A reply could not tell two choices with the same label apart. */
function checked(options: Option[], label: string): Option[] {
	const words = options.flatMap((one) => [...new Set([one.label, one.value].map(plain))]);
	const double = words.find((word, index) => words.indexOf(word) !== index);
	if (double === undefined) return options;
	throw twice(
		label,
		double,
		'Give each choice a label and a value of its own, so that an answer shows which one is meant.',
	);
}

const twice = (label: string, word: string, description: string) =>
	new UserError(`'${label}' has "${word}" twice`, { description });

function entriesIn(rows: unknown): FormEntry[] {
	const entries = (Array.isArray(rows) ? (rows as IDataObject[]) : []).map(({ label, type, options, required }) => ({
		label: textIn(label),
		type: textIn(type) || 'text',
		options: textIn(options)
			.split(',')
			.map((option) => option.trim())
			.filter(Boolean),
		required: required === true,
	}));
	const double = entries.find(({ label }, index) => entries.findIndex((one) => one.label === label) !== index);
	if (!double) return entries;
	throw twice(
		'Form Fields',
		double.label,
		'Give each field of the form a label of its own: the answer has a value for each label.',
	);
}

const minutesPer: Record<string, number> = { minutes: 1, hours: 60, days: 1_440 };

/**
 * When the wait ends, in milliseconds since 1970; 0 without "Limit Wait Time". Throws a UserError for a limit that is no
 * time, or has passed.
 */
export function limitOf(values: IDataObject, now: number): number {
	const limit = Object(values.limit_wait_time) as IDataObject;
	if (Object.keys(limit).length === 0) return 0;
	const isDate = limit.limit_type === 'atSpecifiedTime';
	const amount = Number(limit.resume_amount ?? 45) * (minutesPer[textIn(limit.resume_unit) || 'minutes'] ?? NaN);
	const until = isDate ? Date.parse(textIn(limit.max_date_and_time)) : now + amount * 60_000;
	if (until > now) return until;
	throw new UserError(`'Limit Wait Time' ends in the past, or is not a time`, {
		description: "Give an amount above 0, or a date in the future in 'Max Date and Time'.",
	});
}
