import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { SHOP_ID } from '../../sandbox/seed';
import type { HostFolder } from '../../scripts/host/folder';
import { startN8n } from '../../scripts/host/n8n';
import { installPackage, withTarball } from '../../scripts/host/package';
import { freePort } from '../../scripts/host/ports';
import { N8nClient, N8nRefused } from '../../scripts/host/rest';
import { CREDENTIAL_NAME, readExample } from '../../scripts/start/seed';
import { SandboxProcess } from '../e2e/sandboxProcess';
import { accessTo } from '../e2e/stack';
import { until } from '../e2e/until';

const NODES = ['crisp', 'crispTool', 'crispTrigger', 'crispWebhookTrigger'].map((name) => `n8n-nodes-crisp.${name}`);
/** The trigger has a moment to connect, and an old n8n to begin its first execution. */
const PATIENCE_MS = 60_000;

/**
 * Lets an n8n with the packed package answer a visitor by the example, twice; gives what was answered. Throws with
 * what it waited for, where anything is missing or comes more than once.
 */
export async function tryOut(host: HostFolder, name: string): Promise<string> {
	const root = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-version-'));
	const logOf = (program: string) => path.join(host.logs, `version-${name}-${program}.log`);
	const stateFile = path.join(root, 'crisp');
	const port = await freePort();
	const sandbox = new SandboxProcess({ port, websiteId: SHOP_ID, stateFile, logFile: logOf('sandbox') });
	const ends: Array<() => Promise<void>> = [async () => await sandbox.kill()];
	try {
		await withTarball(async (tarball) => await installPackage(tarball, root));
		await sandbox.start();
		const n8n = await startN8n({
			...{ host, userFolder: root, port: await freePort(), logFile: logOf('n8n') },
			// An n8n does not start when it is to leave out what it never had.
			settings: { N8N_DISABLED_MODULES: '' },
		});
		ends.unshift(n8n.stop);
		await publishExample(new N8nClient(n8n), sandbox);
		return await talk(sandbox);
	} finally {
		for (const end of ends) await end();
		rmSync(root, { recursive: true, force: true });
	}
}

/** As `npm start` does it, by that n8n's own REST API. */
async function publishExample(client: N8nClient, sandbox: SandboxProcess): Promise<void> {
	await until('to be logged in', async () => await isLoggedIn(client), Boolean, PATIENCE_MS);
	const names = (await client.nodeTypeNames()).filter((type) => type.startsWith('n8n-nodes-crisp.'));
	if (names.sort().join() !== NODES.join())
		throw new Error(`n8n has loaded ${names.join(', ') || 'no node of the package'}`);
	const data = { ...accessTo(sandbox) };
	const credentialId = await client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data });
	// An old n8n does not store a workflow that does not say whether it is active.
	const workflow = { ...readExample('answer-a-visitor', credentialId), active: false };
	await client.activate(await client.createWorkflow(workflow));
	const ask = async () => await sandbox.connections();
	await until('the trigger to connect', ask, (count) => count === 1, PATIENCE_MS);
}

/** An old n8n says that it is ready before it answers, and takes no owner from its settings: whoever comes first is it. */
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

async function talk(sandbox: SandboxProcess): Promise<string> {
	const answered = async (text: string, nickname: string) => {
		const { session_id } = await sandbox.visitorWrites(text, { nickname });
		const ask = async () => await sandbox.replies(session_id);
		await until(`an answer to "${text}"`, ask, (replies) => replies.length > 0, PATIENCE_MS);
		return session_id;
	};
	const first = await answered('Hello?', 'Nell');
	// Events arrive in order: once this is answered, nothing of the first is still to come.
	await answered('And me?', 'Abel');
	const replies = await sandbox.replies(first);
	if (replies.length !== 1) throw new Error(`One message was answered ${replies.length} times`);
	return String(replies[0]?.content);
}
