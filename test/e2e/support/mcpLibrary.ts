import path from 'node:path';
import { openHostFolder } from '../../../scripts/host/folder';

/** What the tests use of the client in `@modelcontextprotocol/sdk`. */
export interface LibraryClient {
	connect(transport: unknown): Promise<void>;
	/** What the server says about its tools when a client connects. */
	getInstructions(): string | undefined;
	listTools(): Promise<{ tools: ListedTool[] }>;
	callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Called>;
	close(): Promise<void>;
}

export interface ListedTool {
	name: string;
	description?: string;
	inputSchema: { properties?: Record<string, { type?: string; description?: string }>; required?: string[] };
}

interface Called {
	content: Array<{ text?: string }>;
	isError?: boolean;
}

interface Transport {
	sessionId?: string;
}

interface Library {
	Client: new (client: { name: string; version: string }) => LibraryClient;
	StreamableHTTPClientTransport: new (url: URL, options: { requestInit: RequestInit }) => Transport;
}

/** A connection to an MCP server, with the ID that the server gave it. */
export interface Connected {
	client: LibraryClient;
	sessionId: string;
}

/**
 * Connects to an MCP server over HTTP with the official library, which most clients use; n8n brings it. `headers` are sent
 * with each request. Rejects if the server refuses: `code` of the error is then the HTTP status.
 */
export async function connectLibrary(url: string, headers: Record<string, string> = {}): Promise<Connected> {
	const { Client, StreamableHTTPClientTransport } = await library();
	const client = new Client({ name: 'n8n-nodes-crisp-test', version: '1.0.0' });
	const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
	await client.connect(transport);
	return { client, sessionId: transport.sessionId ?? '' };
}

/** What a model gets from a tool. */
export async function textFrom(
	{ client }: Connected,
	name: string,
	given: Record<string, unknown>,
): Promise<{ text: string; isError: boolean }> {
	const { content, isError = false } = await client.callTool({ name, arguments: given });
	return { text: content.map(({ text = '' }) => text).join('\n'), isError };
}

async function library(): Promise<Library> {
	const folder = path.join(openHostFolder().n8n, 'node_modules/@modelcontextprotocol/sdk/dist/cjs/client');
	const [client, http] = await Promise.all([
		import(path.join(folder, 'index.js')) as Promise<Library>,
		import(path.join(folder, 'streamableHttp.js')) as Promise<Library>,
	]);
	return { Client: client.Client, StreamableHTTPClientTransport: http.StreamableHTTPClientTransport };
}
