import type { Case } from '../case';
import { Fountain } from '../place/fountain';
import { costOf, type Cost } from '../place/sharers';
import { median } from '../spread';

const WORKFLOWS = 100;
const ROUNDS = 7;
const MOST_BYTES = 1_000_000;

export const sharing: Case = {
	name: 'sharing',
	title: 'A hundred workflows on one credential',
	about: `${WORKFLOWS} workflows that start with Crisp Trigger, all with one credential, in one process: how many sockets they open, and how much memory they need in addition to n8n-core's own contexts, which are created before. Heap and external memory after a garbage collection; the median of ${ROUNDS} rounds, after a warm-up round.`,
	async run(say) {
		const fountain = await Fountain.open();
		try {
			say(`${ROUNDS + 1} rounds of ${WORKFLOWS} workflows`);
			return outcomeOf(await costOf(fountain.access, WORKFLOWS, ROUNDS));
		} finally {
			fountain.close();
		}
	},
};

function outcomeOf(costs: Cost[]) {
	const sockets = Math.max(...costs.map((cost) => cost.sockets));
	const isHeard = costs.every(({ heard }) => heard.every((count) => count === 1));
	const others = median(costs.map((cost) => cost.others));
	const row = (what: string, bytes: number[]) => [
		what,
		...[median(bytes), Math.min(...bytes), Math.max(...bytes)].map(inKb),
	];
	return {
		columns: ['memory', 'median', 'least', 'most'],
		rows: [
			row(
				`n8n-core's contexts of ${WORKFLOWS} workflows`,
				costs.map(({ contexts }) => contexts),
			),
			row(
				'the first workflow, with the socket',
				costs.map(({ first }) => first),
			),
			row(
				`the other ${WORKFLOWS - 1} workflows`,
				costs.map((cost) => cost.others),
			),
		],
		promises: [
			{ what: `One socket: ${sockets}`, holds: sockets === 1 },
			{ what: 'Every workflow receives a message once', holds: isHeard },
			{ what: `Under 1 MB more than one workflow: ${inKb(others)}`, holds: others < MOST_BYTES },
		],
		remarks: [
			`Each workflow has its own filters, memory of what was delivered, start queue, waits and catch-up: ${inKb(others / (WORKFLOWS - 1))}, mostly small maps that are empty until they are needed. They share the socket.`,
		],
	};
}

const inKb = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
