import { crisp } from '../support/n8nContext';
import { textOf, unseenIn, unseenModes } from './support/coverage';
import { credentialOf } from './support/credentials';
import { comparable, Replay } from './support/exchanges';
import { operationOf, operationsOfForm, savedParameters, type SavedField } from './support/forms';
import { exchangesOf, runSaved, type SavedRun, type SavedRuns } from './support/operationRuns';
import { namesIn, savedIn, savedVersions, useSavedInstance, type SavedNode, type SavedWorkflow } from './support/place';
import { lostIn } from './support/shapes';

/** Workflows that an earlier version saved do the same with this one: docs/compatibility.md. */

/** Nodes that cannot be replayed: only their parameters are compared. */
const notRun: Record<string, string> = {
	'message/downloadFile': 'reads a file of another server: test/engine/composed/downloadFile.test.ts',
	'message/sendFile binary': 'needs a file of an item: test/engine/composed/sendFile.test.ts',
};

/** Operations that have rows of conditions. */
const withConditions = ['conversation/getAll', 'person/getAll', 'inbox/create', 'campaign/update'];

/** The tables of conditions in a form: the operation of each, and how it can compare. */
function conditionsIn(form: SavedField[]): Array<{ operation: string; operators: string[] }> {
	return form.flatMap(({ show = {}, fields = [] }) =>
		fields.flatMap(({ fields: [rows] = [] }) => {
			const column = (name: string) => rows?.fields?.find((one) => one.name === name);
			if (!column('criterion')) return [];
			const operators = (column('operator')?.values ?? []).map(String);
			return (show.operation ?? []).map((key) => ({
				operation: `${String(show.resource?.[0])}/${String(key)}`,
				operators,
			}));
		}),
	);
}

beforeAll(() => useSavedInstance());

it('there is at least one version', () => expect(savedVersions()).toContain('1.1.0'));

describe.each(savedVersions())('a workflow of version %s', (version) => {
	const { crisp: form } = savedIn<{ crisp: SavedField[] }>(version, 'forms.json');
	const saved = namesIn(version, 'runs').flatMap((resource) => {
		const { nodes } = savedIn<SavedWorkflow>(version, `workflows/${resource}.json`);
		const runs = savedIn<SavedRuns>(version, `runs/${resource}.json`);
		return nodes.map((node) => [`${resource}: ${node.name}`, node, runs] as const);
	});
	const parameters = saved.map(([, node]) => node.parameters);

	it('is there for every operation of that version', () => {
		const tried = new Set(parameters.map((one) => operationOf(form, one)));
		expect(operationsOfForm(form).filter((name) => !tried.has(name))).toEqual([]);
	});

	it('has each field of each operation in a node, with each way to choose', () => {
		expect(unseenIn(form, parameters).map(textOf)).toEqual([]);
		expect(unseenModes(form, parameters).map(({ text }) => text)).toEqual([]);
	});

	it('has rows of conditions of each kind, which were sent', () => {
		const tables = conditionsIn(form);
		expect(tables.map(({ operation }) => operation)).toEqual(expect.arrayContaining(withConditions));
		for (const { operation, operators } of tables) {
			const of = saved.filter(([, { parameters: one }]) => operationOf(form, one) === operation);
			const sent = JSON.stringify(of.map(([, node, { runs }]) => runs[node.id]?.requests)).replaceAll('\\', '');
			expect(operators.filter((one) => !sent.includes(`"operator":"${one}"`))).toEqual([]);
		}
	});

	it('was run, except for what cannot be replayed', () => {
		const left = saved.filter(([, node, { runs }]) => !runs[node.id]).map(([, node]) => kindOf(node.parameters));
		expect([...new Set(left)].sort()).toEqual(Object.keys(notRun).sort());
	});

	/** The operation of a node that cannot be replayed, and the source of its file if others can. */
	function kindOf(one: SavedNode['parameters']): string {
		const name = operationOf(form, one);
		// The file of an item is the default, which the editor leaves out.
		return name === 'message/sendFile' ? `${name} ${String(one.source ?? 'binary')}` : name;
	}

	it.each(saved)('%s: has the same parameters, requests and output names', async (_, node, { answers, runs }) => {
		expect(savedParameters(crisp.description, node.parameters)).toEqual(node.parameters);
		const run = runs[node.id];
		if (run) await compareRun(node, run, answers);
	});

	async function compareRun(node: SavedNode, run: SavedRun, answers: SavedRuns['answers']): Promise<void> {
		const replay = new Replay(exchangesOf(run, answers));
		await replay.open();
		try {
			const running = runSaved(node, credentialOf(version, node, replay.url));
			const output = await (run.fails ? running.catch(() => ({})) : running);
			const requests = replay.exchanges.map(({ request }) => request);
			expect(comparable(requests)).toEqual(comparable(run.requests));
			expect(lostIn(output, run.output)).toEqual([]);
		} finally {
			await replay.close();
		}
	}
});
