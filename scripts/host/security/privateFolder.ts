import { chmodSync, existsSync, mkdirSync } from 'node:fs';

const OWNER_ONLY = 0o700;

/**
 * Makes a folder that only its owner can enter. A folder that exists keeps its mode unless `isOurs`: it may be a
 * shared one that the user named.
 */
export function makePrivate(folder: string, { isOurs }: { isOurs: boolean }): void {
	const isNew = !existsSync(folder);
	mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
	if (isNew || isOurs) chmodSync(folder, OWNER_ONLY);
}
