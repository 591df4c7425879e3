import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { ownerOf } from '../../../scripts/host/security/owner';
import { openHostFolder, REPOSITORY } from '../../../scripts/host/folder';
import { settingsFor } from '../../../scripts/host/n8n';

/**
 * `npm start` runs an n8n that every user of the machine, and a web page with a host name that resolves to 127.0.0.1
 * (DNS rebinding), can reach. Attack: log in with a password that is in the source, or read it in the host's folder.
 */
let root = '';
const { N8N_CRISP_HOST_DIR } = process.env;

beforeEach(() => {
	root = mkdtempSync(path.join(os.tmpdir(), 'crisp-host-'));
	process.env.N8N_CRISP_HOST_DIR = path.join(root, 'host');
});
afterEach(() => {
	if (N8N_CRISP_HOST_DIR === undefined) delete process.env.N8N_CRISP_HOST_DIR;
	else process.env.N8N_CRISP_HOST_DIR = N8N_CRISP_HOST_DIR;
	rmSync(root, { recursive: true });
});

const modeOf = (file: string) => statSync(file).mode & 0o777;
const reversed = (password: string) => [...password].reverse().join('');
const open = (name: string) => {
	process.env.N8N_CRISP_HOST_DIR = path.join(root, name);
	return openHostFolder();
};

test('the password is random, long, and different on each machine', () => {
	const [one, other] = ['one', 'other'].map((name) => ownerOf(open(name), reversed));
	expect(one?.password).toMatch(/^N8n-[\w-]{24}$/);
	expect(one?.password).not.toBe(other?.password);
	expect(one?.hash).toBe(reversed(one?.password ?? ''));
});

test('the password stays the same at the next start', () => {
	const first = ownerOf(open('host'), reversed);
	expect(ownerOf(open('host'), reversed)).toEqual(first);
	expect(readdirSync(path.join(root, 'host')).filter((file) => file.startsWith('owner'))).toEqual(['owner.json']);
});

test('only the owner of the host can read its folders and its password', () => {
	const host = open('host');
	ownerOf(host, reversed);
	expect([host.root, host.home, path.join(host.root, 'owner.json')].map(modeOf)).toEqual([0o700, 0o700, 0o600]);
});

test('the data of a host that an earlier version made are closed', () => {
	const home = path.join(root, 'host/home');
	mkdirSync(home, { recursive: true });
	chmodSync(home, 0o755);
	expect(modeOf(open('host').home)).toBe(0o700);
});

test('a password file with a wider mode is closed before it is read', () => {
	const host = open('host');
	ownerOf(host, reversed);
	const file = path.join(host.root, 'owner.json');
	chmodSync(file, 0o644);
	ownerOf(host, reversed);
	expect(modeOf(file)).toBe(0o600);
});

test('a shared folder that the user names keeps its mode, and its data are closed all the same', () => {
	const shared = path.join(root, 'shared');
	mkdirSync(shared);
	chmodSync(shared, 0o755);
	const host = open('shared');
	expect([shared, host.home].map(modeOf)).toEqual([0o755, 0o700]);
});

test('a damaged password file is reported with the remedy', () => {
	const host = open('host');
	writeFileSync(path.join(host.root, 'owner.json'), '{"email":"owner@example.com"}');
	expect(() => ownerOf(host, reversed)).toThrow(/owner\.json has no email, password or hash. Delete the file/);
});

test('no script contains a password or its hash', () => {
	const folder = path.join(REPOSITORY, 'scripts');
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[jt]s$/.test(file));
	const found = files.filter((file) =>
		/\$2[aby]\$\d\d\$|password: '[^']/.test(readFileSync(path.join(folder, file), 'utf8')),
	);
	expect(found).toEqual([]);
});

test('n8n is told the hash and never the password, and may not install packages that it has not verified', async () => {
	const owner = ownerOf(open('host'), reversed);
	const settings = await settingsFor({ userFolder: root, port: 5678 }, owner);
	expect(settings).toMatchObject({
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_INSTANCE_OWNER_PASSWORD_HASH: owner.hash,
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
	});
	expect(Object.values(settings).join('\n')).not.toContain(owner.password);
});
