import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

it('the table of static data has every key that a trigger saves, and no others', () => {
	const version = savedVersions().at(-1) ?? '';
	const saved = ['staticData.json', 'manyWebsites.json'].map((file) => savedIn<{ memory: object }>(version, file));
	const keys = [...new Set(saved.flatMap(({ memory }) => Object.keys(memory)))];
	expect(
		rowsBelow('Static data')
			.map(([key = '']) => key.replaceAll('`', ''))
			.sort(),
	).toEqual(keys.sort());
	expect(JSON.stringify(saved)).not.toMatch(/@|Nathan|"m\d+":/);
});

describe('the hosts', () => {
	const files = ['nodes', 'credentials'].flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts') && !name.endsWith('samples.ts'))
			.map((name) => join(folder, name)),
	);
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

function withoutComments(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
