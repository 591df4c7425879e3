import { ManyWebsites } from '../../../support/manyWebsites/crisp';
import { TriggersInTime } from './triggersInTime';

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * Polls so many websites for two days; each half hour a visitor writes on another one of them. Returns how long each message took,
 * in milliseconds, and what was told.
 */
async function polled(count: number, events: string[]) {
	const world = new TriggersInTime();
	const crisp = new ManyWebsites(count, () => world.clock.now());
	Object.assign(world.crisp, { send: crisp.send });
	world.endpoint = 'refuses';
	const told = ['integration:connection:lost'];
	const { delivered, close, lines } = await world.activate({ events: [...events, ...told], websites: crisp.ids });
	const written = new Map<unknown, number>();
	const waits: number[] = [];
	let longestTold = 0;
	for (let minutes = 0; minutes < 2 * 24 * 60; minutes++) {
		if (minutes % 30 === 0) {
			const message = crisp.write(crisp.id(((minutes / 30) * 7) % count));
			written.set(message.fingerprint, world.clock.now());
		}
		await world.clock.advance(minute);
		for (const { fingerprint, longest_wait_seconds } of delivered.splice(0)) {
			longestTold ||= Number(longest_wait_seconds ?? 0) * 1_000;
			if (!written.has(fingerprint)) continue;
			waits.push(world.clock.now() - (written.get(fingerprint) ?? NaN));
			written.delete(fingerprint);
		}
	}
	await close();
	waits.push(...[...written.values()].map((at) => world.clock.now() - at));
	return { line: lines.find((one) => one.startsWith('The trigger polls Crisp')), waits, longestTold };
}

it.each([
	[26, 4],
	[50, 8],
	[200, 24],
])(
	'an event on any of %d websites arrives within %d hours, and not later than is told',
	async (count, hours) => {
		const { line, waits, longestTold } = await polled(count, ['message:send']);
		expect(line).toContain('within about 3 minutes, those of websites on which little happens within a day.');
		expect(longestTold).toBe(day);
		expect(Math.max(...waits)).toBeLessThanOrEqual((hours / 24) * day);
		expect(waits).toHaveLength(96);
	},
	120_000,
);

it('with 25 websites, all are read in each round, and nothing else is told', async () => {
	const { line, waits, longestTold } = await polled(25, ['message:send']);
	expect(line).toMatch(/Events arrive within about \d+ minutes\.$/);
	// "About": reading what is found costs requests, too.
	expect(Math.max(...waits)).toBeLessThanOrEqual(1.4 * longestTold);
	expect(waits).toHaveLength(96);
}, 120_000);
