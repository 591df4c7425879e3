import { execFileSync } from 'node:child_process';

/** The newest n8n that the registry has. */
export function newestVersion(): string {
	return execFileSync('npm', ['view', 'n8n', 'version'], { encoding: 'utf8' }).trim();
}
