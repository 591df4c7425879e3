import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../../../sandbox';
import { operationSchemas, withoutSchema } from '../../../scripts/schemas/operationSchemas';
import { resources } from '../../../nodes/Crisp/operations';
import { execute } from '../../support/n8nContext';
import { credentialFor } from '../../support/sandboxWorkspace';
import { schemaCases, type SchemaCase } from './cases';
import { strangeIn, unseenIn, type Shown } from './compare';
import { optional } from './optional';
import { ownCalls } from './ownCalls';

const schemas = operationSchemas();
const schemaOf = (name: string) => schemas.get(name) as Shown;
const cases = schemaCases().filter(({ name }) => !(name in withoutSchema));
const names = [...new Set([...cases, ...ownCalls].map(({ name }) => name))];

/** All outputs so far, by operation. */
const outputs = new Map<string, IDataObject[]>();

afterEach(() => jest.restoreAllMocks());

/** A scope that only another tier has is tried with that tier. */
async function outputOf({ tier, before, parameters }: SchemaCase): Promise<INodeExecutionData[]> {
	let refusal: unknown;
	for (const one of new Set([tier, 'user', 'website'] as const)) {
		const sandbox = await startSandbox({ page: false });
		const run = async (form: INodeParameters) =>
			await execute({ credential: credentialFor(sandbox, one), parameters: form });
		try {
			for (const form of before) await run(form);
			return await run(parameters);
		} catch (error) {
			refusal ??= error;
		} finally {
			await sandbox.close();
		}
	}
	throw refusal as Error;
}

function expectDescribed(name: string, items: INodeExecutionData[]): void {
	expect(items).not.toEqual([]);
	outputs.set(name, [...(outputs.get(name) ?? []), ...items.map(({ json }) => json)]);
	expect(items.flatMap(({ json }) => strangeIn(json, schemaOf(name)))).toEqual([]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual(items.map(() => ({ item: 0 })));
}

it('each operation has a schema, except those that have no output of their own', () => {
	const all = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.keys(operations).map((key) => `${resource}/${key}`),
	);
	expect([...schemas.keys(), ...Object.keys(withoutSchema)].sort()).toEqual(all.sort());
	expect([...names].sort()).toEqual([...schemas.keys()].sort());
});

describe('the output has nothing that the schema lacks, and no other types', () => {
	it.each(cases.map((one, index) => [`${one.name} ${index}`, one] as const))('%s', async (_, one) => {
		expectDescribed(one.name, await outputOf(one));
	});

	it.each(ownCalls)('$name $title', async ({ name, run }) => {
		const sandbox = await startSandbox({ page: false });
		expectDescribed(name, await run(sandbox).finally(async () => await sandbox.close()));
	});
});

describe('the schema has nothing that no output has, except what is listed with a reason', () => {
	it.each(names)('%s', (name) => {
		const unseen = unseenIn(outputs.get(name) ?? [], schemaOf(name));
		const { fields = [] } = optional[name] ?? {};
		// Nothing would check a schema of which every field is in the list.
		expect(Object.keys(schemaOf(name).properties ?? {}).filter((field) => !fields.includes(field))).not.toEqual([]);
		const isListed = (path: string) => fields.some((field) => path === field || path.startsWith(`${field}.`));
		expect(unseen.filter((path) => !isListed(path))).toEqual([]);
		const isNeeded = (field: string) => unseen.some((path) => path === field || path.startsWith(`${field}.`));
		expect(fields.filter((field) => !isNeeded(field))).toEqual([]);
	});
});
