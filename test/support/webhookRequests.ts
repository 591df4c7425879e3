import express from 'express';
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
	/** Whether the request is lost before n8n receives it; called when it arrives. */
	isLost?: () => boolean;
	/** Whether the response is lost; called when the workflow has started. */
	isCut?: () => boolean;
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
		{ kind = 'plugin', filters = {}, websiteIds = [], isCut, isLost, ...more }: Hooking = {},
	): Promise<Hooked> {
		const executions: IDataObject[][] = [];
		const app = express();
		const parameters = { hook: kind, events, filters, websiteIds };
		const credential = credentialFor(this.sandbox, 'plugin', { signingSecret, hookSecret, ...more.credential });
		const nodeId = more.nodeId ?? `hook-${++this.nodes}-${this.sandbox.url}`;
		app.use(express.raw({ type: () => true, limit: '16mb' }), async (httpRequest, httpResponse) => {
			if (isLost?.()) return httpRequest.socket.resetAndDestroy();
			const rawBody: unknown = httpRequest.body;
			Object.assign(httpRequest, { rawBody });
			const { mode } = more;
			const made = await callWebhook({ credential, parameters, mode, nodeId, httpRequest, httpResponse });
			if (made.workflowData) executions.push(made.workflowData.flat().map(({ json }) => json));
			if (isCut?.()) httpRequest.socket.destroy();
			else if (!made.noWebhookResponse) httpResponse.status(200).end();
		});
		const server = createServer(app);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		this.servers.push(server);
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		return { url, executions, emitted: () => executions.flat() };
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
		for (const server of this.servers.splice(0)) {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
	}
}
