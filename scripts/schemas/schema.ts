/** The part of JSON Schema that n8n's editor shows. A value may always be null or missing instead. */
export interface Schema {
	/** Several types for a value that has no fixed one, the most common first: the editor shows that one. */
	type: Kind | Kind[];
	/** Left out for an object whose names are not known, such as custom data. */
	properties?: Record<string, Schema>;
	items?: Schema;
}

export type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array';

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const flag: Schema = { type: 'boolean' };
/** An object of any names. */
export const anyObject: Schema = { type: 'object' };

/** An object with these fields. */
export const object = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties });

/** A list of entries. */
export const list = (items: Schema): Schema => ({ type: 'array', items });

/** Each name with the same type. */
export const each = (names: readonly string[], schema: Schema): Record<string, Schema> =>
	Object.fromEntries(names.map((name) => [name, schema]));
