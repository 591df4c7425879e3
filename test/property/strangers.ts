import fc from 'fast-check';

/**
 * Generators for untrusted input (property tests with fast-check). The seed is fixed, so that every run is the same. A
 * failed property prints its seed and path; `PROPERTY_SEED=7 PROPERTY_RUNS=10000` uses another seed and more runs.
 */
const { PROPERTY_SEED: seed = 20_261_125, PROPERTY_RUNS: runs = 100 } = process.env;
fc.configureGlobal({ seed: Number(seed), numRuns: Number(runs) });

/** Names that every JavaScript object inherits, or that have a special meaning. */
export const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON'];

const pieces = [
	...['.', '..', '/', '\\', '%2e', '%2F', '%00', '%', '?', '#', '&', '=', ';', ':', '@', ',', '*', '|', '$&', '$1'],
	...['\0', '\r\n', '\n', '\r', '\t', ' ', '\u00a0', '\u0085', '\u2028', '\u2029', '\ufeff', '\u202e'],
	...['\ud800', '\udc00', '😀', '日本', 'é', '[', ']', '(', ')', '<', '>', '`', '"', "'", '{page_number}', '={{ 1 }}'],
	...['session_', '/website/', 'https://', '//example.com', 'X-Crisp-Tier: user', '42', '-1', '1e999', 'NaN'],
	...inherited,
];

/** Texts of pieces with a special meaning somewhere, of arbitrary characters, empty or very long. */
export const text = fc.oneof(
	{ weight: 4, arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join('')) },
	{ weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
	{ weight: 1, arbitrary: fc.constantFrom(...pieces) },
	{ weight: 1, arbitrary: fc.constantFrom(...pieces).map((piece) => piece.repeat(5_000)) },
);

const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
	leaf: fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
	tree: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		tie('leaf'),
		fc.array(tie('tree'), { maxLength: 4 }),
		objectOf(tie('tree')),
	),
}));

/** Any parsed JSON value. */
export const json = tree;

/** An object whose own properties may have inherited names, such as `__proto__`. */
export function objectOf(value: fc.Arbitrary<unknown>, names: string[] = []): fc.Arbitrary<Record<string, unknown>> {
	const name = fc.oneof(fc.constantFrom(...inherited, ...names, 'a', 'b'), text);
	return fc.array(fc.tuple(name, value), { maxLength: 6 }).map((entries) => Object.fromEntries(entries));
}

/** An object that may have these fields, each with a valid value or arbitrary JSON. */
export function recordOf(usual: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
	const own = Object.entries(usual).map(([name, value]) => [name, fc.oneof(value, json)] as const);
	const known = fc.record(Object.fromEntries(own), { requiredKeys: [], noNullPrototype: true });
	return fc.tuple(known, objectOf(json)).map(([one, other]) => ({ ...one, ...other }));
}

/** Arrays or objects nested to this many levels. */
export function nested(levels: number, name?: string): unknown {
	const [open, close] = name === undefined ? ['[', ']'] : [`{${JSON.stringify(name)}:`, '}'];
	return JSON.parse(`${open.repeat(levels)}1${close.repeat(levels)}`) as unknown;
}

const prototypes = [Object, Array, Function, String, Number].map(({ prototype }) => prototype as object);
const before = prototypes.map((prototype) => Reflect.ownKeys(prototype));

/** Expects that no built-in prototype has got a new property (prototype pollution). */
export function expectNoPollution(): void {
	expect(prototypes.map((prototype) => Reflect.ownKeys(prototype))).toEqual(before);
}

/** JSON text without the keys that would change a prototype where the data is merged into another object. */
export function harmless(json: string): string {
	const isUnsafe = (key: string, value: unknown) =>
		key === '__proto__' || (['constructor', 'prototype'].includes(key) && Object(value) === value);
	return JSON.stringify(JSON.parse(json, (key, value: unknown) => (isUnsafe(key, value) ? undefined : value)));
}
