import express from 'express';
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import type { Credential } from '../../nodes/shared/api/transport';
import { startSandbox, type Sandbox } from '../../sandbox';
import type { HookKind } from '../../sandbox/webhooks/hooks';
import { callWebhook } from './n8nContext';
import { conversation, credentialFor, shop } from './sandboxWorkspace';

export const signingSecret = 'of the plugin';
export const hookSecret = 'of the website';

export interface Hooking {
	kind?: HookKind;
	filters?: INodeParameters;
	websiteIds?: string[];
	credential?: Partial<Credential>;
	mode?: WorkflowExecuteMode;
	nodeId?: string;
	/** Called when the node reads the credential; may throw. */
	onCredential?: () => void;
	/** Whether the request is lost before n8n receives it; called when it arrives. */
	isLost?: () => boolean;
	/** Whether the response is lost; called when the workflow has started. */
	isCut?: () => boolean;
	/** Whether n8n fails to start an execution; called when the node has handed it over. May take its time. */
	isRefused?: () => boolean | Promise<boolean>;
}

/** A clock that never returns the same millisecond twice, as two events at Crisp do not share one. */
function ticking(): () => number {
	let time = 0;
	return () => (time = Math.max(time + 1, Date.now()));
}

/** A webhook trigger behind a server that behaves like n8n's. */
export interface Hooked {
	url: string;
	executions: IDataObject[][];
	/** The errors that the node threw, which n8n shows in the editor or in a failed execution. */
	errors: Array<Error & { description?: string | null }>;
	emitted(): IDataObject[];
}

/** Webhook triggers and a sandbox that calls them; all end after each test. */
export class HookedWorkflows {
	sandbox = undefined as unknown as Sandbox;

	private servers: Server[] = [];

	private nodes = 0;

	/** Registers the setup and teardown of each test of a file. */
	static use(): HookedWorkflows {
		const workflows = new HookedWorkflows();
		beforeEach(async () => {
			workflows.sandbox = await startSandbox({ page: false, hookDelays: [0, 0], clock: ticking() });
		});
		afterEach(async () => await workflows.end());
		return workflows;
	}

	/** Serves a trigger, and registers it as a webhook in the sandbox. */
	async activate(events: string[], hooking: Hooking = {}): Promise<Hooked> {
		const hooked = await this.serve(events, hooking);
		const { kind = 'plugin' } = hooking;
		const url = kind === 'website' ? `${hooked.url}?key=${encodeURIComponent(hookSecret)}` : hooked.url;
		this.sandbox.hooks.add({ url, kind, secret: signingSecret });
		return hooked;
	}

	async serve(
		events: string[],
		{ kind = 'plugin', filters = {}, websiteIds = [], isCut, isLost, isRefused, ...more }: Hooking = {},
	): Promise<Hooked> {
		const executions: IDataObject[][] = [];
		const errors: Error[] = [];
		const app = express();
		const parameters = { hook: kind, events, filters, websiteIds };
		const stored = credentialFor(this.sandbox, 'plugin', { signingSecret, hookSecret, ...more.credential });
		const credential = () => {
			more.onCredential?.();
			return stored;
		};
		const nodeId = more.nodeId ?? `hook-${++this.nodes}-${this.sandbox.url}`;
		app.use(express.raw({ type: () => true, limit: '16mb' }), async (httpRequest, httpResponse) => {
			if (isLost?.()) return httpRequest.socket.resetAndDestroy();
			const rawBody: unknown = httpRequest.body;
			Object.assign(httpRequest, { rawBody });
			const { mode } = more;
			const exchange = { credential, parameters, mode, nodeId, httpRequest, httpResponse };
			const made = await callWebhook(exchange).catch((error: Error) => void errors.push(error));
			if (!made) return httpResponse.status(500).json({ message: 'Workflow could not be started!' });
			const { workflowData, noWebhookResponse } = made;
			if (workflowData && (await isRefused?.())) {
				return httpResponse.status(500).json({ message: 'There was a problem executing the workflow' });
			}
			if (workflowData) executions.push(workflowData.flat().map(({ json }) => json));
			if (isCut?.()) httpRequest.socket.destroy();
			// n8n responds to a closed connection, too.
			if (!noWebhookResponse) httpResponse.status(200).end();
		});
		const server = createServer(app);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		this.servers.push(server);
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		return { url, executions, errors, emitted: () => executions.flat() };
	}

	async visitorWrites(content: unknown, more: IDataObject = {}): Promise<void> {
		await fetch(`${this.sandbox.url}/sandbox/visitor/message`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ website_id: shop, session_id: conversation, content, ...more }),
		});
	}

	async end(): Promise<void> {
		await this.sandbox.close();
		await this.endServers();
	}

	/** Ends the triggers, but not the sandbox, which a test may have from elsewhere. */
	async endServers(): Promise<void> {
		for (const server of this.servers.splice(0)) {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
	}
}

/** The body of a webhook: an event that cannot be identified by an ID. */
export const hookEvent = (more: object = {}) => ({
	website_id: shop,
	event: 'session:set_state',
	data: { website_id: shop, session_id: conversation, state: 'resolved' },
	timestamp: 1_506_985_696_616,
	...more,
});

export interface HookCall {
	body?: string;
	/** The header `X-Crisp-Request-Timestamp`; now in milliseconds by default. */
	timestamp?: number | string;
	secret?: string;
	query?: string;
	/** Headers to replace; undefined ones are not sent. */
	headers?: Record<string, string | undefined>;
}

/** Calls a trigger as a plugin hook does, correctly or not; `reason` is empty if the workflow started. */
export async function callHook(
	url: string,
	{ body = JSON.stringify(hookEvent()), query = '', ...more }: HookCall = {},
) {
	const { timestamp = Date.now(), secret = signingSecret } = more;
	const headers = {
		'Content-Type': 'application/json',
		'X-Crisp-Request-Timestamp': `${timestamp}`,
		'X-Crisp-Signature': createHmac('sha256', secret).update(`[${timestamp};${body}]`).digest('hex'),
		...more.headers,
	};
	const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
	const response = await fetch(url + query, { method: 'POST', headers: sent, body });
	const text = await response.text();
	return { status: response.status, reason: text && ((JSON.parse(text) as { reason?: string }).reason ?? '') };
}
