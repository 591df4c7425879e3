import { config } from '@n8n/node-cli/eslint';

// n8n's rules for nodes, as configured by n8n's own tool, without the rules for packages.
const isForNodes = ({ files = [] }) => String(files).includes('nodes/**');
const hasRules = ({ plugins = {} }) => 'n8n-nodes-base' in plugins;
const { languageOptions } = config.find(({ languageOptions }) => languageOptions?.parser);

export default [
	{ files: ['**/*.ts'], languageOptions: { parser: languageOptions.parser } },
	...config.filter((entry) => isForNodes(entry) || hasRules(entry)),
];
