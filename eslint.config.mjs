import { config } from '@n8n/node-cli/eslint';

// n8n's rules hold for what n8n loads. Tests, sandbox and scripts run in plain Node and may use it;
// `npm run lint` also runs the untouched configuration over nodes/, credentials/ and package.json.
export default [
	...config,
	{ ignores: ['.n8n-host/**', 'sandbox/page/**', 'coverage/**'] },
	{
		files: ['test/**/*.ts', 'sandbox/**/*.ts', 'scripts/**/*.ts'],
		rules: {
			'@n8n/community-nodes/no-dangerous-functions': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
			'@n8n/community-nodes/require-node-api-error': 'off',
			'no-console': 'off',
		},
	},
];
