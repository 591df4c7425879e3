import { TriggersInTime, type Beginning, type Claims } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;

type Trigger = Awaited<ReturnType<TriggersInTime['activate']>>;

/** The realtime channel refuses this event; nothing else knows that. */
const refusedEvent = 'session:set_email';
const withoutIt = ({ events }: Claims) => !events.includes(refusedEvent);

const bad: Beginning = { workflow: 'bad', events: ['message:send', refusedEvent] };
const good: Beginning = { workflow: 'good', events: ['message:send'] };
const more: Beginning = { workflow: 'more', events: ['message:send', 'session:set_nickname'] };

const names = ['state', 'nickname', 'phone', 'data', 'avatar', 'segments', 'block', 'inbox'];
const eight = names.map((name) => ({ workflow: name, events: ['message:send', `session:set_${name}`] }));

/** Messages that were written, all of which have to arrive once. */
class Written {
	private readonly fingerprints: number[] = [];

	constructor(private readonly world: TriggersInTime) {}

	add(fingerprint: number): void {
		this.fingerprints.push(fingerprint);
	}

	async write(): Promise<void> {
		this.add(this.world.crisp.write('session_1'));
		await this.world.clock.advance(second);
	}

	/** Whether each trigger has got all of them once, in order. */
	arrivedIn(triggers: Trigger[]): boolean[] {
		const expected = JSON.stringify(this.fingerprints);
		return triggers.map(({ delivered }) => JSON.stringify(delivered.map((one) => one.fingerprint)) === expected);
	}
}

const failuresOf = (triggers: Trigger[]) => triggers.map(({ failures }) => failures.length);
const isGood = (beginnings: Beginning[]) => beginnings.map((one) => one !== bad);

async function endAll(world: TriggersInTime, triggers: Trigger[]): Promise<void> {
	await Promise.all(triggers.map(async ({ close }) => await close()));
	expect([world.clock.sleeping, world.clock.alarms, world.connections]).toEqual([0, 0, 0]);
}

const orders: Array<[string, Beginning[]]> = [
	['first', [bad, good, more]],
	['second', [good, bad, more]],
	['last', [more, good, bad]],
];

describe('a workflow whose selection the realtime channel refuses', () => {
	it.each(orders)('does not stop those that n8n starts together with it, as the %s', async (_, beginnings) => {
		const world = new TriggersInTime();
		world.accepts = withoutIt;
		const all = await Promise.all(beginnings.map(async (one) => await world.activate(one)));
		await world.clock.advance(second);
		const written = new Written(world);
		for (let count = 0; count < 3; count++) await written.write();
		await world.clock.advance(10 * minute);
		await written.write();
		expect(written.arrivedIn(all)).toEqual(isGood(beginnings));
		expect(failuresOf(all)).toEqual(isGood(beginnings).map((is) => (is ? 0 : 1)));
		expect(world.connections).toBe(1);
		await endAll(world, all);
	});

	it.each(orders)('does not stop those that are started one after the other, as the %s', async (_, beginnings) => {
		const world = new TriggersInTime();
		world.accepts = withoutIt;
		const started: Array<[Trigger, Written]> = [];
		const write = async () => {
			const fingerprint = world.crisp.write('session_1');
			for (const [, written] of started) written.add(fingerprint);
			await world.clock.advance(second);
		};
		for (const one of beginnings) {
			started.push([await world.activate(one), new Written(world)]);
			await write();
			await world.clock.advance(3 * minute);
			await write();
		}
		expect(started.map(([trigger, written]) => written.arrivedIn([trigger])[0])).toEqual(isGood(beginnings));
		const all = started.map(([trigger]) => trigger);
		expect([failuresOf(all), world.connections]).toEqual([isGood(beginnings).map((is) => (is ? 0 : 1)), 1]);
		await endAll(world, all);
	});

	it('is shown to the person who publishes it, and no one else notices', async () => {
		const world = new TriggersInTime();
		world.accepts = withoutIt;
		const others = [await world.activate(good), await world.activate(more)];
		const written = new Written(world);
		await written.write();
		const publishing = world.activate({ ...bad, activation: 'activate' });
		await expect(publishing).rejects.toThrow(/realtime channel does not accept/);
		await written.write();
		const { attempts } = world;
		await world.clock.advance(10 * minute);
		await written.write();
		expect(written.arrivedIn(others)).toEqual([true, true]);
		expect([failuresOf(others), others.flatMap(({ lines }) => lines)]).toEqual([[0, 0], []]);
		expect([world.attempts, world.connections]).toEqual([attempts, 1]);
		await endAll(world, others);
	});

	it('does not stop those that connect again with it, if the channel refuses it only then', async () => {
		const world = new TriggersInTime();
		const beginnings = [more, bad, good];
		const all = await Promise.all(beginnings.map(async (one) => await world.activate(one)));
		const written = new Written(world);
		await written.write();
		world.accepts = withoutIt;
		const others = all.filter((_, index) => beginnings[index] !== bad);
		expect(written.arrivedIn(all)).toEqual([true, true, true]);
		for (let outages = 0; outages < 2; outages++) {
			world.kill();
			await written.write();
			await world.clock.advance(minute);
			await written.write();
		}
		expect(written.arrivedIn(others)).toEqual([true, true]);
		expect([failuresOf(all), world.connections]).toEqual([[0, 1, 0], 1]);
		world.accepts = () => true;
		await world.clock.advance(3 * minute);
		expect([written.arrivedIn(all), world.connections]).toEqual([[true, true, true], 1]);
		await endAll(world, all);
	});

	it('is tried again at most twice in two minutes, and not once it has been unpublished', async () => {
		const world = new TriggersInTime();
		world.accepts = withoutIt;
		const all = await Promise.all([bad, good].map(async (one) => await world.activate(one)));
		await world.clock.advance(minute);
		const before = world.attempts;
		await world.clock.advance(20 * minute);
		expect(world.attempts - before).toBeLessThanOrEqual(20);
		await all[0]?.close();
		const { attempts } = world;
		await world.clock.advance(20 * minute);
		expect([world.attempts, world.connections]).toEqual([attempts, 1]);
		await endAll(world, all.slice(1));
	});

	it('costs few connections, one at a time, even if there are many others', async () => {
		const world = new TriggersInTime();
		let most = 0;
		world.accepts = (claims) => {
			most = Math.max(most, world.connections + 1);
			return withoutIt(claims);
		};
		for (const place of [0, 3, 8]) {
			const before = world.attempts;
			const all = await Promise.all(
				[...eight.slice(0, place), bad, ...eight.slice(place)].map(async (one) => await world.activate(one)),
			);
			await world.clock.advance(second);
			const written = new Written(world);
			await written.write();
			expect(written.arrivedIn(all)).toEqual(all.map((_, index) => index !== place));
			expect(world.attempts - before).toBeLessThanOrEqual(12);
			await endAll(world, all);
		}
		// The one that delivers, and the one that asks.
		expect(most).toBe(2);
	});
});

describe('a refusal that no single selection explains', () => {
	const some: Beginning[] = [
		{ workflow: 'a', events: ['message:send', 'session:set_phone'] },
		{ workflow: 'b', events: ['message:send', 'session:set_data'] },
		{ workflow: 'c', events: ['message:send', 'session:set_avatar'] },
	];

	it.each(['from the beginning', 'after a reconnect'])('leaves each workflow what it needs, %s', async (when) => {
		const world = new TriggersInTime();
		const tooMany = ({ events }: Claims) => events.filter((name) => name.startsWith('session:')).length <= 1;
		if (when === 'from the beginning') world.accepts = tooMany;
		const all = await Promise.all(some.map(async (one) => await world.activate(one)));
		await world.clock.advance(second);
		world.accepts = tooMany;
		const written = new Written(world);
		await written.write();
		for (let outages = 0; outages < 2; outages++) {
			world.kill();
			await written.write();
			await world.clock.advance(minute);
			await written.write();
		}
		expect([written.arrivedIn(all), failuresOf(all), world.connections]).toEqual([[true, true, true], [0, 0, 0], 3]);
		const late = await world.activate({ workflow: 'late', events: ['session:set_data'] });
		expect(world.connections).toBe(3);
		await endAll(world, [...all, late]);
	});
});

describe('a refusal of the token', () => {
	const all = [good, more, bad];

	it('that the REST API tells is reported to all, with one attempt', async () => {
		const world = new TriggersInTime();
		const triggers = await Promise.all(all.map(async (one) => await world.activate(one)));
		await world.clock.advance(minute);
		world.refusalOf = () => ({ status: 401, reason: 'invalid_session' });
		const { attempts } = world;
		world.kill();
		const since = world.clock.now();
		await world.clock.advance(30 * second);
		expect(failuresOf(triggers)).toEqual([1, 1, 1]);
		// Up to three credentials are tried.
		expect([world.attempts, world.requestsSince(since, /endpoints/)]).toEqual([attempts, 3]);
		await endAll(world, triggers);
	});

	it('that only the channel tells is reported to each once, and all are connected soon after it is accepted', async () => {
		const world = new TriggersInTime();
		const triggers = await Promise.all(eight.map(async (one) => await world.activate(one)));
		await world.clock.advance(minute);
		const before = world.attempts;
		world.kill('unauthorized');
		await world.clock.advance(minute);
		// One for all, one for half of them and so on, and one for each.
		expect(world.attempts - before).toBeLessThanOrEqual(3 + eight.length);
		const { attempts } = world;
		await world.clock.advance(20 * minute);
		expect(world.attempts - attempts).toBeLessThanOrEqual(10);
		expect(failuresOf(triggers)).toEqual(eight.map(() => 1));
		world.endpoint = 'works';
		await world.clock.advance(2 * minute);
		const written = new Written(world);
		await written.write();
		expect([written.arrivedIn(triggers), world.connections]).toEqual([eight.map(() => true), 1]);
		await endAll(world, triggers);
	});
});

it.each(['refuses', 'silent'] as const)('a network that %s is never taken for a refusal', async (endpoint) => {
	const world = new TriggersInTime();
	world.endpoint = endpoint;
	const all = await Promise.all([bad, good, more].map(async (one) => await world.activate(one)));
	await world.clock.advance(5 * minute);
	expect(failuresOf(all)).toEqual([0, 0, 0]);
	world.endpoint = 'works';
	await world.clock.advance(15 * minute);
	const written = new Written(world);
	await written.write();
	expect([failuresOf(all), world.connections]).toEqual([[0, 0, 0], 1]);
	world.kill();
	await world.clock.advance(minute);
	expect([failuresOf(all), world.connections]).toEqual([[0, 0, 0], 1]);
	expect(written.arrivedIn(all)).toEqual([true, true, true]);
	await endAll(world, all);
});
