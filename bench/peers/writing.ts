import { judge, type Arrival, type Wanted } from '../place/arrived';
import { inTurns, median, ratio, seconds } from '../measure';
import { names, type Peer } from './peers';
import type { Faults, Workspace } from '../place/workspace';

/** The result of one contender's run with all items. */
export interface Written extends Arrival {
	ms: number;
	/** Items that the contender reports as failed. */
	failed: number;
	/** Requests that the server rejected. */
	refused: number;
}

export interface Writing {
	count: number;
	/** The number of conversations; default: one for each item. */
	targets?: number;
	faults: Faults;
	rounds: number;
	peers: Peer[];
	/** Contenders that take too long and are measured once only. */
	once?: Peer[];
}

const WARM_UP = 20;

/** Makes the contenders write the same items into separate conversations, in turns; returns the results by name. */
export async function compareWriting(
	workspace: Workspace,
	{ count, targets = count, faults, rounds, peers, once = [] }: Writing,
	say: (line: string) => void,
): Promise<Map<string, Written[]>> {
	for (const peer of [...peers, ...once]) await peer.run(await itemsFor(workspace, WARM_UP, WARM_UP));
	const contenders = [...peers, ...once].map((peer) => ({
		name: peer.name,
		rounds: once.includes(peer) ? 1 : rounds,
		measure: async () => await write(workspace, peer, await itemsFor(workspace, count, targets), faults),
	}));
	return await inTurns(rounds, contenders, say);
}

let runs = 0;

/** Items whose conversations are in mixed order; the same for every contender, except for the conversations. */
async function itemsFor(workspace: Workspace, count: number, targets: number): Promise<Wanted[]> {
	const sessions = await workspace.addConversations(targets);
	const run = ++runs;
	const targetOf = (index: number) => (targets === count ? index : (Math.imul(index, 2_654_435_761) >>> 8) % targets);
	return Array.from({ length: count }, (_, index) => ({
		session_id: sessions[targetOf(index)] ?? '',
		text: `Run ${run}, number ${index}`,
	}));
}

async function write(workspace: Workspace, peer: Peer, items: Wanted[], faults: Faults): Promise<Written> {
	await workspace.announced.take();
	await workspace.misbehave(faults);
	const since = Date.now();
	const begun = performance.now();
	const failed = await peer.run(items);
	const ms = performance.now() - begun;
	await workspace.misbehave({});
	const asked = await workspace.askedSince(since);
	const refused = asked.filter(({ status }) => status >= 400).length;
	return { ms, failed, refused, ...judge(items, await workspace.announced.take()) };
}

export const columns = ['', 'time', `of ${names.http}`, 'delivered', 'twice', 'refused requests'];

/** A row for each contender: the median time of its rounds, and the worst of the other values. */
export function rowsOf(figures: Map<string, Written[]>, count: number): Array<Array<string | number>> {
	const base = timeOf(figures, names.http);
	return [...figures].map(([name, all]) => [
		name,
		seconds(all.map(({ ms }) => ms)),
		ratio(timeOf(figures, name), base),
		`${Math.min(...all.map(({ delivered }) => delivered))} of ${count}`,
		most(all, 'doubled'),
		median(all.map(({ refused }) => refused)),
	]);
}

export const timeOf = (figures: Map<string, Written[]>, name: string) =>
	median((figures.get(name) ?? []).map(({ ms }) => ms));

export const most = (all: Written[], figure: keyof Written) => Math.max(...all.map((one) => one[figure]));

/** Whether in every round each item arrived exactly once and in the right conversation. */
export function allOnce(all: Written[], count: number): boolean {
	return all.every(({ delivered, doubled, misplaced }) => delivered === count && doubled === 0 && misplaced === 0);
}

/** The assertions without faults: as fast as the HTTP Request node, and nothing lost. */
export function freePromises(figures: Map<string, Written[]>, count: number) {
	const share = timeOf(figures, names.ours) / timeOf(figures, names.http);
	return [
		{
			what: `${count} messages in at most the time of the ${names.http} (measured: ${share.toFixed(2)} of it)`,
			holds: share <= 1,
		},
		{ what: `all ${count} delivered exactly once`, holds: allOnce(figures.get(names.ours) ?? [], count) },
	];
}
