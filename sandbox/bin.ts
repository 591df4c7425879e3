import { startSandbox, type Sandbox } from './index';
import { moodsFrom } from './moods/moods';

const DEFAULT_PORT = 8899;

function portFrom(args: string[]): number {
	const at = args.indexOf('--port');
	const given = at === -1 ? String(DEFAULT_PORT) : (args[at + 1] ?? '');
	const port = Number(given);
	if (!/^\d+$/.test(given) || port > 65535) {
		throw new Error(`--port needs a number from 0 to 65535, not "${given}".`);
	}
	return port;
}

function stateFileFrom(args: string[]): string | undefined {
	const at = args.indexOf('--state');
	if (at === -1) return undefined;
	const file = args[at + 1];
	if (!file) throw new Error('--state needs the name of a file.');
	return file;
}

function moodsIn(args: string[]): Record<string, string> {
	const given = args.flatMap((arg, at) => (arg === '--mood' ? [args[at + 1] ?? ''] : []));
	return moodsFrom(given);
}

function report({ url, tokens, state }: Sandbox): void {
	const lines = [`Crisp sandbox: ${url} (REST API: ${url}/v1)`, '', 'Tokens'];
	for (const [tier, { identifier, key }] of Object.entries(tokens)) {
		lines.push(`  ${tier.padEnd(8)} ${identifier}  ${key}`);
	}
	lines.push('', 'Websites');
	for (const { website_id, name, isPluginInstalled } of state.websites.values()) {
		lines.push(`  ${website_id}  ${name}${isPluginInstalled ? '' : ' (plugin not installed)'}`);
	}
	console.log(lines.join('\n'));
}

function explain(error: unknown, port: number): string {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === 'EADDRINUSE') return `Port ${port} is in use. Choose another one with --port.`;
	return `The sandbox did not start: ${message}`;
}

async function main(): Promise<void> {
	let port = DEFAULT_PORT;
	try {
		const args = process.argv.slice(2);
		port = portFrom(args);
		const sandbox = await startSandbox({ port, stateFile: stateFileFrom(args), moods: moodsIn(args) });
		// After close() nothing keeps the process running, so that it exits.
		const stop = () => void sandbox.close();
		process.once('SIGINT', stop);
		process.once('SIGTERM', stop);
		report(sandbox);
	} catch (error) {
		console.error(explain(error, port));
		process.exitCode = 1;
	}
}

void main();
