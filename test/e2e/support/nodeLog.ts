import { existsSync, readFileSync } from 'node:fs';

/** Lines that this package's nodes write into n8n's log, or that n8n writes about them. */
const OF_THE_PACKAGE = /n8n-nodes-crisp(?!-\w)|\bcrisp(Api|Tool|Trigger|WebhookTrigger)?\.(node|credentials)\b/i;
/** Lines about the source of the package, which n8n logs when it loads or installs community nodes. */
const OF_LOADING = /\bLoad(ed|ing)\b|community package|unverified/i;

/** What triggers log while Crisp cannot be reached, and when it can be reached again. */
export const OUTAGES = [
	/Not connected to Crisp;/,
	/The trigger polls Crisp/,
	/The realtime connection works again/,
	/Missed events (could not be fetched yet|were fetched)/,
];

/** The lines of the nodes in a log that no pattern expects. */
export function unexpectedLines(logFile: string, expected: RegExp[] = []): string[] {
	const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : [];
	return lines.filter(
		(line) => OF_THE_PACKAGE.test(line) && !OF_LOADING.test(line) && !expected.some((pattern) => pattern.test(line)),
	);
}

/** Throws if there are unexpected lines. */
export function checkLog(logFile: string, expected: RegExp[] = []): void {
	const lines = unexpectedLines(logFile, expected);
	if (lines.length === 0) return;
	const shown = lines.slice(0, 10).map((line) => `  ${line.slice(0, 400)}`);
	throw new Error(`${lines.length} unexpected log lines of the nodes in ${logFile}:\n${shown.join('\n')}`);
}
