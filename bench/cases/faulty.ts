import type { Case } from '../case';
import { declarative, httpRequest, httpRequestRetried, names, ours, sdkLoop } from '../peers/peers';
import { inPlace } from '../place/place';
import { allOnce, columns, compareWriting, most, rowsOf } from '../peers/writing';

const COUNT = 500;
const TARGETS = 100;
const ROUNDS = 3;
const FAILURES = [
	{ status: 503, share: 0.05 },
	{ status: 502, share: 0.05, isExecuted: true },
];

export const faulty: Case = {
	name: 'faulty',
	title: 'Sending messages to a server that fails',
	about:
		`${COUNT} messages to ${TARGETS} conversations, with a latency of 50 ms. The server responds with 503 to 5% of the requests and does ` +
		'nothing, and with 502 to another 5% although it has stored the message, in the same pattern for all. *Reported as ' +
		'failed* counts the items that the contender reports as failed, correctly or not.',
	async run(say) {
		return await inPlace(async (place) => {
			const writing = {
				count: COUNT,
				targets: TARGETS,
				rounds: ROUNDS,
				peers: [ours(place), httpRequest(place), declarative(place)],
				once: [httpRequestRetried(place), sdkLoop(place)],
				faults: { latency: 50, fail: FAILURES },
			};
			const figures = await compareWriting(place.workspace, writing, say);
			const mine = figures.get(names.ours) ?? [];
			const worst = [...figures.values()].map((all) => [most(all, 'failed'), most(all, 'overtaken')]);
			return {
				columns: [...columns, 'reported as failed', 'overtaken'],
				rows: rowsOf(figures, COUNT).map((row, index) => [...row, ...(worst[index] ?? [])]),
				promises: [
					{ what: `all ${COUNT} messages delivered exactly once`, holds: allOnce(mine, COUNT) },
					{ what: 'no delivered message reported as failed', holds: most(mine, 'failed') === 0 },
					{ what: 'order within a conversation kept', holds: most(mine, 'overtaken') === 0 },
				],
				remarks: [
					'After a failure that does not say whether the message was stored, the Crisp node looks for the message for twelve seconds before it sends it again, and the messages behind it in the same conversation wait. This is the price of no duplicates: see [assumptions](assumptions.md).',
					'Retry On Fail is n8n’s setting with its defaults, three tries with a second between them: n8n runs the node again with all its items.',
				],
			};
		});
	},
};
