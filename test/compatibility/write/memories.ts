import type { INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../../../sandbox';
import { crispMemory } from '../../support/n8nContext';
import { conversation, credentialFor, shop } from '../../support/sandboxWorkspace';
import { Recording } from '../support/exchanges';
import { savedParameters } from '../support/forms';
import { rolesOf, type SavedMemory } from '../support/memories';
import { savedAt } from '../support/place';

const item = { website_id: shop, session_id: conversation, fingerprint: 0 };
const options = { includeNotes: true, maxCharacters: 1_000, maxMessages: 3 };
const forms: Array<[name: string, parameters: INodeParameters]> = [
	['Crisp Memory', {}],
	...Object.entries(options).map(([name, value]): [string, INodeParameters] => [
		`Crisp Memory with ${name}`,
		{ options: { [name]: value } },
	]),
];

export async function writtenMemories(): Promise<SavedMemory[]> {
	const written: SavedMemory[] = [];
	for (const [index, [name, parameters]] of forms.entries()) {
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
