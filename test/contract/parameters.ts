import type { IDataObject, INodeParameterResourceLocator, INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { parameterName, type Field, type Fields } from '../../nodes/Crisp/operations/field';
import type { TableOperation } from '../../nodes/Crisp/operations/operation';
import { collectionName, pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import type { Recorded } from './recorder';

/** The form parameters with which an operation should send a recorded request. */
export function parametersFor(
	resource: string,
	key: string,
	operation: TableOperation,
	recorded: Recorded,
): INodeParameters {
	const collection: INodeParameters = {};
	const parameters: INodeParameters = { resource, operation: key, returnAll: false, limit: 20, simplify: false };
	const fill = (fields: Fields, from: unknown) => {
		for (const [name, field] of Object.entries(fields)) {
			const value = name === '' ? from : field.sentAs ? chosenFor(name, from) : at(from, name);
			if (value === undefined) continue;
			const target = field.required || field.isMain ? parameters : collection;
			target[parameterName(name || 'fields')] = inForm(field, value);
		}
	};
	fill(operation.query ?? {}, recorded.query);
	fill(operation.body ?? {}, recorded.body);
	parameters[collectionName(key, operation)] = collection;
	return { ...parameters, ...pathParameters(operation, recorded.path) };
}

/** What fields with other names than Crisp's have to hold for a recorded query or body. */
const chosen: Record<string, (given: Record<string, string>) => unknown> = {
	search_query: ({ search_type, search_query }) => (search_type === 'text' ? search_query : undefined),
	segment: ({ search_type, search_query }) => (search_type === 'segment' ? search_query : undefined),
	conditions_json: ({ search_type, search_query, search_filter, conditions }) =>
		conditions ?? jsonIn(search_filter ?? (search_type === 'filter' ? search_query : undefined)),
	'recipients.conditions_json': (campaign) => at(campaign, 'recipients.filter'),
	'flow.conditions_json': (campaign) => at(campaign, 'flow.assert_filter'),
	conditions: () => undefined,
	'recipients.conditions': () => undefined,
	'flow.conditions': () => undefined,
	new_segments: () => undefined,
	assigned_to: ({ filter_assigned, filter_unassigned }) => (filter_unassigned === '1' ? 'unassigned' : filter_assigned),
	status: (query) =>
		switchedOn(query, 'filter_', ['resolved', 'not_resolved']) ??
		switchedOn(query, 'filter_status_', ['published', 'draft']) ??
		switchedOn(query, 'filter_status_', ['not_configured', 'ready', 'paused', 'sending', 'done']),
	visibility: (query) => switchedOn(query, 'filter_visibility_', ['visible', 'hidden']),
	type: (query) => switchedOn(query, 'filter_type_', ['one_shot', 'automated', 'custom', 'static'])?.replace('_', '-'),
	sort_by: (query) =>
		switchedOn(query, 'order_date_', ['created', 'updated', 'waiting']) ?? switchedOn(query, 'order_', ['visits']),
};

function switchedOn(query: Record<string, string>, prefix: string, values: string[]): string | undefined {
	return values.find((value) => query[`${prefix}${value}`] === '1');
}

/**
 * The form has one list for the state, one for the operator and one for the order, where Crisp has a switch for each: of
 * those that exclude each other, the first is sent, and one that is off is left out. `search_operator` belongs to conditions.
 */
export function asOneChoice(recorded: Recorded): Recorded {
	const groups = [
		['filter_resolved', 'filter_not_resolved'],
		['filter_assigned', 'filter_unassigned'],
		['order_date_created', 'order_date_updated', 'order_date_waiting'],
		['filter_status_published', 'filter_status_draft'],
		['filter_visibility_visible', 'filter_visibility_hidden'],
	];
	const { per_page, ...query } = recorded.query as Record<string, unknown>;
	void per_page;
	for (const group of groups) {
		const on = group.filter((name) => query[name] !== undefined && query[name] !== '0');
		for (const name of group) if (name !== on[0]) delete query[name];
	}
	return { ...recorded, query } as Recorded;
}

function jsonIn(text: string | undefined): unknown {
	return text === undefined ? undefined : JSON.parse(text);
}

function chosenFor(name: string, from: unknown): unknown {
	const choose = chosen[name];
	if (!choose) throw new Error(`No value for the field ${name}`);
	return choose((from ?? {}) as Record<string, string>);
}

function pathParameters(operation: TableOperation, path: string): INodeParameters {
	const segments = path.split('/');
	const entries = operation.route.path.split('/').flatMap((part, index) => {
		const name = /^\{(\w+)\}$/.exec(part)?.[1];
		if (!name || name === 'page_number') return [];
		const value = name === 'path' ? segments.slice(index).join('/') : (segments[index] ?? '');
		return [[pathFieldOf(operation, name).parameter, inForm(pathFieldOf(operation, name).field, value)]];
	});
	return Object.fromEntries(entries) as INodeParameters;
}

function inForm(field: Field, value: unknown): NodeParameterValueType {
	switch (field.kind) {
		case 'picker':
			return { __rl: true, mode: 'id', value: String(value) };
		case 'json':
			return JSON.stringify(value);
		case 'pairs':
			return {
				rows: Object.entries(value as object).map(([key, entry]) => ({
					key: field.picks ? byName(key) : key,
					value: entry as string,
				})),
			};
		case 'table':
			return { rows: (value as IDataObject[]).map((row) => rowInForm(field, row)) };
		case 'group':
			return { values: rowInForm(field, value as IDataObject) };
		default:
			return value as NodeParameterValueType;
	}
}

function byName(value: string): INodeParameterResourceLocator {
	return { __rl: true, mode: 'name', value };
}

function rowInForm(field: Field, row: IDataObject): INodeParameters {
	const entries = Object.entries(field.fields ?? {}).flatMap(([name, column]) => {
		const value = at(row, name);
		return value === undefined ? [] : [[parameterName(name), inForm(column, value)]];
	});
	return Object.fromEntries(entries) as INodeParameters;
}

function at(holder: unknown, dottedName: string): unknown {
	return dottedName.split('.').reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], holder);
}
