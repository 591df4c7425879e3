import { evaluated } from '../peers/actions';
import type { Case } from '../case';
import { declarative, httpRequest, names, ours, sdkLoop } from '../peers/peers';
import { inPlace, type Place } from '../place/place';
import { columns, compareWriting, freePromises, rowsOf } from '../peers/writing';

const LATENCY_MS = 50;
const SIZES = [
	{ count: 500, rounds: 5 },
	{ count: 5000, rounds: 3 },
];

export const sends: Case = {
	name: 'sends',
	title: 'Sending messages, nothing in the way',
	about:
		`Messages to as many conversations; the server takes ${LATENCY_MS} ms to answer and limits nothing. Each peer sends the ` +
		'same through the same credential; the nodes run in n8n-core. The time is the median, with the fastest and the slowest round.',
	async run(say) {
		return await inPlace(async (place) => {
			const outcome = { columns: ['messages', ...columns], rows: [] as Array<Array<string | number>> };
			const promises = [];
			for (const { count, rounds } of SIZES) {
				const figures = await compareWriting(place.workspace, writingOf(place, count, rounds), say);
				outcome.rows.push(...rowsOf(figures, count).map((row) => [count, ...row]));
				promises.push(...freePromises(figures, count));
			}
			const remarks = [
				'A field that holds no more than a value of the item, such as `{{ $json.text }}`, is read by the Crisp node itself. *Other expressions*, here `{{ $json.text.trim() }}`, are evaluated by n8n in its virtual machine, as those of the other nodes are.',
				'The SDK sends one message after the other, which takes as long as it says; so it is measured once, and not with 5,000.',
				'Here the credential is at hand. A whole n8n decrypts it, once for the Crisp node and for each item of the HTTP Request node: see below.',
			];
			return { ...outcome, promises, remarks };
		});
	},
};

function writingOf(place: Place, count: number, rounds: number) {
	const other = ours(place, { name: names.oursEvaluated, action: evaluated });
	const peers = [ours(place), other, httpRequest(place), declarative(place)];
	return { count, rounds, peers, once: count <= 500 ? [sdkLoop(place)] : [], faults: { latency: LATENCY_MS } };
}
