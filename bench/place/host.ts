import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as Core from 'n8n-core';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import type * as Workflow from 'n8n-workflow';

import { openHostFolder } from '../../scripts/host/folder';
import { unpackPackage, withTarball } from '../../scripts/host/package';

/** The newest version of the HTTP Request node, which the editor adds. */
export const HTTP_REQUEST_VERSION = 4.5;

/**
 * The installation of a user: the packages of the real n8n, and this package as it would be published to npm. Nothing
 * is loaded from this repository's own node_modules, which contain an older n8n.
 */
export interface Host {
	/** The folder in which this package is unpacked. */
	folder: string;
	core: typeof Core;
	workflow: typeof Workflow;
	httpRequest: INodeType;
	credential: ICredentialType;
	/** A newly loaded Crisp node, as after a restart of n8n: it knows no rate limit and no messages yet. */
	freshCrisp(): INodeType;
}

/** Unpacks the packed package next to n8n's packages; the caller has to remove it. */
export async function unpackBesideN8n(): Promise<{ folder: string; remove(): void }> {
	const parent = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-crisp-bench-'));
	const folder = path.join(parent, 'package');
	symlinkSync(path.join(openHostFolder().n8n, 'node_modules'), path.join(parent, 'node_modules'));
	await withTarball(async (tarball) => await unpackPackage(tarball, folder));
	return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** Loads n8n and the package in the folder. */
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
 * Evaluates expressions in a separate virtual machine, which is n8n's default since 2.41 and a large part of the cost
 * of an item. The n8n-workflow in this repository is older, so its types lack this function.
 */
async function startExpressions(load: NodeJS.Require): Promise<void> {
	const { ExpressionEngineConfig } = load('@n8n/config') as { ExpressionEngineConfig: new () => ExpressionSettings };
	const { Expression } = load('n8n-workflow') as {
		Expression: { initExpressionEngine(settings: ExpressionSettings): Promise<void> };
	};
	await Expression.initExpressionEngine(new ExpressionEngineConfig());
}
