import { TriggersInTime, type Beginning } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;

/** Publishes a workflow; returns how long it took, and the error that n8n shows. */
async function publish(world: TriggersInTime, beginning: Beginning = {}) {
	const begun = world.clock.now();
	const trigger = world.begin({ activation: 'activate', ...beginning });
	const outcome = await world.during(
		trigger.activating.then(
			(response) => ({ response, error: undefined }),
			(error: Error) => ({ response: undefined, error }),
		),
	);
	const close = async () => await world.during(Promise.resolve(outcome.response?.closeFunction?.()));
	return { ...trigger, ...outcome, took: world.clock.now() - begun, close };
}

const polls = (lines: string[]) => lines.filter((line) => line.startsWith('The trigger polls Crisp'));

describe('publishing', () => {
	it('returns as soon as the connection works', async () => {
		const world = new TriggersInTime();
		const { took, error, close } = await publish(world);
		expect([took, error, world.connections]).toEqual([0, undefined, 1]);
		await close();
	});

	it.each<[string, Beginning]>([
		['with a realtime connection', {}],
		['with polling only', { options: { connection: 'polling' } }],
		['without a WebSocket', { hasWebSocket: false }],
		['with a realtime connection only', { options: { connection: 'realtime' } }],
	])('shows that the key is refused, %s', async (_, beginning) => {
		const world = new TriggersInTime();
		world.restFault = { status: 401, reason: 'invalid_session' };
		const { error, took } = await publish(world, beginning);
		expect(error?.message).toBe('Crisp does not know this token (invalid_session)');
		expect(took).toBeLessThan(10 * second);
		await world.clock.advance(minute);
		expect([world.clock.sleeping, world.clock.alarms, world.requests.length]).toEqual([0, 0, 1]);
	});

	it('shows that the realtime channel refuses the token', async () => {
		const world = new TriggersInTime();
		world.endpoint = 'unauthorized';
		const { error } = await publish(world);
		expect(error?.message).toMatch(/^Crisp's realtime channel does not accept this token/);
	});

	it.each<[string, (world: TriggersInTime) => void]>([
		['does not answer', (world) => (world.endpoint = 'silent')],
		['refuses connections', (world) => (world.endpoint = 'refuses')],
	])('polls at once if the endpoint %s, and returns within ten seconds', async (_, hinder) => {
		const world = new TriggersInTime();
		hinder(world);
		const { error, took, delivered, lines, close } = await publish(world);
		expect(error).toBeUndefined();
		expect(took).toBeLessThanOrEqual(10 * second);
		expect(polls(lines)).toHaveLength(1);
		const fingerprint = world.crisp.write('session_1');
		await world.clock.advance(50 * second);
		expect(delivered.map((one) => one.fingerprint)).toEqual([fingerprint]);
		await close();
	});

	it('returns after ten seconds if Crisp does not answer at all, and misses nothing from then on', async () => {
		const world = new TriggersInTime();
		world.restDelay = 34 * second;
		const { error, took, delivered, close } = await publish(world);
		expect([error, took]).toEqual([undefined, 10 * second]);
		const fingerprint = world.crisp.write('session_1');
		world.restDelay = 0;
		await world.clock.advance(3 * minute);
		expect(world.connections).toBe(1);
		expect(delivered.map((one) => one.fingerprint)).toEqual([fingerprint]);
		await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});

	it.each<[string, (world: TriggersInTime) => void]>([
		['the endpoint does not answer', (world) => (world.endpoint = 'silent')],
		['the API takes long to answer', (world) => (world.restDelay = 12 * second)],
	])('with a realtime connection only misses nothing either in the background, if %s', async (_, hinder) => {
		const world = new TriggersInTime();
		hinder(world);
		const { took, delivered, close } = await publish(world, { options: { connection: 'realtime' } });
		expect(took).toBe(10 * second);
		const fingerprint = world.crisp.write('session_1');
		world.endpoint = 'works';
		await world.clock.advance(minute);
		expect(delivered.map((one) => one.fingerprint)).toEqual([fingerprint]);
		await close();
	});

	it('of more workflows costs one round at most while the first is polled for', async () => {
		const world = new TriggersInTime();
		const options = { connection: 'polling' };
		const first = await publish(world, { options });
		await world.clock.advance(10 * minute);
		const before = world.requests.length;
		const others = [
			await publish(world, { options }),
			await publish(world, { options }),
			await publish(world, { options }),
		];
		expect(world.requests.length).toBeLessThanOrEqual(before + 1);
		expect(others.map(({ took }) => took)).toEqual([0, 0, 0]);
		await world.clock.advance(10 * minute);
		const fingerprint = world.crisp.write('session_1');
		await world.clock.advance(3 * minute);
		for (const { delivered } of [first, ...others]) {
			expect(delivered.map((one) => one.fingerprint)).toEqual([fingerprint]);
		}
		for (const { close } of [first, ...others]) await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});

	it.each<[string, Beginning]>([
		['polling only', { options: { connection: 'polling' } }],
		['no WebSocket', { hasWebSocket: false }],
		["n8n's rules against the realtime channel", { isBlocked: true }],
	])('fails if none of the chosen events can arrive, with %s', async (_, beginning) => {
		const world = new TriggersInTime();
		const { error } = await publish(world, { events: ['message:compose:send', 'session:sync:rating'], ...beginning });
		expect(error?.message).toBe('None of the chosen events can arrive by polling');
	});

	it('without an event says so', async () => {
		const world = new TriggersInTime();
		const { error } = await publish(world, { events: [], options: { connection: 'polling' } });
		expect(error?.message).toBe('No event is chosen');
	});
});

describe('a trigger that n8n starts by itself', () => {
	it.each<[string, Beginning, RegExp]>([
		['without a WebSocket', { hasWebSocket: false }, /This Node\.js has no WebSocket/],
		["with n8n's rules against the realtime channel", { isBlocked: true }, /The network rules of this n8n block/],
	])('%s polls at once, and says so once', async (_, beginning, why) => {
		const world = new TriggersInTime();
		const events = ['message:send', 'message:updated', 'integration:connection:lost'];
		const { delivered, lines, failures, close } = await world.activate({ events, ...beginning });
		await world.clock.advance(second);
		const fingerprint = world.crisp.write('session_1');
		await world.clock.advance(3 * 60 * minute);
		expect(delivered).toMatchObject([
			{ event: 'integration:connection:lost', polling: true, missing_events: ['message:updated'] },
			{ event: 'message:send', fingerprint },
		]);
		expect(delivered[0]?.reason).toMatch(why);
		expect([lines.length, failures.length, world.attempts]).toEqual([1, 0, 0]);
		expect(lines[0]).toMatch(why);
		expect(lines[0]).toMatch(/Chosen events that cannot arrive this way: message:updated\.$/);
		await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});

	it('with polling only opens no connection, and says only what cannot arrive', async () => {
		const world = new TriggersInTime();
		const options = { connection: 'polling' };
		const silent = await world.activate({ options });
		const warned = await world.activate({ options, events: ['message:send', 'session:set_email'] });
		await world.clock.advance(60 * minute);
		expect([world.attempts, world.requestsSince(0, /endpoints/), silent.lines]).toEqual([0, 0, []]);
		expect(warned.lines).toEqual([
			expect.stringMatching(/^The trigger polls Crisp, as chosen under 'Connection'\. .* session:set_email\.$/),
		]);
		expect([silent, warned].flatMap(({ delivered }) => delivered)).toEqual([]);
		await silent.close();
		await warned.close();
	});

	it('with a realtime connection only never polls, and reports an outage nevertheless', async () => {
		const world = new TriggersInTime();
		const events = ['message:send', 'integration:connection:lost', 'integration:connection:restored'];
		const { delivered, close } = await world.activate({ events, options: { connection: 'realtime' } });
		await world.clock.advance(minute);
		world.kill('refuses');
		const fingerprint = world.crisp.write('session_1');
		await world.clock.advance(10 * minute);
		expect(world.requestsSince(0, /conversation/)).toBe(0);
		expect(delivered).toMatchObject([{ event: 'integration:connection:lost', polling: false }]);
		expect(delivered[0]?.missing_events).toEqual(['message:send']);
		world.endpoint = 'works';
		await world.clock.advance(minute);
		expect(delivered.slice(1)).toMatchObject([
			{ event: 'message:send', fingerprint },
			{ event: 'integration:connection:restored', events_read: 1 },
		]);
		await close();
	});

	it('reports a token that is refused for a minute, and does not poll with it', async () => {
		const world = new TriggersInTime();
		const events = ['message:send', 'integration:connection:lost', 'integration:connection:restored'];
		const { delivered, failures, close } = await world.activate({ events });
		await world.clock.advance(minute);
		world.restFault = { status: 401, reason: 'invalid_session' };
		world.kill();
		await world.clock.advance(5 * minute);
		expect(delivered).toMatchObject([{ event: 'integration:connection:lost', polling: false }]);
		expect([failures.length, world.requestsSince(0, /conversation/)]).toEqual([1, 0]);
		world.restFault = undefined;
		await world.clock.advance(2 * minute);
		expect(delivered.map(({ event }) => event)).toEqual([
			'integration:connection:lost',
			'integration:connection:restored',
		]);
		await close();
	});

	it('while others poll, polls with them, although the connection is tried only each ten minutes', async () => {
		const world = new TriggersInTime();
		const first = await world.activate();
		await world.clock.advance(minute);
		world.kill('refuses');
		await world.clock.advance(60 * minute);
		// Just after an attempt, the next one is minutes away.
		for (const { attempts } = world; world.attempts === attempts;) await world.clock.advance(second);
		const { attempts } = world;
		const later = await world.activate();
		const fingerprint = world.crisp.write('session_1');
		await world.clock.advance(minute);
		expect([first, later].map(({ delivered }) => delivered.map((one) => one.fingerprint))).toEqual([
			[fingerprint],
			[fingerprint],
		]);
		await world.clock.advance(30 * minute);
		expect(world.attempts - attempts).toBeLessThan(6);
		await first.close();
		await later.close();
	});

	it('connects again as soon as a workflow is added, if the endpoint works', async () => {
		const world = new TriggersInTime();
		const first = await world.activate();
		await world.clock.advance(minute);
		world.kill('refuses');
		await world.clock.advance(60 * minute);
		world.endpoint = 'works';
		const later = await world.activate();
		await world.clock.advance(second);
		expect(world.connections).toBe(1);
		const fingerprint = world.crisp.write('session_1');
		expect([first, later].map(({ delivered }) => delivered.map((one) => one.fingerprint))).toEqual([
			[fingerprint],
			[fingerprint],
		]);
		await first.close();
		await later.close();
	});

	it('reports no outage that is shorter than a minute', async () => {
		const world = new TriggersInTime();
		const events = ['integration:connection:lost', 'integration:connection:restored'];
		const { delivered, close } = await world.activate({ events });
		await world.clock.advance(minute);
		expect(world.connections).toBe(1);
		world.kill('refuses');
		await world.clock.advance(20 * second);
		world.endpoint = 'works';
		await world.clock.advance(5 * minute);
		expect([world.connections, delivered]).toEqual([1, []]);
		await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});
});

describe('a test in the editor', () => {
	async function test(world: TriggersInTime, beginning: Beginning = {}) {
		const trigger = await world.activate({ activation: 'manual', ...beginning });
		const error = await world.during(
			Promise.resolve(trigger.response.manualTriggerFunction?.()).then(
				() => undefined,
				(reason: Error) => reason,
			),
		);
		return { ...trigger, error };
	}

	it('polls at once if there is no connection, and says so with the event', async () => {
		const world = new TriggersInTime();
		world.endpoint = 'refuses';
		const { delivered, close } = await test(world, { events: ['message:send', 'session:set_email'] });
		world.crisp.write('session_1');
		await world.clock.advance(50 * second);
		expect(delivered).toHaveLength(1);
		expect(delivered[0]?.notice).toMatch(
			/^The trigger polls Crisp, because .* Events arrive within about 3 minutes\. Chosen events that cannot arrive this way: session:set_email\.$/,
		);
		await close();
	});

	it('says nothing of the kind if there is a connection', async () => {
		const world = new TriggersInTime();
		const { delivered, close } = await test(world);
		world.crisp.write('session_1');
		expect(delivered).toHaveLength(1);
		expect(delivered[0]).not.toHaveProperty('notice');
		await close();
	});

	it('fails at once if nothing can arrive', async () => {
		const world = new TriggersInTime();
		world.endpoint = 'refuses';
		const { error } = await test(world, { events: ['session:set_email'] });
		expect(error?.message).toBe('None of the chosen events can arrive by polling');
	});

	it('shows why there is no connection if the API cannot be reached either', async () => {
		const world = new TriggersInTime();
		world.restFault = { code: 'ECONNREFUSED' };
		const { error } = await test(world);
		expect(error?.message).toMatch(/could not be reached/);
	});
});
