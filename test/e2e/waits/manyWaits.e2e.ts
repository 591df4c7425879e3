import { ManyWaits, WAITED_WITHIN_MS } from '../../support/chaos/manyWaits';
import { OUTAGES } from '../support/nodeLog';
import { startStack, type Stack } from '../support/stack';

/** Hundreds of executions wait at the same time, while n8n is killed twice. */

const count = Number(process.env.WAITS ?? 30);

let stack: Stack;

beforeAll(async () => {
	stack = await startStack('many-waits', {}, { expectedLog: OUTAGES });
}, 240_000);
afterAll(async () => await stack?.stop());

test(
	`${count} waits survive two kills of n8n, and each continues once with its own answer`,
	async () => {
		const waits = new ManyWaits(stack);
		await waits.publish();
		const all = await waits.begin(count);
		const third = Math.floor(count / 3);
		await stack.killN8n(async () => await waits.answer(all.slice(0, third)));
		await waits.resumed(all.slice(0, third));
		await waits.answer(all.slice(third, 2 * third));
		await waits.resumed(all.slice(third, 2 * third));
		await stack.killN8n(async () => await waits.answer(all.slice(2 * third)));
		await waits.resumed(all);
		expect(await waits.faults()).toEqual([]);
	},
	4 * WAITED_WITHIN_MS,
);
