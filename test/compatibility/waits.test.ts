import { credentialOf } from './support/credentials';
import { comparable, Replay } from './support/exchanges';
import { savedIn, savedVersions, useSavedInstance } from './support/place';
import { lostIn } from './support/shapes';
import { resumed, type SavedWait } from './support/waits';

/** Executions that an earlier version left waiting in n8n's database go on with this one. */

beforeAll(() => useSavedInstance());

describe.each(savedVersions())('an execution that version %s left waiting', (version) => {
	const saved = savedIn<SavedWait[]>(version, 'waits.json');

	it.each(saved.map((one) => [one.title, one] as const))('goes on with %s', async (_, one) => {
		const replay = new Replay(one.exchanges);
		await replay.open();
		try {
			const website = { credentials: { crispApi: { id: 'website', name: '' } } };
			const output = await resumed(one, credentialOf(version, website, replay.url));
			expect(lostIn(output, one.output)).toEqual([]);
			const requests = replay.exchanges.map(({ request }) => request);
			expect(comparable(requests)).toEqual(comparable(one.exchanges.map(({ request }) => request)));
		} finally {
			await replay.close();
		}
	});
});
