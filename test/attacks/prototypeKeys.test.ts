import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { toOutput } from '../../nodes/shared/events/output';
import { withoutUnsafeKeys } from '../../nodes/shared/security/unsafeKeys';
import { toWire } from '../../nodes/Crisp/request/toWire';
import { json as jsonField, pairs, table, text } from '../../nodes/Crisp/operations/field';
import { expectNoPollution, harmless, inherited } from '../property/strangers';
import { execute } from '../support/n8nContext';
import { answer, serveOn, success, type PlainServer } from '../support/servers/plainServer';
import { locator, shop } from '../support/sandboxWorkspace';

/**
 * A visitor sets custom data with keys such as `__proto__`, which become the prototype of an object where a later node
 * merges the output of this package into it.
 */

const key = fc.oneof(fc.constantFrom(...inherited, 'a', 'b'), fc.string({ maxLength: 3 }));

/** JSON text: only JSON.parse makes own properties of such names. */
const jsonText = fc.letrec<{ value: string }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		fc.constantFrom('null', '1', '"x"', 'true', '[]', '{}'),
		fc.array(tie('value'), { maxLength: 3 }).map((parts) => `[${parts.join()}]`),
		fc
			.array(fc.tuple(key, tie('value')), { maxLength: 4 })
			.map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`),
	),
})).value;

const parsed = (text: string) => JSON.parse(text) as IDataObject;

/** Merges as lodash does, before it knew of this attack. */
function merge(target: Record<string, unknown>, source: unknown): void {
	for (const [name, value] of Object.entries(Object(source) as object)) {
		const isNest = typeof value === 'object' && value !== null;
		if (isNest && typeof Object(target[name]) === 'object' && target[name]) merge(target[name] as never, value);
		else if (isNest && typeof target[name] === 'function') merge(target[name] as never, value);
		else target[name] = value;
	}
}

const attack =
	'{"plan":"gold","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"list":[{"__proto__":{"polluted":1}}]}';
const left = { plan: 'gold', list: [{}] };

it('the attack works without the defence', () => {
	const target: Record<string, unknown> = {};
	merge(target, parsed('{"__proto__":{"polluted":1}}'));
	expect(({} as { polluted?: number }).polluted).toBe(1);
	delete (Object.prototype as { polluted?: number }).polluted;
});

describe('data without such keys', () => {
	it('has everything else, at any depth, and the given data is not changed', () => {
		fc.assert(
			fc.property(jsonText, (text) => {
				const value = parsed(text);
				const before = JSON.stringify(value);
				const safe = withoutUnsafeKeys(value);
				expect(JSON.stringify(safe)).toBe(harmless(before));
				expect(JSON.stringify(value)).toBe(before);
				if (harmless(before) === before) expect(safe).toBe(value);
				merge({}, safe);
				expectNoPollution();
			}),
			{ numRuns: 500 },
		);
	});

	it('keeps "constructor" and "prototype" with a text: they are custom data like others', () => {
		const data = { constructor: 'Renault', prototype: 'B', nested: { constructor: null } };
		expect(withoutUnsafeKeys(data)).toBe(data);
	});

	it('is made of data that is nested 100,000 levels deep', () => {
		const deep = `${'{"a":'.repeat(100_000)}{"__proto__":{"b":1}}${'}'.repeat(100_000)}`;
		let inner = withoutUnsafeKeys(parsed(deep));
		while (inner.a !== undefined) inner = inner.a as IDataObject;
		expect(Object.keys(inner)).toEqual([]);
	});

	it('may refer to itself, and keeps what is no plain object', () => {
		const date = new Date(0);
		const circle = { ...parsed(attack), date } as IDataObject;
		circle.self = circle;
		const safe = withoutUnsafeKeys(circle);
		expect(safe.self).toBe(safe);
		expect(safe.date).toBe(date);
	});
});

it.each(['message:send', 'session:set_data', 'people:sync:profile', 'message:updated'])(
	'the output of the event %s has none',
	(name) => {
		const output = toOutput(name, {
			website_id: shop,
			data: parsed(attack),
			content: parsed(attack),
			user: parsed(attack),
		});
		expect(output.data).toEqual({ website_id: shop, data: left, content: left, user: left });
		expect(JSON.stringify(output)).not.toMatch(/__proto__|polluted/);
	},
);

describe('the Crisp node', () => {
	const bodies: string[] = [];
	let server: PlainServer;
	let data = {};
	beforeAll(async () => {
		server = await serveOn((request, response) => {
			let body = '';
			request.on('data', (piece) => (body += String(piece)));
			request.on('end', () => {
				bodies.push(body);
				answer(response, success(data));
			});
		});
	});
	afterAll(async () => await server.close());
	beforeEach(() => void bodies.splice(0));

	const conversation = { resource: 'conversation', websiteId: locator(shop), sessionId: locator('session_1') };

	it('returns none, and no output has another prototype', async () => {
		data = parsed(attack);
		const { credential } = server;
		for (const more of [
			{ operation: 'get', simplify: false },
			{ operation: 'setState', state: 'resolved' },
		]) {
			const made = await execute({ credential, parameters: { ...conversation, ...more } });
			expect(made[0]?.json).toMatchObject({ plan: 'gold' });
			for (const { json } of made) {
				expect(JSON.stringify(json)).not.toMatch(/__proto__|polluted/);
				expect((json as { polluted?: number }).polluted).toBeUndefined();
				expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
			}
		}
		expectNoPollution();
	});

	it('sends none in custom data and in JSON', async () => {
		data = {};
		const { credential } = server;
		const event = { websiteId: locator(shop), pluginId: locator('5a9d0000-0000-4000-8000-000000000002'), name: 'n' };
		await execute({
			credential,
			parameters: { resource: 'pluginSubscription', operation: 'dispatchEvent', ...event, data: attack },
		});
		expect(bodies.join()).not.toMatch(/__proto__|polluted/);
		expect(bodies.at(-1)).toBe(JSON.stringify({ name: 'n', data: left }));
	});

	it('passes none of the input on in what it returns', async () => {
		const { credential } = server;
		const typing = { resource: 'message', operation: 'keepTyping', additionalFields: { atMost: 1 } };
		const made = await execute({ credential, parameters: { ...conversation, ...typing }, items: [parsed(attack)] });
		expect(made.map(({ json }) => json)).toEqual([left]);
	});
});

it('no value of a form has such keys on its way to Crisp', () => {
	const fields = [jsonField('Any'), jsonField('Body', { isObject: true }), pairs('Pairs', { isNested: true })];
	const rows = table({ 'a.b': text('Text') }, 'Rows');
	fc.assert(
		fc.property(jsonText, fc.boolean(), (given, isText) => {
			for (const field of [...fields, rows]) {
				try {
					const made = toWire('data', field, isText ? given : parsed(given), 'UTC');
					const sent = JSON.stringify(made ?? null);
					expect(sent).toBe(harmless(sent));
				} catch (error) {
					if ((error as Error).name !== 'UserError' && (error as Error).constructor.name !== 'UserError') throw error;
				}
				expectNoPollution();
			}
		}),
		{ numRuns: 300 },
	);
});
