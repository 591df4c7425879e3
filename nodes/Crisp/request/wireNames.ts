import { UserError } from 'n8n-workflow';
import type { Fields } from '../operations/field';
import type { FormField } from './fieldsOf';

/**
 * The values by Crisp's names: a field with `sentAs` becomes what it stands for, and two lists under one name become one.
 * Throws a UserError if two fields set the same name to different values, as Crisp can take only one of them.
 */
export function inWireNames(fields: FormField[], values: Map<string, unknown>): Map<string, unknown> {
	const sent = new Map<string, { value: unknown; label: string }>();
	for (const { name, label, field } of fields) {
		if (!values.has(name)) continue;
		const value = values.get(name);
		const wire = field.sentAs ? field.sentAs.wire(value, `'${label}'`) : { [name]: value };
		for (const [key, part] of Object.entries(wire)) {
			const before = sent.get(key);
			sent.set(key, { value: before ? joined(before, { value: part, label }) : part, label });
		}
	}
	return new Map([...sent].map(([key, { value }]) => [key, value]));
}

/** All of Crisp's names that fields are sent under. */
export function sentNames(fields: Fields): string[] {
	return [...new Set(Object.entries(fields).flatMap(([name, { sentAs }]) => sentAs?.names ?? [name]))];
}

type Given = { value: unknown; label: string };

function joined(one: Given, other: Given): unknown {
	if (Array.isArray(one.value) && Array.isArray(other.value)) {
		return [...new Set([...(one.value as unknown[]), ...(other.value as unknown[])])];
	}
	if (one.value === other.value) return one.value;
	throw new UserError(`'${one.label}' and '${other.label}' cannot be used together`, {
		description: 'Crisp takes only one of them. Remove the other.',
	});
}
