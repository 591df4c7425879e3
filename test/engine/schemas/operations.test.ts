import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../../../sandbox';
import { operationSchemas, withoutSchema } from '../../../scripts/schemas/operationSchemas';
import { resources } from '../../../nodes/Crisp/operations';
import { execute } from '../../support/n8nContext';
import { credentialFor } from '../../support/sandboxWorkspace';
import { byHand, schemaCases, type SchemaCase } from './cases';
import { strangeIn, unseenIn, type Shown } from './compare';
import { optional } from './optional';

const schemas = operationSchemas();
const schemaOf = (name: string) => schemas.get(name) as Shown;
const cases = schemaCases().filter(({ name }) => !(name in withoutSchema));
const names = [...new Set(cases.map(({ name }) => name))];

/** All outputs so far, by operation. */
const outputs = new Map<string, IDataObject[]>();

/** A scope that only another tier has is tried with that tier. */
async function outputOf({ tier, before, parameters }: SchemaCase): Promise<IDataObject[]> {
	let refusal: unknown;
	for (const one of new Set([tier, 'user', 'website'] as const)) {
		const sandbox = await startSandbox({ page: false });
		const run = async (form: INodeParameters) =>
			await execute({ credential: credentialFor(sandbox, one), parameters: form });
		try {
			for (const form of before) await run(form);
			return (await run(parameters)).map(({ json }) => json);
		} catch (error) {
			refusal ??= error;
		} finally {
			await sandbox.close();
		}
	}
	throw refusal as Error;
}

it('each operation has a schema, except those that have no output of their own', () => {
	const all = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.keys(operations).map((key) => `${resource}/${key}`),
	);
	expect([...schemas.keys(), ...Object.keys(withoutSchema)].sort()).toEqual(all.sort());
	expect([...new Set([...names, ...byHand])].sort()).toEqual([...schemas.keys()].sort());
});

describe('the output has nothing that the schema lacks, and no other types', () => {
	it.each(cases.map((one, index) => [`${one.name} ${index}`, one] as const))('%s', async (_, one) => {
		const items = await outputOf(one);
		outputs.set(one.name, [...(outputs.get(one.name) ?? []), ...items]);
		expect(items.flatMap((item) => strangeIn(item, schemaOf(one.name)))).toEqual([]);
	});
});

describe('the schema has nothing that no output has, except what is listed with a reason', () => {
	it.each(names)('%s', (name) => {
		const unseen = unseenIn(outputs.get(name) ?? [], schemaOf(name));
		const { fields = [] } = optional[name] ?? {};
		const isListed = (path: string) => fields.some((field) => path === field || path.startsWith(`${field}.`));
		expect(unseen.filter((path) => !isListed(path))).toEqual([]);
		const isNeeded = (field: string) => unseen.some((path) => path === field || path.startsWith(`${field}.`));
		expect(fields.filter((field) => !isNeeded(field))).toEqual([]);
	});
});
