import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { REPOSITORY } from '../host/folder';
import type { N8nClient, Workflow } from '../host/n8nClient';

/** The example workflows; the file's name is also the workflow's ID in n8n. */
export const EXAMPLES = ['answer-a-visitor', 'welcome-a-new-contact'] as const;
export const CREDENTIAL_NAME = 'Crisp sandbox';

export type Example = (typeof EXAMPLES)[number];

/** The data of a credential of type Crisp API. */
export interface CrispAccess {
	tier: 'website' | 'plugin' | 'user';
	identifier: string;
	key: string;
	websiteId: string;
	/** n8n leaves out the address otherwise, as the form does. */
	isSimulated: true;
	baseUrl: string;
}

/** Reads an example and sets the credential of its Crisp nodes. */
export function readExample(example: Example, credentialId: string): Workflow {
	const file = path.join(REPOSITORY, 'examples', `${example}.json`);
	const workflow = JSON.parse(readFileSync(file, 'utf8')) as Workflow;
	const credentials = { crispApi: { id: credentialId, name: CREDENTIAL_NAME } };
	const nodes = workflow.nodes.map((node) =>
		node.type.startsWith('n8n-nodes-crisp.') ? { ...node, credentials } : node,
	);
	return { ...workflow, id: example, nodes };
}

/**
 * Updates the credential, and adds and publishes each example once: an example that the user changes,
 * unpublishes or deletes stays that way. `memory` is the file that stores which examples were added.
 * Returns whether any example is published.
 */
export async function seedN8n(client: N8nClient, access: CrispAccess, memory: string): Promise<boolean> {
	const credentialId = await client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data: { ...access } });
	const added = new Set(readMemory(memory));
	const active: boolean[] = [];
	for (const example of EXAMPLES) {
		const existing = await client.findWorkflow(example);
		active.push(existing?.active ?? false);
		if (added.has(example)) continue;
		// A start that was interrupted may have created it without publishing it.
		const workflow = existing ?? (await client.createWorkflow(readExample(example, credentialId)));
		await client.activate(workflow);
		active.push(true);
		writeFileSync(memory, JSON.stringify([...added.add(example)]));
	}
	return active.includes(true);
}

function readMemory(file: string): string[] {
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : [];
}
