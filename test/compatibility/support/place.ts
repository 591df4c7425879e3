import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExecuteContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { testClock } from '../../support/testClock';

/** Where the saved data of released versions is, and the n8n in which it was saved: the same instance, at the same time. */

const root = join(__dirname, '..');

/** The versions of which data is saved, such as `1.1.0`. */
export function savedVersions(): string[] {
	return readdirSync(root).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
}

export const folderOf = (version: string) => join(root, version);

/** The content of a saved file, such as `credentials.json`. */
export function savedIn<Content>(version: string, file: string): Content {
	return JSON.parse(readFileSync(join(folderOf(version), file), 'utf8')) as Content;
}

/** The names of the saved files in a folder, without their extension. */
export function namesIn(version: string, folder: string): string[] {
	const path = join(folderOf(version), folder);
	return existsSync(path) ? readdirSync(path).map((name) => name.replace(/\.json$/, '')) : [];
}

/** The time at which everything was saved, in milliseconds. */
export const savedAt = 1_800_000_000_000;

/** The ID of the n8n that saved it: fingerprints, keys and static data follow from it. */
export const instanceId = '5a0e4d1c7b9f42638d2e6f10c3a7b9584e1d2c3b4a5f60718293a4b5c6d7e8f9';

/** Gives every context of n8n-core the ID of the n8n that saved the data. */
export function useSavedInstance(): void {
	let prototype = ExecuteContext.prototype as object;
	while (!Object.hasOwn(prototype, 'getInstanceId')) prototype = Object.getPrototypeOf(prototype) as object;
	Object.assign(prototype, { getInstanceId: () => instanceId });
}

/** Sets the clock of the nodes to the time at which the data was saved; what they wait for passes at once. */
export function useSavedTime(): void {
	let passed = 0;
	testClock.now = () => savedAt + passed;
	testClock.random = () => 0.5;
	testClock.sleep = async (milliseconds) => {
		passed += milliseconds;
		await new Promise((resolve) => setImmediate(resolve));
	};
}

/** A node as the editor saves it in a workflow. */
export interface SavedNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: INodeParameters;
	credentials?: Record<string, { id: string; name: string }>;
}

/** A workflow as the editor saves and exports it. */
export interface SavedWorkflow {
	name: string;
	nodes: SavedNode[];
	connections: object;
	settings: object;
}
