import { message, subject } from '../peers/actions';
import type { Case } from '../case';
import { declarative, httpRequest, names, ours } from '../peers/peers';
import { inPlace } from '../place/place';
import { allOnce, columns, compareWriting, most, rowsOf } from '../peers/writing';

const COUNT = 600;
const TARGETS = 20;
const ROUNDS = 3;
/** As on a real network, the latency varies. */
const LINE = { latency: 50, spread: 50 };

export const order: Case = {
	name: 'order',
	title: 'Items that change the same thing',
	about:
		`${COUNT} items for ${TARGETS} conversations in mixed order, and a server with a latency of ${LINE.latency} to ` +
		`${LINE.latency + LINE.spread} ms, so that concurrent requests may overtake each other. In the first test the items are messages; ` +
		'in the second, each sets the subject of its conversation, so that the last one should win. *Overtaken* counts the items that took ' +
		'effect after a later one of their conversation.',
	async run(say) {
		return await inPlace(async (place) => {
			const rows: Array<Array<string | number>> = [];
			const promises = [];
			for (const [what, action] of [
				['messages', message],
				['subjects', subject],
			] as const) {
				const peers = [ours(place, { action }), httpRequest(place, { action })];
				if (action === message) peers.push(declarative(place));
				const writing = { count: COUNT, targets: TARGETS, rounds: ROUNDS, peers, faults: LINE };
				const figures = await compareWriting(place.workspace, writing, say);
				const overtaken = [...figures.values()].map((all) => most(all, 'overtaken'));
				rows.push(...rowsOf(figures, COUNT).map((row, index) => [what, ...row, overtaken[index] ?? 0]));
				const mine = figures.get(names.ours) ?? [];
				promises.push(
					{ what: `${what}: order within a conversation kept`, holds: most(mine, 'overtaken') === 0 },
					{ what: `${what}: all ${COUNT} took effect, none twice`, holds: allOnce(mine, COUNT) },
				);
			}
			const remarks = [
				'Order costs time: items of the same conversation are sent one after the other, here 30 items to each of 20 conversations.',
			];
			return { columns: ['items', ...columns, 'overtaken'], rows, promises, remarks };
		});
	},
};
