import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { resources } from '../../../nodes/Crisp/operations';
import { operationName } from '../../../nodes/Crisp/form/properties';
import { crisp, crispTrigger } from '../../support/n8nContext';

/** What a user reads in a form: the label of each field, with the names of its choices. */
export type FormNames = Map<string, Set<string>>;

/** The forms of all operations of the Crisp node, by "Resource: Operation". */
export const operationForms = new Map<string, FormNames>(
	Object.entries(resources).flatMap(([resource, { name, operations }]) =>
		Object.entries(operations).map(([operation, row]) => {
			const shown = crisp.description.properties.filter((property) => isShown(property, { resource, operation }));
			return [`${name}: ${operationName(operation, row)}`, namesIn(shown)] as const;
		}),
	),
);

/** The form of Crisp Trigger. */
export const triggerForm = namesIn(crispTrigger.description.properties);

/** The labels of all events that Crisp Trigger offers. */
export const eventLabels = triggerForm.get('Trigger On') ?? new Set<string>();

function isShown({ displayOptions }: INodeProperties, chosen: Record<string, string>): boolean {
	const { show = {}, hide = {} } = displayOptions ?? {};
	const has = (values: unknown, value: string) => Array.isArray(values) && values.includes(value);
	return Object.entries(chosen).every(
		([name, value]) => (!show[name] || has(show[name], value)) && !has(hide[name], value),
	);
}

type Entry = INodeProperties | INodePropertyCollection | INodePropertyOptions;

/** The labels in these fields and in all fields within them. */
function namesIn(fields: readonly Entry[]): FormNames {
	const names: FormNames = new Map();
	const add = (entry: Entry): void => {
		if (!('displayName' in entry)) return;
		const within: Entry[] = 'values' in entry ? entry.values : (entry.options ?? []);
		const choices = within.filter((one) => !('displayName' in one)).map(({ name }) => name);
		names.set(entry.displayName, new Set([...(names.get(entry.displayName) ?? []), ...choices]));
		within.forEach(add);
	};
	fields.forEach(add);
	return names;
}
