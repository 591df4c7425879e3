import fc from 'fast-check';
import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';
import { parametersOf } from '../../nodes/Crisp/execute/parameters';
import type { Credential } from '../../nodes/shared/api/transport';
import { executeContext } from '../support/n8nContext';
import { locator } from '../support/sandboxWorkspace';
import { expectNoPollution, json } from './strangers';

const credential = {} as Credential;
const usual = ['text', 'a', 'b', 'Name', '_x', 'length'];
const names = [...usual, 'constructor', 'constructors', '__proto__', 'toString', 'valueOf', 'binding', 'caller'];
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const expression = fc.oneof(
	{ weight: 6, arbitrary: path.map((path) => `={{ $json.${path} }}`) },
	path.map((path) => `={{$json.${path}}}`),
	path.map((path) => `={{ $json.${path} }} `),
	path.map((path) => `= {{ $json.${path} }}`),
	path.map((path) => `={{ $json.${path} }}{{ $json.a }}`),
	path.map((path) => `={{ $json.${path} + 1 }}`),
	path.map((path) => `={{ $json["${path}"] }}`),
	fc.constantFrom('={{ $json }}', '={{ $json. }}', '={{ $json.a.1 }}', '={{ $binary.a }}', '=', '=a', 'a', ''),
);
const parameter: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 3, arbitrary: expression },
	expression.map((value) => locator(value)),
	fc.array(expression, { maxLength: 3 }),
	fc.record({ text: expression, rows: fc.array(fc.record({ key: fc.constant('k'), value: expression })) }),
);
const holding = (value: fc.Arbitrary<unknown>) => {
	const entry = fc.tuple(fc.constantFrom(...names), value);
	return fc.array(entry, { minLength: 5, maxLength: 20 }).map((entries) => Object.fromEntries(entries) as IDataObject);
};
const item = holding(fc.oneof(json, holding(json)));

/** The result, or the message of the thrown error. */
function outcomeOf(read: () => unknown): unknown {
	try {
		return { given: read() };
	} catch (error) {
		return { thrown: (error as Error).message };
	}
}

/** The value of a field for the second item, as resolved by this package and by n8n. */
function bothOf(item: IDataObject, content: unknown) {
	const parameters = { content } as INodeParameters;
	const contextOf = () => executeContext({ credential, parameters, items: [{}, item] }) as unknown as IExecuteFunctions;
	return {
		ours: outcomeOf(() => parametersOf(contextOf())(1).get('content')),
		n8n: outcomeOf(() => contextOf().getNodeParameter('content', 1, null)),
	};
}

describe('a field that refers to values of the item', () => {
	it('is resolved as in n8n, for any item and expression', () => {
		fc.assert(
			fc.property(item, parameter, (item, content) => {
				const { ours, n8n } = bothOf(item, content);
				expect(ours).toEqual(n8n);
			}),
		);
		expectNoPollution();
	});

	it.each(names)('is resolved as in n8n, for a value called %s', (name) => {
		const item = Object.fromEntries([[name, 'own']]) as IDataObject;
		const { ours, n8n } = bothOf(item, `={{ $json.${name} }}`);
		expect(ours).toEqual(n8n);
	});
});
