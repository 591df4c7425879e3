import type { IDataObject } from 'n8n-workflow';

/** A schema as n8n's editor reads it. */
export interface Shown {
	type: string | string[];
	properties?: Record<string, Shown>;
	items?: Shown;
}

/** What an output has besides its schema, such as `user.age is not in the schema`. Null stands for a missing value. */
export function strangeIn(value: unknown, schema: Shown, path = ''): string[] {
	if (value === null || value === undefined) return [];
	const kind = kindOf(value);
	const kinds = [schema.type].flat();
	if (!kinds.includes(kind)) return [`${path} is ${kind}, and ${kinds.join(' or ')} in the schema`];
	if (Array.isArray(value)) {
		const { items } = schema;
		return items ? value.flatMap((entry) => strangeIn(entry, items, `${path}[]`)) : [];
	}
	const { properties } = schema;
	if (kind !== 'object' || !properties) return [];
	return Object.entries(value as IDataObject).flatMap(([name, inner]) => {
		const inside = path ? `${path}.${name}` : name;
		const described = Object.hasOwn(properties, name) ? properties[name] : undefined;
		return described ? strangeIn(inner, described, inside) : [`${inside} is not in the schema`];
	});
}

/** The paths of the fields in a schema that have a value in none of the outputs. */
export function unseenIn(outputs: unknown[], schema: Shown, path = ''): string[] {
	const values = outputs.filter((value) => value !== null && value !== undefined);
	if (values.length === 0 && path) return [path];
	const { items, properties = {} } = schema;
	if (items) return unseenIn(values.flat(), items, `${path}[]`);
	return Object.entries(properties).flatMap(([name, inner]) => {
		const inside = path ? `${path}.${name}` : name;
		return unseenIn(
			values.map((value) => (value as IDataObject)[name]),
			inner,
			inside,
		);
	});
}

function kindOf(value: unknown): string {
	return Array.isArray(value) ? 'array' : typeof value;
}
