import { readFileSync } from 'node:fs';
import type { Spot } from './fieldForms';

/**
 * What a field holds in Crisp's API, by the types of Crisp's SDK and reference (sandbox/data/routes.json) and by Crisp's
 * name of the field; the kind that the table gives it does not count.
 */
export type WireType =
	'text' | 'number' | 'boolean' | 'bit' | 'texts' | 'numbers' | 'rows' | 'object' | 'date' | 'milliseconds' | string[];

type Shape = string | { enum: string[] } | { arrayOf: Shape } | { anyOf: Shape[] } | { [name: string]: Shape };

interface Route {
	method: string;
	path: string;
	body?: Record<string, { type: string; enum?: string[] }>;
	sdk?: Array<{ call: string; params: Array<{ name: string; type: Shape }> }>;
}

const routes = JSON.parse(readFileSync('sandbox/data/routes.json', 'utf8')) as Route[];

const isEnum = (shape: object): shape is { enum: string[] } => 'enum' in shape && Array.isArray(shape.enum);
const isArray = (shape: object): shape is { arrayOf: Shape } => 'arrayOf' in shape;
const isAny = (shape: object): shape is { anyOf: Shape[] } => 'anyOf' in shape && Array.isArray(shape.anyOf);

/** All types that a name has in a shape, at any depth of alternatives. */
function inside(shape: Shape, [name, ...rest]: string[]): Shape[] {
	if (typeof shape === 'string') return [];
	if (isAny(shape)) return shape.anyOf.flatMap((one) => inside(one, [name as string, ...rest]));
	if (isArray(shape)) return inside(shape.arrayOf, [name as string, ...rest]);
	if (isEnum(shape)) return [];
	const found = (shape as Record<string, Shape>)[`${name}?`] ?? (shape as Record<string, Shape>)[name as string];
	if (found === undefined) return [];
	if (rest.length > 0) return inside(found, rest);
	return typeof found === 'object' && isAny(found) ? found.anyOf : [found];
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function typesIn({ sdk = [], body = {} }: Route, names: string[]): Shape[] {
	const dotted = names.flatMap((name) => name.split('.'));
	const typed = sdk.flatMap(({ params }) =>
		params.flatMap(({ name, type }) => {
			const isItself = dotted.length === 1 && [dotted[0], camel(dotted[0] as string)].includes(name);
			return isItself
				? [type]
				: [...inside(type, dotted), ...(name === dotted[0] ? inside(type, dotted.slice(1)) : [])];
		}),
	);
	const facts = dotted.length === 1 ? body[dotted[0] as string] : undefined;
	if (facts?.enum) return [{ enum: facts.enum }, ...typed];
	return facts ? [...typed, facts.type] : typed;
}

/** Texts that the SDK does not tell from others: Crisp's reference has them as ISO 8601. */
const isDate = (name: string) => /(^|[._])(date_start|date_end|date|date\.(from|to)|date_since)$/.test(name);
/** Numbers that Crisp's reference calls timestamps. */
const isTimestamp = (name: string) => /(^|[._])(timestamp(_\w+)?|active|time\.until)$/.test(name);

function nameOfType(shape: Shape, name: string): WireType | undefined {
	if (typeof shape === 'string') {
		if (/string\[\]/.test(shape)) return 'texts';
		if (shape === 'string') return isDate(name) ? 'date' : 'text';
		if (shape === 'number') return isTimestamp(name) ? 'milliseconds' : 'number';
		if (shape === 'boolean') return 'boolean';
		if (shape === '0' || shape === '1') return 'bit';
		return shape === 'never' ? undefined : 'object';
	}
	if (isEnum(shape)) return shape.enum;
	if (!isArray(shape)) return 'object';
	const { arrayOf } = shape;
	return arrayOf === 'string' ? 'texts' : arrayOf === 'number' ? 'numbers' : 'rows';
}

/** Where neither the SDK nor the reference has a type: fields of composed operations, and those that the SDK passes on. */
const untyped: Array<[name: RegExp, type: WireType]> = [
	[/^filter_type$|_id$|^search_|^sort_field$|^output_property_name$|^filter_tag$|^verify\.|^date\.timezone$/, 'text'],
	[/^(filter|order|include_plan)_/, 'bit'],
	[
		/^(include_notes|include_events|include_drafts|keep|fails|trust_unverified|publish|dispatch|skip_if_it_exists)$/,
		'boolean',
	],
	[/^(other_hosts|locales|new_segments)$/, 'texts'],
	[/_minutes$|^max_|^at_most$|^mouse\.|fingerprint$/, 'number'],
	[/^$|^search$/, 'object'],
];

/** Names whose type in the SDK is an object or one of several. */
const named: Array<[title: RegExp, type: WireType]> = [
	[/ other_locales$|export profiles$/, 'texts'],
	[/getAllAnimations search_query$|message\.update content$/, 'text'],
	[/ (participants|orders)$|sendAndWait (choices|form_fields)$/, 'rows'],
	[/sendAndWait form_fields\/(label|options)$/, 'text'],
	[/sendAndWait form_fields\/required$/, 'boolean'],
	[/sendAndWait (mentions|operators)$/, 'texts'],
	// Criteria, which are sent as JSON.
	[/^(inbox|campaign)\..*[ .]conditions$/, 'rows'],
	[/[ .]conditions(_json)?$/, 'object'],
	[/conditions\/(criterion|key)$/, 'text'],
	[/conditions\/query$/, 'texts'],
	[/ (assigned_to|segment)$/, 'text'],
];

/** The type of a field of a route. For a composed operation, that of the field wherever Crisp's API has it. */
export function wireTypeOf({ title, operation, names, top }: Spot): WireType | undefined {
	const name = names.at(-1) ?? '';
	const found = named.find(([pattern]) => pattern.test(title))?.[1];
	if (found) return found;
	if (top.place === 'path') return 'text';
	if (isTimestamp(name)) return 'milliseconds';
	const own = 'route' in operation ? operation.route : undefined;
	const some = own ? routes.filter(({ method, path }) => method === own.method && path === own.path) : routes;
	const all = some.flatMap((route) => typesIn(route, names));
	const types = all.map((shape) => nameOfType(shape, name)).filter((one) => one !== undefined);
	const type = types.find(Array.isArray) ?? types[0];
	// In the query of a URL, Crisp expects true as 1.
	if (type === 'boolean' && top.place === 'query') return 'bit';
	return type ?? (isDate(name) ? 'date' : untyped.find(([pattern]) => pattern.test(name))?.[1]);
}
