import { isDeepStrictEqual } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import { operationFor, resources } from '../../../nodes/Crisp/operations';
import { isList } from '../../../nodes/Crisp/operations/operation';
import type { Credential } from '../../../nodes/shared/api/transport';
import { startSandbox } from '../../../sandbox';
import { schemaCases } from '../../engine/schemas/cases';
import { crisp } from '../../support/n8nContext';
import { credentialFor } from '../../support/sandboxWorkspace';
import { keyOf, Recording, type Exchange } from '../support/exchanges';
import { savedParameters } from '../support/forms';
import { runSaved, type SavedRun, type SavedRuns } from '../support/operationRuns';
import { savedAt, type SavedNode, type SavedWorkflow } from '../support/place';
import type { Shape } from '../support/shapes';

/** A node to save: an operation with values in its form. */
interface Case {
	resource: string;
	operation: string;
	name: string;
	before: INodeParameters[];
	parameters: INodeParameters;
	/** Whether it is left out if the sandbox refuses it. */
	isOptional: boolean;
}

/** The workflow of a resource, and what its nodes did. */
export interface WrittenOperations {
	resource: string;
	workflow: SavedWorkflow;
	saved: SavedRuns;
}

const collections = ['filters', 'additionalFields', 'updateFields', 'options'];

/** Resources of which lists are read to the end, too: each has its own way to name the next page. */
const readInFull = ['conversation', 'message', 'person', 'knowledgeBase', 'campaign'];

/** What the editor saves if only required fields are filled in, so that defaults decide about the rest. */
function withDefaults(parameters: INodeParameters): INodeParameters {
	const { simplify, returnAll, limit, ...form } = parameters;
	void [simplify, returnAll, limit];
	return Object.fromEntries(Object.entries(form).filter(([name]) => !collections.includes(name))) as INodeParameters;
}

function casesOf(): Case[] {
	const counts = new Map<string, number>();
	return schemaCases().flatMap(({ name, before, parameters }) => {
		const [resource = '', operation = ''] = name.split('/');
		const row = operationFor(resource, operation);
		const count = (counts.get(name) ?? 0) + 1;
		counts.set(name, count);
		const suffix = count > 1 ? ` ${count}` : '';
		const full = { ...parameters, ...(row.simplify && { simplify: false }) };
		const common = { resource, operation, before };
		return [
			{ ...common, name: `${row.action}${suffix}, with all fields`, parameters: full, isOptional: false },
			{ ...common, name: `${row.action}${suffix}`, parameters: withDefaults(parameters), isOptional: true },
			...(isList(operation, row) && readInFull.includes(resource)
				? [
						{
							...common,
							name: `${row.action}${suffix}, all`,
							parameters: { ...withDefaults(parameters), returnAll: true },
							isOptional: true,
						},
					]
				: []),
		];
	});
}

interface Recorded {
	exchanges: Exchange[];
	output: Shape;
	tier: Credential['tier'];
}

/** Runs a node against a new sandbox, with the first tier that may. */
async function record(node: SavedNode, { resource, operation, before }: Case): Promise<Recorded> {
	const row = operationFor(resource, operation);
	const wanted = row.tier ?? resources[resource]?.tier ?? 'plugin';
	let refusal: unknown;
	for (const tier of new Set([wanted, 'user', 'website'] as const)) {
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
			refusal ??= error;
		} finally {
			await recording.close();
			await sandbox.close();
		}
	}
	throw refusal as Error;
}

/** Runs all operations in sandboxes, and calls `onSkipped` for each form that the sandbox refuses. */
export async function writtenOperations(onSkipped: (name: string, error: Error) => void): Promise<WrittenOperations[]> {
	const written = new Map<string, WrittenOperations>();
	for (const one of casesOf()) {
		const { resource } = one;
		const into = written.get(resource) ?? emptyOf(resource);
		const node = nodeOf(one, into.workflow.nodes.length);
		const isSame = into.workflow.nodes.some(({ parameters }) => isDeepStrictEqual(parameters, node.parameters));
		if (isSame) continue;
		try {
			const { exchanges, output, tier } = await record(node, one);
			into.workflow.nodes.push({ ...node, credentials: { crispApi: { id: tier, name: `Crisp (${tier})` } } });
			into.saved.runs[node.id] = runOf(exchanges, output, into.saved.answers);
			written.set(resource, into);
		} catch (error) {
			if (!one.isOptional) throw error;
			onSkipped(one.name, error as Error);
		}
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

function nodeOf({ resource, name, parameters }: Case, index: number): SavedNode {
	return {
		id: `${resource}-${index}`,
		name,
		type: 'n8n-nodes-crisp.crisp',
		typeVersion: 1,
		position: [220 * (index % 8), 180 * Math.floor(index / 8)],
		parameters: savedParameters(crisp.description, parameters),
	};
}

function runOf(exchanges: Exchange[], output: Shape, answers: SavedRuns['answers']): SavedRun {
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
	};
}

const rankOf = (one: Exchange, all: Exchange[]) =>
	all.findIndex(({ request }) => keyOf(request) === keyOf(one.request));
