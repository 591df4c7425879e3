import type { INodeParameters } from 'n8n-workflow';
import { operationOf, operationsOfForm, type SavedField } from './forms';

/** Which fields of a form occur in saved nodes. */

/** A field that no saved node of an operation has. */
export interface Unseen {
	/** `resource/operation`. */
	operation: string;
	/** The names from the outermost field to this one. */
	path: string[];
	/** The fields from the outermost to this one. */
	fields: SavedField[];
}

/** Of these, the default is part of the form: `operationOf` reads both. */
const choosing = ['resource', 'operation'];

/** The fields that no node of an operation has, for each operation that shows them. */
export function unseenIn(form: SavedField[], nodes: INodeParameters[]): Unseen[] {
	const byOperation = nodesByOperation(form, nodes);
	return [...operationsOfForm(form)].flatMap((operation) =>
		form
			.filter((field) => !choosing.includes(field.name) && isShownFor(field, operation))
			.flatMap((field) => unseenField(field, byOperation.get(operation) ?? [], { operation, path: [], fields: [] })),
	);
}

/** The fields of a form without operations that no node has. */
export function unseenAlone(form: SavedField[], nodes: INodeParameters[]): string[] {
	const none = { operation: '', path: [], fields: [] };
	return form.flatMap((field) => unseenField(field, nodes, none)).map(({ path }) => path.join(' '));
}

export const textOf = ({ operation, path }: Unseen) => `${operation} ${path.join(' ')}`;

function unseenField(field: SavedField, holders: unknown[], above: Unseen): Unseen[] {
	const here = { ...above, path: [...above.path, field.name], fields: [...above.fields, field] };
	const values = valuesIn(field.name, holders);
	if (values.length === 0) return isNeverSaved(field) ? [] : [here];
	const inner = (field.fields ?? []).filter((one) => isShownFor(one, above.operation));
	return inner.flatMap((one) => unseenField(one, values, here));
}

/** The editor leaves out what has its default value: a choice without another value is in no workflow. */
const isNeverSaved = ({ values, default: usual }: SavedField) => values?.length === 1 && values[0] === usual;

/** What the holders have under a name; rows of tables as several values. */
function valuesIn(name: string, holders: unknown[]): unknown[] {
	return holders.flatMap((holder) => (holder as Record<string, unknown>)[name] ?? []);
}

/** A way to choose something that no node has. */
export interface UnseenMode {
	/** Such as `conversation sessionId by url`. */
	text: string;
	mode: string;
	path: string[];
	/** The operations that show the field. */
	operations: string[];
}

/** The ways to choose that no node has, for each field of a form. */
export function unseenModes(form: SavedField[], nodes: INodeParameters[]): UnseenMode[] {
	const byOperation = nodesByOperation(form, nodes);
	return form.flatMap((field) => {
		const operations = [...byOperation.keys()].filter((operation) => isShownFor(field, operation));
		const holders = operations.flatMap((operation) => byOperation.get(operation) ?? []);
		const found = missingModes(field, holders, []);
		const resource = String(field.show?.resource?.[0] ?? '');
		return found.map(({ path, mode }) => {
			const text = `${[resource, ...path].filter(Boolean).join(' ')} by ${mode}`;
			return { text, mode, path, operations };
		});
	});
}

function missingModes(
	field: SavedField,
	holders: unknown[],
	above: string[],
): Array<Pick<UnseenMode, 'path' | 'mode'>> {
	const path = [...above, field.name];
	const values = valuesIn(field.name, holders);
	const used = values.map((value) => (value as { mode?: string }).mode);
	const missing = (field.modes ?? []).filter((mode) => !used.includes(mode));
	return [
		...missing.map((mode) => ({ path, mode })),
		...(field.fields ?? []).flatMap((inner) => missingModes(inner, values, path)),
	];
}

function nodesByOperation(form: SavedField[], nodes: INodeParameters[]): Map<string, INodeParameters[]> {
	const all = new Map<string, INodeParameters[]>();
	for (const node of nodes) {
		const operation = operationsOfForm(form).length > 0 ? operationOf(form, node) : '';
		all.set(operation, [...(all.get(operation) ?? []), node]);
	}
	return all;
}

/** Whether a field belongs to an operation; what else it depends on does not matter. */
function isShownFor({ show = {}, hide = {} }: SavedField, operation: string): boolean {
	const [ofResource, ofOperation] = operation.split('/');
	const within = (list: unknown[] | undefined, value: unknown) => list?.includes(value) ?? true;
	if (hide.operation?.includes(ofOperation)) return false;
	return (
		within(show.resource, ofResource) &&
		within(show.operation, ofOperation) &&
		within(show['/resource'], ofResource) &&
		within(show['/operation'], ofOperation)
	);
}
