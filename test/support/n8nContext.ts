import { CredentialTestContext, ExecuteContext, LoadOptionsContext, TriggerContext, WebhookContext } from 'n8n-core';
import {
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
	type IBinaryKeyData,
	type ICredentialTestFunctions,
	type IDataObject,
	type IDeferredPromise,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ISupplyDataFunctions,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IRunData,
	type IWebhookData,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
	type ITriggerFunctions,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { CrispApi } from '../../credentials/CrispApi.credentials';
import { runOperation } from '../../nodes/Crisp/execute/runItems';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { testClock } from './testClock';
import { Crisp } from '../../nodes/Crisp/Crisp.node';
import { CrispMemory } from '../../nodes/CrispMemory/CrispMemory.node';
import { supplyConversation } from '../../nodes/CrispMemory/supply';
import { testCrispApi } from '../../nodes/shared/credential/testCredential';
import { CrispTrigger } from '../../nodes/CrispTrigger/CrispTrigger.node';
import { CrispWebhookTrigger } from '../../nodes/CrispWebhookTrigger/CrispWebhookTrigger.node';
import type { selectionLists } from '../../nodes/shared/events/selection/selectionLists';
import type { Credential } from '../../nodes/shared/api/transport';

/** Runs the nodes in n8n-core's own contexts: its parameters, expressions, credentials and requests. */

/** The node as n8n loads it, with a clock that tests can change. */
export const crisp = Object.assign(new Crisp(), {
	async execute(this: IExecuteFunctions) {
		return await runOperation(this, { clock: testClock });
	},
});
export const crispMemory = Object.assign(new CrispMemory(), {
	async supplyData(this: ISupplyDataFunctions, itemIndex: number) {
		return await supplyConversation(this, itemIndex, { clock: testClock });
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

/** The tool that n8n derives from a node that is usable as a tool. */
const crispTool: INodeType = Object.assign(Object.create(crisp) as INodeType, {
	description: { ...crisp.description, name: 'crispTool', inputs: [], outputs: [NodeConnectionTypes.AiTool] },
});

/** A node type that accepts tools and a memory. */
const agentType = {
	description: {
		displayName: 'Agent',
		properties: [],
		inputs: [
			NodeConnectionTypes.Main,
			{ type: NodeConnectionTypes.AiTool },
			{ type: NodeConnectionTypes.AiMemory, maxConnections: 1 },
		],
		outputs: [NodeConnectionTypes.Main],
	},
} as unknown as INodeType;

function typeNamed(type: string): INodeType {
	if (type === 'agent') return agentType;
	if (type === 'crispTool') return crispTool;
	if (type === 'crispMemory') return crispMemory;
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

/** A workflow that contains only this node. */
export function workflowOf(node: INode, id = 'workflow-1', settings: IWorkflowSettings = {}): Workflow {
	return new Workflow({
		id,
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes,
		settings: { timezone: 'Europe/Paris', ...settings },
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
	/** The JSON of the input items; one empty item by default. */
	items?: IDataObject[];
	/** The binary fields of the input items, by index. */
	binary?: IBinaryKeyData[];
	/** A node before, and its output for each item; by default nothing is before the node. */
	earlier?: { name: string; items: IDataObject[] };
	onError?: INode['onError'];
	/** Besides the parameters, such as the ID of the node and the version of its type. */
	node?: Partial<INode>;
	runIndex?: number;
	workflowId?: string;
	executionId?: string;
	signal?: AbortSignal;
	/** Requests that time out early, instead of after the node's own timeout: matched against `METHOD url`. */
	givesUp?: Impatience;
	/** Called each time n8n decrypts the credential. */
	onDecrypt?(): void;
	/** Whether an AI agent calls the node as its tool. */
	isTool?: boolean;
	/** Addresses to which n8n blocks requests without credentials, and the error that it throws. */
	forbids?: { match: RegExp; forbid(options: IHttpRequestOptions): Error };
}

export interface Impatience {
	match: RegExp;
	/** How many requests; all by default. */
	times?: number;
	/** In milliseconds; long enough for immediate responses of the server, even on a busy machine. */
	after: number;
}

let executions = 0;

/** The Crisp node's output for these items; rejects with its error. */
export async function execute(execution: Execution): Promise<INodeExecutionData[]> {
	const context = executeContext(execution);
	if (execution.givesUp) shorten(context, execution.givesUp);
	if (execution.forbids) forbid(context, execution.forbids);
	if (execution.isTool) context.isToolExecution = () => true;
	const [output] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	return output ?? [];
}

/** The execution context that n8n passes to the Crisp node. */
export function executeContext(execution: Execution): ExecuteContext {
	const { credential, parameters, items = [{}], binary = [], onError, runIndex = 0, signal, earlier } = execution;
	const node = nodeWith('crisp', parameters, { onError, ...execution.node });
	const input = items.map((json, item) => ({ json, binary: binary[item], pairedItem: { item } }));
	const data = { [NodeConnectionTypes.Main]: [input] };
	const decrypt = () => {
		execution.onDecrypt?.();
		return credential;
	};
	return new ExecuteContext(
		earlier ? workflowAfter(earlier.name, node) : workflowOf(node, execution.workflowId),
		node,
		additionalDataFor(decrypt, execution.executionId ?? `execution-${++executions}`),
		'manual',
		createRunExecutionData({ resultData: { runData: earlier ? runDataOf(earlier) : {} } }),
		runIndex,
		input,
		data,
		{ node, data, source: earlier ? { main: [{ previousNode: earlier.name }] } : null },
		[],
		signal,
	);
}

/** A workflow in which another node is before this one. */
function workflowAfter(name: string, node: INode): Workflow {
	return new Workflow({
		id: 'workflow-1',
		nodes: [{ ...nodeWith('crispTrigger', {}), name }, node],
		connections: { [name]: { main: [[{ node: node.name, type: NodeConnectionTypes.Main, index: 0 }]] } },
		active: false,
		nodeTypes,
		settings: { timezone: 'Europe/Paris' },
	});
}

function runDataOf({ name, items }: NonNullable<Execution['earlier']>): IRunData {
	const main = [items.map((json, item) => ({ json, pairedItem: { item } }))];
	return { [name]: [{ startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main } }] };
}

/** The node as n8n gives it to an AI agent: a tool with an input for each field that the form leaves to the model. */
export async function toolOf({ credential, parameters }: Pick<Execution, 'credential' | 'parameters'>) {
	const node: INode = { ...nodeWith('crisp', parameters), type: 'crispTool' };
	const context = agentContext(node, NodeConnectionTypes.AiTool, { credential });
	const [tool] = (await context.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
	if (!tool) throw new Error('n8n derived no tool from the node');
	return tool;
}

/** The context of an AI agent to which the node is connected. */
function agentContext(
	node: INode,
	connection: 'ai_tool' | 'ai_memory',
	{ credential, items = [{}], signal }: Pick<Execution, 'credential' | 'items' | 'signal'>,
): ExecuteContext {
	const agent: INode = { ...nodeWith('crisp', {}), id: 'agent', name: 'Agent', type: 'agent' };
	const workflow = new Workflow({
		id: 'workflow-1',
		nodes: [agent, node],
		connections: { [node.name]: { [connection]: [[{ node: agent.name, type: connection, index: 0 }]] } },
		active: false,
		nodeTypes,
		settings: { timezone: 'Europe/Paris' },
	});
	const input = items.map((json, item) => ({ json, pairedItem: { item } }));
	const data = { [NodeConnectionTypes.Main]: [input] };
	return new ExecuteContext(
		workflow,
		agent,
		{ ...additionalDataFor(() => credential, `execution-${++executions}`), currentNodeExecutionIndex: 0 },
		'manual',
		createRunExecutionData({ resultData: { runData: {} } }),
		0,
		input,
		data,
		{ node: agent, data, source: null },
		[],
		signal,
	);
}

/** What n8n gives an agent that has the memory. */
export interface Memory {
	loadMemoryVariables(values: object): Promise<{ chat_history: MemoryMessage[] }>;
	saveContext(input: object, output: object): Promise<void>;
	clear(): Promise<void>;
	chatHistory: {
		getMessages(): Promise<MemoryMessage[]>;
		addMessages(messages: MemoryMessage[]): Promise<void>;
		clear(): Promise<void>;
	};
}

export interface MemoryMessage {
	/** `human` or `ai`. */
	getType(): string;
	content: Array<{ type: string; text: string }>;
}

/** The memory that n8n gives an AI agent with these items, by the real `@n8n/ai-node-sdk`. */
export async function memoryOf({
	parameters,
	...more
}: Pick<Execution, 'credential' | 'parameters' | 'items' | 'signal'>): Promise<Memory> {
	const context = agentContext(nodeWith('crispMemory', parameters), NodeConnectionTypes.AiMemory, more);
	return (await context.getInputConnectionData(NodeConnectionTypes.AiMemory, 0)) as Memory;
}

/** Who says what in the history of a memory, as an agent reads it. */
export async function historyOf(
	execution: Parameters<typeof memoryOf>[0],
): Promise<Array<[who: string, text: string]>> {
	const { chat_history } = await (await memoryOf(execution)).loadMemoryVariables({ input: 'What now?' });
	return chat_history.map((message) => [message.getType(), message.content.map(({ text }) => text).join('')]);
}

export interface Tool {
	name: string;
	description: string;
	/** Returns the JSON text that the model reads. */
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
	/** The settings of the workflow. */
	settings?: IWorkflowSettings;
	/** How n8n handles emitted items; by default it accepts everything at once. */
	take?: Take;
	givesUp?: Impatience;
}

/** Takes the items of one execution, reports its result, and deduplicates by key. */
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
		workflowOf(node, undefined, more.settings),
		node,
		additionalDataFor(typeof credential === 'function' ? credential : () => credential),
		mode,
		more.activation ?? 'activate',
		// In a test in the editor, n8n accepts events only after `trigger()` has returned.
		mode === 'manual' ? undefined : emit,
		undefined,
		(error) => failures.push(error),
	);
	if (more.givesUp) shorten(context, more.givesUp);
	const attach = () => Object.assign(context, { emit });
	return { context: context as unknown as ITriggerFunctions, emitted, executions, failures, attach };
}

export interface Exchange extends Pick<IWorkflowExecuteAdditionalData, 'httpRequest' | 'httpResponse'> {
	/** A function is called when the node reads the credential; it may throw. */
	credential: Credential | (() => Credential);
	parameters: INodeParameters;
	mode?: WorkflowExecuteMode;
	nodeId?: string;
}

/** The webhook trigger's result for one request. */
export async function callWebhook({ credential, parameters, mode = 'webhook', nodeId, ...http }: Exchange) {
	const node = nodeWith('crispWebhookTrigger', parameters, nodeId ? { id: nodeId } : {});
	const workflow = workflowOf(node);
	const [webhookDescription] = crispWebhookTrigger.description.webhooks ?? [];
	const context = new WebhookContext(
		workflow,
		node,
		{
			...additionalDataFor(typeof credential === 'function' ? credential : () => credential),
			...http,
		} as IWorkflowExecuteAdditionalData,
		mode,
		{ webhookDescription } as IWebhookData,
		[],
		null,
	);
	return await crispWebhookTrigger.webhook.call(context as unknown as IWebhookFunctions);
}

/** The form of a node, as n8n loads a list of it. */
function formOf(type: Parameters<typeof nodeWith>[0], credential: Credential, parameters: INodeParameters) {
	const node = nodeWith(type, parameters);
	const additionalData = {
		...additionalDataFor(() => credential),
		currentNodeParameters: parameters,
	} as IWorkflowExecuteAdditionalData;
	return new LoadOptionsContext(workflowOf(node), node, additionalData, '');
}

/** The entries of a list in a trigger's form. */
export async function load(
	method: keyof typeof selectionLists,
	credential: Credential,
	parameters: INodeParameters = {},
): Promise<INodePropertyOptions[]> {
	return await crispTrigger.methods.loadOptions[method].call(formOf('crispTrigger', credential, parameters));
}

/** The entries of a list in which several are chosen, in the form of the Crisp node. */
export async function loadInCrisp(
	method: keyof Crisp['methods']['loadOptions'],
	credential: Credential,
	parameters: INodeParameters = {},
): Promise<INodePropertyOptions[]> {
	return await crisp.methods.loadOptions[method].call(formOf('crisp', credential, parameters));
}

/** The error of the credential test; undefined if it succeeds. */
export async function credentialTest(credential: Credential): Promise<string | undefined> {
	const context = new CredentialTestContext();
	const decrypted = { id: '1', name: 'Crisp', type: 'crispApi', data: { ...credential } };
	const { status, message } = await testCrispApi.call(context as ICredentialTestFunctions, decrypted);
	return status === 'OK' ? undefined : message;
}

type Search = keyof Crisp['methods']['listSearch'];

/** The entries of a dropdown of the Crisp node. */
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
