import type { ISupplyDataFunctions, SupplyData } from 'n8n-workflow';

/** A message of a chat, as n8n's AI nodes exchange it. */
export interface ChatMessage {
	role: 'user' | 'assistant';
	content: Array<{ type: 'text'; text: string }>;
}

/** The memory of an agent, as `@n8n/ai-node-sdk` takes it. */
export interface ChatMemory {
	loadMessages(): Promise<ChatMessage[]>;
	saveTurn(input: string, output: string): Promise<void>;
	clear(): Promise<void>;
	chatHistory: {
		getMessages(): Promise<ChatMessage[]>;
		addMessage(message: unknown): Promise<void>;
		addMessages(messages: unknown[]): Promise<void>;
		clear(): Promise<void>;
	};
}

type Supply = (context: ISupplyDataFunctions, memory: ChatMemory) => SupplyData;

/**
 * What n8n connects to an agent as its memory. Undefined if this n8n has no `@n8n/ai-node-sdk`, which comes with n8n 2.16 and
 * later, or one without `supplyMemory`. It is imported only when it is needed, so that any n8n can load the package.
 */
export async function memorySupplyOf(
	context: ISupplyDataFunctions,
	memory: ChatMemory,
	importSdk: () => Promise<unknown> = async () => await import('@n8n/ai-node-sdk'),
): Promise<SupplyData | undefined> {
	const sdk = await importSdk().catch(() => undefined);
	const { supplyMemory } = Object(sdk) as { supplyMemory?: Supply };
	return typeof supplyMemory === 'function' ? supplyMemory(context, memory) : undefined;
}
