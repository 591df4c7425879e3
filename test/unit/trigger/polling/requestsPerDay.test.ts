import { ManyWebsites } from '../../../support/manyWebsites/crisp';
import { TriggersInTime, type Beginning } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The most requests within any 24 hours. */
function mostInADay(times: number[]): number {
	let first = 0;
	return Math.max(
		...times.map((time, index) => {
			while ((times[first] ?? 0) <= time - day) first += 1;
			return index - first + 1;
		}),
	);
}

/** Polls for two days, while `act` is called once a minute; returns the times of all requests, from the beginning on. */
async function twoDays(
	given: Beginning | ((world: TriggersInTime) => Beginning),
	act: (world: TriggersInTime, minutes: number) => void = () => {},
) {
	const world = new TriggersInTime();
	const beginning = typeof given === 'function' ? given(world) : given;
	world.endpoint = 'refuses';
	const { delivered, close } = await world.activate(beginning);
	const begun = world.clock.now();
	for (let minutes = 0; minutes < 2 * 24 * 60; minutes++) {
		act(world, minutes);
		await world.clock.advance(minute);
	}
	await close();
	return { world, delivered, times: world.requests.map(({ at }) => at - begun) };
}

const polling = { connection: 'polling' };
const people = ['message:send', 'people:profile:created'];
const websitesOf = (length: number) => Array.from({ length }, (_, index) => `website_${index}`);

describe('the requests of a day', () => {
	it('for one quiet website are one for each three minutes', async () => {
		const { times } = await twoDays({ options: polling });
		expect(mostInADay(times)).toBeLessThanOrEqual(490);
		expect(mostInADay(times)).toBeGreaterThanOrEqual(470);
	}, 60_000);

	it('for one quiet website with new people are two for each three minutes', async () => {
		const { times } = await twoDays({ options: polling, events: people });
		expect(mostInADay(times)).toBeLessThanOrEqual(1_000);
		expect(mostInADay(times)).toBeGreaterThanOrEqual(930);
	}, 60_000);

	it('include those that look for the realtime channel again', async () => {
		const { times, world } = await twoDays({ events: people });
		const looking = world.requests.filter(({ path }) => path.endsWith('/endpoints'));
		expect(looking.length).toBeGreaterThan(200);
		expect(looking.length).toBeLessThan(400);
		// The first minute without a connection is not polled, and looks for it often.
		expect(mostInADay(times)).toBeLessThanOrEqual(1_000);
	}, 60_000);

	it('for one busy website are less than a thousand, and no message is lost', async () => {
		let sent = 0;
		const { times, delivered } = await twoDays({ options: polling, events: people }, ({ crisp }, minutes) => {
			for (let number = 0; number < 3; number++) crisp.write(`session_${(minutes * 3 + number) % 40}`);
			sent += 3;
		});
		expect(mostInADay(times)).toBeLessThanOrEqual(1_000);
		expect(delivered.length).toBeGreaterThan(sent - 400);
	}, 120_000);

	it('for ten websites are less than a thousand, and a fifth of the quota of a plugin token', async () => {
		const { times } = await twoDays({ options: polling, events: people, websites: websitesOf(10) });
		expect(mostInADay(times)).toBeLessThanOrEqual(1_000);
		expect(mostInADay(times)).toBeGreaterThan(800);
	}, 60_000);

	it('for fifty websites are less than a thousand for polling, and one reading of each quiet one', async () => {
		let crisp: ManyWebsites | undefined;
		const prepare = (world: TriggersInTime) => {
			crisp = new ManyWebsites(50, () => world.clock.now());
			Object.assign(world.crisp, { send: crisp.send });
			return { options: polling, events: people, websites: crisp.ids };
		};
		let written = 0;
		// One message a day, so that one website is polled.
		const { times, delivered } = await twoDays(prepare, (_, minutes) => {
			if (minutes % (24 * 60) !== 60) return;
			crisp?.write(crisp.id(0));
			written += 1;
		});
		expect(mostInADay(times)).toBeLessThanOrEqual(1_000 + 2 * 50);
		expect(mostInADay(times)).toBeGreaterThan(900);
		expect(delivered).toHaveLength(written);
	}, 60_000);
});

describe('the time between two rounds', () => {
	const roundsOf = (world: TriggersInTime) =>
		world.requests.filter(({ path }) => path.includes('/conversations/1')).map(({ at }) => at);

	it('is 30 seconds while events arrive, and grows to three minutes', async () => {
		const world = new TriggersInTime();
		const { close } = await world.activate({ options: polling });
		for (let number = 0; number < 10; number++) {
			world.crisp.write('session_1');
			await world.clock.advance(30 * second);
		}
		await world.clock.advance(20 * minute);
		const rounds = roundsOf(world);
		const waits = rounds.slice(1).map((at, index) => Math.round((at - (rounds[index] ?? 0)) / second));
		// The first round found nothing.
		expect(waits.slice(0, 9)).toEqual([45, ...Array.from({ length: 8 }, () => 30)]);
		expect(waits.slice(-4)).toEqual([180, 180, 180, 180]);
		await close();
	});

	it('is what the user has chosen', async () => {
		const world = new TriggersInTime();
		const { close } = await world.activate({ options: { ...polling, pollSeconds: 20 } });
		await world.clock.advance(hour);
		expect(roundsOf(world)).toHaveLength(181);
		await close();
	});

	it('is not shorter than ten seconds', async () => {
		const world = new TriggersInTime();
		const { close } = await world.activate({ options: { ...polling, pollSeconds: 0.001 } });
		await world.clock.advance(minute);
		expect(roundsOf(world)).toHaveLength(7);
		await close();
	});

	it('grows while Crisp does not answer', async () => {
		const world = new TriggersInTime();
		world.restFault = { status: 500, reason: 'error' };
		const { close } = await world.activate({ options: polling });
		await world.clock.advance(day);
		expect(mostInADay(world.requests.map(({ at }) => at))).toBeLessThanOrEqual(1_000);
		await close();
	}, 60_000);
});
