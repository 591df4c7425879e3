import { operationName } from '../../nodes/Crisp/form/properties';
import { resources } from '../../nodes/Crisp/operations';
import type { Operation } from '../../nodes/Crisp/operations/operation';
import { eventOutputNames } from '../../nodes/shared/events/output';
import { outputNames, type OutputName } from '../../nodes/shared/events/vocabulary';

/** The fields that only the webhook trigger returns. */
const webhookNames: OutputName[] = ['event_id', 'delivery_attempt'];

/** The fields of the error item of an operation that failed after some of its steps. */
const errorNames: OutputName[] = ['error', 'done', 'data_before'];

/** docs/output-names.md: every name of an output that this package shapes, with its meaning and who returns it. */
export function outputNamesPage(): string {
	const users = usersOfNames();
	const rows = Object.entries(outputNames).map(
		([name, meaning]) => `| \`${name}\` | ${meaning} | ${(users.get(name) ?? []).join(', ')} |`,
	);
	return [
		'# Names of output fields',
		'<!-- Written by `npm run docs` from nodes/shared/events/vocabulary.ts; change it there. -->',
		'The triggers, the operations with code and _Simplify_ use the same names for the same things, so that an expression such as `{{ $json.session_id }}` works behind all of them.',
		[
			'- What people read comes first in an output, then the URL and the IDs.',
			'- `name`, `email` and `phone` are those of the visitor or person; those of an operator begin with `operator_`, or with `assigned_operator_` if the conversation is assigned to them.',
			'- Names that end in `_at` or `_since` hold a time as ISO 8601 text in UTC, such as `2026-01-31T09:30:00.000Z`. `timestamp` is the time of a message in milliseconds, as Crisp has it.',
			'- Every output about one conversation has `conversation_url` and `session_id`, and `website_id` unless _Simplify_ is on.',
			'- An operation that changes something returns the IDs that it was given, together with the response of Crisp. _Message: Send_ also returns the `text` that it sent.',
			"- An operation that reads, without _Simplify_ or with _Simplify_ off, returns Crisp's own names; secrets have names of their own, which n8n from 2.30 on hides. Triggers keep the whole event in `data`.",
			'- With _Simplify_, and in operations with code, a missing value is null. In triggers the field is missing.',
		].join('\n'),
		['| name | meaning | in the output of |', '| --- | --- | --- |', ...rows].join('\n'),
		'',
	].join('\n\n');
}

/** For each name, the triggers and operations that return it. */
function usersOfNames(): Map<string, string[]> {
	const users = new Map<string, string[]>();
	const add = (user: string, names: readonly string[]) => {
		for (const name of names) users.set(name, [...(users.get(name) ?? []), user]);
	};
	add('both triggers', eventOutputNames);
	add('_Crisp Webhook Trigger_', webhookNames);
	add('items of errors', errorNames);
	for (const { name, operations } of Object.values(resources)) {
		for (const [key, operation] of Object.entries(operations)) {
			add(`_${name}: ${operationName(key, operation)}_`, namesOf(operation));
		}
	}
	return users;
}

/** The names of the output that an operation shapes itself; none if it returns Crisp's answer. */
function namesOf(operation: Operation): readonly string[] {
	const returned = 'returns' in operation ? (operation.returns ?? []) : [];
	// The names of secrets inside of objects are Crisp's.
	const secrets = 'secretOutputs' in operation ? Object.values(operation.secretOutputs ?? {}) : [];
	const own = secrets.filter((name) => Object.hasOwn(outputNames, name));
	return [...returned, ...Object.keys(operation.simplify ?? {}), ...own];
}
