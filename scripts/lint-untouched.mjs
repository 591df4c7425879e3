/**
 * Lints what n8n reviews with n8n's own configuration as it comes, so that nothing in this
 * repository's eslint.config.mjs, and no comment in a file, can hide a finding.
 */
import { config } from '@n8n/node-cli/eslint';
import { ESLint } from 'eslint';

/** The rule knows a secret by its name, and does not know that Crisp calls its own "key". */
const KNOWN = { ruleId: '@n8n/community-nodes/credential-unnecessary-password', count: 1 };

const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config, allowInlineConfig: false });
const results = await eslint.lintFiles(['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json']);
const findings = results.flatMap(({ messages }) => messages);
const known = findings.filter(({ ruleId }) => ruleId === KNOWN.ruleId);
const unknown = findings.length - known.length;

if (unknown === 0 && known.length <= KNOWN.count) {
	console.log(`✓ n8n's untouched lint configuration: ${results.length} files`);
} else {
	const formatter = await eslint.loadFormatter('stylish');
	console.error(await formatter.format(results));
	process.exitCode = 1;
}
