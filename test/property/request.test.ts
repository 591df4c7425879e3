import fc from 'fast-check';
import { UserError } from 'n8n-workflow';
import { parameterName, type Field, type Fields } from '../../nodes/Crisp/operations/field';
import { isComposed } from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import { buildRequest } from '../../nodes/Crisp/request/buildRequest';
import { collectionName, pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import { fillPath, parseRoute } from '../../nodes/shared/api/route';
import { expectNoPollution, json, objectOf, text } from './strangers';

const operations = Object.entries(resources).flatMap(([resource, { operations: some }]) =>
	Object.entries(some).flatMap(([key, operation]) => (isComposed(operation) ? [] : [{ resource, key, operation }])),
);
const templates = [...new Set(operations.map(({ operation }) => `${operation.route.method} ${operation.route.path}`))];
const { numRuns = 100 } = fc.readConfigureGlobal() ?? {};

/** Undefined if a value is rejected with an error and advice for the user; any other error fails the test. */
function unlessRefused<Result>(action: () => Result): Result | undefined {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		expect(error.message).toMatch(/^('|An entry of '|A key of '|Row \d+ of '|There is nothing to update)/);
		expect(error.message.isWellFormed()).toBe(true);
		expect(error.description).toMatch(/\w/);
		return undefined;
	}
}

/** Expects the segments of the template, with each value in its own segment, so that no value can change the route. */
function expectWithin(template: string, path: string, values: Record<string, string>): void {
	const address = `https://api.crisp.chat${path.replace('{page_number}', '1')}`;
	expect(new URL(address).href).toBe(address);
	const parts = path.split('/');
	const wanted = template.split('/');
	wanted.forEach((part, index) => {
		const name = /^\{(\w+)\}$/.exec(part)?.[1] ?? 'page_number';
		const isTree = name === 'path';
		const found = isTree ? parts.splice(index).join('/') : parts[index];
		if (name === 'page_number') expect(found).toBe(part);
		else expect(decodeURIComponent(found ?? '')).toBe(isTree ? values.path?.replace(/^\/|\/$/g, '') : values[name]);
	});
	expect(parts.length).toBe(wanted.includes('{path}') ? wanted.length - 1 : wanted.length);
}

describe('a path', () => {
	it('keeps every value in its segment, for any value', () => {
		const filled = fc.constantFrom(...templates).chain((template) => {
			const { variables } = parseRoute(template);
			return fc.tuple(fc.constant(template), fc.record(Object.fromEntries(variables.map((name) => [name, text]))));
		});
		fc.assert(
			fc.property(filled, ([template, values]) => {
				const route = parseRoute(template);
				const path = unlessRefused(() => fillPath(route, values));
				if (path !== undefined) expectWithin(route.path, path, values);
			}),
			{ numRuns: numRuns * 10 },
		);
	});

	it('accepts every value that can be encoded in a path', () => {
		const route = parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}');
		const good = text.filter((value) => value.isWellFormed() && !['', '.', '..'].includes(value));
		fc.assert(
			fc.property(good, (people_id) => {
				const values = { website_id: 'w', people_id };
				expectWithin(route.path, fillPath(route, values), values);
			}),
		);
	});

	it('with a helpdesk tree does not allow path traversal', () => {
		const route = parseRoute('GET /v1/website/{website_id}/helpdesk/tree/path/{locale}/{path}');
		const slug = fc.oneof(fc.constantFrom('..', '.', '', '%2e%2e', '..\\', '..;', 'a'), text);
		const tree = fc.array(slug, { maxLength: 8 }).map((slugs) => slugs.join('/'));
		fc.assert(
			fc.property(tree, (path) => {
				const values = { website_id: 'w', locale: 'en', path };
				const made = unlessRefused(() => fillPath(route, values));
				if (made !== undefined) expectWithin(route.path, made, values);
				else expect(path.split('/').some((one) => ['..', '.', ''].includes(one) || !one.isWellFormed())).toBe(true);
			}),
		);
	});
});

const uuid = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const plain = { noNullPrototype: true };
const mode = fc.constantFrom('id', 'url', 'list', 'email', 'name');
const locator = fc.record({ __rl: fc.constant(true), mode, value: json }, plain);
const row = fc.oneof(objectOf(fc.oneof(json, locator), ['key', 'value', 'entry']), json);
const rows = fc.record({ rows: fc.array(row, { maxLength: 3 }) }, plain);
const asJson = json.map((one) => JSON.stringify(one));
const value = fc.oneof(fc.constantFrom(uuid, 'text', '2026-01-31', 1, true), json, text, rows, locator, asJson);

/** A value that the field accepts. Without these, few requests would have a number, a choice or a date. */
function fitting({ kind, options, picks }: Field): fc.Arbitrary<unknown> {
	if (kind === 'picker') return fc.constant(picks === 'conversation' ? `session_${uuid}` : uuid);
	if (kind === 'choice') return fc.constantFrom(...Object.keys(options ?? {}));
	if (['date', 'instant'].includes(kind)) return fc.date({ noInvalidDate: true, min: new Date(2e12) });
	if (['flag', 'bit'].includes(kind)) return fc.boolean();
	if (kind === 'email') return fc.constant('name@example.com');
	if (kind === 'list') return fc.array(fc.constantFrom('a', 'b'));
	if (kind === 'fingerprints') return fc.array(fc.integer());
	return ['number', 'fingerprint'].includes(kind) ? fc.integer() : fc.constantFrom('text', uuid);
}

/** The form of any operation, with arbitrary values in its fields. */
const form = fc.constantFrom(...operations).chain(({ resource, key, operation }) => {
	const fields: Fields = { ...operation.query, ...operation.body };
	const valuesFor = (isRequired: boolean) =>
		Object.fromEntries(
			Object.entries(fields)
				.filter(([, field]) => Boolean(field.required) === isRequired)
				.map(([name, field]) => [
					parameterName(name || 'fields'),
					fc.oneof({ weight: 3, arbitrary: fitting(field) }, { weight: 1, arbitrary: value }),
				]),
		);
	const collection = collectionName(key, operation);
	const variables = operation.variables.map((name) => {
		const { parameter, field } = pathFieldOf(operation, name);
		return [parameter, fc.oneof({ weight: 5, arbitrary: fitting(field) }, { weight: 1, arbitrary: value })];
	});
	const parameters = fc.record(
		{
			...Object.fromEntries(variables),
			...valuesFor(true),
			[collection]: fc.record(valuesFor(false), { requiredKeys: [], ...plain }),
		},
		plain,
	);
	return fc.record({ of: fc.constant(`${resource}.${key}`), collection: fc.constant(collection), parameters });
});

const byName = new Map(operations.map(({ resource, key, operation }) => [`${resource}.${key}`, operation]));

/** Expects that no object has a prototype from the input. */
function expectPlain(made: unknown): void {
	if (typeof made !== 'object' || made === null) return;
	const inherits = Object.getPrototypeOf(made) as object;
	expect(Array.isArray(made) || Object.getPrototypeOf(inherits) === null).toBe(true);
	for (const one of Object.values(made)) expectPlain(one);
}

/** The type that Crisp's reference gives a value of each kind; kinds without an entry have a form of their own. */
const wireTypes: Record<string, string> = {
	...Object.fromEntries(
		['text', 'longText', 'secret', 'email', 'color', 'date', 'picker'].map((one) => [one, 'string']),
	),
	...Object.fromEntries(['number', 'bit', 'instant', 'fingerprint'].map((one) => [one, 'number'])),
	flag: 'boolean',
	list: 'strings',
	fingerprints: 'numbers',
};

function typeOf(made: unknown): string {
	if (!Array.isArray(made)) return typeof made;
	const types = [...new Set(made.map((one) => typeof one))];
	return types.length > 1 ? 'mixed' : `${types[0] ?? ''}s`;
}

/** Expects every value of the body in the type of its field; returns how many are not a text. An empty list has no type; null removes a value. */
function expectTyped(body: unknown, fields: Fields = {}): number {
	let checked = 0;
	for (const [name, { kind }] of Object.entries(fields)) {
		if (name === '' || !wireTypes[kind]) continue;
		const made = name
			.split('.')
			.reduce<unknown>((all, part) => (all as Record<string, unknown> | undefined)?.[part], body);
		if (made === undefined || made === null || (Array.isArray(made) && made.length === 0)) continue;
		expect([name, typeOf(made)]).toEqual([name, wireTypes[kind]]);
		if (wireTypes[kind] !== 'string') checked += 1;
	}
	return checked;
}

describe('a request', () => {
	it('is the intended one, or is rejected with the field and advice, for any form values', () => {
		let built = 0;
		let typed = 0;
		fc.assert(
			fc.property(form, ({ of, collection, parameters }) => {
				const operation = byName.get(of)!;
				const get = (name: string) => (parameters as Record<string, unknown>)[name];
				const reading = {
					parameters: { get, isGiven: () => true, timezone: 'Europe/Paris' },
					collection,
					defaultWebsite: uuid,
				};
				const made = unlessRefused(() => buildRequest(operation, reading));
				if (!made) return;
				built += 1;
				const { request, path } = made;
				expect(request.method).toBe(operation.route.method);
				expectWithin(operation.route.path, request.path, path);
				const sent = Object.entries(operation.query ?? {}).flatMap(([name, { sentAs }]) => sentAs?.names ?? [name]);
				for (const [name, one] of Object.entries(request.query ?? {})) {
					expect(sent).toContain(name);
					expect(['string', 'number']).toContain(typeof one);
				}
				expectPlain(request.body);
				typed += expectTyped(request.body, operation.body);
				const names = Object.keys(operation.body ?? {}).map((name) => name.split('.')[0]);
				const strange = Object.keys(request.body ?? {}).filter(
					(name) => !names.includes(name) && !(name in (operation.fixed ?? {})),
				);
				if (!names.includes('')) expect(strange).toEqual([]);
			}),
			{ numRuns: numRuns * 20 },
		);
		expectNoPollution();
		expect(built).toBeGreaterThan(numRuns);
		expect(typed).toBeGreaterThan(numRuns);
	});
});
