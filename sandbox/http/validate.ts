import { invalid } from './answer';
import { routeKey, type BodyField, type Route } from './routes';

export type Body = Record<string, unknown>;
export type Query = Record<string, string>;

/** Fields where `null` is allowed: it unassigns the conversation, or moves it to the main inbox. */
const NULLABLE = new Set(['assigned', 'inbox_id']);

/** On these routes an empty body selects every conversation; see their notes in the data. */
const EMPTY_PATCH_MEANS_ALL = /\/batch\/(read|resolve)$/;

/** The content of a message is a string or an object, depending on its type; messageContent.ts validates it. */
const MESSAGE_ROUTE = /\/conversation\/\{session_id\}\/message(\/\{fingerprint\})?$/;

/** Names inside of a field that Crisp accepts: by the field and the paths of its routes. */
const NAME_RULES = [
	{
		field: 'data',
		// Custom data; the data of a person's event is something else.
		routes: /\/(conversation\/\{session_id\}\/meta|people\/data\/\{people_id\}|batch\/data)$/,
		names: /^[a-z0-9_-]+$/,
		rule: 'a key may only have lower case letters, digits, _ and -',
	},
	// Seen: names with an underscore are refused. Which others are accepted is not known.
	{ field: 'properties', routes: MESSAGE_ROUTE, names: /^[^_]*$/, rule: 'the name does not match the pattern' },
];

const FLAGS = [
	/^filter_(unread|resolved|not_resolved|mention|unassigned|configured|status_\w+)$/,
	/^filter_type_(automated|one_shot|custom|static)$/,
	/^filter_visibility_\w+$/,
	/^include_\w+$/,
	/^order_\w+$/,
];
const DATE = /^(filter_date_(start|end)|date_since)$/;

/** Parses the body as received; an empty body is treated as `{}`. */
export function parseBody(raw: string, contentType: string | undefined): Body {
	if (raw.trim() === '') return {};
	if (!/^application\/json\b/i.test(contentType ?? '')) {
		throw invalid('body: Content-Type must be application/json');
	}
	let parsed: unknown;
	try {
		parsed = JSON.parse(raw);
	} catch {
		throw invalid('body: not JSON');
	}
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		throw invalid('body: must be a JSON object');
	}
	return parsed as Body;
}

export function validateBody(route: Route, body: Body): void {
	for (const [name, field] of Object.entries(route.body ?? {})) {
		const value = body[name];
		if (value === undefined) {
			if (field.required) throw invalid(`${name}: required`);
			continue;
		}
		if (value === null && NULLABLE.has(name)) continue;
		if (name === 'content' && MESSAGE_ROUTE.test(route.path)) continue;
		validateField(name, field, value);
	}
	refuseUnknownFields(route, body);
	refuseInvalidNames(route, body);
	const isEmpty = Object.keys(body).length === 0;
	if (route.method === 'PATCH' && isEmpty && !EMPTY_PATCH_MEANS_ALL.test(route.path)) {
		throw invalid('body: nothing to change');
	}
}

function refuseUnknownFields(route: Route, body: Body): void {
	if (!route.body) return;
	const unknown = Object.keys(body).find((name) => !(name in (route.body ?? {})) && !route.alsoAccepted.includes(name));
	if (unknown) throw invalid(`${unknown}: not a field of ${routeKey(route)}`);
}

function refuseInvalidNames(route: Route, body: Body): void {
	for (const { field, routes, names, rule } of NAME_RULES) {
		if (!routes.test(route.path)) continue;
		const wrong = Object.keys(body[field] ?? {}).find((name) => !names.test(name));
		if (wrong !== undefined) throw invalid(`${field}.${wrong}: ${rule}`);
	}
}

function validateField(name: string, field: BodyField, value: unknown): void {
	if (field.type === 'enum') return validateEnum(name, field.enum ?? [], value);
	const inner = /^array\[(\w+)\]$/.exec(field.type)?.[1];
	if (!inner) {
		if (!isOfType(field.type, value)) throw invalid(`${name}: must be ${article(field.type)}`);
		return;
	}
	if (!Array.isArray(value)) throw invalid(`${name}: must be an array`);
	const wrong = value.findIndex((entry) => !isOfType(inner, entry));
	if (wrong !== -1) throw invalid(`${name}[${wrong}]: must be ${article(inner)}`);
}

function validateEnum(name: string, allowed: string[], value: unknown): void {
	const isUrn = typeof value === 'string' && /^urn:.+/.test(value);
	const isAllowed = allowed.includes(String(value)) || (isUrn && allowed.includes('urn:*'));
	if (typeof value !== 'string' || value === 'urn:*' || !isAllowed) {
		throw invalid(`${name}: must be one of ${allowed.join(', ')}`);
	}
}

function isOfType(type: string, value: unknown): boolean {
	if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
	if (type === 'object') {
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	}
	return typeof value === type;
}

const article = (type: string) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`);

/** Returns the query parameters; throws if one is unknown to the route or is given twice. */
export function validateQuery(route: Route, given: URLSearchParams): Query {
	const query: Query = {};
	for (const [name, value] of given) {
		if (!route.query.includes(name)) throw invalid(`${name}: not a query parameter of this route`);
		if (name in query) throw invalid(`${name}: given twice`);
		validateParameter(name, value);
		query[name] = value;
	}
	return query;
}

function validateParameter(name: string, value: string): void {
	if (FLAGS.some((flag) => flag.test(name)) && !/^[01]$/.test(value)) {
		throw invalid(`${name}: must be 0 or 1`);
	}
	if (name === 'per_page' && !(/^\d+$/.test(value) && +value >= 20 && +value <= 50)) {
		throw invalid('per_page: must be a number from 20 to 50');
	}
	if (/^timestamp_/.test(name) && !/^\d+$/.test(value)) {
		throw invalid(`${name}: must be a timestamp in milliseconds`);
	}
	if (DATE.test(name) && dateOf(value) === undefined) {
		throw invalid(`${name}: must be a date`);
	}
}

/** Parses an ISO 8601 date or a number of milliseconds to milliseconds; undefined for anything else. */
export function dateOf(value: string): number | undefined {
	const time = /^\d{11,}$/.test(value) ? Number(value) : Date.parse(value);
	return Number.isNaN(time) ? undefined : time;
}

export function validateVariables(vars: Record<string, string>): void {
	const { page_number: page, fingerprint } = vars;
	if (page !== undefined && !/^[1-9]\d*$/.test(page)) throw invalid('page_number: must be a positive number');
	// Crisp gives negative fingerprints to messages of automations.
	if (fingerprint !== undefined && !/^-?[1-9]\d*$/.test(fingerprint)) {
		throw invalid('fingerprint: must be an integer other than 0');
	}
}
