import { startStack } from '../../test/e2e/support/stack';
import type { Case } from '../case';
import { httpInN8n, oursEvaluatedInN8n, oursInN8n } from '../peers/whole';
import { Workspace } from '../place/workspace';
import { columns, compareWriting, freePromises, rowsOf } from '../peers/writing';

const LATENCY_MS = 50;
const SIZES = [
	{ count: 500, rounds: 5 },
	{ count: 5000, rounds: 3 },
];

export const whole: Case = {
	name: 'whole',
	title: 'Sending messages in a complete n8n',
	about:
		`Each message goes to another conversation, with a latency of ${LATENCY_MS} ms and no rate limit, in a complete n8n with its database and a stored ` +
		'credential. A call to a Webhook node passes all items to Split Out and the node. The time is measured until n8n has responded ' +
		'with the results of all items.',
	isInN8n: true,
	async run(say) {
		const stack = await startStack('bench');
		const workspace = await Workspace.at(stack.sandbox.url);
		try {
			const peers = [await oursInN8n(stack), await oursEvaluatedInN8n(stack), await httpInN8n(stack, workspace)];
			const rows: Array<Array<string | number>> = [];
			const promises = [];
			for (const { count, rounds } of SIZES) {
				const writing = { count, rounds, peers, faults: { latency: LATENCY_MS } };
				const figures = await compareWriting(workspace, writing, say);
				rows.push(...rowsOf(figures, count).map((row) => [count, ...row]));
				promises.push(...freePromises(figures, count));
			}
			const remarks = [
				'Expressions that only refer to a field of the item, such as `{{ $json.text }}`, are resolved by the Crisp node itself. *Other expressions*, here `{{ $json.text.trim() }}`, are evaluated by n8n in its virtual machine.',
			];
			return { columns: ['messages', ...columns], rows, promises, remarks };
		} finally {
			await workspace.close();
			await stack.stop();
		}
	},
};
