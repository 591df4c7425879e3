import { Failure, Interrupted } from './host/failure';
import { openHostFolder } from './host/folder';
import { installHost } from './host/install';
import { Progress } from './host/progress';

/** Only installs the real n8n, so that CI can do it in the background. */
const progress = new Progress();
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(name, () => interruption.abort());
}
installHost(openHostFolder(), progress, interruption.signal).catch((error: unknown) => {
	process.exitCode = error instanceof Interrupted ? 130 : 1;
	const text = error instanceof Failure ? error.message : String((error as Error).stack);
	progress.line(`\n  ${progress.red('✗')} ${text}\n`);
});
