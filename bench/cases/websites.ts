import type { Case, Outcome } from '../case';
import { reconnectWith, type Reconnect } from '../place/websites';
import { simulateDays, type WebsiteDay } from '../place/websiteDay';

const WEBSITES = 1_000;
const RECONNECTS = 20;
const MOST_AT_ONCE = 50;
/** One reading of each website, and its list twice. */
const MOST_A_DAY = 1_100;
/** For each reconnect beyond the first: the websites with recent events, at once and again. */
const MOST_FOR_EACH = 100;
const MOST_FIRST_MS = 5_000;
const MOST_HEAP = 50_000_000;

export const websites: Case = {
	name: 'websites',
	title: 'A thousand websites on one plugin token',
	about:
		`A token of a plugin that is installed on ${WEBSITES} websites, and a workflow that starts with Crisp Trigger on messages. ` +
		'Reconnect: the built node in one process, the sandbox in another, with real connections; visitors write on 20 websites, the connection is cut, ' +
		'and they write again. Days: two workflows and a stand-in Crisp in simulated time; on the first day the connection is lost once, ' +
		`on the second ${RECONNECTS} times, and each time visitors write on quiet websites. Requests for the messages that were missed are not counted in days.`,
	async run(say) {
		say('one website');
		const one = await reconnectWith(1);
		say(`${WEBSITES} websites`);
		const many = await reconnectWith(WEBSITES);
		say('days in simulated time');
		return outcomeOf(one, many, await simulateDays(WEBSITES, RECONNECTS));
	},
};

/** The table and the promises. */
export function outcomeOf(one: Reconnect, many: Reconnect, days: WebsiteDay): Outcome {
	const growth = many.heap - one.heap;
	const atOnce = Math.max(many.requests, days.mostAtOnce);
	const mostInManyDays = MOST_A_DAY + days.reconnects * MOST_FOR_EACH;
	return {
		columns: ['what', 'figure'],
		rows: [
			['requests in the 10 s after a reconnect', many.requests],
			['of these, for the list of websites', many.lists],
			['from the loss of the connection to the first missed event', inSeconds(many.first)],
			['missed messages that had arrived after 10 s', `${many.arrived} of ${many.written}`],
			['heap after a garbage collection: one website', inMb(one.heap)],
			['heap after a garbage collection: all websites', inMb(many.heap)],
			['requests after publishing the first workflow', days.publishing],
			['requests after publishing a second workflow', days.publishingSecond],
			['requests of a day with one reconnect', days.oneReconnect],
			[`requests of a day with ${days.reconnects} reconnects`, days.manyReconnects],
			['messages missed on quiet websites', days.written],
			['until all of the first day had arrived', `${Math.round(days.longestWait / 60_000)} min`],
			['static data of a workflow, at most', `${(days.staticData / 1000).toFixed(1)} kB`],
		],
		promises: [
			{ what: `A reconnect costs at most ${MOST_AT_ONCE} requests at once: ${atOnce}`, holds: atOnce <= MOST_AT_ONCE },
			{ what: `A reconnect does not list the websites: ${many.lists} requests`, holds: many.lists === 0 },
			{
				what: `Events arrive within 5 s after the connection was lost: ${inSeconds(many.first)}`,
				holds: many.first <= MOST_FIRST_MS && many.arrived >= many.written,
			},
			{
				what: `Quiet websites cost at most ${MOST_A_DAY} requests a day: ${days.oneReconnect}`,
				holds: days.oneReconnect <= MOST_A_DAY + MOST_FOR_EACH,
			},
			{
				what: `They are not read again for each reconnect: ${days.manyReconnects} requests a day with ${days.reconnects}`,
				holds: days.manyReconnects <= mostInManyDays,
			},
			{
				what: `Publishing a second workflow costs no requests: ${days.publishingSecond}`,
				holds: days.publishingSecond === 0,
			},
			{ what: `Every missed message started each workflow: ${days.lost} did not`, holds: days.lost === 0 },
			{ what: `No message started a workflow twice: ${days.surplus} did`, holds: days.surplus === 0 },
			{ what: `Under 50 MB more than with one website: ${inMb(growth)}`, holds: growth < MOST_HEAP },
		],
		remarks: [
			'A message that was missed on a quiet website waits for the daily reading of the website. For 25 websites or fewer, everything is read at once.',
		],
	};
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const inMb = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
