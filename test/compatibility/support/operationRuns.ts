import type { INodeParameters } from 'n8n-workflow';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import type { Credential } from '../../../nodes/shared/api/transport';
import { execute } from '../../support/n8nContext';
import { WaitingExecution } from '../../support/waiting/execution';
import { useSavedTime, type SavedNode } from './place';
import type { Exchange, SentRequest } from './exchanges';
import { shapeOf, type Shape } from './shapes';

/** What a saved node did when it was run. */
export interface SavedRun {
	requests: SentRequest[];
	/** For each request, the index of its answer. */
	answers: number[];
	output: Shape;
	/** Whether it failed: then the requests are what stays. */
	fails?: true;
}

/** The runs of a workflow, by the ID of the node. */
export interface SavedRuns {
	answers: Array<Exchange['answer']>;
	runs: Record<string, SavedRun>;
}

export const executionId = '1000';

/** Runs a saved node of the Crisp node in n8n-core, with the same IDs and at the same time as when it was saved. */
export async function runSaved(
	{ id, typeVersion, parameters }: Pick<SavedNode, 'id' | 'typeVersion'> & { parameters: INodeParameters },
	credential: Credential,
): Promise<Shape> {
	resetProcessState();
	useSavedTime();
	const execution = { credential, parameters, executionId, node: { id, typeVersion } };
	const items = await (waits(parameters) ? new WaitingExecution(execution).begin() : execute(execution));
	return shapeOf(items.map(({ json }) => json));
}

/** Whether n8n keeps the execution in its database: `waits.json` has how such executions go on. */
const waits = ({ operation, wait = 'n8n' }: INodeParameters) => operation === 'sendAndWait' && wait === 'n8n';

/** The exchanges of a run, from the list of answers that its workflow shares. */
export function exchangesOf({ requests, answers }: SavedRun, all: SavedRuns['answers']): Exchange[] {
	return requests.map((request, index) => {
		const answer = all[answers[index] ?? -1];
		if (!answer) throw new Error(`No answer to ${request.method} ${request.path}`);
		return { request, answer };
	});
}
