import type { Case } from '../case';
import { evaluated, message } from '../peers/actions';
import { execute, type Placed } from '../peers/engine';
import { inTurns, median, ratio } from '../measure';
import { crispNode, httpNode, names } from '../peers/peers';
import { inPlace, type Place } from '../place/place';

const COUNT = 1000;
const ROUNDS = 3;
const MOST_MS = 0.5;

const answer = { error: false, reason: 'dispatched', data: { fingerprint: 1 } };

/** Replacements for n8n's request helpers, which respond immediately and in this process. */
const helpers = {
	httpRequestWithAuthentication: async () => ({ statusCode: 202, headers: {}, body: answer }),
	requestWithAuthentication: async () => ({
		statusCode: 202,
		headers: { 'content-type': 'application/json' },
		body: Buffer.from(JSON.stringify(answer)),
	}),
};

export const overhead: Case = {
	name: 'overhead',
	title: 'Processor time of the node itself',
	about:
		`Processor time for each of ${COUNT.toLocaleString('en')} messages whose requests are answered immediately within the process: what is ` +
		'left is the work of the node and of n8n-core around it, with expressions evaluated in a virtual machine, as in n8n. *Bare ' +
		'requests* is a node that only reads the two values of an item, which are expressions, and calls n8n’s helper. *Other ' +
		'expressions* are those that n8n has to evaluate, such as `{{ $json.text.trim() }}`; expressions that only refer to a field of ' +
		'the item are resolved by the Crisp node itself.',
	async run(say) {
		return await inPlace(async (place) => {
			const items = Array.from({ length: COUNT }, (_, index) => ({
				session_id: `session_${index}`,
				text: `Number ${index}`,
			}));
			const { host, workspace } = place;
			const contenders = nodesIn(place).map(({ name, placed }) => ({
				name,
				measure: async () =>
					await processorTime(async () => {
						const output = await execute(host, placed, {
							credential: workspace.credential,
							items,
							helpers,
							isStrict: true,
						});
						if (output.length !== COUNT) throw new Error(`${name} returned ${output.length} items`);
					}),
			}));
			// Warm-up: in the first rounds the code is not compiled yet.
			await inTurns(2, contenders, () => undefined);
			const figures = await inTurns(ROUNDS, contenders, say);
			const perItem = (name: string) => median(figures.get(name) ?? []) / COUNT;
			const cost = perItem(names.oursEvaluated) - perItem(BARE);
			return {
				columns: ['', 'processor time per item', `of ${names.http}`],
				rows: [...figures.keys()].map((name) => [
					name,
					`${perItem(name).toFixed(3)} ms`,
					ratio(perItem(name), perItem(names.http)),
				]),
				promises: [
					{
						what: `less than ${MOST_MS} ms per item over bare requests (measured: ${cost.toFixed(3)} ms)`,
						holds: cost < MOST_MS,
					},
				],
			};
		});
	},
};

const BARE = 'Bare requests';

function nodesIn(place: Place): Array<{ name: string; placed: Placed }> {
	const crisp = place.host.freshCrisp();
	return [
		{ name: names.ours, placed: crispNode(crisp, message.crisp) },
		{ name: names.oursEvaluated, placed: crispNode(crisp, evaluated.crisp) },
		{ name: names.http, placed: httpNode(place.host, { ...message.http(place.workspace), options: {} }) },
		{ name: BARE, placed: bareNode(crisp.description) },
	];
}

/** A node with the minimum of work: it reads the two values of an item, and sends a request. */
function bareNode(description: Placed['nodeType']['description']): Placed {
	const names = ['sessionId', 'content'];
	const properties = names.map((name) => ({ displayName: name, name, type: 'string' as const, default: '' }));
	return {
		nodeType: {
			description: { ...description, properties },
			async execute() {
				const { httpRequestWithAuthentication } = this.helpers;
				const sent = this.getInputData().map(async (_, item) => {
					const body = Object.fromEntries(names.map((name) => [name, this.getNodeParameter(name, item)]));
					const json = (await httpRequestWithAuthentication.call(this, 'crispApi', { url: '', body })) as object;
					return { json, pairedItem: { item } };
				});
				return [await Promise.all(sent)] as never;
			},
		},
		type: 'n8n-nodes-crisp.bare',
		parameters: { sessionId: '={{ $json.session_id.trim() }}', content: '={{ $json.text.trim() }}' },
	};
}

/** The processor time of the work in milliseconds, over all threads of this process. */
async function processorTime(work: () => Promise<void>): Promise<number> {
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1000;
}
