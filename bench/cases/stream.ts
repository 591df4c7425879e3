import { io } from 'socket.io-client';

import { tokens } from '../../sandbox/state/tokens';
import type { Case } from '../case';
import { Fountain } from '../place/fountain';
import { median } from '../spread';
import { loadTriggers } from '../peers/triggers';

const EVENTS = 20_000;
const ROUNDS = 7;
/** What an event may take in the trigger beyond the bare listener, in milliseconds. */
const MOST_MS = 0.02;

/** Starts a listener; `onEvents` is called with the number of events that arrived. */
type Listen = (fountain: Fountain, onEvents: (count: number) => void) => Promise<{ end(): Promise<void> }>;

const names = { bare: 'socket.io-client alone', trigger: 'Crisp Trigger' };

export const stream: Case = {
	name: 'stream',
	title: 'Events a second through the trigger',
	about: `A sandbox in a separate process sends ${EVENTS.toLocaleString('en')} messages of visitors as fast as it can. Measured are the events per second, from the first to the last: in a bare listener of socket.io-client, which does nothing with them, and in Crisp Trigger at the point where n8n would start an execution, after the event was filtered, deduplicated and converted to an item. ${ROUNDS} rounds in turns, after a warm-up round.`,
	async run(say) {
		const fountain = await Fountain.open();
		try {
			const rates = { bare: [] as number[], trigger: [] as number[] };
			for (let round = 0; round <= ROUNDS; round++) {
				const turn = round % 2 === 0 ? (['bare', 'trigger'] as const) : (['trigger', 'bare'] as const);
				for (const name of turn) {
					const rate = await rateOf(fountain, listeners[name]);
					// The first round is a warm-up, in which the code is compiled.
					if (round > 0) rates[name].push(rate);
					say(`round ${round} of ${ROUNDS}: ${names[name]}, ${Math.round(rate).toLocaleString('en')} a second`);
				}
			}
			return outcomeOf(rates);
		} finally {
			fountain.close();
		}
	},
};

function outcomeOf({ bare, trigger }: { bare: number[]; trigger: number[] }) {
	const cost = 1_000 / median(trigger) - 1_000 / median(bare);
	const shown = (rates: number[]) =>
		[median(rates), Math.min(...rates), Math.max(...rates)].map((rate) => Math.round(rate).toLocaleString('en'));
	return {
		columns: ['listener', 'events a second: median', 'slowest', 'fastest'],
		rows: [
			[names.bare, ...shown(bare)],
			[names.trigger, ...shown(trigger)],
		],
		promises: [
			{
				what: `Less than ${MOST_MS} ms per event over the bare listener (measured: ${cost.toFixed(4)} ms)`,
				holds: cost < MOST_MS,
			},
		],
	};
}

/** Events per second, from the first to the last event. */
async function rateOf(fountain: Fountain, listen: Listen): Promise<number> {
	let count = 0;
	let first = NaN;
	let finish = () => {};
	const finished = new Promise<void>((resolve) => (finish = resolve));
	const listener = await listen(fountain, (more) => {
		if (count === 0) first = performance.now();
		count += more;
		if (count === EVENTS) finish();
	});
	fountain.pour(EVENTS);
	await finished;
	const took = performance.now() - first;
	await listener.end();
	return (EVENTS / took) * 1000;
}

const listeners: Record<keyof typeof names, Listen> = {
	async bare({ access }, onEvents) {
		const { identifier: username, key: password } = tokens.website;
		const socket = io(access.baseUrl, { path: '/socket/relay-1/', transports: ['websocket'], forceNew: true });
		socket.on('message:send', () => onEvents(1));
		const authenticated = new Promise((resolve) => socket.once('authenticated', resolve));
		const claims = { tier: 'website', username, password, events: ['message:send'], rooms: [access.websiteId] };
		socket.once('connect', () => socket.emit('authentication', claims));
		await authenticated;
		return { end: async () => void socket.close() };
	},
	async trigger({ access }, onEvents) {
		const triggers = loadTriggers(access, { events: ['message:send'], options: { startsPerMinute: 0 } });
		const response = await triggers.begin(triggers.contextFor('workflow-1', onEvents));
		return { end: async () => await response.closeFunction?.() };
	},
};
