import { execute } from '../support/n8nContext';
import type { Credential } from '../../nodes/shared/api/transport';
import { asOneChoice, parametersFor } from './parameters';
import { Recorder, type Recorded } from './recorder';
import { resources } from '../../nodes/Crisp/operations';
import {
	bodyOf,
	composedRoutes,
	nameOf,
	routes,
	rows,
	rowsOf,
	twins,
	wireNames,
	type RouteFacts,
	type Row,
} from './routes';
import { sampleOf, type Shape } from './samples';

/** Parameters that the node sends although the collected facts of the route lack them, with the reason. */
const known: Record<string, string> = {
	'HEAD /v1/website domain': 'According to the note it is "looked up by domain", and the SDK uses ?domain=',
};

/** Fields that the node does not send, with the reason. */
const ofNode: Record<string, string> = { skip_if_it_exists: 'It decides whether the request is sent' };

const credential = (baseUrl: string): Credential => ({
	tier: 'plugin',
	identifier: 'identifier',
	key: 'sandbox-key',
	baseUrl,
});

describe('every route has an operation', () => {
	it.each(routes.map((route) => [nameOf(route), route] as const))('%s', (name, route) => {
		const [resource = '', key = ''] = (composedRoutes[name] ?? '').split('.');
		if (resource) return expect(resources[resource]?.operations[key]).toHaveProperty('compose');
		const followed = routes.find((other) => nameOf(other) === (twins[name] ?? nameOf(route)));
		expect(rowsOf(followed as RouteFacts)).not.toEqual([]);
	});

	it('except routes that are another path of the same operation, or belong to a composed one', () => {
		const missing = routes.filter((route) => rowsOf(route).length === 0).map(nameOf);
		expect(missing.sort()).toEqual([...Object.keys(twins), ...Object.keys(composedRoutes)].sort());
		expect(routes.length - missing.length).toBe(263);
	});

	it('including the 47 calls of the original wrapper', () => {
		const seeds = routes.filter(({ seed }) => seed);
		expect(seeds.flatMap(({ seed }) => seed)).toHaveLength(47);
		expect(seeds.filter((route) => rowsOf(route).length === 0)).toEqual([]);
	});
});

describe('an update sends nothing that the user did not set', () => {
	const updates = rows.filter(({ operation }) => operation.route.method === 'PATCH');
	it.each(updates)('$resource/$key', ({ operation }) => {
		const route = routes.find((other) => nameOf(other) === nameOf(operation.route));
		const facts = route ? bodyOf(route) : {};
		const uncalledFor = Object.entries(operation.body ?? {}).filter(
			([name, field]) => field.fallback !== undefined && !field.required && !facts[name.split('.')[0] ?? '']?.required,
		);
		expect(uncalledFor.map(([name]) => name)).toEqual([]);
	});
});

/** Whether a dotted name exists in the SDK's type; an open type has every name. */
function hasName(shape: Shape, names: string[]): boolean {
	const [name, ...rest] = names;
	if (name === undefined || typeof shape === 'string') return true;
	if ('anyOf' in shape && Array.isArray(shape.anyOf)) {
		return (shape.anyOf as Shape[]).some((part) => typeof part === 'object' && hasName(part, names));
	}
	const part = (shape as Record<string, Shape>)[name] ?? (shape as Record<string, Shape>)[`${name}?`];
	return part !== undefined && hasName(part, rest);
}

function isKnownField(route: RouteFacts, dottedName: string): boolean {
	const names = dottedName.split('.');
	const params = (route.sdk ?? []).flatMap((call) => call.params);
	const objects = params.map(({ type }) => type).filter((type) => typeof type === 'object');
	if (objects.some((shape) => hasName(shape, names))) return true;
	// If the SDK types the nested fields, other names are wrong.
	const isDescribed = objects.some((shape) => hasName(shape, names.slice(0, 1)));
	return (names[0] as string) in bodyOf(route) && (names.length === 1 || !isDescribed);
}

function rowTitle({ resource, key }: Row): string {
	return `${resource}/${key}`;
}

describe('every operation has a route, and only fields of that route', () => {
	it.each(rows.map((row) => [rowTitle(row), row] as const))('%s', (_, { operation }) => {
		const route = routes.find((facts) => nameOf(facts) === nameOf(operation.route));
		expect(route).toBeDefined();
		if (!route) return;
		const isFree = /free object|bare/.test(route.note ?? '');
		const isNamed = (name: string) => name in ofNode || `${nameOf(route)} ${name}` in known;
		const query = wireNames(operation.query).filter((name) => !route.query?.includes(name));
		expect(query.filter((name) => !isNamed(name))).toEqual([]);
		const fields = [...wireNames(operation.body), ...Object.keys(operation.fixed ?? {})];
		const isOpen = isFree && fields[0] === '';
		const isCall = (name: string) =>
			(route.sdk ?? []).some(({ params }) => params.some((param) => isSame(param.name, name)));
		const strange = fields.filter((name) => !isKnownField(route, name) && !isNamed(name) && !isCall(name));
		expect(isOpen ? [] : strange).toEqual([]);
	});
});

/** The SDK's argument `domainBasic` corresponds to the field `domain_basic`. */
function isSame(argument: string, field: string): boolean {
	return argument.toLowerCase().endsWith(field.replaceAll('_', '').toLowerCase());
}

/** Query parameters that the node sets itself. */
const derived = ['per_page'];

describe('every field of the reference can be set', () => {
	const described = routes.filter((route) => rowsOf(route).length > 0);

	it.each(described.map((route) => [nameOf(route), route] as const))('%s', (_, route) => {
		const able = rowsOf(route).map(({ operation }) => operation);
		const settable = able.flatMap(({ body, fixed = {} }) => [...wireNames(body), ...Object.keys(fixed)]);
		const roots = settable.map((name) => name.split('.')[0]);
		expect(Object.keys(bodyOf(route)).filter((name) => !roots.includes(name))).toEqual([]);
		const queries = able.flatMap(({ query, isSized }) => [...wireNames(query), ...(isSized ? derived : [])]);
		expect((route.query ?? []).filter((name) => !queries.includes(name))).toEqual([]);
	});
});

describe('routes that are not in the SDK get every field of the reference in the right place', () => {
	const recorder = new Recorder();
	beforeAll(async () => await recorder.open());
	afterAll(async () => await recorder.close());

	const website = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
	const alone = routes
		.filter((route) => !route.sdk && rowsOf(route).length > 0)
		.flatMap((route) => rowsOf(route).map((row) => [`${nameOf(route)} as ${rowTitle(row)}`, route, row] as const));

	it.each(alone)('%s', async (_, route, { resource, key, operation }) => {
		const facts = Object.entries(bodyOf(route));
		const hasBody = !['GET', 'HEAD', 'DELETE'].includes(route.method);
		const expected: Recorded = {
			method: route.method,
			path: route.path.replace('{website_id}', website).replace('{page_number}', '1').replace(/[{}]/g, ''),
			query: Object.fromEntries((route.query ?? []).map((name) => [name, queryOf(name)])),
			body: hasBody ? Object.fromEntries(facts.map(([name, field]) => [name, sampleOf(name, field)])) : undefined,
		};
		if (operation.body?.['']) expected.body = { anything: { goes: true } };
		const parameters = parametersFor(resource, key, operation, expected);
		await execute({ credential: credential(recorder.url), parameters });
		expect(recorder.takeOne()).toEqual(asOneChoice(expected));
	});
});

function queryOf(name: string): string {
	if (name.startsWith('filter_date')) return '2026-01-31T00:00:00.000Z';
	return /^(filter_(status|visibility)|order)_/.test(name) ? '1' : `some ${name}`;
}
