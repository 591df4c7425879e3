import { EventEmitter } from 'node:events';
import type { IWebhookFunctions } from 'n8n-workflow';

/** The response to a webhook request, as n8n and Node end it. */
export class FakeResponse extends EventEmitter {
	statusCode = 200;

	writableEnded = false;

	private isClosed = false;

	/** Called with what the node itself answers. */
	constructor(private readonly onAnswer: (reason: string, status: number) => void = () => undefined) {
		super();
	}

	/** Express's way to answer, as the node uses it. */
	status(status: number) {
		return {
			json: ({ reason }: { reason: string }) => {
				this.onAnswer(reason, status);
				this.end(status);
			},
		};
	}

	/** n8n responds; if the connection is still open, the response is sent. */
	end(status: number): void {
		this.statusCode = status;
		this.writableEnded = true;
		if (this.isClosed) return;
		this.emit('finish');
		this.close();
	}

	/** The connection closes, before or after the response. */
	close(): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.emit('close');
	}
}

interface WebhookCall {
	body: string;
	response: object;
	headers?: Record<string, string>;
	/** Whether n8n keeps the bytes of the request. */
	isRaw?: boolean;
	/** Parameters of the node that differ from those of a trigger on changes of state. */
	parameters?: Record<string, unknown>;
	/** Members of the context in place of the usual ones. */
	more?: object;
}

/** A request of a website hook with the right key. */
export function webhookContext({
	body,
	response,
	headers = {},
	isRaw = true,
	parameters = {},
	more,
}: WebhookCall): IWebhookFunctions {
	const events = ['session:set_state', 'conversation:resolved', 'conversation:reopened'];
	const all: Record<string, unknown> = { hook: 'website', events, filters: {}, websiteIds: [], ...parameters };
	return {
		getCredentials: async () => await Promise.resolve({ hookSecret: 'key', tier: 'plugin', key: 'k' }),
		getMode: () => 'webhook',
		getNode: () => ({ id: 'node', name: 'Hook', credentials: { crispApi: { id: 'c' } } }),
		getWorkflow: () => ({ id: 'workflow' }),
		getInstanceId: () => 'instance',
		getNodeParameter: (name: string, fallback: unknown) => all[name] ?? fallback,
		getQueryData: () => ({ key: 'key' }),
		getHeaderData: () => headers,
		getBodyData: () => body,
		getRequestObject: () => (isRaw ? { rawBody: Buffer.from(body) } : {}),
		getResponseObject: () => response,
		logger: { warn: () => undefined, debug: () => undefined },
		...more,
	} as unknown as IWebhookFunctions;
}
