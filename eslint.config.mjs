import { config } from '@n8n/node-cli/eslint';

/**
 * The folders of the triggers and of the action node do not know each other; what they share is in nodes/shared. The memory
 * reads conversations with the code of the action node.
 */
const nodes = ['Crisp', 'CrispMemory', 'CrispTrigger', 'CrispWebhookTrigger'];
const usedBy = { CrispMemory: ['Crisp'] };

/** Imports that would turn the layers upside down, as a regular expression; docs/architecture.md has the picture. */
function forbids(files, regex, message) {
	return { files, rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] } };
}

const folderOf = (names) => `/(${names.join('|')})(/|$)`;

const layers = [
	forbids(['nodes/shared/**/*.ts'], folderOf(nodes), 'nodes/shared imports nothing above it.'),
	forbids(
		['nodes/Crisp/composed/**/*.ts'],
		'/operations(/(?!operation$|field$|fields/)|$)',
		'Composed operations import no resource: move what both need to operations/fields.',
	),
	forbids(
		['nodes/Crisp/operations/fields/*.ts'],
		'/composed/|^\\.\\./(?!field$|operation$)',
		'Fields that rows share import neither rows nor code.',
	),
	...nodes
		.filter((node) => node !== 'Crisp')
		.map((node) =>
			forbids(
				[`nodes/${node}/**/*.ts`],
				folderOf(nodes.filter((other) => other !== node && !usedBy[node]?.includes(other))),
				'Nodes import nothing of each other: move what they share to nodes/shared.',
			),
		),
	forbids(
		['sandbox/**/*.ts', 'test/sandbox/**/*.ts', 'test/support/chaos/**/*.ts', 'test/contract/{samples,recorder}.ts'],
		'/(nodes|credentials)/',
		'The sandbox and the oracles import nothing of the nodes, so that they can prove them wrong.',
	),
];

// n8n's rules apply to the files that n8n loads. Tests, sandbox and scripts run in plain Node and may use its APIs.
// `npm run lint` also runs n8n's unmodified configuration on nodes/, credentials/ and package.json.
export default [
	...config,
	{ ignores: ['.n8n-host/**', 'sandbox/page/**', 'coverage/**'] },
	{
		files: ['bench/**/*.ts', 'test/**/*.ts', 'sandbox/**/*.ts', 'scripts/**/*.ts'],
		rules: {
			'@n8n/community-nodes/no-dangerous-functions': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
			'@n8n/community-nodes/require-node-api-error': 'off',
			'no-console': 'off',
		},
	},
	...layers,
];
