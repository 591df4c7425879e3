import { config } from '@n8n/node-cli/eslint';

// n8n's rules for nodes, as configured by n8n's own tool, without the rules for packages.
const isForNodes = ({ files = [] }) => String(files).includes('nodes/**');
const hasRules = ({ plugins = {} }) => 'n8n-nodes-base' in plugins;
const { languageOptions } = config.find(({ languageOptions }) => languageOptions?.parser);

// The lists are in the order of use on purpose: see docs/decisions/0022-order-of-the-lists.md and words/order.test.ts.
const kinds = ['collection', 'fixed-collection', 'multi-options', 'options'];
const sorting = kinds.map((kind) => [`n8n-nodes-base/node-param-${kind}-type-unsorted-items`, 'off']);

export default [
	{ files: ['**/*.ts'], languageOptions: { parser: languageOptions.parser } },
	...config.filter((entry) => isForNodes(entry) || hasRules(entry)),
	{ files: ['**/*.ts'], rules: Object.fromEntries(sorting) },
];
