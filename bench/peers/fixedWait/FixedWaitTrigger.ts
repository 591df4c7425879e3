import { createRequire } from 'node:module';
import path from 'node:path';
import type { INodeType, INodeTypeDescription, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { FixedWait, type Emit } from './fixedWait';

const INSTALLED = '.n8n/nodes/node_modules/n8n-nodes-crisp/dist/nodes/CrispTrigger/CrispTrigger.node.js';

/**
 * Crisp Trigger as it is installed in the n8n that loads this, except that its events wait for others for a fixed time.
 * n8n loads it as a custom node, in its own process.
 */
export class FixedWaitTrigger implements INodeType {
	description: INodeTypeDescription;

	methods: INodeType['methods'];

	constructor() {
		const { description, methods } = installedTrigger();
		// The icon is a file of the package, which n8n refuses in a node outside of it.
		this.description = { ...description, name: 'fixedWaitTrigger', displayName: 'Fixed Wait', icon: undefined };
		this.methods = methods;
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const { trigger } = installedTrigger();
		const gathering = new FixedWait(this.emit as Emit);
		Object.assign(this, { emit: gathering.emit });
		const response = await trigger?.call(this);
		if (!response) throw new Error('The installed Crisp Trigger did not start');
		return {
			async closeFunction() {
				gathering.flush();
				await response.closeFunction?.();
			},
		};
	}
}

function installedTrigger(): INodeType {
	const { N8N_USER_FOLDER: userFolder } = process.env;
	if (!userFolder) throw new Error('N8N_USER_FOLDER is not set: n8n has to be started by the benchmark');
	const file = path.join(userFolder, INSTALLED);
	const { CrispTrigger } = createRequire(file)(file) as { CrispTrigger: new () => INodeType };
	return new CrispTrigger();
}
