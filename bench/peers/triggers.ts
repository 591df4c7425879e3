import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Core from 'n8n-core';
import type {
	ICredentialType,
	IDeferredPromise,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
} from 'n8n-workflow';
import type * as Workflow from 'n8n-workflow';

import { openHostFolder, REPOSITORY } from '../../scripts/host/folder';
import type { CrispAccess } from '../../scripts/start/seed';
import { additionalDataFor, aloneIn } from './alone';

/** Crisp Trigger as it is built, in a context of n8n-core's for each workflow. */
export interface Triggers {
	/** What one workflow's trigger runs in; `onEvents` is called in the place of n8n's start of an execution. */
	contextFor(workflowId: string, onEvents: (items: number) => void): ITriggerFunctions;
	/** Begins to listen; rejects where the line cannot be had. */
	begin(context: ITriggerFunctions): Promise<ITriggerResponse>;
}

/** Loads the built node and the packages of the real n8n. */
export function loadTriggers(access: CrispAccess, parameters: INodeParameters): Triggers {
	const load = createRequire(path.join(openHostFolder().n8n, 'package.json'));
	const core = load('n8n-core') as typeof Core;
	const workflow = load('n8n-workflow') as typeof Workflow;
	const built = (file: string) => load(path.join(REPOSITORY, 'dist', file)) as unknown;
	const { CrispTrigger } = built('nodes/CrispTrigger/CrispTrigger.node.js') as { CrispTrigger: new () => INodeType };
	const { CrispApi } = built('credentials/CrispApi.credentials.js') as { CrispApi: new () => ICredentialType };
	const nodeType = new CrispTrigger();
	const additionalData = additionalDataFor(new CrispApi(), { ...access });
	const placed = { nodeType, type: 'n8n-nodes-crisp.crispTrigger', parameters };
	return {
		contextFor(id, onEvents) {
			// An execution that ends at once: n8n tells the end of each, and what never ends would fill the memory. The
			// trigger looks whether n8n takes a key, as older ones do not, and works harder where it does not.
			const emit = (
				[items = []]: INodeExecutionData[][],
				_response?: unknown,
				done?: IDeferredPromise<IRun>,
				key?: string,
			) => {
				if (!key) throw new Error('n8n could not know the event again');
				onEvents(items.length);
				done?.resolve({} as IRun);
			};
			const { node, workflow: of } = aloneIn(workflow, placed, { active: true, workflowId: id });
			const context = new core.TriggerContext(of, node, additionalData, 'trigger', 'activate', emit);
			return context as unknown as ITriggerFunctions;
		},
		async begin(context) {
			const response = await nodeType.trigger?.call(context);
			if (!response) throw new Error('The trigger did not begin');
			return response;
		},
	};
}
