/**
 * Lints the files that n8n reviews with n8n's unmodified configuration, so that neither this
 * repository's eslint.config.mjs nor a comment in a file can hide a finding.
 */
import { config } from '@n8n/node-cli/eslint';
import { ESLint } from 'eslint';

/** A false positive: the rule recognizes secrets by name, and does not know that Crisp's secret is called "key". */
const KNOWN = { ruleId: '@n8n/community-nodes/credential-unnecessary-password', count: 1 };

const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: config, allowInlineConfig: false });
const results = await eslint.lintFiles(['nodes/**/*.ts', 'credentials/**/*.ts', 'package.json']);
const findings = results.flatMap(({ messages }) => messages);
const known = findings.filter(({ ruleId }) => ruleId === KNOWN.ruleId);
const unknown = findings.length - known.length;

if (unknown === 0 && known.length <= KNOWN.count) {
	console.log(`✓ n8n's unmodified lint configuration: ${results.length} files`);
} else {
	const formatter = await eslint.loadFormatter('stylish');
	console.error(await formatter.format(results));
	process.exitCode = 1;
}
