import type { HostFolder } from '../../scripts/host/folder';
import type { RunningN8n } from '../../scripts/host/n8n';
import type { N8nClient, Workflow, WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import type { SandboxProcess } from '../e2e/support/sandboxProcess';
import { plainNode } from '../e2e/support/stack';
import { until } from '../e2e/support/until';

/** Time for the trigger to connect, and for an old n8n to start its first execution. */
export const PATIENCE_MS = 60_000;

/** The packed package in one version of n8n, with a sandbox. */
export interface Trial {
	readonly n8n: () => RunningN8n;
	readonly client: () => N8nClient;
	readonly sandbox: SandboxProcess;
	/** Stops n8n, runs `meanwhile`, and starts n8n again, if asked with another Node.js, and with more settings. */
	restart(
		meanwhile: () => Promise<void>,
		changes?: { host?: HostFolder; settings?: Record<string, string> },
	): Promise<void>;
	/** Data that earlier checks pass to later ones. */
	readonly made: { credentialId?: string; refusedId?: string; before: string[]; answered: string[] };
	readonly logFile: string;
	/** The same n8n with the oldest Node.js in which it is tested, and the version of that. */
	readonly oldest?: { host: HostFolder; node: string };
}

/** A node of this package with the credential of the trial. */
export function nodeOf({ made }: Trial, type: string, name: string, parameters: Record<string, unknown>): WorkflowNode {
	return {
		...plainNode(`n8n-nodes-crisp.${type}`, 1, name, parameters),
		credentials: { crispApi: { id: made.credentialId ?? '', name: CREDENTIAL_NAME } },
	};
}

/** Creates and publishes a workflow, and returns its ID once its trigger runs. */
export async function publish({ client }: Trial, workflow: Workflow): Promise<string> {
	const saved = await client().createWorkflow({ ...workflow, active: false } as Workflow);
	await client().activate(saved);
	// Since 2.40, n8n publishes asynchronously; older versions have published by now, and have no publication status.
	const ask = async () =>
		await client()
			.publicationOf(saved.id)
			.catch(() => ({ status: 'published' }));
	const { status } = await until(`"${workflow.name}" to be published`, ask, isDecided, PATIENCE_MS);
	if (status !== 'published') throw new Error(`"${workflow.name}" is ${status}`);
	return saved.id;
}

function isDecided({ status }: { status: string }): boolean {
	return !['in_progress', 'not_published'].includes(status);
}
