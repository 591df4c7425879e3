import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { startSandbox } from '../../../sandbox';
import { crispMemory } from '../../support/n8nContext';
import { conversation, credentialFor, shop } from '../../support/sandboxWorkspace';
import { Recording } from '../support/exchanges';
import { savedParameters } from '../support/forms';
import { rolesOf, type SavedMemory } from '../support/memories';
import { savedAt } from '../support/place';
import { withCollections } from './filled';
import { resetIds } from './fixedIds';
import { fieldsIn, locatorOf, sampleOf } from './samples';

const item = { website_id: shop, session_id: conversation, fingerprint: 0 };
const { properties } = crispMemory.description;

/** A memory with nothing set, one for each field, chosen in each way, and one with all options. */
function forms(): Array<[name: string, parameters: INodeParameters]> {
	return [
		['Crisp Memory', {}],
		...properties
			.filter(({ type }) => type !== 'notice')
			.flatMap((field) =>
				valuesOf(field).map(([what, value]): [string, INodeParameters] => [
					`Crisp Memory with ${what}`,
					{ [field.name]: value } as INodeParameters,
				]),
			),
		['Crisp Memory with all options', withCollections(crispMemory.description, {})],
	];
}

function valuesOf(field: INodeProperties): Array<[what: string, value: unknown]> {
	const { name, modes } = field;
	if (modes) return modes.map((mode) => [`${name} by ${mode.name}`, locatorOf(field, mode.name)]);
	if (field.type !== 'collection') return [[name, sampleOf(field)]];
	return fieldsIn(field).map((inner) => [inner.name, { [inner.name]: sampleOf(inner) }]);
}

export async function writtenMemories(): Promise<SavedMemory[]> {
	const written: SavedMemory[] = [];
	for (const [index, [name, parameters]] of forms().entries()) {
		resetIds();
		const sandbox = await startSandbox({ page: false, clock: () => savedAt });
		const recording = new Recording(sandbox.url);
		await recording.open();
		const saved = savedParameters(crispMemory.description, parameters);
		const roles = await rolesOf(saved, item, credentialFor(sandbox, 'plugin', { baseUrl: recording.url }));
		await recording.close();
		await sandbox.close();
		const node = { id: `memory-${index}`, name, type: 'n8n-nodes-crisp.crispMemory', typeVersion: 1 };
		const more = { position: [0, 0] as [number, number], parameters: saved };
		written.push({ node: { ...node, ...more }, item, exchanges: recording.exchanges, roles });
	}
	return written;
}
