import { UserError } from 'n8n-workflow';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** The `{names}` in a route, as a union: `'/a/{x}/b/{y}'` gives `'x' | 'y'`. */
export type VariablesOf<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
	? Name | VariablesOf<Rest>
	: never;

export interface Route {
	method: Method;
	/** As Crisp's reference prints it, such as `/v1/website/{website_id}`. */
	path: string;
	/** The variables a user fills in, in the order of the path, without `page_number`. */
	variables: string[];
	/** Whether the response is one page of a paginated list. */
	isPaged: boolean;
}

const variable = /\{(\w+)\}/g;
const page = 'page_number';
/** The only variable that may hold several segments: its slashes must not be escaped. */
const tree = 'path';

/** Parses a route as Crisp's reference prints it: `GET /v1/website/{website_id}`. */
export function parseRoute(template: string): Route {
	const [method, path] = template.split(' ') as [Method, string];
	const names = [...path.matchAll(variable)].map((match) => match[1] as string);
	return { method, path, variables: names.filter((name) => name !== page), isPaged: names.includes(page) };
}

/**
 * Fills the variables of a route's path. Each value is escaped and stays one segment; only `{path}` is split at its
 * slashes. The page number is left unfilled (see `onPage`). Throws a UserError for a value that cannot be part of a
 * path: empty, `.` or `..`, broken Unicode.
 */
export function fillPath(
	route: Route,
	values: Record<string, string>,
	labelOf = (name: string) => name.replaceAll('_', ' '),
): string {
	return route.path.replace(variable, (open, name: string) => {
		if (name === page) return open;
		const value = values[name] ?? '';
		const parts = name === tree ? value.replace(/^\/|\/$/g, '').split('/') : [value];
		return parts.map((part) => segment(part, () => labelOf(name))).join('/');
	});
}

/** The path of one page of a list; pages count from 1. */
export function onPage(path: string, pageNumber: number): string {
	return path.replace(`{${page}}`, String(pageNumber));
}

/** Escapes a segment of a path. The label is computed only for an error. */
function segment(value: string, labelOf: () => string): string {
	if (!value) {
		throw new UserError(`'${labelOf()}' is empty`, {
			description: 'Choose it from the list, or give it through an expression that has a value for this item.',
		});
	}
	// HTTP clients resolve dot segments even when they are escaped, which would reach another route.
	if (value === '.' || value === '..' || !value.isWellFormed()) {
		// A value with broken Unicode may be a secret; it is not shown.
		const shown = value.isWellFormed() ? `"${value}"` : 'a text with broken Unicode';
		throw new UserError(`'${labelOf()}' cannot be ${shown}`, {
			description: 'Copy it from Crisp, or take it from the output of an earlier node.',
		});
	}
	return encodeURIComponent(value);
}
