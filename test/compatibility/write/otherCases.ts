import type { INodeParameters } from 'n8n-workflow';
import { operationFor } from '../../../nodes/Crisp/operations';
import { crisp } from '../../support/n8nContext';
import { textOf, unseenIn, unseenModes, type Unseen } from '../support/coverage';
import { formOf, savedParameters } from '../support/forms';
import { operationCases, withDefaults, type Case } from './cases';
import { asEdited, chosenBy, shownFor } from './filled';
import { fieldsIn, sampleOf } from './samples';

/** Nodes for fields and ways to choose that no other node has: fields with the value of their default, for instance. */

const { description } = crisp;
const form = formOf(description.properties);

/** All nodes to save: every field of the form is in one of each operation. */
export function allCases(): Case[] {
	const cases = operationCases().map(asSaved);
	// A group of fields may need one node for each value of a choice in it.
	for (let variant = 0; variant < 3; variant++) cases.push(...casesWithout(cases, variant).map(asSaved));
	const left = unseenIn(form, parametersOf(cases));
	if (left.length > 0) throw new Error(`No node has ${left.map(textOf).join(', ')}`);
	return named([...cases, ...casesByMode(cases).map(asSaved)]);
}

const parametersOf = (cases: Case[]) => cases.map(({ parameters }) => parameters);

function asSaved(one: Case): Case {
	const edited = asEdited(shownFor(description, one.parameters), one.parameters);
	return { ...one, parameters: savedParameters(description, edited) };
}

/** For the fields that no node has: those that are shown under the same conditions, in one node. */
function casesWithout(cases: Case[], variant: number): Case[] {
	const groups = new Map<string, Unseen[]>();
	for (const one of unseenIn(form, parametersOf(cases))) {
		const key = JSON.stringify([one.operation, conditionsOf(one)]);
		groups.set(key, [...(groups.get(key) ?? []), one]);
	}
	return [...groups.values()].map((group) => caseFor(group, baseFor(cases, group[0] as Unseen), variant));
}

function baseFor(cases: Case[], { operation }: Unseen): Case {
	const base = cases.find((one) => one.operation === operation);
	if (!base) throw new Error(`No node of ${operation}`);
	return base;
}

/** The values of other fields with which a field is shown: the first of each. */
function conditionsOf({ fields }: Unseen): INodeParameters {
	const conditions = fields.flatMap(({ show = {} }, depth) =>
		Object.entries(show)
			.filter(([name]) => depth === 0 || name.startsWith('/'))
			.map(([name, [value]]) => [name.replace('/', ''), value]),
	);
	const { resource, operation, ...others } = Object.fromEntries(conditions) as INodeParameters;
	void [resource, operation];
	return others;
}

function caseFor(group: Unseen[], base: Case, variant: number): Case {
	const [resource = '', operation = ''] = base.operation.split('/');
	const conditions = conditionsOf(group[0] as Unseen);
	const { updateFields } = base.parameters;
	// Without a field to update, nothing would be sent.
	const start = { ...withDefaults(base.parameters), ...(updateFields !== undefined && { updateFields }) };
	const parameters: INodeParameters = { ...start, resource, operation, ...conditions };
	const shown = shownFor(description, parameters);
	for (const { path } of group) {
		const [outer = '', inner] = path;
		const property = shown.find(({ name }) => name === outer);
		if (!property) continue;
		const field = property.type === 'collection' ? fieldsIn(property).find(({ name }) => name === inner) : undefined;
		parameters[outer] = field
			? { ...(parameters[outer] as INodeParameters), [field.name]: sampleOf(field, variant) }
			: sampleOf(property, variant);
	}
	for (const property of shownFor(description, parameters)) {
		// A required choice has a default.
		if (property.required && property.type !== 'options') parameters[property.name] ??= sampleOf(property, variant);
	}
	const name = `${operationFor(resource, operation).action}, with other values`;
	return { ...base, name, parameters, ifRefused: 'keep' };
}

/** Nodes in which things are chosen in the ways that no node has yet. */
function casesByMode(cases: Case[]): Case[] {
	const missing = unseenModes(form, parametersOf(cases)).map(({ mode, path, operations, text }) => {
		const base = cases.find((one) => operations.includes(one.operation) && holds(one.parameters, path));
		if (!base) throw new Error(`No node has ${text}`);
		return { ...base, name: `${base.name}, by ${mode}`, mode };
	});
	const unique = new Map(missing.map((one) => [`${one.operation} ${one.name}`, one]));
	return [...unique.values()].map(({ mode, ...base }) => {
		const parameters = chosenBy(mode, shownFor(description, base.parameters), base.parameters);
		return { ...base, parameters, ifRefused: 'keep' };
	});
}

function holds(value: unknown, [name, ...path]: string[]): boolean {
	if (name === undefined) return true;
	if (Array.isArray(value)) return value.some((one) => holds(one, [name, ...path]));
	const inner = Object(value) as Record<string, unknown>;
	return name in inner && holds(inner[name], path);
}

/** By operation; no two nodes of one have the same name. */
function named(cases: Case[]): Case[] {
	const byOperation = new Map<string, Case[]>();
	for (const one of cases) {
		const others = byOperation.get(one.operation) ?? [];
		const count = others.filter(({ name }) => name.replace(/ \(\d+\)$/, '') === one.name).length + 1;
		byOperation.set(one.operation, [...others, { ...one, name: count > 1 ? `${one.name} (${count})` : one.name }]);
	}
	return [...byOperation.values()].flat();
}
