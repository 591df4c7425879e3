import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The published package has no dependencies, so every n8n must provide the modules that it imports at run time:
 * n8n-workflow is the peer dependency, and luxon is a dependency of n8n-workflow that n8n allows nodes to use.
 */
const atRunTime = new Set(['n8n-workflow', 'luxon', 'node:crypto']);
/** Bundled into one file when the package is built; see gulpfile.js. */
const bundled: Record<string, string[]> = { 'nodes/shared/realtime/socket.ts': ['socket.io-client'] };

const root = join(__dirname, '../../..');
const files = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => `${folder}/${name}`),
);

it('imports at run time only modules that every n8n provides', () => {
	const found = files.flatMap((file) => {
		const text = readFileSync(join(root, file), 'utf8');
		const imports = [...text.matchAll(/^(?:import|export) (?!type )[^;]*? from '([^.][^']*)';/gm)].map(
			(match) => match[1] ?? '',
		);
		return imports
			.filter((name) => !atRunTime.has(name) && !bundled[file]?.includes(name))
			.map((name) => `${file}: ${name}`);
	});
	expect(files.length).toBeGreaterThan(100);
	expect(found).toEqual([]);
});

it('luxon comes with n8n-workflow', () => {
	const manifest = jest.requireActual<{ dependencies: Record<string, string> }>('n8n-workflow/package.json');
	expect(Object.keys(manifest.dependencies)).toContain('luxon');
	const own = jest.requireActual<{ dependencies?: object; peerDependencies: object }>('../../../package.json');
	expect(own.dependencies).toBeUndefined();
	expect(Object.keys(own.peerDependencies)).toContain('n8n-workflow');
});

it('what only some versions of n8n provide is imported when it is needed, and no installation pulls it', () => {
	const own = jest.requireActual<{
		n8n: { aiNodeSdkVersion: number };
		peerDependencies: Record<string, string>;
		peerDependenciesMeta: object;
	}>('../../../package.json');
	const found = files.flatMap((file) => {
		const text = readFileSync(join(root, file), 'utf8');
		return [...text.matchAll(/\b(?:import|require)\('([^.][^']*)'\)/g)].map((match) => `${file}: ${match[1]}`);
	});
	expect(found).toEqual(['nodes/shared/n8n/aiMemory.ts: @n8n/ai-node-sdk']);
	// n8n's rules demand both together.
	expect(own.n8n.aiNodeSdkVersion).toBe(1);
	expect(own.peerDependencies).toEqual({ '@n8n/ai-node-sdk': '*', 'n8n-workflow': '*' });
	expect(own.peerDependenciesMeta).toEqual({ '@n8n/ai-node-sdk': { optional: true } });
});
