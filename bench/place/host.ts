import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as Core from 'n8n-core';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import type * as Workflow from 'n8n-workflow';

import { openHostFolder } from '../../scripts/host/folder';
import { unpackPackage, withTarball } from '../../scripts/host/package';

/** The newest of the HTTP Request node, as the editor adds it. */
export const HTTP_REQUEST_VERSION = 4.5;

/**
 * What a user has: the packages of the real n8n, and this package as npm would publish it. All of it is loaded from
 * there, and not from this repository's own node_modules, which hold an older n8n.
 */
export interface Host {
	/** Where this package is unpacked. */
	folder: string;
	core: typeof Core;
	workflow: typeof Workflow;
	httpRequest: INodeType;
	credential: ICredentialType;
	/** The Crisp node of n8n that has just started: it remembers no limit and no message. */
	freshCrisp(): INodeType;
}

/** Where the packed package is, beside n8n's packages; whoever opens it removes it. */
export async function unpackBesideN8n(): Promise<{ folder: string; remove(): void }> {
	const parent = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-crisp-bench-'));
	const folder = path.join(parent, 'package');
	symlinkSync(path.join(openHostFolder().n8n, 'node_modules'), path.join(parent, 'node_modules'));
	await withTarball(async (tarball) => await unpackPackage(tarball, folder));
	return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** Loads n8n and the package that is unpacked in the folder. */
export async function loadHost(folder: string): Promise<Host> {
	const load = createRequire(path.join(openHostFolder().n8n, 'package.json'));
	await startExpressions(load);
	const { HttpRequest } = load('n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js') as {
		HttpRequest: new () => { nodeVersions: Record<number, INodeType> };
	};
	const httpRequest = new HttpRequest().nodeVersions[HTTP_REQUEST_VERSION];
	if (!httpRequest) throw new Error(`n8n has no HTTP Request node of version ${HTTP_REQUEST_VERSION}`);
	const { CrispApi } = load(path.join(folder, 'dist/credentials/CrispApi.credentials.js')) as {
		CrispApi: new () => ICredentialType;
	};
	const freshCrisp = () => {
		for (const file of Object.keys(load.cache)) if (file.startsWith(folder)) delete load.cache[file];
		const { Crisp } = load(path.join(folder, 'dist/nodes/Crisp/Crisp.node.js')) as { Crisp: new () => INodeType };
		return new Crisp();
	};
	return {
		folder,
		core: load('n8n-core') as typeof Core,
		workflow: load('n8n-workflow') as typeof Workflow,
		httpRequest,
		credential: new CrispApi(),
		freshCrisp,
	};
}

interface ExpressionSettings {
	engine: string;
	poolSize: number;
	maxCodeCacheSize: number;
	bridgeTimeout: number;
	bridgeMemoryLimit: number;
	lazyAcquire: boolean;
	compileCache: boolean;
}

/**
 * Has expressions evaluated in a virtual machine of their own, as n8n does it since 2.41 unless told: it makes up much
 * of what an item costs there. The n8n-workflow of this repository is older, and its types do not know of it.
 */
async function startExpressions(load: NodeJS.Require): Promise<void> {
	const { ExpressionEngineConfig } = load('@n8n/config') as { ExpressionEngineConfig: new () => ExpressionSettings };
	const { Expression } = load('n8n-workflow') as {
		Expression: { initExpressionEngine(settings: ExpressionSettings): Promise<void> };
	};
	await Expression.initExpressionEngine(new ExpressionEngineConfig());
}
