import type { ESLint } from 'eslint';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { crisp } from '../support/n8nContext';

const { description } = crisp;

/** The source of the node with its generated form as a literal, as if it was written by hand. */
function printed(): string {
	const literal = JSON.stringify(description, undefined, '\t').replace(/"(\w+)":/g, '$1:');
	return `import type { INodeType, INodeTypeDescription } from 'n8n-workflow';

export class Crisp implements INodeType {
	description: INodeTypeDescription = ${literal};
}
`;
}

/** Lints a node with n8n's own rules, and returns the findings. */
async function complaints(node: string): Promise<string[]> {
	const cwd = mkdtempSync(join(tmpdir(), 'crisp-form-'));
	const file = join(cwd, 'nodes', 'Crisp', 'Crisp.node.ts');
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, node);
	const config = resolve('test/form/eslint.config.mjs');
	const bin = resolve('node_modules/eslint/bin/eslint.js');
	const printedResult = await new Promise<string>((done) =>
		execFile(
			process.execPath,
			[bin, '-c', config, '--format', 'json', 'nodes'],
			// With NODE_ENV=test the rules assume that they are being tested, and treat every file as a trigger.
			{ cwd, maxBuffer: 1e8, env: { ...process.env, NODE_ENV: 'production' } },
			(_, stdout) => done(stdout),
		),
	);
	const [result] = JSON.parse(printedResult) as ESLint.LintResult[];
	const lines = node.split('\n');
	return (result?.messages ?? []).map(
		({ ruleId, message, line }) => `${ruleId ?? message}: ${lines[line - 1]?.trim()}`,
	);
}

/** The label of a list of several is the name of what is chosen, such as "Segments": docs/decisions/0025-several-by-name.md. */
const isLabelOfList = (complaint: string) =>
	/^n8n-nodes-base\/node-param-display-name-wrong-for-dynamic-multi-options: displayName: "(Only |Mentioned |Only These |Recipients )?(Operators|Segments|Teams)",$/.test(
		complaint,
	);

it("breaks none of n8n's rules, except for one on labels", async () => {
	const found = await complaints(printed());
	expect(found.filter((complaint) => !isLabelOfList(complaint))).toEqual([]);
}, 60_000);

it('is checked by rules that detect errors', async () => {
	const wrong = printed().replaceAll('Max number of results to return', 'How many');
	expect(await complaints(wrong)).not.toEqual([]);
}, 60_000);

it('stays small', () => {
	const json = JSON.stringify(description);
	expect(json.length).toBeLessThan(450_000);
	expect(gzipSync(json).length).toBeLessThan(42_000);
});
