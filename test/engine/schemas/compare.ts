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

/** What of a schema an output lacks, such as `website_id is missing`, and what is of another type. */
export function missingIn(value: unknown, schema: Shown, path = ''): string[] {
	if (value === null || value === undefined) return [`${path} is missing`];
	const kinds = [schema.type].flat();
	if (!kinds.includes(kindOf(value))) return [`${path} is ${kindOf(value)}, and ${kinds.join(' or ')} in the schema`];
	return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
		missingIn((value as IDataObject)[name], inner, path ? `${path}.${name}` : name),
	);
}

/** The schema of what all outputs have: a field that has no value in one of them is left out. */
export function sharedIn(outputs: unknown[]): Shown {
	const kinds = [...new Set(outputs.map(kindOf))];
	const type = kinds.length === 1 ? (kinds[0] as string) : kinds;
	if (type !== 'object') return { type };
	const objects = outputs as IDataObject[];
	const isShared = (name: string) => objects.every((one) => one[name] !== null && one[name] !== undefined);
	const names = Object.keys(objects[0] ?? {}).filter(isShared);
	if (names.length === 0) return { type };
	const properties = names.map((name) => [name, sharedIn(objects.map((one) => one[name]))] as const);
	return { type, properties: Object.fromEntries(properties) };
}

function kindOf(value: unknown): string {
	return Array.isArray(value) ? 'array' : typeof value;
}
