import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { nodeOf, type HostFolder } from '../folder';

/** The login of the only user of the host's n8n. */
export interface Owner {
	readonly email: string;
	readonly password: string;
	/** The bcrypt hash of the password; n8n takes it from its environment. */
	readonly hash: string;
}

/** Readable and writable by its owner only. */
const PRIVATE_FILE = 0o600;
const EMAIL = 'owner@example.com';

/**
 * The login of this host. Its random password is made once and kept in `owner.json` of the host's folder, readable by
 * its owner only: every user of the machine can reach n8n's port, so that a known password would let all of them in.
 * n8n sets this login at each start, and so replaces an older password in its database. Throws if the file is damaged, or bcrypt of
 * the installed n8n cannot be run.
 */
export function ownerOf(host: HostFolder, hashOf = bcryptOf(host)): Owner {
	const file = path.join(host.root, 'owner.json');
	if (!existsSync(file)) keepOwner(file, hashOf);
	chmodSync(file, PRIVATE_FILE);
	return readOwner(file);
}

function keepOwner(file: string, hashOf: (password: string) => string): void {
	const password = newPassword();
	const owner: Owner = { email: EMAIL, password, hash: hashOf(password) };
	const draft = `${file}.${process.pid}`;
	writeFileSync(draft, JSON.stringify(owner, null, '\t'), { mode: PRIVATE_FILE });
	try {
		// Unlike a write, a link appears with its whole content, and fails if another process was faster.
		linkSync(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	} finally {
		rmSync(draft);
	}
}

/** 144 random bits, and the capital letter and digit that n8n demands. */
const newPassword = () => `N8n-${randomBytes(18).toString('base64url')}`;

function readOwner(file: string): Owner {
	const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
	const { email, password, hash } = owner;
	if (email && password && hash) return { email, password, hash };
	throw new Error(`${file} has no email, password or hash. Delete the file: a new password is made at the next start.`);
}

/** Hashes with the bcrypt of the installed n8n. The password goes through stdin: arguments are visible to all users. */
const bcryptOf = (host: HostFolder) => (password: string) => {
	const script = "console.log(require('bcryptjs').hashSync(require('fs').readFileSync(0, 'utf8'), 10))";
	const options = { cwd: path.join(host.root, 'n8n'), input: password, encoding: 'utf8' } as const;
	return execFileSync(nodeOf(host), ['-e', script], options).trim();
};
