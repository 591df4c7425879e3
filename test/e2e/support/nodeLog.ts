import { existsSync, readFileSync } from 'node:fs';

/** What the nodes of this package write into n8n's log, and what n8n writes of them. */
const OF_THE_PACKAGE = /n8n-nodes-crisp(?!-\w)|\bcrisp(Api|Tool|Trigger|WebhookTrigger)?\.(node|credentials)\b/i;
/** Where the package comes from: n8n says so when it loads or installs community nodes. */
const OF_LOADING = /\bLoad(ed|ing)\b|community package|unverified/i;

/** What triggers say while Crisp cannot be reached, and when it can again. */
export const OUTAGES = [
	/Not connected to Crisp;/,
	/The realtime connection works again/,
	/Missed events (could not be fetched yet|were fetched)/,
];

/** The lines of a log that come from the nodes and that no pattern expects. */
export function unexpectedLines(logFile: string, expected: RegExp[] = []): string[] {
	const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n') : [];
	return lines.filter(
		(line) => OF_THE_PACKAGE.test(line) && !OF_LOADING.test(line) && !expected.some((pattern) => pattern.test(line)),
	);
}

/** Throws with the lines where there are any. */
export function checkLog(logFile: string, expected: RegExp[] = []): void {
	const lines = unexpectedLines(logFile, expected);
	if (lines.length === 0) return;
	const shown = lines.slice(0, 10).map((line) => `  ${line.slice(0, 400)}`);
	throw new Error(`${lines.length} unexpected lines of the nodes in ${logFile}:\n${shown.join('\n')}`);
}
