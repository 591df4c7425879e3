export interface Tool {
	name: string;
	description: string;
	inputSchema: { properties: Record<string, { type: string; description?: string }>; required?: string[] };
}

interface Reply {
	result?: unknown;
	error?: { message: string };
}

interface Called {
	content: Array<{ type: string; text: string }>;
	isError?: boolean;
}

/** A client of the Model Context Protocol over HTTP, limited to tools. */
export class McpClient {
	private session = '';

	private requests = 0;

	constructor(private readonly url: string) {}

	async connect(): Promise<void> {
		const clientInfo = { name: 'test', version: '1' };
		await this.ask('initialize', { protocolVersion: '2025-03-26', capabilities: {}, clientInfo });
		await this.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
	}

	async tools(): Promise<Tool[]> {
		return ((await this.ask('tools/list', {})) as { tools: Tool[] }).tools;
	}

	/** The result of a tool, as the text that a model receives. */
	async call(name: string, given: Record<string, unknown>): Promise<string> {
		const { content } = (await this.ask('tools/call', { name, arguments: given })) as Called;
		return content.map(({ text }) => text).join('\n');
	}

	private async ask(method: string, params: object): Promise<unknown> {
		const id = ++this.requests;
		const text = await this.post({ jsonrpc: '2.0', id, method, params });
		// Each event of the stream has one `data:` line.
		const [, data = text] = /^data: (.*)$/m.exec(text) ?? [];
		const { result, error } = JSON.parse(data) as Reply;
		if (error) throw new Error(`${method}: ${error.message}`);
		return result;
	}

	private async post(message: object): Promise<string> {
		const headers = {
			'Content-Type': 'application/json',
			Accept: 'application/json, text/event-stream',
			...(this.session && { 'mcp-session-id': this.session }),
		};
		const response = await fetch(this.url, { method: 'POST', headers, body: JSON.stringify(message) });
		this.session ||= response.headers.get('mcp-session-id') ?? '';
		const text = await response.text();
		if (!response.ok) throw new Error(`${response.status}: ${text}`);
		return text;
	}
}
