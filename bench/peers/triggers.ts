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

/** The built Crisp Trigger, with a context of n8n-core for each workflow. */
export interface Triggers {
	/** The context of one workflow's trigger; `onEvents` is called where n8n would start an execution. */
	contextFor(workflowId: string, onEvents: (items: number) => void): ITriggerFunctions;
	/** Starts the trigger; rejects if it cannot connect. */
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
			// Simulates an execution that ends immediately: executions that never end would fill the memory. It takes a
			// deduplication key; without one, as in older versions of n8n, the trigger would do extra work.
			const emit = (
				[items = []]: INodeExecutionData[][],
				_response?: unknown,
				done?: IDeferredPromise<IRun>,
				key?: string,
			) => {
				if (!key) throw new Error('The trigger passed no deduplication key');
				onEvents(items.length);
				done?.resolve({} as IRun);
			};
			const { node, workflow: of } = aloneIn(workflow, placed, { active: true, workflowId: id });
			const context = new core.TriggerContext(of, node, additionalData, 'trigger', 'activate', emit);
			return context as unknown as ITriggerFunctions;
		},
		async begin(context) {
			const response = await nodeType.trigger?.call(context);
			if (!response) throw new Error('The trigger did not start');
			return response;
		},
	};
}
