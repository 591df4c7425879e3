import { NodeConnectionTypes, UserError, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { readLatest } from '../Crisp/composed/support/latestMessages';
import { clientFor } from '../shared/api/client';
import { openTransport, type Credential } from '../shared/api/transport';
import { asNodeError } from '../shared/errors/apiErrors';
import { memorySupplyOf, type ChatMemory, type ChatMessage } from '../shared/n8n/aiMemory';
import { cancelSignalOf } from '../shared/n8n/context';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { chatMessagesOf } from './chatMessages';
import { settingsOf, type Settings } from './settings';

/** How long a request waits for the quota of a plan, in milliseconds: an agent waits for its memory. */
const quotaPatience = { longest: 60_000, restartsWithProgress: false };

/**
 * The memory of an agent: a conversation of Crisp, read when the agent asks for it. Tests inject a clock in place of the real
 * one. Rejects with a NodeOperationError for an invalid value of the form, and if this n8n cannot connect a memory of a
 * community node; what it supplies rejects with a NodeApiError if Crisp refuses to be read.
 */
export async function supplyConversation(
	context: ISupplyDataFunctions,
	itemIndex: number,
	{ clock = systemClock }: { clock?: Clock } = {},
): Promise<SupplyData> {
	const report = async (fault: unknown) => await Promise.reject(reported(context, itemIndex, fault));
	return await supplied(context, itemIndex, clock).catch(report);
}

async function supplied(context: ISupplyDataFunctions, itemIndex: number, clock: Clock): Promise<SupplyData> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const settings = settingsOf(context, itemIndex, credential);
	const read = async () => await readHistory(context, credential, { settings, clock });
	const supply = await memorySupplyOf(context, readOnlyMemory(once(read)));
	if (supply) return supply;
	throw new UserError('This n8n has no memories of community nodes', {
		description:
			"Crisp Memory needs n8n 2.16 or later, which comes with '@n8n/ai-node-sdk'. Update n8n, or give the agent the output of 'Conversation: Get Context' in its prompt.",
	});
}

/**
 * Shows an error at this node, and marks it as that of a sub-node: of any other error, n8n shows the message in place of the
 * advice, below "Error in sub-node".
 */
function reported(context: ISupplyDataFunctions, itemIndex: number, fault: unknown) {
	const error = asNodeError(context.getNode(), fault);
	error.functionality = 'configuration-node';
	error.context.itemIndex = itemIndex;
	const { index } = context.addInputData(NodeConnectionTypes.AiMemory, [[{ json: {} }]]);
	context.addOutputData(NodeConnectionTypes.AiMemory, index, error);
	return error;
}

interface Reading {
	settings: Settings;
	clock: Clock;
}

async function readHistory(
	context: ISupplyDataFunctions,
	credential: Credential,
	{ settings: { values, leftOut, most, timezone }, clock }: Reading,
): Promise<ChatMessage[]> {
	const transport = openTransport(context, credential, { signal: cancelSignalOf(context), clock, quotaPatience });
	const { messages, isWhole } = await readLatest(clientFor(transport), values, { most, timezone });
	const remembered = messages.filter(({ fingerprint }) => !leftOut.has(Number(fingerprint)));
	return chatMessagesOf(remembered, { most, isWhole });
}

/** Reads once, and again only after a failure: n8n also asks after each answer, for its log. */
function once<Result>(read: () => Promise<Result>): () => Promise<Result> {
	let result: Promise<Result> | undefined;
	return async () => {
		result ??= read();
		result.catch(() => (result = undefined));
		return await result;
	};
}

/** A memory to which nothing is added: the conversation itself has what was said. */
function readOnlyMemory(getMessages: () => Promise<ChatMessage[]>): ChatMemory {
	const ignore = async () => await Promise.resolve();
	return {
		loadMessages: getMessages,
		saveTurn: ignore,
		clear: ignore,
		chatHistory: { getMessages, addMessage: ignore, addMessages: ignore, clear: ignore },
	};
}
