import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Failure, Interrupted } from '../host/failure';

export interface Token {
	identifier: string;
	key: string;
}

/** Asks for a line on the terminal. */
export type Ask = (question: string) => Promise<string>;

/** The token from the environment, or else from the terminal; throws `Failure` if there is none. */
export async function readToken(environment: NodeJS.ProcessEnv, ask: Ask | undefined): Promise<Token> {
	const identifier = await readPart('CRISP_IDENTIFIER', 'Identifier of the token: ', environment, ask);
	const key = await readPart('CRISP_KEY', 'Key of the token: ', environment, ask);
	return { identifier, key };
}

async function readPart(variable: string, question: string, environment: NodeJS.ProcessEnv, ask: Ask | undefined) {
	const given = (environment[variable] ?? (await ask?.(question)) ?? '').trim();
	if (given === '')
		throw new Failure(`There is no token: set ${variable}, or run the probe on a terminal to be asked.`);
	return given;
}

/** Asks without showing what is typed. Throws `Interrupted` on Ctrl-C and at the end of the input. */
export async function askWithoutEcho(question: string): Promise<string> {
	process.stderr.write(question);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
	try {
		return await new Promise<string>((resolve, reject) => {
			terminal.once('line', resolve);
			terminal.once('SIGINT', () => reject(new Interrupted()));
			terminal.once('close', () => reject(new Interrupted()));
		});
	} finally {
		terminal.close();
		process.stderr.write('\n');
	}
}
