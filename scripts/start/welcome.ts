import type { Sandbox } from '../../sandbox';
import type { Owner } from '../host/security/owner';
import type { Progress } from '../host/progress';
import type { Ports } from './ports';
import { EXAMPLES } from './seed';

/** Prints the addresses, the login, what to try and how to stop. */
export function printWelcome(
	progress: Progress,
	ports: Ports,
	{ sandbox, owner }: { sandbox: Sandbox; owner: Owner },
): void {
	const { bold, dim } = progress;
	const n8n = `http://localhost:${ports.n8n}`;
	const [answer, welcome] = EXAMPLES;
	const lines = [
		'',
		`  n8n       ${bold(n8n)}`,
		`            ${owner.email}  ${owner.password}`,
		`  Sandbox   ${bold(sandbox.url)}`,
		`            ${dim('a simulated Crisp: the visitor and the operator, side by side')}`,
		'',
		`  ${bold('Try')}`,
		`  1. On the sandbox page, write something as the visitor. The workflow answers.`,
		`     ${dim(`${n8n}/workflow/${answer}`)}`,
		`  2. There, under Contacts, add one. It gets a segment, custom data and a note.`,
		`     ${dim(`${n8n}/workflow/${welcome}`)}`,
		'',
		`  ${bold('Stop')} with Ctrl-C. Your workflows are kept for the next start.`,
		'',
	];
	for (const line of lines) progress.line(line);
}
