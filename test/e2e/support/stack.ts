import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { SHOP_ID } from '../../../sandbox/state/seed';
import { tokens } from '../../../sandbox/state/tokens';
import { openHostFolder } from '../../../scripts/host/folder';
import { startN8n, type RunningN8n } from '../../../scripts/host/n8n';
import { installPackage, withTarball } from '../../../scripts/host/package';
import { freePort } from '../../../scripts/host/ports';
import { N8nClient, type SavedWorkflow, type Workflow, type WorkflowNode } from '../../../scripts/host/n8nClient';
import { CREDENTIAL_NAME, type CrispAccess } from '../../../scripts/start/seed';
import { checkLog } from './nodeLog';
import { SandboxProcess } from './sandboxProcess';
import { until } from './until';

/** The packed package in a real, empty n8n, with a sandbox. */
export interface Stack {
	/** The URL of n8n. */
	readonly url: string;
	readonly client: N8nClient;
	readonly sandbox: SandboxProcess;
	/** The data of the tests' credential. */
	readonly access: CrispAccess;
	readonly credentialId: string;
	/** Restarts n8n with the same data. */
	restartN8n(): Promise<void>;
	/** Kills n8n, runs `meanwhile`, and starts n8n with the same data. */
	killN8n(meanwhile: () => Promise<void>): Promise<void>;
	stop(): Promise<void>;
}

/** An n8n in one process, with a database in a file. */
export interface SingleStack extends Stack {
	/** n8n's SQLite database. */
	readonly databaseFile: string;
	/** n8n's log. */
	readonly logFile: string;
}

/** How much is already set up, for tests of the setup itself. */
export interface Beginning {
	/** If false, n8n does not have the package. */
	hasPackage?: boolean;
	/** If false, `credentialId` is empty. */
	hasCredential?: boolean;
	/** Lines that the nodes may write into n8n's log; any other line of theirs fails the test when the stack stops. */
	expectedLog?: RegExp[];
}

/** Starts a stack; `name` distinguishes its log files, `settings` are additional settings of n8n. */
export async function startStack(
	name: string,
	settings: Record<string, string> = {},
	{ hasPackage = true, hasCredential = hasPackage, expectedLog = [] }: Beginning = {},
): Promise<SingleStack> {
	const host = openHostFolder();
	const userFolder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-e2e-'));
	const logOf = (program: string) => path.join(host.logs, `e2e-${name}-${program}.log`);
	const stateFile = path.join(userFolder, 'sandbox');
	const sandbox = new SandboxProcess({
		port: await freePort(),
		websiteId: SHOP_ID,
		stateFile,
		logFile: logOf('sandbox'),
	});
	const port = await freePort();
	const start = async () => await startN8n({ host, userFolder, port, logFile: logOf('n8n'), settings });
	let n8n: RunningN8n | undefined;
	const stop = async () => {
		await n8n?.stop();
		await sandbox.kill();
		rmSync(userFolder, { recursive: true, force: true });
	};
	const stopAndCheck = async () => {
		await stop();
		checkLog(logOf('n8n'), expectedLog);
	};
	rmSync(logOf('n8n'), { force: true });
	try {
		if (hasPackage) await withTarball(async (tarball) => await installPackage(tarball, userFolder));
		await sandbox.start();
		n8n = await start();
		const open = await openStack(n8n, sandbox);
		const credentialId = hasCredential ? await saveAccess(open) : '';
		const databaseFile = path.join(userFolder, '.n8n', 'database.sqlite');
		return { ...open, credentialId, databaseFile, logFile: logOf('n8n'), stop: stopAndCheck, restartN8n, killN8n };
	} catch (error) {
		await stop();
		throw error;
	}

	async function restartN8n(): Promise<void> {
		await n8n?.stop();
		n8n = await start();
	}

	async function killN8n(meanwhile: () => Promise<void>): Promise<void> {
		await n8n?.kill();
		await meanwhile();
		n8n = await start();
	}
}

/** Logs in to a running n8n, and saves the credential of the tests. */
export async function openStack(n8n: RunningN8n, sandbox: SandboxProcess) {
	const client = new N8nClient(n8n);
	await client.login();
	return { url: n8n.url, client, sandbox, access: accessTo(sandbox) };
}

/** Creates the credential of the tests and returns its ID. */
export async function saveAccess({ client, access }: Pick<Stack, 'client' | 'access'>): Promise<string> {
	return await client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data: { ...access } });
}

/** The data of the tests' credential. */
export function accessTo({ url: baseUrl }: SandboxProcess): CrispAccess {
	return { tier: 'website', ...tokens.website, websiteId: SHOP_ID, isSimulated: true, baseUrl };
}

/** Creates and publishes a workflow, and returns its ID once its trigger runs. */
export async function publish(stack: Stack, workflow: Workflow): Promise<string> {
	const saved = await stack.client.createWorkflow(workflow);
	await publishSaved(stack, saved);
	return saved.id;
}

/** Publishes a saved workflow, and waits until its trigger runs. */
export async function publishSaved({ client }: Stack, saved: SavedWorkflow): Promise<void> {
	await client.activate(saved);
	// n8n reads pending and active publications separately; during a change from one to the other, it may see neither.
	const isDone = ({ status }: { status: string }) => !['in_progress', 'not_published'].includes(status);
	const ask = async () => await client.publicationOf(saved.id);
	const { status } = await until(`"${saved.name}" to be published`, ask, isDone);
	if (status !== 'published') throw new Error(`"${saved.name}" is ${status}`);
}

/** Unpublishes a workflow, and waits until its trigger has stopped: since 2.40, n8n answers before it stops triggers. */
export async function unpublish({ client }: Stack, id: string): Promise<void> {
	await client.deactivate(id);
	const ask = async () => await client.publicationOf(id);
	await until('the workflow to be unpublished', ask, ({ status }) => status === 'not_published');
}

/** A workflow of nodes in a row. */
export function chainOf(name: string, nodes: WorkflowNode[]): Workflow {
	const connections: Workflow['connections'] = {};
	nodes.slice(1).forEach((node, index) => {
		const source = nodes[index]?.name ?? '';
		connections[source] = { main: [[{ node: node.name, type: 'main', index: 0 }]] };
	});
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}

/** A node of this package with the stack's credential. */
export function crispNode(
	{ credentialId }: Stack,
	type: 'crisp' | 'crispMemory' | 'crispTool' | 'crispHitlTool' | 'crispTrigger' | 'crispWebhookTrigger',
	name: string,
	parameters: Record<string, unknown>,
): WorkflowNode {
	return {
		...plainNode(`n8n-nodes-crisp.${type}`, 1, name, parameters),
		credentials: { crispApi: { id: credentialId, name: CREDENTIAL_NAME } },
	};
}

export function plainNode(
	type: string,
	typeVersion: number,
	name: string,
	parameters: Record<string, unknown> = {},
): WorkflowNode {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}

export const byId = (value: string) => ({ __rl: true, mode: 'id', value });
