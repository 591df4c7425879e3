import { crisp } from '../support/n8nContext';
import { credentialOf } from './support/credentials';
import { comparable, Replay } from './support/exchanges';
import { operationOf, operationsOfForm, savedParameters, type SavedField } from './support/forms';
import { exchangesOf, runSaved, type SavedRuns } from './support/operationRuns';
import { namesIn, savedIn, savedVersions, useSavedInstance, type SavedWorkflow } from './support/place';
import { lostIn } from './support/shapes';

/** Workflows that an earlier version saved do the same with this one: docs/compatibility.md. */

/** Operations that are tried elsewhere, or cannot be replayed. */
const notRun: Record<string, string> = {
	'message/downloadFile': 'reads a file of another server: test/engine/composed/downloadFile.test.ts',
	'message/sendAndWait': 'is in waits.test.ts',
};

beforeAll(() => useSavedInstance());

it('there is at least one version', () => expect(savedVersions()).toContain('1.1.0'));

describe.each(savedVersions())('a workflow of version %s', (version) => {
	const resources = namesIn(version, 'runs');
	const saved = resources.flatMap((resource) => {
		const { nodes } = savedIn<SavedWorkflow>(version, `workflows/${resource}.json`);
		const runs = savedIn<SavedRuns>(version, `runs/${resource}.json`);
		return nodes.map((node) => [`${resource}: ${node.name}`, node, runs] as const);
	});

	it('is there for every operation of that version', () => {
		const { crisp: form } = savedIn<{ crisp: SavedField[] }>(version, 'forms.json');
		const tried = new Set(saved.map(([, { parameters }]) => operationOf(form, parameters)));
		const missing = operationsOfForm(form).filter((name) => !tried.has(name));
		expect(missing.sort()).toEqual(Object.keys(notRun).sort());
	});

	it.each(saved)('%s: has the same parameters, requests and output names', async (_, node, { answers, runs }) => {
		const run = runs[node.id];
		if (!run) throw new Error('It was not run');
		expect(savedParameters(crisp.description, node.parameters)).toEqual(node.parameters);
		const exchanges = exchangesOf(run, answers);
		const replay = new Replay(exchanges);
		await replay.open();
		try {
			const output = await runSaved(node, credentialOf(version, node, replay.url));
			const requests = replay.exchanges.map(({ request }) => request);
			expect(comparable(requests)).toEqual(comparable(run.requests));
			expect(lostIn(output, run.output)).toEqual([]);
		} finally {
			await replay.close();
		}
	});
});
