import type { Case } from '../case';
import { declarative, httpRequest, httpRequestInBatches, names, ours, sdkLoop } from '../peers/peers';
import { inPlace, type Place } from '../place/place';
import { allOnce, columns, compareWriting, rowsOf, timeOf, type Written } from '../peers/writing';

/** 5000 messages take most of a minute for each contender; the slower contenders are measured with 500 only. */
const SIZES = [
	{ count: 500, rounds: 3, isOfAll: true },
	{ count: 5000, rounds: 1, isOfAll: false },
];
const LIMIT = { perSecond: 100, burst: 100 };
/** The minimum time under the rate limit: the burst passes immediately, the rest at the limited rate. */
const idealMs = (count: number) => ((count - LIMIT.burst) / LIMIT.perSecond) * 1000;
const MOST = 1.15;

const HINTS = [
	{ hint: 'Retry-After', limit: { ...LIMIT, retryAfter: 1 } },
	{ hint: 'no hint', limit: LIMIT },
];

export const limited: Case = {
	name: 'limited',
	title: 'Sending messages against a rate limit',
	about:
		`Each message goes to another conversation. The server accepts ${LIMIT.perSecond} requests a second after a burst of ` +
		`${LIMIT.burst}, rejects requests above this rate limit with 429, and has a latency of 50 ms. The rate limit alone makes ` +
		`${SIZES.map(({ count }) => `${count} of them last ${idealMs(count) / 1000} s`).join(', and ')}. The server is measured with and without a Retry-After header (1 second). The Crisp node is ` +
		'reloaded in every round, so that it does not know the rate limit from the previous round.',
	async run(say) {
		return await inPlace(async (place) => {
			const rows: Array<Array<string | number>> = [];
			const promises = [];
			for (const size of SIZES) {
				for (const { hint, limit } of HINTS) {
					const writing = { ...writingOf(place, size), faults: { latency: 50, limit } };
					const figures = await compareWriting(place.workspace, writing, say);
					rows.push(...rowsOf(figures, size.count).map((row) => [size.count, hint, ...row]));
					promises.push(...promisesOf(figures, size.count, hint));
				}
			}
			return { columns: ['messages', 'the server gives', ...columns], rows, promises };
		});
	},
};

function writingOf(place: Place, { count, rounds, isOfAll }: (typeof SIZES)[number]) {
	const peers = [ours(place, { isFresh: true }), httpRequest(place)];
	if (!isOfAll) return { count, rounds, peers };
	const once = [httpRequestInBatches(place), sdkLoop(place)];
	return { count, rounds, peers: [...peers, declarative(place)], once };
}

function promisesOf(figures: Map<string, Written[]>, count: number, hint: string) {
	const share = timeOf(figures, names.ours) / idealMs(count);
	return [
		{ what: `${count}, ${hint}: all delivered exactly once`, holds: allOnce(figures.get(names.ours) ?? [], count) },
		{
			what: `${count}, ${hint}: in at most ${MOST} of the time that the limit allows (measured: ${share.toFixed(2)} of it)`,
			holds: share <= MOST,
		},
	];
}
