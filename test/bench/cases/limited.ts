import type { Case } from '../case';
import { declarative, httpRequest, httpRequestInBatches, names, ours, sdkLoop } from '../peers';
import { inPlace, type Place } from '../place';
import { allOnce, columns, compareWriting, rowsOf, timeOf, type Written } from '../writing';

const COUNT = 500;
const ROUNDS = 3;
const LIMIT = { perSecond: 100, burst: 100 };
/** What the limit itself takes: the burst passes at once, the rest at its rate. */
const IDEAL_MS = ((COUNT - LIMIT.burst) / LIMIT.perSecond) * 1000;
const MOST = 1.15;

const HINTS = [
	{ hint: 'Retry-After', limit: { ...LIMIT, retryAfter: 1 } },
	{ hint: 'no hint', limit: LIMIT },
];

export const limited: Case = {
	name: 'limited',
	title: 'Sending messages against a rate limit',
	about:
		`${COUNT} messages to as many conversations, where the server takes ${LIMIT.perSecond} requests a second after a burst of ` +
		`${LIMIT.burst}, answers 429 to what goes over it, and 50 ms pass before every answer. The limit alone makes this last ` +
		`${IDEAL_MS / 1000} s. Once the server says in Retry-After when to come again (1 second), once it does not. The Crisp node is ` +
		'loaded anew in every round, so that it does not know the limit from the round before.',
	async run(say) {
		return await inPlace(async (place) => {
			const rows: Array<Array<string | number>> = [];
			const promises = [];
			for (const { hint, limit } of HINTS) {
				const figures = await compareWriting(
					place.workspace,
					{ ...peersIn(place), faults: { latency: 50, limit } },
					say,
				);
				rows.push(...rowsOf(figures, COUNT).map((row) => [hint, ...row]));
				promises.push(...promisesOf(figures, hint));
			}
			return { columns: ['the server gives', ...columns], rows, promises };
		});
	},
};

function peersIn(place: Place) {
	return {
		count: COUNT,
		rounds: ROUNDS,
		peers: [ours(place, { isFresh: true }), httpRequest(place), declarative(place)],
		once: [httpRequestInBatches(place), sdkLoop(place)],
	};
}

function promisesOf(figures: Map<string, Written[]>, hint: string) {
	const share = timeOf(figures, names.ours) / IDEAL_MS;
	return [
		{ what: `${hint}: all ${COUNT} delivered, none twice`, holds: allOnce(figures.get(names.ours) ?? [], COUNT) },
		{
			what: `${hint}: in at most ${MOST} of the time that the limit allows (measured: ${share.toFixed(2)} of it)`,
			holds: share <= MOST,
		},
	];
}
