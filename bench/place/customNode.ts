import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

import { REPOSITORY } from '../../scripts/host/folder';

/** A folder with one node, for n8n's setting N8N_CUSTOM_EXTENSIONS. */
export interface CustomNode {
	folder: string;
	remove(): void;
}

/** Compiles the file of a node class, which is named like the file; the caller has to remove the result. */
export async function compileCustomNode(source: string): Promise<CustomNode> {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-crisp-bench-node-'));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	try {
		await build({
			entryPoints: [path.join(REPOSITORY, source)],
			// n8n looks for files with this ending, and for the class in front of it.
			outfile: path.join(folder, `${path.basename(source, '.ts')}.node.js`),
			bundle: true,
			platform: 'node',
			format: 'cjs',
			logLevel: 'silent',
		});
	} catch (error) {
		remove();
		throw error;
	}
	return { folder, remove };
}
