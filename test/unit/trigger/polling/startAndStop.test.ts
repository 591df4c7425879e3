import { endPolling, pollingOf, sharedPollFor } from '../../../../nodes/CrispTrigger/polling/sharedPoll';
import { processStores } from '../../../../nodes/shared/runtime/processState';
import { FakeClock } from '../../../support/fakeClock';
import { TriggersInTime, type Beginning, type Endpoint } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;

/** Numbers between 0 and 1, the same in each run. */
function numbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

type Active = Awaited<ReturnType<TriggersInTime['activate']>>;

interface Period {
	/** Messages that were written while it was published. */
	expected: number[];
	trigger: Active;
}

const owned = () =>
	processStores()
		.filter(({ name }) => /^(shared connections|shared polls|active triggers)/.test(name))
		.map(({ size }) => size);

describe.each<[string, Beginning]>([
	['over the realtime connection', {}],
	['by polling', { options: { connection: 'polling', pollSeconds: 30 } }],
])('a hundred workflows that are published, unpublished and published again while visitors write, %s', (_, how) => {
	it('get each message of their time once, share what they need, and leave nothing behind', async () => {
		const world = new TriggersInTime();
		const random = numbers(3);
		const active = new Map<number, Period>();
		const ended: Period[] = [];
		const isPolling = how.options !== undefined;
		let most = 0;
		const write = async () => {
			// A message of the same millisecond may count as written before or after.
			await world.clock.advance(1);
			const fingerprint = world.crisp.write(`session_${Math.floor(random() * 5)}`);
			for (const { expected } of active.values()) expected.push(fingerprint);
			await world.clock.advance(1);
		};
		const publish = async (index: number) => {
			const trigger = await world.activate({ ...how, workflow: `w${index}`, activation: 'activate' });
			active.set(index, { expected: [], trigger });
		};
		const unpublish = async (index: number) => {
			const period = active.get(index);
			if (!period) return;
			active.delete(index);
			await period.trigger.close();
			ended.push(period);
		};
		for (let index = 0; index < 100; index++) {
			await publish(index);
			if (index % 10 === 0) await write();
		}
		for (let step = 0; step < (isPolling ? 120 : 300); step++) {
			const index = Math.floor(random() * 100);
			if (active.has(index)) {
				// What was written since the last round is read only while a workflow is published.
				if (isPolling) await world.clock.advance(minute);
				await unpublish(index);
			} else await publish(index);
			await write();
			await world.clock.advance(random() * 3 * second);
			most = Math.max(most, world.connections);
		}
		await world.clock.advance(5 * minute);
		for (const index of [...active.keys()]) await unpublish(index);
		expect(ended.length).toBeGreaterThan(120);
		for (const { expected, trigger } of ended) {
			expect(trigger.delivered.map(({ fingerprint }) => fingerprint)).toEqual(expected);
		}
		expect(most).toBe(isPolling ? 0 : 1);
		expect([world.connections, world.clock.sleeping, world.clock.alarms]).toEqual([0, 0, 0]);
		expect(owned()).toEqual([0, 0, 0]);
	}, 120_000);
});

it('a round serves a hundred workflows with the requests of one', async () => {
	const requests: number[] = [];
	for (const count of [1, 100]) {
		const world = new TriggersInTime();
		const events = ['message:send', 'session:set_state'];
		const options = { connection: 'polling' };
		const triggers: Active[] = [];
		for (let index = 0; index < count; index++) triggers.push(await world.activate({ events, options }));
		await world.clock.advance(minute);
		const begun = world.clock.now();
		for (let number = 0; number < 20; number++) {
			world.crisp.write(`session_${number % 4}`);
			await world.clock.advance(30 * second);
		}
		await world.clock.advance(5 * minute);
		expect(triggers.map(({ delivered }) => delivered.length)).toEqual(triggers.map(() => 20));
		requests.push(world.requestsSince(begun));
		for (const { close } of triggers) await close();
	}
	const [one = 0, hundred = 0] = requests;
	expect(one).toBeGreaterThan(40);
	expect(Math.abs(hundred - one)).toBeLessThan(5);
}, 60_000);

it('stopping in the middle of a round ends it for one workflow only', async () => {
	const world = new TriggersInTime({ latency: 2_000 });
	const options = { connection: 'polling' };
	const [one, other] = [await world.activate({ options }), await world.activate({ options })];
	await world.clock.advance(minute);
	const fingerprint = world.crisp.write('session_1');
	const sent = world.requests.length;
	while (world.requests.length === sent) await world.clock.advance(second);
	await one.close();
	await world.clock.advance(10 * second);
	expect(other.delivered.map((event) => event.fingerprint)).toEqual([fingerprint]);
	expect([one.delivered, other.lines]).toEqual([[], []]);
	await other.close();
	expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
});

it.each<['closed' | 'replaced', Endpoint]>([
	['closed', 'silent'],
	['replaced', 'silent'],
	['closed', 'refuses'],
	['replaced', 'refuses'],
])(
	'a trigger that is %s while it connects in the background leaves nothing behind (endpoint: %s)',
	async (how, endpoint) => {
		for (const activation of ['activate', 'init', 'update'] as const) {
			const world = new TriggersInTime();
			world.endpoint = endpoint;
			world.restDelay = 3 * second;
			const first = world.begin({ workflow: 'one', activation });
			await world.clock.advance(4 * second);
			const next = how === 'replaced' ? world.begin({ workflow: 'one', activation }) : undefined;
			const response = await world.during(first.activating);
			// n8n does not end a trigger that the node itself has replaced.
			if (!next) await world.during(response.closeFunction?.() ?? Promise.resolve());
			if (next) await world.during((await world.during(next.activating)).closeFunction?.() ?? Promise.resolve());
			const sent = world.requests.length;
			await world.clock.advance(30 * minute);
			expect([world.requests.length - sent, world.clock.sleeping, world.clock.alarms]).toEqual([0, 0, 0]);
			expect(pollingOf('')).toBeUndefined();
		}
	},
);

it('a workflow that n8n runs slowly does not delay the polls for others', async () => {
	const world = new TriggersInTime();
	const options = { connection: 'polling' };
	const [slow, other] = [await world.activate({ options, isSlow: true }), await world.activate({ options })];
	await world.clock.advance(minute);
	for (let number = 0; number < 100; number++) world.crisp.write(`session_${number % 10}`);
	await world.clock.advance(minute);
	expect([slow.delivered.length < 50, other.delivered.length]).toEqual([true, 100]);
	world.crisp.write('session_2');
	await world.clock.advance(2 * minute);
	expect(other.delivered).toHaveLength(101);
	await world.clock.advance(20 * minute);
	expect(slow.delivered).toHaveLength(101);
	await slow.close();
	await other.close();
});

it('a clock that is set back by an hour does not delay the next poll', async () => {
	const clock = new FakeClock();
	const shared = sharedPollFor('token', clock);
	let polls = 0;
	const poller = () => ({ poll: async () => await Promise.resolve({ fresh: Number(++polls > 0) }) });
	const [first, other] = [poller(), poller()];
	await shared.add(first);
	const now = clock.now.bind(clock);
	jest.spyOn(clock, 'now').mockImplementation(() => now() - 60 * minute);
	void shared.add(other);
	await clock.advance(3 * minute);
	expect(polls).toBeGreaterThanOrEqual(3);
	for (const one of [first, other]) endPolling('token', shared, one);
	await clock.advance(0);
	expect(clock.sleeping).toBe(0);
});
