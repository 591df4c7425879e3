import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from '../host/failure';

export interface Options {
	tier: 'website' | 'plugin';
	websiteId: string;
	url: string;
	mayWrite: boolean;
	jsonFile?: string;
	isHelp: boolean;
}

const CRISP = 'https://api.crisp.chat/v1';

export const USAGE = `npm run probe -- --tier website|plugin --website ID [--url ${CRISP}] [--write] [--json FILE]

Finds out how a real Crisp workspace behaves where its documentation is silent: see docs/assumptions.md.
The identifier and the key of the token are read from CRISP_IDENTIFIER and CRISP_KEY, or asked for.

  --write   creates one conversation, writes notes into it and removes it; without it, the probe only reads
  --json    saves the result, which has no names, texts, IDs or keys, to a file`;

const DEFINITIONS = {
	tier: { type: 'string' },
	website: { type: 'string' },
	url: { type: 'string' },
	write: { type: 'boolean' },
	json: { type: 'string' },
	help: { type: 'boolean' },
} as const;

/** The options of the command line; throws `Failure` if one is unknown, missing or invalid. */
export function readOptions(args: string[]): Options {
	const { tier, website, url = CRISP, write = false, json, help = false } = parsed(args);
	const common = { url: url.replace(/\/+$/, ''), mayWrite: write, jsonFile: json, isHelp: help };
	if (help) return { ...common, tier: 'website', websiteId: '' };
	if (tier !== 'website' && tier !== 'plugin') {
		throw new Failure('--tier says what kind of token it is: give --tier website or --tier plugin.');
	}
	if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(website ?? '')) {
		throw new Failure('--website needs the ID of the website, as 7598bf86-91c4-4d3a-8f0b-2a6f1e5d7c01.');
	}
	requireSafe(url);
	if (json !== undefined && (json === '' || !existsSync(path.dirname(json)))) {
		throw new Failure('--json needs the name of a file in a folder that exists.');
	}
	return { ...common, tier, websiteId: website ?? '' };
}

/** What Node.js itself says repeats what was given, which could be a key. */
function parsed(args: string[]) {
	try {
		return parseArgs({ args, options: DEFINITIONS }).values;
	} catch (error) {
		const { code } = error as { code?: string };
		const names = Object.keys(DEFINITIONS).map((name) => `--${name}`);
		const known = `The options are ${names.join(', ')}.`;
		if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new Failure(`One of the options is unknown. ${known}`);
		if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
			throw new Failure(`One of the arguments belongs to no option. ${known}`);
		}
		throw new Failure(`One of the options lacks its value, or has one that it does not take. ${known}`);
	}
}

/** The key must not be sent unencrypted, except to this machine. */
function requireSafe(url: string): void {
	const { protocol, hostname, username, search } = URL.canParse(url) ? new URL(url) : new URL('about:blank');
	const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
	if (protocol === 'https:' || (protocol === 'http:' && isLocal)) {
		if (username === '' && search === '') return;
	}
	throw new Failure(`--url needs an address that starts with https://, as ${CRISP}.`);
}
