import type { FormField } from './fieldsOf';

/**
 * The labels, in quotes, of the fields that a user left empty and that are sent as empty texts; for keys and values, the
 * field with the key. Crisp is known to refuse some of them as `invalid_data`, and documents none.
 */
export function emptyTextsIn(fields: FormField[], values: Map<string, unknown>): string[] {
	return fields.flatMap(({ name, label, field }) => {
		const value = values.get(name);
		if (value === '') return field.fallback === '' ? [] : [`'${label}'`];
		if (field.kind !== 'pairs' || typeof value !== 'object' || value === null) return [];
		return Object.entries(value).flatMap(([key, text]) => (text === '' ? [`'${label}' (${key})`] : []));
	});
}
