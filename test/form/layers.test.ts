import { execFileSync } from 'node:child_process';

const isForbidden: Array<[file: string, imported: string, isForbidden: boolean]> = [
	['nodes/shared/api/transport.ts', '../../Crisp/form/locators', true],
	['nodes/shared/events/selection/filter.ts', '../../CrispTrigger/settings', true],
	['nodes/shared/n8n/log.ts', '../../CrispWebhookTrigger/receive', true],
	['nodes/shared/events/selection/filter.ts', '../api/transport', false],
	['nodes/Crisp/composed/message/sendFile.ts', '../../operations/message', true],
	['nodes/Crisp/composed/message/sendFile.ts', '../../operations', true],
	['nodes/Crisp/composed/message/sendFile.ts', '../../operations/operation', false],
	['nodes/Crisp/composed/message/sendFile.ts', '../../operations/field', false],
	['nodes/Crisp/composed/message/sendFile.ts', '../../operations/fields/senders', false],
	['nodes/Crisp/operations/fields/senders.ts', '../message', true],
	['nodes/Crisp/operations/fields/senders.ts', '../../composed/message/sendFile', true],
	['nodes/Crisp/operations/fields/senders.ts', '../field', false],
	['nodes/Crisp/operations/fields/senders.ts', './period', false],
	['nodes/CrispTrigger/activate.ts', '../Crisp/form/locators', true],
	['nodes/CrispTrigger/activate.ts', '../CrispWebhookTrigger/receive', true],
	['nodes/CrispTrigger/activate.ts', '../shared/api/transport', false],
	['nodes/CrispWebhookTrigger/receive.ts', '../CrispTrigger/activate', true],
	['nodes/CrispWebhookTrigger/receive.ts', '../CrispMemory/supply', true],
	['nodes/CrispMemory/supply.ts', '../CrispTrigger/activate', true],
	['nodes/CrispMemory/supply.ts', '../Crisp/composed/support/latestMessages', false],
	['nodes/CrispMemory/supply.ts', '../shared/api/client', false],
	['sandbox/state/state.ts', '../nodes/shared/api/route', true],
	['test/sandbox/client.ts', '../../nodes/shared/api/route', true],
	['test/support/chaos/reckoning.ts', '../../nodes/shared/api/route', true],
	['test/contract/samples.ts', '../../nodes/Crisp/operations/operation', true],
	['test/contract/table.test.ts', '../../nodes/Crisp/operations/operation', false],
];

/** Lints one import for each file of the table, with the project's own configuration. */
const script = `
	import { ESLint } from 'eslint';
	const eslint = new ESLint();
	const cases = JSON.parse(process.argv.at(-1));
	const found = [];
	for (const [filePath, imported] of cases) {
		const [result] = await eslint.lintText(\`import { one } from '\${imported}';\\nexport const two = one;\\n\`, { filePath });
		const fatal = result.messages.find((message) => message.fatal);
		if (fatal) throw new Error(fatal.message);
		found.push(result.messages.some(({ ruleId }) => ruleId === 'no-restricted-imports'));
	}
	console.log(JSON.stringify(found));
`;

it('forbids imports from higher layers and from other nodes', () => {
	const args = ['--input-type=module', '-e', script, JSON.stringify(isForbidden)];
	const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as boolean[];
	expect(isForbidden.map(([file, imported], index) => [file, imported, found[index]])).toEqual(isForbidden);
}, 120_000);
