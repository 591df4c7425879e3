import type { IDataObject } from 'n8n-workflow';
import { pollingOf } from '../../../../nodes/CrispTrigger/polling/sharedPoll';
import { TriggersInTime, type Endpoint } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;

const written = (delivered: IDataObject[]) =>
	delivered.filter(({ event }) => event === 'message:send').map(({ fingerprint }) => fingerprint);

/** Numbers between 0 and 1, the same in each run. */
function numbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

describe('an outage of the realtime endpoint', () => {
	it.each<[Endpoint]>([['refuses'], ['silent']])('that %s is bridged by polling after a minute', async (endpoint) => {
		const world = new TriggersInTime();
		const { delivered, lines, close } = await world.activate();
		await world.clock.advance(minute);
		world.kill(endpoint);
		const first = world.crisp.write('session_1');
		await world.clock.advance(59 * second);
		expect(written(delivered)).toEqual([]);
		await world.clock.advance(2 * second);
		expect(written(delivered)).toEqual([first]);
		const later = [world.crisp.write('session_1'), world.crisp.write('session_2')];
		await world.clock.advance(31 * second);
		expect(written(delivered)).toEqual([first, ...later]);
		expect(lines.filter((line) => line.startsWith('The trigger polls Crisp'))).toHaveLength(1);
		await close();
	});

	it('for an hour delivers everything in time, and ends by itself', async () => {
		const world = new TriggersInTime();
		const chosen = ['message:send', 'integration:connection:lost', 'integration:connection:restored'];
		const { delivered, lines, close } = await world.activate({ events: [...chosen, 'session:sync:rating'] });
		await world.clock.advance(minute);
		world.kill('refuses');
		const sent: number[] = [];
		for (let minutes = 0; minutes < 60; minutes++) {
			if (minutes % 7 === 0) sent.push(world.crisp.write(`session_${minutes % 3}`));
			await world.clock.advance(minute);
		}
		expect(written(delivered)).toEqual(sent);
		// The log counts from its first message, which comes after the loss.
		await world.clock.advance(2 * minute);
		world.endpoint = 'works';
		await world.clock.advance(10 * minute);
		expect([world.connections, pollingOf('') === undefined]).toEqual([1, true]);
		const live = world.crisp.write('session_1');
		expect(written(delivered)).toEqual([...sent, live]);
		const told = delivered.filter(({ event }) => String(event).startsWith('integration:'));
		expect(told).toMatchObject([
			{
				event: 'integration:connection:lost',
				reason: expect.stringContaining("Crisp's realtime channel could not be reached") as string,
				polling: true,
				longest_wait_seconds: 180,
				missing_events: ['session:sync:rating'],
			},
			{ event: 'integration:connection:restored', events_read: sent.length },
		]);
		expect(told[1]?.duration_seconds).toBeGreaterThanOrEqual(3_600);
		expect(lines).toEqual([
			expect.stringMatching(/^Not connected to Crisp/),
			expect.stringMatching(
				/^The trigger polls Crisp, because there is no realtime connection: .* Events arrive within about 3 minutes\. .* session:sync:rating\.$/,
			),
			expect.stringMatching(/^The realtime connection works again after 1 hour/),
		]);
		await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});

	it.each([
		['in a burst, a hundred times, while the API fails now and then', {}],
		[
			'in a burst, a hundred times, while answers of Crisp take time and come from a cache',
			{ latency: 200, cache: 'lists' as const },
		],
		['in a burst, a hundred times, while Crisp stores messages late', { storing: 400, lookup: 1_500 }],
	])('%s, neither loses nor repeats anything', async (_, moods) => {
		const world = new TriggersInTime(moods);
		const random = numbers(7);
		const { delivered, close } = await world.activate({ events: ['message:send', 'session:set_state'] });
		await world.clock.advance(minute);
		const sent: number[] = [];
		let polls = 0;
		for (let round = 0; round < 100; round++) {
			const kills = Math.floor(random() * 20);
			const outage = random() < 0.5 ? random() * 50 * second : (1 + random() * 6) * minute;
			const how: Endpoint = random() < 0.5 ? 'refuses' : 'silent';
			let left = Infinity;
			for (let number = 0; number < 20; number++) {
				if (number === kills) {
					world.kill(how);
					left = outage;
				}
				sent.push(world.crisp.write(`session_${number % 3}`));
				world.restFault = random() < 0.1 ? { status: 500, reason: 'error' } : undefined;
				if (random() < 0.1) world.crisp.setState('session_0', number % 2 ? 'resolved' : 'unresolved');
				const pause = random() * 9 * second;
				await world.clock.advance(pause);
				left -= pause;
				if (left <= 0) world.endpoint = 'works';
			}
			world.restFault = undefined;
			await world.clock.advance(Math.max(0, left));
			if (delivered.length > 0 && world.connections === 0) polls += 1;
			world.endpoint = 'works';
			// It may be in the middle of a long wait: the next kill comes in polling, too.
			await world.clock.advance(random() * 4 * minute);
		}
		await world.clock.advance(20 * minute);
		expect(polls).toBeGreaterThan(20);
		expect([...written(delivered)].sort()).toEqual([...sent].sort());
		for (const one of ['session_0', 'session_1', 'session_2']) {
			const states = delivered.filter(({ event, session_id }) => event === 'session:set_state' && session_id === one);
			if (states.length > 0) expect((states.at(-1)?.data as IDataObject).state).toBe(world.crisp.stateOf(one));
			if (Object.keys(moods).length > 0) continue;
			const times = delivered.filter(({ event, session_id }) => event === 'message:send' && session_id === one);
			const inOrder = times.map(({ timestamp }) => Number(timestamp));
			expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
		}
		await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});
});
