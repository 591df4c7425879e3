import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface ToolCall {
	id: string;
	function: { name: string; arguments: string };
}

export interface ChatMessage {
	role: 'system' | 'user' | 'assistant' | 'tool';
	content: string | null;
	tool_calls?: ToolCall[];
}

export interface ChatRequest {
	messages: ChatMessage[];
	tools?: Array<{ function: { name: string; description: string; parameters: object } }>;
}

/** A step of a model: the tools that it calls, or its answer. */
export type Step = { calls: Array<[tool: string, given: object]> } | { says: string };

/** A fake OpenAI chat API, whose answers come from a script; an exception of the script becomes an error response. */
export class LanguageModel {
	readonly requests: ChatRequest[] = [];

	private server?: Server;

	private calls = 0;

	constructor(private readonly script: (request: ChatRequest) => Promise<Step> | Step) {}

	get url(): string {
		return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}/v1`;
	}

	async start(): Promise<void> {
		this.server = createServer((request, response) => {
			const parts: Buffer[] = [];
			request.on('data', (part: Buffer) => parts.push(part));
			request.on('end', () => {
				const send = (status: number, answer: object) => {
					response.writeHead(status, { 'Content-Type': 'application/json' });
					response.end(JSON.stringify(answer));
				};
				void this.answer(Buffer.concat(parts).toString()).then(
					(answer) => send(200, answer),
					// Clients do not retry after status 400.
					({ message }: Error) => send(400, { error: { message, type: 'invalid_request_error' } }),
				);
			});
		});
		await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
	}

	async stop(): Promise<void> {
		this.server?.closeAllConnections();
		await new Promise((resolve) => this.server?.close(resolve));
	}

	private async answer(body: string): Promise<object> {
		const asked = JSON.parse(body) as ChatRequest;
		this.requests.push(asked);
		const step = await this.script(asked);
		const message =
			'says' in step
				? { role: 'assistant', content: step.says }
				: { role: 'assistant', content: null, tool_calls: step.calls.map((call) => this.toolCall(call)) };
		const finish_reason = 'says' in step ? 'stop' : 'tool_calls';
		return {
			id: `chat-${this.requests.length}`,
			object: 'chat.completion',
			created: 1_800_000_000,
			model: 'scripted',
			choices: [{ index: 0, message, finish_reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	}

	private toolCall([name, given]: [string, object]) {
		return { id: `call_${++this.calls}`, type: 'function', function: { name, arguments: JSON.stringify(given) } };
	}
}
