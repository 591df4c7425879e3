import { endure, keepAll, publishReplies } from '../../support/chaos/ordeal';
import { reckon, RECKONED_WITHIN_MS } from '../../support/chaos/reckoning';
import { OUTAGES } from '../support/nodeLog';
import { startStack, type Stack } from '../support/stack';

/** The benchmark `missed` is the long version, with figures. */
const ordeal = {
	seed: 4711,
	messages: 60,
	conversations: 10,
	gap: [100, 300] as [number, number],
	pause: [500, 1500] as [number, number],
	outage: [200, 1000] as [number, number],
	drops: 3,
	sandboxKills: 2,
	n8nKills: 1,
};

/** Longer than the reckoning, so that its report is shown instead of a timeout. */
const TOLD_WITHIN_MS = RECKONED_WITHIN_MS + 180_000;

describe('while sockets are cut and servers are killed', () => {
	let stack: Stack;

	beforeAll(async () => {
		stack = await startStack('missed', keepAll, { expectedLog: OUTAGES });
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test(
		'every message starts one execution and is answered once',
		async () => {
			const workflowId = await publishReplies(stack);
			const { visitors, fallen } = await endure(stack, ordeal);
			const { fates, verdict, strange } = await reckon(stack, [workflowId], visitors, fallen);
			expect(fates.length).toBeGreaterThanOrEqual(ordeal.messages);
			const { crashed, ...faults } = verdict;
			expect({ ...faults, strange }).toEqual({
				miswritten: [],
				lost: [],
				doubled: [],
				unanswered: [],
				answeredTwice: [],
				strange: [],
			});
			// What was in progress at one kill, at several messages a second.
			expect(crashed.length).toBeLessThan(10);
		},
		TOLD_WITHIN_MS,
	);
});
