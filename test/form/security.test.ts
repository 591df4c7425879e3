import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

/** docs/security.md is the map of the attacks that are tried: it names each test, and nothing that does not exist. */
const page = readFileSync('docs/security.md', 'utf8');
const attacks = readdirSync('test/attacks', { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.test.ts'))
	.map((file) => `test/attacks/${file}`)
	.sort();
const links = [...page.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)]
	.map(([, target = '']) => target)
	.filter((target) => !target.startsWith('http'))
	.map((target) => normalize(join('docs', target)));
const mentioned = [...page.matchAll(/`((?:nodes|test|scripts)\/[\w/.]+)`/g)].map(([, file = '']) => file);

test('there are attacks', () => expect(attacks.length).toBeGreaterThan(15));

test('every file of test/attacks is linked', () => {
	expect(attacks.filter((file) => !links.includes(file))).toEqual([]);
});

test('every file that is linked or named exists', () => {
	expect([...links, ...mentioned].filter((file) => !existsSync(file))).toEqual([]);
	expect(mentioned.length).toBeGreaterThan(5);
});

test.each([
	'Identity',
	'What a model reads',
	'Files',
	'The key',
	'Flooding and cost',
	'Webhooks',
	'Other users of n8n',
	'Other services',
	'Limits of versions of n8n',
	'Supply chain',
	'Development',
])('has a chapter %s', (chapter) => {
	expect(page).toContain(`\n## ${chapter}\n`);
});

test.each(['Report a vulnerability', 'What to expect', 'Supported versions', 'What counts as a vulnerability'])(
	'SECURITY.md has a chapter %s',
	(chapter) => {
		expect(readFileSync('SECURITY.md', 'utf8')).toContain(`\n## ${chapter}\n`);
	},
);

test('a report goes to the repository of the package', () => {
	const { repository } = JSON.parse(readFileSync('package.json', 'utf8')) as { repository: { url: string } };
	const url = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
	const security = readFileSync('SECURITY.md', 'utf8');
	expect(security).toContain(`(${url}/security/advisories/new)`);
	expect(security).not.toMatch(/[\w.]+@[\w.]+\.\w+/);
});
