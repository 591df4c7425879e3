import { Stage } from '../../test/support/manyWebsites/stage';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a day of a token with many websites costs, in simulated time. */
export interface WebsiteDay {
	/** The requests after the first workflow was published, within an hour. */
	publishing: number;
	/** The same for a second workflow. */
	publishingSecond: number;
	/** The most requests in the ten seconds after a reconnect. */
	mostAtOnce: number;
	/** The requests of a day with one reconnect, without those for the messages that were missed. */
	oneReconnect: number;
	/** The requests of a day with this many reconnects. */
	reconnects: number;
	manyReconnects: number;
	/** On the first day, the time from the reconnect until all missed messages had arrived, in milliseconds. */
	longestWait: number;
	written: number;
	lost: number;
	/** Executions beyond one for each message and workflow. */
	surplus: number;
	/** The static data of a workflow at its largest, in characters. */
	staticData: number;
}

/** Simulates two workflows over some days: a reconnect on the first, many on the second. */
export async function simulateDays(websites: number, reconnects: number): Promise<WebsiteDay> {
	const stage = new Stage(websites);
	const { clock, crisp } = stage;
	const costOf = async (action: () => Promise<unknown>, time: number) => {
		const begun = clock.now();
		await action();
		await clock.advance(time);
		return crisp.countSince(begun) - crisp.countSince(begun, '/messages');
	};
	const workflows: Array<Awaited<ReturnType<Stage['publish']>>> = [];
	const publish = async (name: string) => workflows.push(await stage.publish({ name }));
	const publishing = await costOf(async () => await publish('first'), HOUR);
	const publishingSecond = await costOf(async () => await publish('second'), HOUR);
	for (let number = 0; number < Math.min(20, websites); number++) stage.writeLive(crisp.id(number));
	const missed: string[] = [];
	const quiet = crisp.ids.slice(Math.floor(websites / 2)).filter((_, index) => index % 50 === 0);
	let mostAtOnce = 0;
	let staticData = 0;
	const reconnect = async () => {
		const back = await stage.gap(() => missed.push(...quiet.map((id) => String(crisp.write(id).content))));
		await clock.advance(10_000);
		mostAtOnce = Math.max(mostAtOnce, crisp.countSince(back));
	};
	const hasAll = () => workflows.every(({ delivered }) => missed.every((text) => delivered.includes(text)));
	let longestWait = 0;
	const oneReconnect = await costOf(async () => {
		const begun = clock.now();
		await reconnect();
		while (!hasAll() && clock.now() - begun < DAY / 2) await clock.advance(MINUTE);
		longestWait = clock.now() - begun;
	}, DAY / 2);
	const manyReconnects = await costOf(async () => {
		for (let count = 0; count < reconnects; count++) {
			await reconnect();
			await clock.advance(DAY / reconnects - 30_000);
			for (const { memory } of workflows) staticData = Math.max(staticData, JSON.stringify(memory).length);
		}
	}, 0);
	await clock.advance(2 * DAY);
	const counts = workflows.map(({ delivered }) => missed.map((text) => delivered.filter((one) => one === text).length));
	await stage.end();
	return {
		publishing,
		publishingSecond,
		mostAtOnce,
		oneReconnect,
		reconnects,
		manyReconnects,
		longestWait,
		written: missed.length,
		lost: counts.flat().filter((count) => count === 0).length,
		surplus: counts.flat().reduce((sum, count) => sum + Math.max(0, count - 1), 0),
		staticData,
	};
}
