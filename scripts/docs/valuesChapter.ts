import type { Kind } from '../../nodes/Crisp/operations/field';
import { emptyValues, rules, type Mode } from '../../nodes/Crisp/request/emptyValues';
import { truths } from '../../nodes/shared/runtime/coerce';

/** What each kind of field accepts, as docs/operations.md says it; kinds with the same words share a row. */
const accepted: Record<Kind, string> = {
	text: 'text; a number with all of its digits; a date, as ISO 8601',
	longText: 'text; a number with all of its digits; a date, as ISO 8601',
	secret: 'text; a number with all of its digits; a date, as ISO 8601',
	email: 'one address',
	color: 'text; a number with all of its digits; a date, as ISO 8601',
	picker: 'a choice from the list; an ID or a URL of Crisp; for people and operators an email',
	number: 'a number, also as text, with a point before decimals. `1,234` is refused: it has two readings.',
	fingerprint: 'a whole number of at most 15 digits, also as text',
	flag: `true or false; as text, in any case: ${wordsOf(true)}, or ${wordsOf(false)}`,
	bit: `true or false; as text, in any case: ${wordsOf(true)}, or ${wordsOf(false)}`,
	choice: "Crisp's name of the value, or the name in the form, in any case",
	list: 'a choice from the list, where the form has one; an array, also as JSON text: `["a", "b"]`; a text, which is split at commas: `a, b`. Only an array can hold an entry with a comma. Operators may be given by email.',
	fingerprints: 'a list of fingerprints, like a list of texts that is split at commas',
	date: 'ISO 8601, with `T` or a space; `2023/04/11`; `13.04.2023`, `31/12/2023` and `12/31/2023`, where only one number can be the day; `11 Apr 2023`, `April 11, 2023`; RFC 2822; a Luxon DateTime or a Date; seconds (10 digits) or milliseconds since 1970. `06-10-2019` is refused: it has two readings. Without an offset, the timezone of the workflow counts.',
	instant: '',
	json: 'JSON text, or any value of an expression',
	pairs:
		'rows of the form; an object, also as JSON text, as a whole or as the value of a row without a key. A typed value is sent as text, one of an expression with its type.',
	group: 'the fields of the form; an object, also as JSON text',
	table: 'rows of the form; a list of objects, also as JSON text',
	binary: 'the name of a binary field, or binary data',
};
accepted.instant = accepted.date;

const kindNames: Partial<Record<Kind, string>> = {
	bit: 'true or false',
	choice: 'one of several values',
	fingerprints: 'fingerprints',
	flag: 'true or false',
	instant: 'a date',
	date: 'a date',
	email: 'an email',
	fingerprint: 'a fingerprint',
	json: 'JSON',
	list: 'a list of texts',
	number: 'a number',
	group: 'a group of fields',
	pairs: 'keys and values',
	picker: 'an ID',
	table: 'rows',
	binary: 'a file',
	color: 'a color',
};

/** The name of a kind in both tables; long and hidden texts are texts. */
function kindName(kind: Kind): string {
	return kindNames[kind] ?? 'text';
}

function wordsOf(truth: boolean): string {
	const words = Object.keys(truths).filter((word) => truths[word] === truth);
	return words.map((word) => `\`${word}\``).join(', ');
}

const modeNames: Record<Mode, string> = {
	new: 'Create, Replace and all others',
	change: 'Update, Create or Update',
	clear: 'the same with *Clear Empty Fields*',
};

/** The chapter about values: what each kind of field accepts, and what a field without a value does. */
export function valuesChapter(): string[] {
	const modes = Object.keys(modeNames) as Mode[];
	const outcomes = Object.values(rules).map(
		({ given, outcomes: by }) => `| ${[given, ...modes.map((mode) => by[mode])].join(' | ')} |`,
	);
	return [
		'## Values',
		'Every field of every operation reads values in the forms in which sheets, forms, AI models and other nodes have them. Anything else is refused before a request is sent, with an error that names the field.',
		['| a field that holds | accepts |', '| --- | --- |', ...kindRows()].join('\n'),
		'### A field without a value',
		[`| given | ${modes.map((mode) => modeNames[mode]).join(' | ')} |`, '| --- | --- | --- | --- |', ...outcomes].join(
			'\n',
		),
		[
			'- A required field without a value is an error, everywhere. An empty **Website** is [that of the conversation or person](guides/credential.md#several-websites), else the default website of the credential; an expression without a value is an error.',
			`- *Clear Empty Fields* is under *Options*, and may differ from item to item. With it, ${emptied()}. A field of another kind has no empty value in Crisp, and is an error then.`,
			'- A key of *Custom Data* with an empty text counts as a field of its own. *Custom Data* without keys changes nothing, except in *Person: Replace Custom Data*, which removes all keys then; *Conversation: Replace Participants* without rows removes all participants.',
			'- *Replace* empties what is left out.',
			'- `0`, `false` and JSON such as `{}` are values.',
		].join('\n'),
	];
}

function kindRows(): string[] {
	return [...new Set(Object.values(accepted))].map((words) => {
		const kinds = (Object.keys(accepted) as Kind[]).filter((kind) => accepted[kind] === words);
		return `| ${[...new Set(kinds.map(kindName))].join(', ')} | ${words} |`;
	});
}

function emptied(): string {
	const kindsOf = (isList: boolean) =>
		(Object.keys(emptyValues) as Kind[]).filter((kind) => Array.isArray(emptyValues[kind]) === isList);
	const names = (isList: boolean) => [...new Set(kindsOf(isList).map(kindName))].join(', ');
	return `fields that hold ${names(false)} become an empty text, and those that hold ${names(true)} an empty list`;
}
