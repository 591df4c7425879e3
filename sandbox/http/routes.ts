import routesData from '../data/routes.json';

export type Tier = 'website' | 'plugin' | 'user';

export interface BodyField {
	type: string;
	required?: boolean;
	enum?: string[];
}

/** The vendor's type of an answer, as data: `{"name?": "string"}`, `{"arrayOf": ...}`, `{"enum": [...]}`. */
export type Shape = string | { [key: string]: unknown };

export interface Route {
	id: string;
	method: string;
	path: string;
	query: string[];
	/** Undefined where no source says which fields the body has: any object passes. */
	body?: Record<string, BodyField>;
	/** Names that are accepted beside `body`: the vendor's SDK types them, the reference does not print them. */
	alsoAccepted: string[];
	tiers: Tier[];
	returns?: Shape;
	isAsynchronous: boolean;
}

export interface Match {
	route: Route;
	/** Path variables, decoded exactly once. */
	vars: Record<string, string>;
}

interface RouteRow {
	id: string;
	method: string;
	path: string;
	query?: string[];
	body?: Record<string, BodyField>;
	tiers?: Tier[];
	note?: string;
	sdk?: Array<{ returns?: Shape; params?: Array<{ type: Shape }> }>;
}

const ALL_TIERS: Tier[] = ['website', 'plugin', 'user'];

/** Routes the vendor's own listener asks for, which the reference does not print. */
const EXTRA_ROUTES: RouteRow[] = [
	{
		id: 'website-connect-endpoints-without-id',
		method: 'GET',
		path: '/v1/website/connect/endpoints',
		tiers: ['website'],
	},
	{ id: 'user-connect-endpoints', method: 'GET', path: '/v1/user/connect/endpoints', tiers: ['user'] },
];

/** Tiers that the data leaves open and the guides settle: plugins speak for themselves, only people own websites. */
const SETTLED_TIERS: Array<{ matches: RegExp; tiers: Tier[] }> = [
	{ matches: /^[A-Z]+ \/v1\/plugin\/connect\//, tiers: ['plugin'] },
	{ matches: /^POST \/v1\/website$/, tiers: ['user'] },
	{ matches: /^DELETE \/v1\/website\/\{website_id\}$/, tiers: ['user'] },
];

/** The same operation under two addresses: the data describes the body at one of them only. */
const BODY_TWINS: Record<string, string> = {
	'POST /v1/website/{website_id}/operators/email': 'PATCH /v1/website/{website_id}/operators/email',
	'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}':
		'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}/signaling',
};

/** The SDK looks a website up with `?domain=`; the data only says so in a note. */
const EXTRA_QUERY: Record<string, string[]> = { 'HEAD /v1/website': ['domain'] };

/** An earlier form of the bucket request, still used by published code. */
const EXTRA_FIELDS: Record<string, string[]> = { 'POST /v1/bucket/url/generate': ['from', 'identifier'] };

const keyOf = (row: { method: string; path: string }) => `${row.method} ${row.path}`;

const rows: RouteRow[] = [...(routesData as unknown as RouteRow[]), ...EXTRA_ROUTES];
const rowByKey = new Map(rows.map((row) => [keyOf(row), row]));

export const routes: Route[] = rows.map(toRoute);

function toRoute(row: RouteRow): Route {
	const key = keyOf(row);
	const twin = rowByKey.get(BODY_TWINS[key] ?? '');
	const settled = SETTLED_TIERS.find(({ matches }) => matches.test(key));
	return {
		id: row.id,
		method: row.method,
		path: row.path,
		query: [...(row.query ?? []), ...(EXTRA_QUERY[key] ?? [])],
		body: row.body ?? twin?.body,
		alsoAccepted: [...sdkFields(row), ...(EXTRA_FIELDS[key] ?? [])],
		tiers: row.tiers ?? settled?.tiers ?? ALL_TIERS,
		returns: row.sdk?.find(({ returns }) => returns)?.returns,
		isAsynchronous: /asynchronous|\basync\b/i.test(row.note ?? ''),
	};
}

function sdkFields(row: RouteRow): string[] {
	const params = (row.sdk ?? []).flatMap((call) => call.params ?? []);
	return params.flatMap(({ type }) => fieldsOf(type));
}

function fieldsOf(shape: unknown): string[] {
	if (typeof shape !== 'object' || shape === null) return [];
	const { anyOf } = shape as { anyOf?: unknown[] };
	if (anyOf) return anyOf.flatMap(fieldsOf);
	return Object.keys(shape).map((name) => name.replace(/\?$/, ''));
}

export const routeKey = (route: Route) => keyOf(route);

const isVariable = (segment: string) => segment.startsWith('{');
const nameOf = (segment: string) => segment.slice(1, -1);

interface Candidate {
	route: Route;
	segments: string[];
	/** A helpdesk tree path is the rest of the address: the SDK sends its slashes as they are. */
	isOpenEnded: boolean;
	literals: number;
}

const candidates: Candidate[] = routes.map((route) => {
	const segments = route.path.split('/');
	return {
		route,
		segments,
		isOpenEnded: segments[segments.length - 1] === '{path}',
		literals: segments.filter((segment) => !isVariable(segment)).length,
	};
});
// The most literal route wins: `conversation/{id}/call/{id}/signaling` before anything open-ended.
candidates.sort((a, b) => b.literals - a.literals);

/** The route of a request and its decoded variables, or undefined; `rawPath` is as it came over the wire. */
export function matchRoute(method: string, rawPath: string): Match | undefined {
	const segments = rawPath.split('/');
	for (const candidate of candidates) {
		if (candidate.route.method !== method) continue;
		const vars = variablesOf(candidate, segments);
		if (vars) return { route: candidate.route, vars };
	}
	return undefined;
}

function variablesOf(candidate: Candidate, given: string[]): Record<string, string> | undefined {
	const { segments, isOpenEnded } = candidate;
	const hasFittingLength = isOpenEnded ? given.length >= segments.length : given.length === segments.length;
	if (!hasFittingLength) return undefined;
	const vars: Record<string, string> = {};
	for (const [index, segment] of segments.entries()) {
		const isRest = isOpenEnded && index === segments.length - 1;
		const raw = isRest ? given.slice(index).join('/') : (given[index] ?? '');
		if (!isVariable(segment)) {
			if (segment !== raw) return undefined;
			continue;
		}
		const value = decoded(raw);
		if (value === undefined || value === '') return undefined;
		vars[nameOf(segment)] = value;
	}
	return vars;
}

function decoded(raw: string): string | undefined {
	try {
		return decodeURIComponent(raw);
	} catch {
		return undefined;
	}
}
