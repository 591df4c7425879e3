import { Failure, Interrupted } from '../../scripts/host/failure';
import { openHostFolder, VERSIONS, type HostFolder } from '../../scripts/host/folder';
import { installHost } from '../../scripts/host/install';
import { Progress } from '../../scripts/host/progress';
import { failedImport, folderOf, installVersion, removeVersion, withOldestNode } from './install';
import { LINES } from './lines';
import { newestVersion } from './newest';
import { keepResult, writeTables, type Result } from './results';
import { ABSENT, CHECKS, PASSED, tryOut } from './trial';

/**
 * Tests the packed package in each supported version of n8n, or in the given versions. `latest` is the newest version
 * in the registry; `--with-latest` adds it. `--list` only prints the versions, `--install-only` only installs and keeps them.
 * Installs one version at a time, and removes it afterwards unless `--keep` is given. Writes the tables of the
 * documentation, except with `--no-write`.
 */

const progress = new Progress();
const interruption = new AbortController();
const { signal } = interruption;

async function main(given: string[]): Promise<number> {
	const flags = given.filter((one) => one.startsWith('--'));
	const named = given.filter((one) => !one.startsWith('--'));
	const claimed = LINES.flatMap(({ version }) => version ?? []);
	const wanted = named.length > 0 ? named : claimed;
	const all = flags.includes('--with-latest') ? [...wanted, 'latest'] : wanted;
	const versions = [...new Set(all.map((one) => (one === 'latest' ? newestVersion() : one)))];
	if (flags.includes('--list')) {
		console.log(JSON.stringify(versions));
		return 0;
	}
	const host = openHostFolder();
	progress.line(`n8n ${versions.join(', ')}: each takes up to 2.6 GB of disk and three minutes, ${keeping(flags)}.`);
	await installHost(host, progress, signal);
	if (flags.includes('--install-only')) {
		for (const version of versions) await installVersion({ host, progress, signal }, version);
		return 0;
	}
	const failed: string[] = [];
	for (const version of versions) {
		const result = await resultOf(host, version);
		if (signal.aborted) throw new Interrupted();
		if (!flags.includes('--keep')) removeVersion(host, version);
		show(result);
		if (!isPassed(result)) failed.push(version);
		if (!flags.includes('--no-write')) keepResult(result);
	}
	if (!flags.includes('--no-write')) await writeTables();
	progress.line(
		failed.length === 0 ? '\nIt works in all versions.' : `\nIt does not work in n8n ${failed.join(', ')}.`,
	);
	return failed.length === 0 ? 0 : 1;
}

const keeping = (flags: string[]) =>
	flags.some((flag) => ['--keep', '--install-only'].includes(flag)) ? 'and is kept' : 'one after the other';

async function resultOf(host: HostFolder, version: string): Promise<Result> {
	const tested = new Date().toISOString().slice(0, 10);
	const site = { host, progress, signal };
	try {
		const own = version === VERSIONS.n8n ? host : await installVersion(site, version);
		const oldest = withOldestNode(own, version);
		const outcomes = await progress.step(`n8n ${version}, tested`, async () => await tryOut(own, version, oldest));
		return { version, tested, outcomes };
	} catch (error) {
		const text = error instanceof Failure ? error.message : String((error as Error).stack);
		const hidden = /n8n did not start|was not ready/.test(text)
			? await failedImport(site, folderOf(host, version)).catch(() => undefined)
			: undefined;
		return { version, tested, outcomes: {}, failure: hidden ? `n8n did not start: ${hidden}` : text };
	}
}

function show({ version, outcomes, failure }: Result): void {
	if (failure) return progress.line(`    ${progress.red('✗')} n8n ${version}: ${failure}`);
	for (const { name } of CHECKS) {
		const outcome = outcomes[name] ?? 'not run';
		const mark = outcome === PASSED ? progress.green('✓') : outcome === ABSENT ? '–' : progress.red('✗');
		progress.line(`    ${mark} ${name}${outcome === PASSED ? '' : `: ${outcome}`}`);
	}
}

function isPassed({ outcomes, failure }: Result): boolean {
	return !failure && CHECKS.every(({ name }) => outcomes[name] === PASSED || outcomes[name] === ABSENT);
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: unknown) => {
		if (error instanceof Interrupted) process.exit(130);
		const text = error instanceof Failure ? error.message : String((error as Error).stack);
		progress.line(`\n  ${progress.red('✗')} ${text}\n`);
		process.exit(1);
	},
);
