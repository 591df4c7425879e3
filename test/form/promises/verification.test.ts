import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';

/** What n8n demands of verified community nodes, as far as files tell: docs/verification.md. */

const read = (file: string) => readFileSync(file, 'utf8');
const page = read('docs/verification.md');

interface Manifest {
	name: string;
	license: string;
	keywords: string[];
	homepage: string;
	repository: { url: string };
	bugs: { url: string };
	dependencies?: object;
	peerDependencies: Record<string, string>;
	peerDependenciesMeta: Record<string, { optional?: boolean }>;
	scripts: Record<string, string>;
	n8n: { n8nNodesApiVersion: number; strict: boolean; nodes: string[]; credentials: string[] };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const nodeTypes = { crisp, crispMemory, crispTrigger, crispWebhookTrigger };
const sources = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`),
);

describe('package.json', () => {
	it('has the name, the keyword and the licence of a community node, and no dependencies', () => {
		const { name, license, keywords, n8n, dependencies } = manifest;
		expect(name).toMatch(/^n8n-nodes-/);
		expect(keywords).toContain('n8n-community-node-package');
		expect([license, n8n.n8nNodesApiVersion, dependencies]).toEqual(['MIT', 1, undefined]);
		expect(read('LICENSE')).toMatch(/^MIT License/);
	});

	it('lists every node and credential that the source has, and no others', () => {
		const built = (ending: string) =>
			sources.filter((file) => file.endsWith(ending)).map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
		expect([...manifest.n8n.nodes].sort()).toEqual(built('.node.ts').sort());
		expect([...manifest.n8n.credentials].sort()).toEqual(built('.credentials.ts').sort());
	});

	it('names one repository on GitHub', () => {
		const repository = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
		expect(repository).toMatch(/^https:\/\/github\.com\/[\w-]+\/n8n-nodes-crisp$/);
		expect(manifest.homepage).toBe(`${repository}#readme`);
		expect(manifest.bugs.url).toBe(`${repository}/issues`);
	});
});

it('a workflow of GitHub publishes with provenance, by a token of its own identity', () => {
	const workflow = read('.github/workflows/publish.yml');
	expect(workflow).toMatch(/npm publish [^\n]*--provenance/);
	expect(workflow).toContain('id-token: write');
	expect(workflow).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/);
});

describe('the sources', () => {
	it('are TypeScript; besides, there are only codex files', () => {
		expect(sources.filter((file) => !/\.ts$|\.node\.json$/.test(file))).toEqual([]);
	});

	it('have no letters of another alphabet', () => {
		const strange = sources.filter((file) => /[\u0370-\u1fff\u3040-\u9fff\uac00-\ud7af]/.test(read(file)));
		expect(strange).toEqual([]);
	});

	it('disable no rule of the linter', () => {
		expect(sources.filter((file) => /eslint-disable|@ts-ignore|@ts-nocheck/.test(read(file)))).toEqual([]);
	});
});

describe.each(Object.entries(nodeTypes))('the node %s', (_, { description }) => {
	const folder = `nodes/${description.name.charAt(0).toUpperCase()}${description.name.slice(1)}`;

	it('has a codex file with a category and a link to its documentation', () => {
		const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.node.json'));
		const codex = JSON.parse(read(`${folder}/${file}`)) as {
			node: string;
			categories: string[];
			resources: { primaryDocumentation: Array<{ url: string }> };
		};
		expect(codex.node).toBe(`n8n-nodes-crisp.${description.name}`);
		expect(codex.categories.length).toBeGreaterThan(0);
		const { url = '' } = codex.resources.primaryDocumentation[0] ?? {};
		const [, guide = ''] =
			/^https:\/\/github\.com\/[\w-]+\/n8n-nodes-crisp\/blob\/main\/(docs\/guides\/.+\.md)$/.exec(url) ?? [];
		expect([url, existsSync(guide)]).toEqual([url, true]);
	});

	it('has a square icon in SVG for light and dark', () => {
		const { light, dark } = description.icon as { light: string; dark: string };
		expect(light).not.toBe(dark);
		for (const icon of [light, dark]) {
			const [, name = ''] = /([\w.]+\.svg)$/.exec(icon) ?? [];
			const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(read(`icons/${name}`)) ?? [];
			expect(Number(width)).toBeGreaterThan(0);
			expect(width).toBe(height);
		}
	});

	it('needs the credential, which it tests', () => {
		expect(description.credentials).toMatchObject([{ name: 'crispApi', testedBy: 'testCrispApi' }]);
	});
});

it('the secrets of the credential are password fields', () => {
	const secret = new CrispApi().properties.filter(({ typeOptions }) => typeOptions?.password);
	expect(secret.map(({ name }) => name)).toEqual(['key', 'signingSecret', 'hookSecret']);
});

describe('the README', () => {
	const readme = read('README.md');

	it.each(['Install', 'Get a token', 'Examples', 'Guides', 'Compatibility', 'Development', 'License'])(
		'has a chapter %s',
		(chapter) => expect(readme).toMatch(new RegExp(`^## .*${chapter}`, 'm')),
	);

	it.each([
		['operations', 'operations.md'],
		['events', 'events.md'],
		['credentials', 'guides/credential.md'],
		['usage', 'guides/your-first-workflow.md'],
		['compatibility', 'n8n-versions.md'],
	])('links to its page on %s, which exists', (_, file) => {
		expect(readme).toContain(`](docs/${file}`);
		expect(existsSync(`docs/${file}`)).toBe(true);
	});
});

/** The versions of n8n in the table of docs/n8n-versions.md, and those that could not be tested. */
const versionsPage = read('docs/n8n-versions.md').split(/^## /m);
const rowsOf = (text = '') =>
	[...text.matchAll(/^\| ([\d.]+) +\|.*$/gm)].map(([row = '', version = '']) => ({ row, version }));
const tested = rowsOf(versionsPage[0]);
const untested = rowsOf(versionsPage[1]);

it('the README names the versions of n8n that were tested, and those that were not', () => {
	const readme = read('README.md');
	const [, most, all, listed = ''] =
		/^(\d+) of (\d+) minor versions of n8n were tested\. It works in (.+)\.$/m.exec(readme) ?? [];
	expect([Number(most), Number(all)]).toEqual([tested.length, tested.length + untested.length]);
	expect(listed.split(', ')).toEqual(tested.map(({ version }) => version));
	const [, missing = ''] = /^Not tested, [^:]+: (.+)\.$/m.exec(readme) ?? [];
	expect(missing.split(', ')).toEqual(untested.map(({ version }) => version));
	// A version in which a check fails has neither a tick nor a dash there.
	expect(tested.filter(({ row }) => !/^(\| [^|]+\|[^|]+)(\| [✓–] +)+\|$/.test(row))).toEqual([]);
});

describe('docs/verification.md', () => {
	const [, checked = ''] = /## Checked automatically\n([\s\S]*?)\n## /.exec(page) ?? [];
	const rows = checked.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));

	it('names for each point a test that exists or a command that package.json has', () => {
		expect(rows.length).toBeGreaterThan(15);
		for (const row of rows.slice(1)) {
			const check = row.split('|').at(-2) ?? '';
			const named = [...check.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
			const missing = named.filter((name) => {
				const [, script] = /^npm run ([\w:]+)/.exec(name) ?? [];
				return script === undefined ? !existsSync(name) : !(script in manifest.scripts);
			});
			expect([row, named.length > 0, missing]).toEqual([row, true, []]);
		}
	});

	it('tells how many nodes, credentials and versions of n8n there are', () => {
		const { nodes, credentials } = manifest.n8n;
		expect([nodes.length, credentials.length]).toEqual([4, 1]);
		expect(page).toContain('four nodes and a credential');
		expect(page).toContain(`[${tested.length} versions](n8n-versions.md)`);
	});

	it('names the peer dependency that is optional, and the mode that package.json has', () => {
		const { peerDependencies, peerDependenciesMeta, n8n } = manifest;
		const optional = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional);
		expect(optional.map((name) => `**Peer dependency \`${name}\`**, optional`)).toEqual([
			/\*\*Peer dependency `[^`]+`\*\*, optional/.exec(page)?.[0],
		]);
		expect([n8n.strict, page.includes('`"strict": false` in `package.json`')]).toEqual([false, true]);
	});

	it('tells the number of examples', () => {
		const count = readdirSync('examples').filter((name) => name.endsWith('.json')).length;
		expect(page).toContain(`${count} example workflows`);
	});
});
