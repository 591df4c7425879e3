import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { hasFeature, type Feature } from './features';
import { oldestNodeOf } from './lines';
import { OLD_NODE_LOG, pollsInOldestNode } from './oldestNode';
import { nodeOf, PATIENCE_MS, publish, type Trial } from './stage';
import { SHOP_ID } from '../../sandbox/state/seed';
import type { HostFolder } from '../../scripts/host/folder';
import { startN8n, type RunningN8n } from '../../scripts/host/n8n';
import { installPackage, withTarball } from '../../scripts/host/package';
import { freePort } from '../../scripts/host/ports';
import { N8nClient, N8nRefused, type WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME, readExample } from '../../scripts/start/seed';
import { McpClient } from '../e2e/support/mcpClient';
import { checkLog } from '../e2e/support/nodeLog';
import { SandboxProcess } from '../e2e/support/sandboxProcess';
import { accessTo, byId, chainOf, plainNode } from '../e2e/support/stack';
import { until } from '../e2e/support/until';
import { remembersConversation, waitsOverRestart } from './waitsAndMemory';

/** The outcome of a check: `passed`, `not in this n8n`, or an error message. */
export type Outcome = string;
export const PASSED = 'passed';
export const ABSENT = 'not in this n8n';

const NODES = ['crisp', 'crispMemory', 'crispTool', 'crispTrigger', 'crispWebhookTrigger'].map(
	(name) => `n8n-nodes-crisp.${name}`,
);
const REFUSED = 'Crisp refused';
const hookSecret = 'of the website';

export interface Check {
	name: string;
	/** The feature of n8n that the check requires. */
	needs?: Feature;
	/** Whether the check requires an old Node.js. */
	needsOldestNode?: boolean;
	run(trial: Trial): Promise<void>;
}

/** The order matters: later checks use data of earlier ones. */
export const CHECKS: Check[] = [
	{ name: 'loads all nodes', run: loadsNodes },
	{ name: 'tests the credential', run: testsCredential },
	{ name: 'shows the form of Message: Send', run: showsForm },
	{ name: 'answers a visitor', run: answersVisitor },
	{ name: 'receives a webhook, and uploads a file', run: receivesAndUploads },
	{ name: 'works as a tool over MCP', run: worksAsTool },
	{ name: 'receives messages from while n8n was down once, and none from before it was published', run: catchesUp },
	{ name: 'stores a failed execution for a refused token', needs: 'failedExecutions', run: storesRefusal },
	{ name: "waits in n8n's database for the team's answer, over a restart", run: waitsOverRestart },
	{ name: 'gives an agent the conversation as its memory', needs: 'agentMemory', run: remembersConversation },
	{
		name: 'polls in Node.js 20, which has no WebSocket: each event once, in the order of the polls',
		needsOldestNode: true,
		run: pollsInOldestNode,
	},
	{ name: "writes nothing unexpected into n8n's log", run: keepsLogClean },
];

/** Whether a check can be run in a version of n8n. */
export function isPossible({ needs, needsOldestNode }: Check, version: string): boolean {
	return (!needs || hasFeature(version, needs)) && (!needsOldestNode || oldestNodeOf(version) !== undefined);
}

/**
 * Runs all checks with the packed package in one n8n; returns the outcomes by name. Throws if n8n does not start. `oldest` is
 * the same n8n with the oldest Node.js in which it is tested.
 */
export async function tryOut(host: HostFolder, version: string, oldest?: HostFolder): Promise<Record<string, Outcome>> {
	const root = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-version-'));
	const logOf = (program: string) => path.join(host.logs, `version-${version}-${program}.log`);
	for (const program of ['n8n', 'sandbox']) rmSync(logOf(program), { force: true });
	const stateFile = path.join(root, 'crisp');
	const sandbox = new SandboxProcess({
		...{ port: await freePort(), websiteId: SHOP_ID, stateFile, logFile: logOf('sandbox') },
	});
	const options = {
		...{ host, userFolder: root, port: await freePort(), logFile: logOf('n8n') },
		// Older versions of n8n do not start if a module to disable does not exist.
		settings: { N8N_DISABLED_MODULES: '' },
	};
	let n8n: RunningN8n | undefined;
	try {
		await withTarball(async (tarball) => await installPackage(tarball, root));
		await sandbox.start();
		n8n = await startN8n(options);
		let client = new N8nClient(n8n);
		await until('to be logged in', async () => await isLoggedIn(client), Boolean, PATIENCE_MS);
		const trial: Trial = {
			n8n: () => n8n as RunningN8n,
			client: () => client,
			sandbox,
			made: { before: [], answered: [] },
			logFile: logOf('n8n'),
			oldest: oldest && { host: oldest, node: oldestNodeOf(version) ?? '' },
			async restart(meanwhile, { host: next = host, settings = {} } = {}) {
				await n8n?.stop();
				await meanwhile();
				n8n = await startN8n({ ...options, host: next, settings: { ...options.settings, ...settings } });
				client = new N8nClient(n8n);
				await until('to be logged in again', async () => await isLoggedIn(client), Boolean, PATIENCE_MS);
			},
		};
		return await runChecks(trial, version);
	} finally {
		await n8n?.stop();
		await sandbox.kill();
		rmSync(root, { recursive: true, force: true });
	}
}

async function runChecks(trial: Trial, version: string): Promise<Record<string, Outcome>> {
	const outcomes: Record<string, Outcome> = {};
	for (const check of CHECKS) {
		const { name, run } = check;
		if (!isPossible(check, version)) {
			outcomes[name] = ABSENT;
			continue;
		}
		outcomes[name] = await run(trial).then(
			() => PASSED,
			(error: Error) => error.message,
		);
	}
	return outcomes;
}

/** Logs in. Old versions of n8n are ready later than they report, and have no owner yet: then the owner is created. */
async function isLoggedIn(client: N8nClient): Promise<boolean> {
	for (const enter of [async () => await client.login(), async () => await client.setUpOwner()]) {
		try {
			await enter();
			return true;
		} catch (error) {
			if (!(error instanceof N8nRefused)) throw error;
		}
	}
	return false;
}

async function loadsNodes({ client }: Trial): Promise<void> {
	const names = (await client().nodeTypeNames()).filter((type) => type.startsWith('n8n-nodes-crisp.'));
	const missing = NODES.filter((name) => !names.includes(name));
	if (missing.length > 0) throw new Error(`n8n has not loaded ${missing.join(', ')}`);
}

async function testsCredential({ client, sandbox, made }: Trial): Promise<void> {
	const data = { ...accessTo(sandbox), receiveWebhooks: true, hookSecret };
	made.credentialId = await client().saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data });
	const credential = { id: made.credentialId, name: CREDENTIAL_NAME, type: 'crispApi' };
	const right = await client().testCredential({ ...credential, data });
	if (right.status !== 'OK') throw new Error(`A valid token fails the test: ${right.message}`);
	const wrong = await client().testCredential({ ...credential, data: { ...data, key: 'sandbox-wrong' } });
	if (wrong.status !== 'Error') throw new Error('A wrong key passes the test');
	if (!/identifier|key|token/i.test(wrong.message)) throw new Error(`The error for a wrong key is: ${wrong.message}`);
}

interface Property {
	name: string;
	displayOptions?: { show?: Record<string, unknown[]> };
	options?: Array<{ value?: unknown }>;
}

async function showsForm({ client }: Trial): Promise<void> {
	const node = (await client().nodeTypes()).find(({ name }) => name === 'n8n-nodes-crisp.crisp');
	const all = (node?.properties ?? []) as Property[];
	const isFor = ({ displayOptions }: Property, name: string, value: string) =>
		displayOptions?.show?.[name]?.includes(value) === true;
	const operations = all.find((one) => one.name === 'operation' && isFor(one, 'resource', 'message'));
	if (!operations?.options?.some(({ value }) => value === 'send')) throw new Error('Message has no operation Send');
	const fields = all.filter((one) => isFor(one, 'resource', 'message') && isFor(one, 'operation', 'send'));
	const names = new Set(fields.map(({ name }) => name));
	const lacking = ['sessionId', 'type', 'content', 'additionalFields'].filter((name) => !names.has(name));
	if (lacking.length > 0) throw new Error(`The form of Message: Send lacks ${lacking.join(', ')}`);
}

async function answersVisitor({ client, sandbox, made }: Trial): Promise<void> {
	for (const text of ['One', 'Two', 'Three', 'Four', 'Five']) {
		made.before.push((await sandbox.visitorWrites(text, { nickname: 'Early' })).session_id);
	}
	// Old versions of n8n do not store a workflow without the field `active`.
	const workflow = { ...readExample('answer-a-visitor', made.credentialId ?? ''), active: false };
	await client().activate(await client().createWorkflow(workflow));
	await isConnected(sandbox);
	for (const text of ['Hello?', 'And me?']) {
		const { session_id } = await sandbox.visitorWrites(text, { nickname: 'Nell' });
		await answered(sandbox, session_id, text);
		made.answered.push(session_id);
	}
	await answeredOnce(sandbox, made.answered);
}

async function isConnected(sandbox: SandboxProcess): Promise<void> {
	const ask = async () => await sandbox.connections();
	await until('the trigger to connect', ask, (count) => count >= 1, PATIENCE_MS);
}

async function answered(sandbox: SandboxProcess, sessionId: string, text: string): Promise<void> {
	const ask = async () => (await sandbox.replies(sessionId)).filter(({ type }) => type === 'text');
	await until(`an answer to "${text}"`, ask, (replies) => replies.length > 0, PATIENCE_MS);
}

/** Expects one answer each. Events arrive in order: once the last message is answered, no other answers are pending. */
async function answeredOnce(sandbox: SandboxProcess, sessions: string[]): Promise<void> {
	for (const session of sessions) {
		const replies = (await sandbox.replies(session)).filter(({ type }) => type === 'text');
		if (replies.length !== 1) throw new Error(`One message was answered ${replies.length} times`);
	}
}

async function receivesAndUploads(trial: Trial): Promise<void> {
	const { sandbox, n8n, made } = trial;
	const webhookId = randomUUID();
	const hook: WorkflowNode = {
		...nodeOf(trial, 'crispWebhookTrigger', 'Hook', { hook: 'website', events: ['message:send'] }),
		webhookId,
	};
	const toFile = plainNode('n8n-nodes-base.convertToFile', 1.1, 'To file', {
		...{ operation: 'toText', sourceProperty: 'text', options: { fileName: 'said.txt' } },
	});
	const send = nodeOf(trial, 'crisp', 'Send', {
		...{ resource: 'message', operation: 'sendFile', source: 'binary', binaryPropertyName: 'data' },
		sessionId: byId('={{ $("Hook").item.json.session_id }}'),
	});
	await publish(trial, chainOf('Send the message as a file', [hook, toFile, send]));
	const url = `${n8n().url}/webhook/${webhookId}/webhook?key=${encodeURIComponent(hookSecret)}`;
	await sandbox.addHook(url, ['message:send']);
	const { session_id } = await sandbox.visitorWrites('As a file, please', { nickname: 'Nell' });
	const ask = async () => (await sandbox.replies(session_id)).filter(({ type }) => type === 'file');
	const [file] = await until('the file', ask, (files) => files.length > 0, PATIENCE_MS);
	const { url: address } = file?.content as { url: string };
	const text = await (await fetch(address)).text();
	if (text !== 'As a file, please') throw new Error(`The file has ${JSON.stringify(text)}`);
	await sandbox.removeHook(url);
	await answered(sandbox, session_id, 'As a file, please');
	made.answered.push(session_id);
}

async function worksAsTool(trial: Trial): Promise<void> {
	const { sandbox, n8n, made } = trial;
	const webhookId = randomUUID();
	const server = {
		...plainNode('@n8n/n8n-nodes-langchain.mcpTrigger', 2, 'Server', { path: webhookId, authentication: 'none' }),
		webhookId,
	};
	const tool = nodeOf(trial, 'crispTool', 'Add_Note', {
		...{ resource: 'message', operation: 'send', type: 'note', sessionId: byId(made.answered[0] ?? '') },
		content: "={{ $fromAI('note', 'What the team reads', 'string') }}",
	});
	const connections = { [tool.name]: { ai_tool: [[{ node: server.name, type: 'ai_tool', index: 0 }]] } };
	await publish(trial, { name: 'Tools', nodes: [server, tool], connections, settings: { executionOrder: 'v1' } });
	const mcp = new McpClient(`${n8n().url}/mcp/${webhookId}`);
	const connect = async () => await mcp.connect().then(() => '', String);
	await until('the MCP server', connect, (refusal) => refusal === '', PATIENCE_MS);
	const [listed] = await mcp.tools();
	if (listed?.description !== 'Send message in Crisp' && !/message/i.test(listed?.description ?? '')) {
		throw new Error(`The tool is described as ${listed?.description}`);
	}
	const notes = ['first by a tool', 'second by a tool'];
	for (const note of notes) await mcp.call(listed?.name ?? '', { note });
	const found = (await sandbox.replies(made.answered[0] ?? '')).filter(({ type }) => type === 'note');
	const texts = found.map(({ content }) => content);
	if (texts.join() !== notes.join()) throw new Error(`The tool wrote ${JSON.stringify(texts)}`);
}

async function catchesUp(trial: Trial): Promise<void> {
	const { sandbox, made } = trial;
	await publishRefused(trial);
	await trial.restart(async () => {
		for (const text of ['One', 'Two', 'Three']) {
			const { session_id } = await sandbox.visitorWrites(text, { nickname: 'Abel' });
			made.answered.push(session_id);
		}
	});
	for (const session of made.answered.slice(-3)) await answered(sandbox, session, 'a message during the downtime');
	const { session_id } = await sandbox.visitorWrites('Still there?', { nickname: 'Abel' });
	await answered(sandbox, session_id, 'Still there?');
	await answeredOnce(sandbox, [...made.answered, session_id]);
	for (const session of made.before) {
		const replies = await sandbox.replies(session);
		if (replies.length > 0) throw new Error('A message from before the workflow was published was answered');
	}
}

/** Publishes a workflow whose token Crisp rejects at the next start of n8n. */
async function publishRefused(trial: Trial): Promise<void> {
	const { client, sandbox } = trial;
	const credential = { name: REFUSED, type: 'crispApi' };
	const id = await client().saveCredential({ ...credential, data: { ...accessTo(sandbox) } });
	const node = nodeOf(trial, 'crispTrigger', 'Refused Trigger', { events: ['message:send'], filters: {} });
	const trigger = { ...node, credentials: { crispApi: { id, name: REFUSED } } };
	trial.made.refusedId = await publish(trial, {
		...chainOf(REFUSED, [trigger, plainNode('n8n-nodes-base.noOp', 1, 'Nothing')]),
	});
	await client().saveCredential({ ...credential, data: { ...accessTo(sandbox), key: 'sandbox-wrong' } });
}

async function storesRefusal({ client }: Trial): Promise<void> {
	const ask = async () => (await client().latestExecutions()).filter(({ status }) => status === 'error');
	const failed = await until('the failed execution', ask, (found) => found.length > 0, PATIENCE_MS);
	if (failed.length !== 1) throw new Error(`A rejected token resulted in ${failed.length} failed executions`);
}

async function keepsLogClean({ logFile, oldest }: Trial): Promise<void> {
	const refused = /Refused Trigger: Not connected to Crisp; .*Crisp does not know this token/;
	checkLog(logFile, oldest ? [refused, OLD_NODE_LOG] : [refused]);
	await Promise.resolve();
}
