import { isDeepStrictEqual } from 'node:util';
import { operationFor, resources } from '../../../nodes/Crisp/operations';
import type { Credential } from '../../../nodes/shared/api/transport';
import { startSandbox } from '../../../sandbox';
import { credentialFor } from '../../support/sandboxWorkspace';
import { keyOf, Recording, type Exchange } from '../support/exchanges';
import { runSaved, type SavedRun, type SavedRuns } from '../support/operationRuns';
import { savedAt, type SavedNode, type SavedWorkflow } from '../support/place';
import type { Shape } from '../support/shapes';
import type { Case } from './cases';
import { resetIds } from './fixedIds';
import { allCases } from './otherCases';

/** The workflow of a resource, and what its nodes did. */
export interface WrittenOperations {
	resource: string;
	workflow: SavedWorkflow;
	saved: SavedRuns;
}

interface Recorded {
	exchanges: Exchange[];
	output: Shape;
	tier: Credential['tier'];
	refusal?: Error;
}

/** Runs a node against a new sandbox, with the first tier that may; if none may, what it did with the first of them. */
async function record(node: SavedNode, { operation, before, ifRefused }: Case): Promise<Recorded> {
	let refused: Required<Recorded> | undefined;
	for (const tier of new Set([tierOf(operation), 'user', 'website'] as const)) {
		resetIds();
		const sandbox = await startSandbox({ page: false, clock: () => savedAt });
		const recording = new Recording(sandbox.url);
		await recording.open();
		try {
			for (const parameters of before) {
				await runSaved({ id: 'before', typeVersion: 1, parameters }, credentialFor(sandbox, tier));
			}
			const output = await runSaved(node, credentialFor(sandbox, tier, { baseUrl: recording.url }));
			return { output, tier, exchanges: recording.exchanges };
		} catch (error) {
			refused ??= { output: {}, tier, exchanges: recording.exchanges, refusal: error as Error };
		} finally {
			await recording.close();
			await sandbox.close();
		}
	}
	if (ifRefused === 'keep' && refused && refused.exchanges.length > 0) return refused;
	throw refused?.refusal as Error;
}

function tierOf(operation: string): Credential['tier'] {
	const [resource = '', key = ''] = operation.split('/');
	return operationFor(resource, key).tier ?? resources[resource]?.tier ?? 'plugin';
}

/** Runs all operations in sandboxes, and calls `onRefused` for each form that the sandbox refuses. */
export async function writtenOperations(
	onRefused: (one: Case, error: Error) => undefined,
): Promise<WrittenOperations[]> {
	const written = new Map<string, WrittenOperations>();
	const counts = new Map<string, number>();
	for (const one of allCases()) {
		const { operation, name, isNotRun } = one;
		const [resource = '', key = ''] = operation.split('/');
		const into = written.get(resource) ?? emptyOf(resource);
		written.set(resource, into);
		const { nodes } = into.workflow;
		if (nodes.some(({ parameters }) => isDeepStrictEqual(parameters, one.parameters))) continue;
		const count = counts.get(operation) ?? 0;
		const node = nodeOf(one, `${key}-${count}`, positionOf(nodes, count));
		const recorded = isNotRun ? undefined : await record(node, one).catch((error: Error) => onRefused(one, error));
		if (!isNotRun && !recorded) continue;
		if (recorded?.refusal) onRefused({ ...one, name: `${name}: saved without an output` }, recorded.refusal);
		const tier = recorded?.tier ?? tierOf(operation);
		nodes.push({ ...node, credentials: { crispApi: { id: tier, name: `Crisp (${tier})` } } });
		counts.set(operation, count + 1);
		if (recorded) into.saved.runs[node.id] = runOf(recorded, into.saved.answers);
	}
	return [...written.values()];
}

function emptyOf(resource: string): WrittenOperations {
	const name = `Crisp: ${resources[resource]?.name ?? resource}`;
	return {
		resource,
		workflow: { name, nodes: [], connections: {}, settings: { executionOrder: 'v1' } },
		saved: { answers: [], runs: {} },
	};
}

function nodeOf({ name, parameters }: Case, id: string, position: SavedNode['position']): SavedNode {
	return { id, name, type: 'n8n-nodes-crisp.crisp', typeVersion: 1, position, parameters };
}

/** A row for each operation. */
function positionOf(nodes: SavedNode[], count: number): SavedNode['position'] {
	const rows = nodes.filter(({ position: [x] }) => x === 0).length;
	return [220 * count, 180 * (count === 0 ? rows : rows - 1)];
}

function runOf({ exchanges, output, refusal }: Recorded, answers: SavedRuns['answers']): SavedRun {
	const texts = answers.map((answer) => JSON.stringify(answer));
	// Reads may run at the same time: their order must not change the file.
	const inOrder = [...exchanges].sort((a, b) => rankOf(a, exchanges) - rankOf(b, exchanges));
	return {
		requests: inOrder.map(({ request }) => request),
		answers: inOrder.map(({ answer }) => {
			const text = JSON.stringify(answer);
			const known = texts.indexOf(text);
			if (known !== -1) return known;
			texts.push(text);
			return answers.push(answer) - 1;
		}),
		output,
		...(refusal && { fails: true as const }),
	};
}

const rankOf = (one: Exchange, all: Exchange[]) =>
	all.findIndex(({ request }) => keyOf(request) === keyOf(one.request));
