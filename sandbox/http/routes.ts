import answersData from '../data/answers.json';
import routesData from '../data/routes.json';
import { acceptedTiers, type Tier } from './tiers';

export type { Tier } from './tiers';

export interface BodyField {
	type: string;
	required?: boolean;
	enum?: string[];
}

/** The SDK's type of a response, as data: `{"name?": "string"}`, `{"arrayOf": ...}`, `{"enum": [...]}`. */
export type Shape = string | { [key: string]: unknown };

export interface Route {
	id: string;
	method: string;
	path: string;
	query: string[];
	/** Undefined if no source documents the fields of the body: any object is accepted. */
	body?: Record<string, BodyField>;
	/** Fields that are accepted in addition to `body`: they are in the SDK's types, but not in the reference. */
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

/** Routes that the realtime client of Crisp's SDK uses, but that are not in the reference. */
const EXTRA_ROUTES: RouteRow[] = [
	{
		id: 'website-connect-endpoints-without-id',
		method: 'GET',
		path: '/v1/website/connect/endpoints',
		tiers: ['website'],
	},
	{ id: 'user-connect-endpoints', method: 'GET', path: '/v1/user/connect/endpoints', tiers: ['user'] },
];

/** Operations with two paths: the data describes the body for only one of them. */
const BODY_TWINS: Record<string, string> = {
	'POST /v1/website/{website_id}/operators/email': 'PATCH /v1/website/{website_id}/operators/email',
	'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}':
		'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}/signaling',
};

/** The SDK looks up a website with `?domain=`; in the data this is only mentioned in a note. */
const EXTRA_QUERY: Record<string, string[]> = { 'HEAD /v1/website': ['domain'] };

/** An older form of the bucket request, which published code still uses. */
const EXTRA_FIELDS: Record<string, string[]> = { 'POST /v1/bucket/url/generate': ['from', 'identifier'] };

/** Answers that Crisp's SDK for Node.js does not type, but its SDK for Go does; fields of categories as they can be written. */
const FURTHER_ANSWERS: Record<string, Shape> = answersData;

const keyOf = (row: { method: string; path: string }) => `${row.method} ${row.path}`;

const rows: RouteRow[] = [...(routesData as unknown as RouteRow[]), ...EXTRA_ROUTES];
const rowByKey = new Map(rows.map((row) => [keyOf(row), row]));

export const routes: Route[] = rows.map(toRoute);

function toRoute(row: RouteRow): Route {
	const key = keyOf(row);
	const twin = rowByKey.get(BODY_TWINS[key] ?? '');
	return {
		id: row.id,
		method: row.method,
		path: row.path,
		query: [...(row.query ?? []), ...(EXTRA_QUERY[key] ?? [])],
		body: row.body ?? twin?.body,
		alsoAccepted: [...sdkFields(row), ...(EXTRA_FIELDS[key] ?? [])],
		tiers: row.tiers ?? acceptedTiers(key),
		returns: row.sdk?.find(({ returns }) => returns)?.returns ?? FURTHER_ANSWERS[key],
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
	/** The last variable matches the rest of the path with its slashes: the SDK does not encode helpdesk paths. */
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
// The route with the most literal segments wins: `conversation/{id}/call/{id}/signaling` before open-ended routes.
candidates.sort((a, b) => b.literals - a.literals);

/** The route of a request and its decoded variables, or undefined; `rawPath` is the path as received. */
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
