import type { INodeParameters } from 'n8n-workflow';
import { fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';
import { operationFor } from '../../../nodes/Crisp/operations';
import { isList } from '../../../nodes/Crisp/operations/operation';
import { usableTogether } from '../../contract/usableTogether';
import { asThere, picker, schemaCases } from '../../engine/schemas/cases';
import { crisp } from '../../support/n8nContext';
import { toolCases } from '../../support/toolCases';
import { savedParameters } from '../support/forms';
import { emptied, shownFor, withCollections } from './filled';

/** The nodes to save of each operation, by what its form has. `otherCases.ts` has what is still missing then. */

/** A node to save: an operation with values in its form. */
export interface Case {
	/** `resource/operation`. */
	operation: string;
	name: string;
	before: INodeParameters[];
	parameters: INodeParameters;
	/** What becomes of it if the sandbox refuses it: it is saved with its requests and without an output, or not at all. */
	ifRefused: 'fail' | 'keep' | 'leaveOut';
	/** Whether it needs what only an n8n has: it is saved without a run. */
	isNotRun?: boolean;
}

/** Values for the form of an operation, for which the sandbox has something. */
type Base = Pick<Case, 'operation' | 'before' | 'parameters' | 'isNotRun'>;

const { description } = crisp;

/** Generated forms that are not called for their schema. */
function waitsAndFiles(): Base[] {
	return toolCases('https://files.example').flatMap(({ filled, isByHandOnly }) => {
		const form = asThere(filled) as INodeParameters;
		const operation = `${String(form.resource)}/${String(form.operation)}`;
		const base = { operation, before: [], parameters: form };
		if (operation === 'message/sendAndWait') return { ...base, parameters: waitingFor(form) };
		return isByHandOnly || operation === 'message/downloadFile' ? { ...base, isNotRun: true } : [];
	});
}

/** No one replies. */
function waitingFor({ additionalFields, ...form }: INodeParameters): INodeParameters {
	return { ...form, waitMinutes: 1, additionalFields: { ...(additionalFields as INodeParameters), fails: false } };
}

function bases(): Base[] {
	// The sandbox refuses the generated form of a question with choices.
	const asking: Base = { operation: 'message/send', before: [], parameters: picker as INodeParameters };
	const generated = schemaCases().map(({ name, before, parameters }) => ({ operation: name, before, parameters }));
	return [...generated, asking, ...waitsAndFiles()];
}

export function operationCases(): Case[] {
	const counts = new Map<string, number>();
	return bases().flatMap((base) => {
		const count = (counts.get(base.operation) ?? 0) + 1;
		counts.set(base.operation, count);
		return casesOf(base, count > 1 ? ` ${count}` : '');
	});
}

function casesOf(base: Base, suffix: string): Case[] {
	const { operation, parameters } = base;
	const [resource = '', key = ''] = operation.split('/');
	const row = operationFor(resource, key);
	const raw = { ...parameters, ...(row.simplify && { simplify: false }) };
	const as = (what: string, form: INodeParameters, ifRefused: Case['ifRefused']): Case => ({
		...base,
		name: `${row.action}${suffix}${what}`,
		parameters: form,
		ifRefused,
	});
	const [first = [], ...others] = togetherIn(base);
	const fill = (fields: string[], form: INodeParameters) => {
		const apart = [first, ...others].flat().filter((name) => !fields.includes(name));
		return withCollections(description, form, (name) => apart.includes(name));
	};
	return [
		as(', with all fields', fill(first, raw), 'fail'),
		...others.map((fields) => as(', with further fields', fill(fields, withDefaults(raw)), 'keep')),
		...(isList(key, row) && row.simplify ? [as(', not simplified', raw, 'fail')] : []),
		as('', withDefaults(parameters), 'leaveOut'),
		...emptyOf(withDefaults(parameters)).map((form) => as(', with empty fields', form, 'keep')),
	];
}

/** The optional fields that can be used together, in the first list, and those that can then be, in the others. */
function togetherIn({ operation }: Base): string[][] {
	const [resource = '', key = ''] = operation.split('/');
	const lists: string[][] = [];
	let left = fieldsOf(operationFor(resource, key)).filter(({ isOptional }) => isOptional);
	while (left.length > 0) {
		const together = usableTogether(left, ({ field }) => field).filter(isFirstOf(onlyOne[operation] ?? []));
		lists.push(together.map(({ parameter }) => parameter));
		left = left.filter((one) => !together.includes(one));
	}
	return lists;
}

/** Fields of which Crisp takes only one, besides those that are sent under one name. */
const onlyOne: Record<string, string[]> = {
	'message/getAll': ['timestampBefore', 'timestampAfter', 'timestampAround'],
};

function isFirstOf(names: string[]): (field: { parameter: string }) => boolean {
	let isTaken = false;
	return ({ parameter }) => {
		if (!names.includes(parameter)) return true;
		const isFirst = !isTaken;
		isTaken = true;
		return isFirst;
	};
}

const fieldCollections = ['additionalFields', 'updateFields'];
const collections = [...fieldCollections, 'filters', 'options'];

/** What the editor saves if only required fields are filled in, so that defaults decide about the rest. */
export function withDefaults(parameters: INodeParameters): INodeParameters {
	const { simplify, returnAll, limit, ...form } = parameters;
	void [simplify, returnAll, limit];
	return Object.fromEntries(Object.entries(form).filter(([name]) => !collections.includes(name))) as INodeParameters;
}

/** The form with "Clear Empty Fields" and without a value in each field, if it has that option. */
function emptyOf(parameters: INodeParameters): INodeParameters[] {
	const options = { clearEmpty: true };
	const fields = shownFor(description, parameters).find(({ name }) => fieldCollections.includes(name));
	const saved = savedParameters(description, { ...parameters, options }).options as INodeParameters | undefined;
	return fields && saved?.clearEmpty ? [{ ...parameters, [fields.name]: emptied(fields), options }] : [];
}
