import { loadHost, unpackBesideN8n, type Host } from './host';
import { Workspace } from './workspace';

/** Where a case is measured: n8n's packages and this one in this process, the sandbox in another. */
export interface Place {
	host: Host;
	workspace: Workspace;
}

let host: Promise<Host> | undefined;

/** n8n's packages and this one, packed and unpacked once for all cases; removed when the process ends. */
async function openHost(): Promise<Host> {
	const { folder, remove } = await unpackBesideN8n();
	process.once('exit', remove);
	return await loadHost(folder);
}

/** Runs the work beside a sandbox of its own, and ends that. */
export async function inPlace<Result>(work: (place: Place) => Promise<Result>): Promise<Result> {
	const loaded = await (host ??= openHost());
	const workspace = await Workspace.open();
	try {
		return await work({ host: loaded, workspace });
	} finally {
		await workspace.close();
	}
}
