import { ExecuteContext, LoadOptionsContext, RoutingNode, TriggerContext, WebhookContext } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type IBinaryKeyData,
	type IDataObject,
	type IDeferredPromise,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWebhookData,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
	type ITriggerFunctions,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { CrispApi } from '../../credentials/CrispApi.credentials';
import { runOperation } from '../../nodes/Crisp/execute/runItems';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { testClock } from './testClock';
import { Crisp } from '../../nodes/Crisp/Crisp.node';
import { CrispTrigger } from '../../nodes/CrispTrigger/CrispTrigger.node';
import { CrispWebhookTrigger } from '../../nodes/CrispWebhookTrigger/CrispWebhookTrigger.node';
import type { selectionLists } from '../../nodes/shared/events/selectionLists';
import type { Credential } from '../../nodes/shared/api/transport';

/** Runs the nodes in n8n-core's own contexts: its parameters, expressions, credentials and requests. */

/** The node as n8n loads it, with a clock that tests can change. */
export const crisp = Object.assign(new Crisp(), {
	async execute(this: IExecuteFunctions) {
		return await runOperation(this, { clock: testClock });
	},
});
export const crispTrigger = new CrispTrigger();
export const crispWebhookTrigger = Object.assign(new CrispWebhookTrigger(), {
	async webhook(this: IWebhookFunctions) {
		return await receive(this, { clock: testClock });
	},
});

const nodeTypes = {
	getByName: (type: string) => typeNamed(type),
	getByNameAndVersion: (type: string) => typeNamed(type),
	getKnownTypes: () => ({}),
} as unknown as INodeTypes;

/** What n8n makes of a node that is usable as a tool. */
const crispTool: INodeType = Object.assign(Object.create(crisp) as INodeType, {
	description: { ...crisp.description, name: 'crispTool', inputs: [], outputs: [NodeConnectionTypes.AiTool] },
});

/** What has tools. */
const agentType = {
	description: {
		displayName: 'Agent',
		properties: [],
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
		outputs: [NodeConnectionTypes.Main],
	},
} as unknown as INodeType;

function typeNamed(type: string): INodeType {
	if (type === 'agent') return agentType;
	if (type === 'crispTool') return crispTool;
	if (type === 'crispWebhookTrigger') return crispWebhookTrigger;
	return type === 'crispTrigger' ? crispTrigger : crisp;
}

export function nodeWith(type: string, parameters: INodeParameters, more: Partial<INode> = {}): INode {
	return {
		id: `node-${type}`,
		name: typeNamed(type).description.displayName,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { crispApi: { id: '1', name: 'Crisp' } },
		...more,
	};
}

/** The workflow that a node is alone in. */
export function workflowOf(node: INode): Workflow {
	return new Workflow({
		id: 'workflow-1',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes,
		settings: { timezone: 'Europe/Paris' },
	});
}

function additionalDataFor(credential: () => Credential, executionId?: string) {
	return {
		executionId,
		credentialsHelper: {
			getParentTypes: () => [],
			getDecrypted: async () => ({ ...credential() }),
			preAuthentication: async () => undefined,
			authenticate: async (data: Credential, _type: string, options: IHttpRequestOptions) =>
				await new CrispApi().authenticate({ ...data }, options),
		},
	} as unknown as IWorkflowExecuteAdditionalData;
}

export interface Execution {
	credential: Credential;
	parameters: INodeParameters;
	/** The JSON of the input items; one empty item where not given. */
	items?: IDataObject[];
	/** The binary fields of the input items, by index. */
	binary?: IBinaryKeyData[];
	onError?: INode['onError'];
	runIndex?: number;
	executionId?: string;
	signal?: AbortSignal;
	/** Requests that are given up soon, instead of after the node's own time: compared with `METHOD url`. */
	givesUp?: Impatience;
	/** Hears each time that n8n decrypts the credential. */
	onDecrypt?(): void;
	/** Whether an AI agent calls the node as its tool. */
	isTool?: boolean;
	/** Addresses to which n8n sends no request without credentials, and what it throws instead. */
	forbids?: { match: RegExp; forbid(options: IHttpRequestOptions): Error };
}

export interface Impatience {
	match: RegExp;
	/** How many requests; every one unless told. */
	times?: number;
	/** In milliseconds; what the server does at once has to fit in, however busy the machine is. */
	after: number;
}

let executions = 0;

/** What the Crisp node gives for these items; rejects with what it throws. */
export async function execute(execution: Execution): Promise<INodeExecutionData[]> {
	const context = executeContext(execution);
	if (execution.givesUp) shorten(context, execution.givesUp);
	if (execution.forbids) forbid(context, execution.forbids);
	if (execution.isTool) context.isToolExecution = () => true;
	const [output] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	return output ?? [];
}

/** What n8n gives the Crisp node to work with. */
export function executeContext(execution: Execution): ExecuteContext {
	const { credential, parameters, items = [{}], binary = [], onError, runIndex = 0, signal } = execution;
	const node = nodeWith('crisp', parameters, { onError });
	const input = items.map((json, item) => ({ json, binary: binary[item], pairedItem: { item } }));
	const data = { [NodeConnectionTypes.Main]: [input] };
	const decrypt = () => {
		execution.onDecrypt?.();
		return credential;
	};
	return new ExecuteContext(
		workflowOf(node),
		node,
		additionalDataFor(decrypt, execution.executionId ?? `execution-${++executions}`),
		'manual',
		createRunExecutionData(),
		runIndex,
		input,
		data,
		{ node, data, source: null },
		[],
		signal,
	);
}

/** The node as n8n gives it to an AI agent: a tool that asks for what the form leaves to the model. */
export async function toolOf({ credential, parameters }: Pick<Execution, 'credential' | 'parameters'>) {
	const agent: INode = { ...nodeWith('crisp', {}), id: 'agent', name: 'Agent', type: 'agent' };
	const node: INode = { ...nodeWith('crisp', parameters), type: 'crispTool' };
	const workflow = new Workflow({
		id: 'workflow-1',
		nodes: [agent, node],
		connections: { [node.name]: { ai_tool: [[{ node: agent.name, type: 'ai_tool', index: 0 }]] } },
		active: false,
		nodeTypes,
		settings: { timezone: 'Europe/Paris' },
	});
	const data = { [NodeConnectionTypes.Main]: [[{ json: {} }]] };
	const context = new ExecuteContext(
		workflow,
		agent,
		{ ...additionalDataFor(() => credential, `execution-${++executions}`), currentNodeExecutionIndex: 0 },
		'manual',
		createRunExecutionData(),
		0,
		[{ json: {} }],
		data,
		{ node: agent, data, source: null },
		[],
	);
	const [tool] = (await context.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
	if (!tool) throw new Error('n8n made no tool of the node');
	return tool;
}

export interface Tool {
	name: string;
	description: string;
	/** Gives the JSON text that the model reads. */
	invoke(given: Record<string, unknown>): Promise<unknown>;
}

function forbid({ helpers }: ExecuteContext, { match, forbid: refusal }: NonNullable<Execution['forbids']>): void {
	const request = helpers.httpRequest;
	helpers.httpRequest = async (options) => {
		if (match.test(options.url)) throw refusal(options);
		return (await request.call(helpers, options)) as unknown;
	};
}

function shorten({ helpers }: Pick<ExecuteContext | TriggerContext, 'helpers'>, impatience: Impatience): void {
	const { match, times = Infinity } = impatience;
	const request = helpers.httpRequestWithAuthentication;
	let left = times;
	helpers.httpRequestWithAuthentication = async function (type, options, more) {
		const isShort = match.test(`${options.method} ${options.url}`) && left-- > 0;
		return (await request.call(
			this,
			type,
			isShort ? { ...options, timeout: impatience.after } : options,
			more,
		)) as unknown;
	};
}

export interface Activation {
	credential: Credential | (() => Credential);
	parameters: INodeParameters;
	mode?: WorkflowExecuteMode;
	activation?: WorkflowActivateMode;
	nodeId?: string;
	/** What n8n does with what is emitted; it takes everything at once unless told. */
	take?: Take;
	givesUp?: Impatience;
}

/** Takes the items of one execution, tells what becomes of it, and knows those that have a key by it. */
export type Take = (items: IDataObject[], done?: IDeferredPromise<IRun>, key?: string) => void;

/** A trigger context of n8n-core, with what it emitted and saved. */
export function triggerContext({ credential, parameters, mode = 'trigger', take, ...more }: Activation) {
	const emitted: IDataObject[] = [];
	const executions: IDataObject[][] = [];
	const failures: Error[] = [];
	const node = nodeWith('crispTrigger', parameters, more.nodeId ? { id: more.nodeId } : {});
	const takeAll: Take = (items, done) => {
		emitted.push(...items);
		executions.push(items);
		done?.resolve({} as IRun);
	};
	const emit = (data: INodeExecutionData[][], _?: unknown, done?: IDeferredPromise<IRun>, key?: string) => {
		const items = data.flat().map(({ json }) => json);
		(take ?? takeAll)(items, done, key);
	};
	const context = new TriggerContext(
		workflowOf(node),
		node,
		additionalDataFor(typeof credential === 'function' ? credential : () => credential),
		mode,
		more.activation ?? 'activate',
		// In a test in the editor, n8n has a place for events only once `trigger()` has returned.
		mode === 'manual' ? undefined : emit,
		undefined,
		(error) => failures.push(error),
	);
	if (more.givesUp) shorten(context, more.givesUp);
	const attach = () => Object.assign(context, { emit });
	return { context: context as unknown as ITriggerFunctions, emitted, executions, failures, attach };
}

export interface Exchange extends Pick<IWorkflowExecuteAdditionalData, 'httpRequest' | 'httpResponse'> {
	credential: Credential;
	parameters: INodeParameters;
	mode?: WorkflowExecuteMode;
	nodeId?: string;
}

/** What the webhook trigger makes of one request. */
export async function callWebhook({ credential, parameters, mode = 'webhook', nodeId, ...http }: Exchange) {
	const node = nodeWith('crispWebhookTrigger', parameters, nodeId ? { id: nodeId } : {});
	const workflow = workflowOf(node);
	const [webhookDescription] = crispWebhookTrigger.description.webhooks ?? [];
	const context = new WebhookContext(
		workflow,
		node,
		{ ...additionalDataFor(() => credential), ...http } as IWorkflowExecuteAdditionalData,
		mode,
		{ webhookDescription } as IWebhookData,
		[],
		null,
	);
	return await crispWebhookTrigger.webhook.call(context as unknown as IWebhookFunctions);
}

/** What a list in the form of a trigger offers. */
export async function load(
	method: keyof typeof selectionLists,
	credential: Credential,
	parameters: INodeParameters = {},
): Promise<INodePropertyOptions[]> {
	const node = nodeWith('crispTrigger', parameters);
	const additionalData = {
		...additionalDataFor(() => credential),
		currentNodeParameters: parameters,
	} as IWorkflowExecuteAdditionalData;
	const context = new LoadOptionsContext(workflowOf(node), node, additionalData, '');
	return await crispTrigger.methods.loadOptions[method].call(context);
}

/** What the test of a credential says; undefined where it is content. n8n runs it as a node of one request. */
export async function credentialTest(credential: Credential): Promise<string | undefined> {
	const { request, rules = [] } = new CrispApi().test;
	const properties = [{ displayName: '', name: 'temp', type: 'string' as const, default: '', routing: { request } }];
	const credentials = [{ name: 'crispApi', required: true }];
	const nodeType = { description: { ...crisp.description, credentials, properties } };
	const node = nodeWith('crisp', { temp: '' });
	const workflow = new Workflow({
		...{ id: '1', nodes: [node], connections: {}, active: false },
		nodeTypes: { ...nodeTypes, getByNameAndVersion: () => nodeType },
	});
	const input = [{ json: {} }];
	const context = new ExecuteContext(
		workflow,
		node,
		additionalDataFor(() => credential),
		'internal',
		createRunExecutionData(),
		0,
		input,
		{ main: [input] },
		{ node, data: { main: [input] }, source: null },
		[],
	);
	const decrypted = { ...context.getNode().credentials?.crispApi, type: 'crispApi', data: { ...credential } };
	try {
		const answer = await new RoutingNode(context, nodeType, decrypted as never).runNode();
		const said = answer?.[0]?.[0]?.json ?? {};
		return rules
			.map(({ properties }) => properties as { key: string; value: unknown; message: string })
			.find(({ key, value }) => said[key] === value)?.message;
	} catch (error) {
		return (error as Error).message;
	}
}

type Search = keyof Crisp['methods']['listSearch'];

/** What a dropdown of the Crisp node lists. */
export async function search(
	method: Search,
	credential: Credential,
	{ parameters = {}, filter, page }: { parameters?: INodeParameters; filter?: string; page?: string } = {},
): Promise<INodeListSearchResult> {
	const node = nodeWith('crisp', parameters);
	const additionalData = {
		...additionalDataFor(() => credential),
		currentNodeParameters: parameters,
	} as IWorkflowExecuteAdditionalData;
	const context = new LoadOptionsContext(workflowOf(node), node, additionalData, '');
	return await crisp.methods.listSearch[method].call(context, filter, page);
}
