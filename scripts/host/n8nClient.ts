import { parse } from 'flatted';
import { randomUUID } from 'node:crypto';

import type { RunningN8n } from './n8n';

export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	/** Part of the URL of a webhook. */
	webhookId?: string;
}

export interface Workflow {
	id?: string;
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	pinData?: Record<string, unknown>;
}

export type SavedWorkflow = Workflow & { id: string; active: boolean; versionId: string };

export interface Credential {
	id?: string;
	name: string;
	type: string;
	data: Record<string, unknown>;
}

export interface TestOutcome {
	status: 'OK' | 'Error';
	message: string;
}

export interface Execution {
	id: string;
	status: string;
	workflowId: string;
	/** When n8n queued the execution, as ISO 8601; it may start much later. */
	createdAt: string;
	/** When it started; null while it is queued. */
	startedAt: string | null;
}

interface ExecutionPage {
	results: Execution[];
	nextCursor?: string | null;
}

/** A package that was installed with n8n's community nodes installer. */
export interface InstalledPackage {
	packageName: string;
	installedVersion: string;
	installedNodes: Array<{ type: string }>;
	/** A newer version in the registry, if there is one. */
	updateAvailable?: string;
}

/** One node's run in an execution. */
export interface NodeRun {
	executionStatus: string;
	/** Milliseconds. */
	executionTime: number;
	error?: { message: string; description?: string };
	data?: { main: Array<Array<{ json: Record<string, unknown> }> | null> };
}

export interface ExecutionData {
	resultData: { error?: { message: string; description?: string }; runData: Record<string, NodeRun[]> };
	/** The nodes that had not run yet when it ended or was killed. */
	executionData?: { nodeExecutionStack: Array<{ data: NonNullable<NodeRun['data']> }> };
}

/** An error response of n8n. */
export class N8nRefused extends Error {
	constructor(
		readonly status: number,
		request: string,
		body: string,
	) {
		super(`n8n answered ${status} to ${request}: ${messageIn(body)}`);
	}
}

function messageIn(body: string): string {
	try {
		return (JSON.parse(body) as { message?: string }).message ?? body;
	} catch {
		return body.slice(0, 500);
	}
}

/** n8n's own REST API, as its editor uses it. */
export class N8nClient {
	private cookie = '';
	private readonly browserId = randomUUID();

	constructor(private readonly n8n: Pick<RunningN8n, 'url' | 'owner'>) {}

	async login(): Promise<void> {
		const { email, password } = this.n8n.owner;
		await this.send('POST', 'login', { emailOrLdapLoginId: email, password });
	}

	/** Creates the owner and logs in; for versions of n8n that cannot create the owner from environment variables. */
	async setUpOwner(): Promise<void> {
		const { email, password } = this.n8n.owner;
		await this.send('POST', 'owner/setup', { email, password, firstName: 'Crisp', lastName: 'Sandbox' });
	}

	/** The names of all node types, such as `n8n-nodes-base.httpRequest`. */
	async nodeTypeNames(): Promise<string[]> {
		return (await this.nodeTypes()).map(({ name }) => name);
	}

	/** All node types as the editor fetches them. */
	async nodeTypes(): Promise<Array<{ name: string; properties: unknown[] }>> {
		return await this.read('/types/nodes.json');
	}

	async listCredentials(): Promise<Array<{ id: string; name: string; type: string }>> {
		return await this.send('GET', 'credentials');
	}

	/** Creates the credential, or changes the one of the same type and name. Returns its ID. */
	async saveCredential({ name, type, data }: Credential): Promise<string> {
		const all = await this.listCredentials();
		const existing = all.find((one) => one.type === type && one.name === name);
		const saved = existing
			? await this.send<{ id: string }>('PATCH', `credentials/${existing.id}`, { name, type, data })
			: await this.send<{ id: string }>('POST', 'credentials', { name, type, data });
		return saved.id;
	}

	/** The result of the editor's credential test; nothing is saved. */
	async testCredential(credential: Credential): Promise<TestOutcome> {
		const credentials = { id: '', ...credential };
		return await this.send('POST', 'credentials/test', { credentials });
	}

	/** The workflow, or undefined if no workflow has this ID. */
	async findWorkflow(id: string): Promise<SavedWorkflow | undefined> {
		try {
			return await this.send('GET', `workflows/${id}`);
		} catch (error) {
			if (error instanceof N8nRefused && error.status === 404) return undefined;
			throw error;
		}
	}

	async createWorkflow(workflow: Workflow): Promise<SavedWorkflow> {
		return await this.send('POST', 'workflows', workflow);
	}

	/** Publishes the workflow's current version; see `publicationOf` for whether its trigger runs. */
	async activate({ id, versionId }: Pick<SavedWorkflow, 'id' | 'versionId'>): Promise<void> {
		await this.send('POST', `workflows/${id}/activate`, { versionId });
	}

	async deactivate(id: string): Promise<void> {
		await this.send('POST', `workflows/${id}/deactivate`, {});
	}

	async publicationOf(id: string): Promise<{ status: string }> {
		return await this.send('GET', `workflows/${id}/publication-status`);
	}

	/**
	 * Runs the workflow from the named trigger, like "Execute workflow". Returns the execution's ID. n8n 1 needs the workflow
	 * itself, too.
	 */
	async run(id: string, triggerName: string, workflowData?: SavedWorkflow): Promise<string> {
		const body = { triggerToStartFrom: { name: triggerName }, ...(workflowData && { workflowData }) };
		const started = await this.send<{ executionId: string }>('POST', `workflows/${id}/run`, body);
		return started.executionId;
	}

	/** The version of the Node.js that n8n runs in, such as 24.1.0. */
	async nodeVersion(): Promise<string> {
		return (await this.send<{ nodeJsVersion: string }>('GET', 'settings')).nodeJsVersion;
	}

	/** The latest executions of a workflow, the newest first. */
	async executionsOf(workflowId: string): Promise<Execution[]> {
		return (await this.executionPage(workflowId)).results;
	}

	/** The latest executions of all workflows, the newest first. */
	async latestExecutions(): Promise<Execution[]> {
		return (await this.page('limit=100')).results;
	}

	/** Every execution of a workflow that n8n has kept. */
	async allExecutionsOf(workflowId: string): Promise<Execution[]> {
		const found = new Map<string, Execution>();
		// An execution that ends during pagination may appear on a later page again.
		const keep = ({ results }: ExecutionPage) => results.forEach((execution) => found.set(execution.id, execution));
		const first = await this.executionPage(workflowId);
		keep(first);
		for (let page = first; page.nextCursor;) {
			page = await this.executionPage(workflowId, {}, page.nextCursor);
			keep(page);
		}
		// n8n's next page omits executions that started before the last one of this page but were queued after it.
		for (let page = first, before = ''; page.nextCursor;) {
			const next = momentAfter(page.results.at(-1));
			if (next === before) break;
			before = next;
			page = await this.executionPage(workflowId, { startedBefore: before });
			keep(page);
		}
		return [...found.values()];
	}

	private async executionPage(workflowId: string, narrower: object = {}, cursor = ''): Promise<ExecutionPage> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, ...narrower }));
		return await this.page(`limit=100&filter=${filter}${cursor && `&cursor=${cursor}`}`);
	}

	/** n8n reads what runs and what has ended one after the other: an execution that ends in between is in its list twice. */
	private async page(query: string): Promise<ExecutionPage> {
		const page = await this.send<ExecutionPage>('GET', `executions?${query}`);
		return { ...page, results: [...new Map(page.results.map((execution) => [execution.id, execution])).values()] };
	}

	async execution(id: string): Promise<Execution & { data: ExecutionData }> {
		const raw = await this.send<Execution & { data: string }>('GET', `executions/${id}`);
		return { ...raw, data: parse(raw.data) as ExecutionData };
	}

	/** What *Settings → Community nodes* lists. */
	async installedPackages(): Promise<InstalledPackage[]> {
		return await this.send('GET', 'community-packages');
	}

	/** Installs the latest version of a package from the registry. */
	async installFromRegistry(name: string): Promise<InstalledPackage> {
		return await this.send('POST', 'community-packages', { name });
	}

	async updateFromRegistry(name: string, version: string): Promise<InstalledPackage> {
		return await this.send('PATCH', 'community-packages', { name, version });
	}

	async uninstall(name: string): Promise<void> {
		await this.send('DELETE', `community-packages?name=${encodeURIComponent(name)}`);
	}

	private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.request(`/rest/${path}`, {
			method,
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		return ((await response.json()) as { data: T }).data;
	}

	private async read<T>(path: string): Promise<T> {
		return (await (await this.request(path, { method: 'GET' })).json()) as T;
	}

	private async request(path: string, init: RequestInit): Promise<Response> {
		const response = await fetch(`${this.n8n.url}${path}`, {
			...init,
			headers: { 'Content-Type': 'application/json', 'browser-id': this.browserId, cookie: this.cookie },
		});
		const [cookie] = response.headers.getSetCookie();
		if (cookie?.startsWith('n8n-auth=')) this.cookie = cookie.split(';', 1)[0] ?? '';
		if (response.ok) return response;
		throw new N8nRefused(response.status, `${init.method} ${path}`, await response.text());
	}
}

/** The start of an execution plus one millisecond: PostgreSQL stores microseconds, but n8n returns milliseconds. */
function momentAfter(execution?: Execution): string {
	const { startedAt, createdAt } = execution ?? { startedAt: null, createdAt: new Date(0).toISOString() };
	return new Date(Date.parse(startedAt ?? createdAt) + 1).toISOString();
}
