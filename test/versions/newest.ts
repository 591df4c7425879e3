import { execFileSync } from 'node:child_process';

/** The newest version of n8n in the registry. */
export function newestVersion(): string {
	return execFileSync('npm', ['view', 'n8n', 'version'], { encoding: 'utf8' }).trim();
}
