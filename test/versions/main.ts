import { Failure, Interrupted } from '../../scripts/host/failure';
import { openHostFolder, VERSIONS } from '../../scripts/host/folder';
import { installHost } from '../../scripts/host/install';
import { Progress } from '../../scripts/host/progress';
import { installVersion } from './install';
import { tryOut } from './trial';

/** The oldest n8n that the package claims to run in, and the one that all other tests run in. */
const CLAIMED = ['1.123.81', VERSIONS.n8n];

const progress = new Progress();
const interruption = new AbortController();
const { signal } = interruption;

/** Tries each version that was asked for, or each that is claimed; gives the exit code. */
async function main(versions: string[]): Promise<number> {
	const host = openHostFolder();
	await installHost(host, progress, signal);
	const failed: string[] = [];
	for (const version of versions) {
		const site = { host, progress, signal };
		try {
			const own = version === VERSIONS.n8n ? host : await installVersion(site, version);
			const work = async () => await tryOut(own, version);
			const reply = await progress.step(`n8n ${version} answers a visitor`, work);
			progress.line(progress.dim(`    ${reply}`));
		} catch (error) {
			if (signal.aborted) throw new Interrupted();
			failed.push(version);
			progress.line(`    ${textOf(error)}`);
		}
	}
	progress.line(failed.length === 0 ? '\nAll of them do.' : `\nNot in n8n ${failed.join(', ')}.`);
	return failed.length === 0 ? 0 : 1;
}

const textOf = (error: unknown) => (error instanceof Failure ? error.message : String((error as Error).stack));

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interruption.abort());
const asked = process.argv.slice(2);
main(asked.length > 0 ? asked : CLAIMED).then(
	(code) => process.exit(code),
	(error: unknown) => {
		if (error instanceof Interrupted) process.exit(130);
		progress.line(`\n  ${progress.red('✗')} ${textOf(error)}\n`);
		process.exit(1);
	},
);
