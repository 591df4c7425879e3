import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

import { FEATURES } from './features';
import { openHostFolder, REPOSITORY } from '../../scripts/host/folder';
import { LINES, lineOf } from './lines';
import { ABSENT, CHECKS, isPossible, PASSED, type Check, type Outcome } from './trial';

/** The test result of one version. */
export interface Result {
	version: string;
	/** The day, as ISO 8601. */
	tested: string;
	/** By the name of the check. */
	outcomes: Record<string, Outcome>;
	/** Why n8n could not be installed or started. */
	failure?: string;
}

const file = path.join(__dirname, 'results.json');
const page = path.join(REPOSITORY, 'docs/n8n-versions.md');
const readme = path.join(REPOSITORY, 'README.md');
const [BEGIN, END] = ['<!-- The versions of n8n, written by npm run test:versions -->', '<!-- End of the versions -->'];

function readResults(): Result[] {
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : [];
}

/** Stores a result, replacing an earlier one of the same version. */
export function keepResult(result: Result): void {
	const others = readResults().filter(({ version }) => version !== result.version);
	const all = [...others, result].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
	// Error messages may contain paths of this machine.
	const text = JSON.stringify(all, null, '\t')
		.replaceAll(openHostFolder().root, '.n8n-host')
		.replaceAll(REPOSITORY, '.');
	writeFileSync(file, `${text}\n`);
}

/** Writes docs/n8n-versions.md and the versions in the README from all results. */
export async function writeTables(): Promise<void> {
	const results = readResults();
	const options = await resolveConfig(page);
	writeFileSync(page, await format(pageOf(results), { ...options, filepath: page }));
	const text = readFileSync(readme, 'utf8');
	const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
	if (before === text || after === undefined) throw new Error(`README.md lacks the markers of the versions: ${BEGIN}`);
	writeFileSync(readme, `${before}${BEGIN}\n\n${summaryOf(results)}\n\n${END}${after}`);
}

const isGood = (outcome: Outcome) => [PASSED, ABSENT, LATER].includes(outcome);

/** The outcome of a check that was added after a version was tested. */
const LATER = 'added later';

function outcomeOf({ outcomes, version }: Result, check: Check): Outcome {
	return outcomes[check.name] ?? (isPossible(check, version) ? LATER : ABSENT);
}

/** Short, because the README is part of the package, whose size is limited. */
function summaryOf(results: Result[]): string {
	const latest = LINES.map(({ name }) => results.filter(({ version }) => lineOf(version) === name).at(-1));
	const tested = latest.filter((found) => found !== undefined);
	const faultsOf = (found: Result) =>
		found.failure?.split('\n')[0] ??
		CHECKS.filter((check) => !isGood(outcomeOf(found, check)))
			.map((check) => check.name)
			.join(', ');
	const failing = tested.filter((found) => faultsOf(found) !== '');
	const working = tested.filter((found) => !failing.includes(found)).map(({ version }) => version);
	const untested = LINES.filter((_, index) => !latest[index]).map(({ name }) => name);
	return [
		`${tested.length} of ${LINES.length} minor versions of n8n were tested. It works in ${working.join(', ')}.`,
		...failing.map((found) => `In ${found.version} it fails: ${faultsOf(found)}.`),
		`Not tested, because they could not be installed: ${untested.join(', ')}.`,
	].join('\n\n');
}

function pageOf(results: Result[]): string {
	const checks = CHECKS.map(({ name }, index) => `${index + 1}. ${name}`).join('\n');
	const rows = results.map((result) => [
		result.version,
		result.tested,
		...CHECKS.map((check) => (result.failure ? '–' : cellOf(outcomeOf(result, check)))),
	]);
	const failures = results
		.filter(({ failure }) => failure)
		.map(({ version, failure }) => `- n8n ${version}: ${failure?.split('\n')[0]}`);
	const missing = LINES.filter(({ reason }) => reason).map(({ name, reason }) => [name, reason]);
	const features = Object.values(FEATURES).map(({ since, what, without }) => [since, what, without]);
	const inOldNode = LINES.filter(({ oldestNode }) => oldestNode)
		.map(({ name }) => name)
		.join(', ');
	return `# Versions of n8n

Written by \`npm run test:versions\`, which packs this package, installs it in each version of n8n, and checks that the package:

${checks}

${tableOf(['n8n', 'tested on', ...CHECKS.map((_, index) => String(index + 1))], rows)}

✓ works · – not available in this n8n · empty: the check was added after this version was tested. Node.js 20 is tested in
${inOldNode} only.

${failures.join('\n')}

## Not tested

${tableOf(['n8n', 'why'], missing)}

## What differs between versions

The nodes detect features at run time and never compare versions.

${tableOf(['from', 'n8n has', 'without it'], features)}
`;
}

function cellOf(outcome: Outcome): string {
	if (outcome === LATER) return '';
	if (outcome === PASSED) return '✓';
	return outcome === ABSENT ? '–' : `✗ ${outcome.split('\n')[0]?.slice(0, 120)}`;
}

function tableOf(head: string[], rows: Array<Array<string | undefined>>): string {
	const line = (cells: Array<string | undefined>) =>
		`| ${cells.map((cell) => (cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
