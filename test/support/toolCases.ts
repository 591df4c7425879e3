import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { parameterName, type Field, type Fields, type Picks } from '../../nodes/Crisp/operations/field';
import { isList, type Operation } from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import { collectionName, pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import { usableTogether } from '../contract/usableTogether';

/** Every operation as a tool of an AI agent, with all of its fields left to the model. */
export interface ToolCase {
	/** The name of the tool. */
	name: string;
	action: string;
	/** The form in which the model provides every field. */
	asked: INodeParameters;
	/** The same form filled in by hand. */
	filled: INodeParameters;
	/** The model's input, by key. */
	given: Record<string, unknown>;
	/** The error of the operation if the server returns no data. */
	failure?: RegExp;
	/** Whether it fails only as a tool. */
	isByHandOnly: boolean;
}

type ModelType = 'string' | 'number' | 'boolean' | 'json';

/** Puts a value into a form: the sample itself, or an expression that requests it from the model. */
type Fill = (key: string, type: ModelType, sample: unknown) => NodeParameterValueType;

/** One case for each operation; if its form depends on a choice, one for each option. */
export function toolCases(server: string): ToolCase[] {
	return Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.entries(operations).flatMap(([key, operation]) =>
			choicesOf(operation).map((chosen) => caseOf({ resource, key, operation, chosen, server })),
		),
	);
}

interface Plan {
	resource: string;
	key: string;
	operation: Operation;
	/** The parameter on which the shown fields depend, such as the type of a message. */
	chosen: Record<string, string>;
	/** The server from which files can be read. */
	server: string;
}

function choicesOf({ body = {} }: Operation): Array<Record<string, string>> {
	// No tool waits in n8n's database.
	const fixed: Record<string, string> = body.wait ? { wait: 'execution' } : {};
	const shown = Object.values(body).filter(({ when = {} }) =>
		Object.entries(fixed).every(([name, value]) => when[name]?.includes(value) ?? true),
	);
	const deciding = shown.flatMap(({ when = {} }) => Object.keys(when)).find((name) => !(name in fixed));
	const values = Object.keys(body[deciding ?? '']?.options ?? {});
	if (!deciding || values.length === 0) return [fixed];
	return values.map((value) => ({ ...fixed, [deciding]: value }));
}

/** The one thing that n8n does not pass to a tool: a binary file of an item. */
const byHandOnly: Record<string, RegExp> = { message_sendFile_binary: /An AI agent has no binary data to send/ };

/** The errors of operations that find nothing, as the server returns empty data. */
const failures: Record<string, RegExp> = {
	...byHandOnly,
	conversation_assignToAvailable: /no operator of this website is/,
	message_downloadFile_message: /holds no file/,
	...Object.fromEntries(
		['text', 'note', 'picker', 'field'].map((type) => [
			`message_sendAndWait_execution_${type}`,
			/No reply came within/,
		]),
	),
};

function caseOf(plan: Plan): ToolCase {
	const { resource, key, operation, chosen } = plan;
	const given: Record<string, unknown> = {};
	const ask: Fill = (name, type, sample) => {
		given[name] = sample;
		return `={{ $fromAI('${name}', 'Some ${name}', '${type}') }}`;
	};
	const name = [resource, key, ...Object.values(chosen)].join('_');
	return {
		name,
		action: operation.action,
		asked: formOf(plan, ask),
		filled: formOf(plan, (_name, _type, sample) => sample as NodeParameterValueType),
		given,
		failure: failures[name],
		isByHandOnly: name in byHandOnly,
	};
}

function formOf({ resource, key, operation, chosen, server }: Plan, fill: Fill): INodeParameters {
	const isShown = ({ when = {} }: Field) =>
		Object.entries(when).every(([name, values]) => values.includes(chosen[name] ?? values[0] ?? ''));
	const form: INodeParameters = { resource, operation: key };
	if (isList(key, operation)) Object.assign(form, { returnAll: false, limit: 20 });
	if (operation.simplify) form.simplify = false;
	for (const name of operation.variables) {
		const field = pathFieldOf(operation, name).field;
		const parameter = pathFieldOf(operation, name).parameter;
		if (isShown(field)) form[parameter] = inForm(parameter, field, fill);
	}
	const collection: INodeParameters = {};
	const fields = Object.entries<Field>({ ...operation.query, ...operation.body });
	for (const [name, field] of usableTogether(fields, ([, field]) => field)) {
		if (!isShown(field)) continue;
		const parameter = parameterName(name || 'fields');
		const target = field.required || field.isMain ? form : collection;
		const isUrl = resource === 'message' && parameter === 'url';
		const sample = isUrl ? `${server}/file.pdf` : samples[parameter];
		target[parameter] = chosen[name] ?? inForm(parameter, field, fill, sample);
	}
	if (Object.keys(collection).length > 0) form[collectionName(key, operation)] = collection;
	return form;
}

const conditions = [{ model: 'people', criterion: 'email', operator: 'eq', query: ['a@example.com'] }];

/** Values for fields that restrict their values. */
const samples: Record<string, unknown> = {
	path: 'getting-started/install',
	conditionsJson: conditions,
	recipientsConditionsJson: conditions,
	flowConditionsJson: conditions,
	type: 'application/pdf',
	maxCharacters: 3_000,
	// Short times, since the tests wait this long.
	waitMinutes: 0.02,
	atMost: 0.5,
};

const ids: Partial<Record<Picks, string>> = {
	website: '8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
	conversation: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
};

function inForm(key: string, field: Field, fill: Fill, sample?: unknown): NodeParameterValueType {
	const text = (value: string) => fill(key, 'string', sample ?? value);
	switch (field.kind) {
		case 'picker':
			return {
				__rl: true,
				mode: field.picks === 'website' ? 'list' : 'id',
				value: text(ids[field.picks as Picks] ?? `some-${field.picks}`),
			} as never;
		case 'choice':
			// A field with fixed options is set by the author of the workflow.
			return field.fallback ?? Object.keys(field.options ?? {}).find((value) => value !== '') ?? '';
		case 'number':
			return fill(key, 'number', sample ?? 7);
		case 'fingerprint':
			return fill(key, 'number', 4711);
		case 'flag':
		case 'bit':
			return fill(key, 'boolean', true);
		case 'json':
			return fill(key, 'json', sample ?? { plan: 'gold' });
		case 'fingerprints':
			return text('7, 8');
		case 'list':
			return text('one, two');
		case 'pairs':
			return pairsInForm(key, field, fill);
		case 'table':
			return { rows: [rowInForm(key, field.fields ?? {}, fill)] } as never;
		case 'group':
			return { values: rowInForm(key, field.fields ?? {}, fill) } as never;
		case 'date':
		case 'instant':
			return text('2026-01-31T09:30:00Z');
		case 'email':
			return text('nathan@example.com');
		default:
			return text(samples[key] === undefined ? `some ${key}` : String(samples[key]));
	}
}

function pairsInForm(key: string, field: Field, fill: Fill): NodeParameterValueType {
	const name = fill(`${key}_key`, 'string', 'plan');
	const value = fill(`${key}_value`, 'string', 'gold');
	return { rows: [{ key: field.picks ? { __rl: true, mode: 'name', value: name } : name, value }] } as never;
}

function rowInForm(key: string, columns: Fields, fill: Fill): INodeParameters {
	const entries = Object.entries(columns).map(([name, column]) => {
		const parameter = parameterName(name);
		return [parameter, inForm(`${key}_${parameter}`, column, fill)];
	});
	return Object.fromEntries(entries) as INodeParameters;
}
