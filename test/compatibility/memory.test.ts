import { crispMemory } from '../support/n8nContext';
import { unseenAlone, unseenModes } from './support/coverage';
import { credentialOf } from './support/credentials';
import { comparable, Replay } from './support/exchanges';
import { savedParameters, type SavedField } from './support/forms';
import { rolesOf, type SavedMemory } from './support/memories';
import { savedIn, savedVersions, useSavedInstance } from './support/place';

/** Agents with a saved memory read the same of a conversation. */

beforeAll(() => useSavedInstance());

describe.each(savedVersions())('a memory of version %s', (version) => {
	const saved = savedIn<SavedMemory[]>(version, 'memories.json');

	it('has each field in a node, with each way to choose', () => {
		const { crispMemory: form } = savedIn<{ crispMemory: SavedField[] }>(version, 'forms.json');
		const parameters = saved.map(({ node }) => node.parameters);
		expect(unseenAlone(form, parameters)).toEqual([]);
		expect(unseenModes(form, parameters).map(({ text }) => text)).toEqual([]);
	});

	it.each(saved.map((one) => [one.node.name, one] as const))('%s: reads the same', async (_, one) => {
		const { node, item, exchanges, roles } = one;
		expect(savedParameters(crispMemory.description, node.parameters)).toEqual(node.parameters);
		const replay = new Replay(exchanges);
		await replay.open();
		try {
			const plugin = { credentials: { crispApi: { id: 'plugin', name: '' } } };
			expect(await rolesOf(node.parameters, item, credentialOf(version, plugin, replay.url))).toEqual(roles);
			const requests = replay.exchanges.map(({ request }) => request);
			expect(comparable(requests)).toEqual(comparable(exchanges.map(({ request }) => request)));
		} finally {
			await replay.close();
		}
	});
});
