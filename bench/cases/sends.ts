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
	title: 'Sending messages without faults or limits',
	about:
		`Each message goes to another conversation. The server has a latency of ${LATENCY_MS} ms and no rate limit. Each contender sends the ` +
		'same messages with the same credential; the nodes run in n8n-core. The time is the median, with the fastest and the slowest round.',
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
				'An expression that only refers to a field of the item, such as `{{ $json.text }}`, is resolved by the Crisp node itself. *Other expressions*, here `{{ $json.text.trim() }}`, are evaluated by n8n in its virtual machine, like those of the other nodes.',
				'The SDK sends one message after the other, which is slow; so it is measured only once, and not with 5,000 messages.',
				'In this test the credential is already decrypted. A complete n8n decrypts it once for the Crisp node, but once for every item for the HTTP Request node: see below.',
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
