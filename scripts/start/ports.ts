import { parseArgs } from 'node:util';

import { Failure } from '../host/failure';
import { isPortFree, portHolder } from '../host/ports';

export interface Ports {
	n8n: number;
	sandbox: number;
}

const SETTINGS = {
	n8n: { flag: 'n8n-port', variable: 'N8N_PORT', name: 'n8n', usual: 5678 },
	sandbox: { flag: 'sandbox-port', variable: 'SANDBOX_PORT', name: 'The sandbox', usual: 8899 },
} as const;

type Program = keyof typeof SETTINGS;

/** The ports from the flags, else from environment variables, else the defaults. */
export function readPorts(args: string[], environment: NodeJS.ProcessEnv): Ports {
	const flags = readFlags(args);
	const read = (program: Program) => {
		const { flag, variable, usual } = SETTINGS[program];
		const given = flags[flag] ?? environment[variable] ?? String(usual);
		const port = Number(given);
		if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
		throw new Failure(`"${given}" is not a port: --${flag} and ${variable} must be a number from 1 to 65535.`);
	};
	const ports = { n8n: read('n8n'), sandbox: read('sandbox') };
	if (ports.n8n !== ports.sandbox) return ports;
	throw new Failure(`n8n and the sandbox cannot share port ${ports.n8n}.`);
}

function readFlags(args: string[]): Partial<Record<string, string>> {
	const options = { 'n8n-port': { type: 'string' }, 'sandbox-port': { type: 'string' } } as const;
	try {
		return parseArgs({ args, options }).values;
	} catch {
		throw new Failure('npm start accepts these flags only: npm start -- --n8n-port 5680 --sandbox-port 8900');
	}
}

/** Throws Failure if a port is in use, naming the process that uses it and how to choose another port. */
export async function requireFreePorts(ports: Ports): Promise<void> {
	for (const program of ['n8n', 'sandbox'] as const) {
		if (!(await isPortFree(ports[program]))) throw await takenFailure(program, ports[program]);
	}
}

async function takenFailure(program: Program, port: number): Promise<Failure> {
	const { name, variable } = SETTINGS[program];
	let other = port + 1;
	while (!(await isPortFree(other))) other++;
	const holder = portHolder(port) ?? 'another program';
	return new Failure(
		`${name} needs port ${port}, but ${holder} uses it.\n` +
			`  Stop that process, or choose another port:\n\n    ${variable}=${other} npm start`,
	);
}
