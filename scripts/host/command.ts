import { createReadStream, existsSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { startChild, type ChildOptions } from './childProcess';
import { Failure, Interrupted, Unreachable } from './failure';

export interface CommandOptions extends ChildOptions {
	/** Stops the command; the returned promise then rejects with Interrupted. */
	signal: AbortSignal;
}

/** A command that exited with a code other than 0, with its output. */
export class CommandFailed extends Error {
	constructor(
		command: string,
		readonly output: string,
		readonly logFile: string,
	) {
		super(`${command} failed`);
	}
}

/** Runs a command until it exits and returns its output (stdout and stderr). */
export async function runCommand(command: string, args: string[], options: CommandOptions): Promise<string> {
	if (options.signal.aborted) throw new Interrupted();
	const start = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
	const child = startChild(command, args, options);
	const stop = () => void child.stop();
	options.signal.addEventListener('abort', stop);
	const code = await child.exited;
	options.signal.removeEventListener('abort', stop);
	if (options.signal.aborted) throw new Interrupted();
	const output = await text(createReadStream(options.logFile, { start }));
	if (code !== 0) throw new CommandFailed(command, output, options.logFile);
	return output;
}

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/;

/** Turns an npm failure into an error for the user; network problems have their own message. */
export function explainNpm(what: string, error: unknown): unknown {
	if (!(error instanceof CommandFailed)) return error;
	if (UNREACHABLE.test(error.output)) {
		return new Unreachable(
			`npm cannot reach its registry, and ${what} has to be downloaded once.\n` +
				'  Check the network, then run npm start again; completed downloads are kept.',
		);
	}
	if (error.output.includes('ENOSPC')) return new Failure('The disk is full.');
	return new Failure(`npm could not install ${what}. Its output is in ${error.logFile}`);
}
