import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Credential } from '../../../nodes/shared/api/transport';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { WaitingExecution } from '../../support/waiting/execution';
import type { Exchange } from './exchanges';
import { executionId } from './operationRuns';
import { useSavedTime } from './place';
import { shapeOf, type Shape } from './shapes';

/** An execution that waits in n8n's database, and how it goes on. */
export interface SavedWait {
	title: string;
	parameters: INodeParameters;
	item: IDataObject;
	/** What n8n has stored of the execution, as JSON. */
	stored: string;
	/** The body of the request that resumes it. */
	body: IDataObject;
	exchanges: Exchange[];
	output: Shape;
}

type Begun = Pick<SavedWait, 'parameters' | 'item'>;

export function waitingExecution({ parameters, item }: Begun, credential: Credential): WaitingExecution {
	resetProcessState();
	useSavedTime();
	return new WaitingExecution({ credential, parameters, items: [item], executionId });
}

/** Resumes an execution by what n8n had stored. */
export async function resumed(
	saved: Begun & Pick<SavedWait, 'stored' | 'body'>,
	credential: Credential,
): Promise<Shape> {
	const execution = waitingExecution(saved, credential).restore(saved.stored);
	// The node checks that it is the signature of the address that it had given out.
	const [, signature = ''] = /webhook-waiting\/[^"]*[?&]signature=([\w-]+)/.exec(saved.stored) ?? [];
	const { items = [] } = await execution.request('POST', '0.0', saved.body, { wait: '0.0', signature });
	return shapeOf(items.map(({ json }) => json));
}
