import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationName } from '../../../nodes/Crisp/form/properties';
import { resources } from '../../../nodes/Crisp/operations';
import { savedKeys } from '../../../nodes/CrispTrigger/staticData';
import { processStores } from '../../../nodes/shared/runtime/processState';
import { savedIn, savedVersions } from '../../compatibility/support/place';
// Loads all nodes, so that all stores exist.
import '../../support/n8nContext';

/** What docs/privacy.md says about storage and hosts is compared with the code. */

const page = readFileSync('docs/privacy.md', 'utf8');

/** The rows of the table below a heading, without its head; the cells are trimmed. */
function rowsBelow(heading: string): string[][] {
	const [, part = ''] = page.split(new RegExp(`^#+ ${heading}\n`, 'm'));
	const lines = (part.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
	const rows = lines.slice(2).map((line) => line.split('|').slice(1, -1));
	return rows.map((cells) => cells.map((cell) => cell.trim()));
}

const units: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400 };

function secondsIn(text: string): number | undefined {
	const [, count, unit = ''] = /^(\d+) (second|minute|hour|day)s?$/.exec(text) ?? [];
	return count === undefined ? undefined : Number(count) * (units[unit] ?? 0);
}

describe('what is kept in memory', () => {
	const rows = rowsBelow('In memory').map(([, name = '', most = '']) => ({ name, most }));

	it('is every store of the process', () => {
		const names = processStores().map(({ name }) => name);
		expect(names.length).toBeGreaterThan(25);
		expect(rows.map(({ name }) => name).sort()).toEqual(names.sort());
	});

	it('expires after the time that the page names, or with its owner', () => {
		const expected = processStores().map(({ name, bounds }) => {
			const [, seconds] = /(\d+) s$/.exec(bounds) ?? [];
			return [name, seconds === undefined ? 'while' : Number(seconds)];
		});
		const told = rows.map(({ name, most }) => [name, most.startsWith('while ') ? 'while' : secondsIn(most)]);
		expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
	});
});

describe('static data', () => {
	const keys = Object.keys(savedKeys).sort();

	it('has a row in the table for every key that a trigger saves, and for no other', () => {
		const rows = rowsBelow('Static data').map(([key = '']) => key.replaceAll('`', ''));
		expect(rows.sort()).toEqual(keys);
	});

	it('is written only where the keys are those of the table', () => {
		const writers = sourcesOf('nodes').filter((file) => readFileSync(file, 'utf8').includes('staticDataOf(context)'));
		expect(writers.sort()).toEqual(['nodes/CrispTrigger/integration/waits.ts', 'nodes/CrispTrigger/receiver.ts']);
	});

	it.each(savedVersions())('as version %s saved it has these keys, and no name, email or text', (version) => {
		const saved = ['staticData.json', 'manyWebsites.json'].map((file) => savedIn<{ memory: object }>(version, file));
		expect([...new Set(saved.flatMap(({ memory }) => Object.keys(memory)))].sort()).toEqual(keys);
		expect(JSON.stringify(saved.map(({ memory }) => memory))).not.toMatch(/@|Nathan|"m\d+":/);
	});
});

describe('how to delete a person', () => {
	const [, steps = ''] = page.split('## How to delete a person\n');
	const all = Object.values(resources).flatMap(({ name, tier, operations }) =>
		Object.entries(operations).map(([key, row]): [string, string] => [
			`${name}: ${operationName(key, row)}`,
			row.tier ?? tier ?? 'any',
		]),
	);
	const tiers = new Map(all);
	const namedIn = (text: string) => [...text.matchAll(/_([A-Z][a-z]+: [^_]+)_/g)].map(([, name = '']) => name);

	it('names operations that exist', () => {
		expect(namedIn(steps).length).toBeGreaterThan(5);
		expect(namedIn(steps).filter((name) => !tiers.has(name))).toEqual([]);
	});

	it('says where an operation needs a user token, and only there', () => {
		const points = steps.split(/^ *(?:-|\d\.) /m).filter((point) => namedIn(point).length > 0);
		for (const point of points) {
			const needsUser = namedIn(point).some((name) => tiers.get(name) === 'user');
			expect([point, point.includes('user token')]).toEqual([point, needsUser]);
		}
	});

	it('names everything in the database of n8n that has data of people', () => {
		const inDatabase = rowsBelow("In n8n's database").map(([what = '']) => what.replaceAll('*', ''));
		expect(inDatabase).toContain('deduplication keys');
		for (const what of ['executions', 'pinned data', 'data tables']) {
			expect(inDatabase).toContain(what);
			expect(steps).toContain(what);
		}
	});
});

describe('the hosts', () => {
	const files = ['nodes', 'credentials'].flatMap(sourcesOf);
	const code = files.map((file) => withoutComments(readFileSync(file, 'utf8'))).join('\n');
	/** Pages that a person opens in the browser, and examples in forms. */
	const pages = ['app.crisp.chat', 'marketplace.crisp.chat', 'docs.crisp.chat', 'status.crisp.chat', 'docs.n8n.io'];
	const isExample = (host: string) =>
		/(^|\.)example(\.(com|org))?$|^(127\.0\.0\.1|192\.0\.2\.1|localhost|github\.com)$/.test(host);

	it('that the code names are on the page, or are links and examples', () => {
		const named = [...code.matchAll(/https?:\/\/([a-z\d][a-z\d.-]*[a-z\d])/g)].map(([, host = '']) => host);
		const bare = [...code.matchAll(/'([a-z]+\.crisp\.chat)'/g)].map(([, host = '']) => host);
		const hosts = [...new Set([...named, ...bare])].filter((host) => !isExample(host) && !pages.includes(host));
		expect(hosts.sort()).toEqual(['api.crisp.chat', 'image.crisp.chat', 'storage.crisp.chat']);
		for (const host of hosts) expect(page).toContain(`\`${host}\``);
	});

	it('are contacted only by helpers of n8n and by the one socket', () => {
		const senders = files.filter((file) => {
			const text = withoutComments(readFileSync(file, 'utf8'));
			return /\bfetch\(|XMLHttpRequest|navigator\.sendBeacon|\bnew WebSocket\(|socket\.io-client/.test(text);
		});
		expect(senders).toEqual(['nodes/shared/realtime/socket.ts']);
	});

	it('no file and no environment variable is read', () => {
		expect(code).not.toMatch(/process\.env|node:fs|'fs'|node:child_process|require\('/);
	});
});

function sourcesOf(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !name.endsWith('samples.ts'))
		.map((name) => join(folder, name));
}

function withoutComments(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
