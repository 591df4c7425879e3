import { loadHost, unpackBesideN8n, type Host } from './host';
import { Workspace } from './workspace';

/** The environment of a case: n8n's packages and this package in this process, the sandbox in another process. */
export interface Place {
	host: Host;
	workspace: Workspace;
}

let host: Promise<Host> | undefined;

/** Loads n8n's packages and this package, unpacked once for all cases and removed when the process exits. */
async function openHost(): Promise<Host> {
	const { folder, remove } = await unpackBesideN8n();
	process.once('exit', remove);
	return await loadHost(folder);
}

/** Runs the work with a new sandbox, and stops the sandbox afterwards. */
export async function inPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
	const loaded = await (host ??= openHost());
	const workspace = await Workspace.open();
	try {
		return await work({ host: loaded, workspace });
	} finally {
		await workspace.close();
	}
}
