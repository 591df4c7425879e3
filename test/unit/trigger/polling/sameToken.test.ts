import { TriggersInTime, type Beginning } from './triggersInTime';

const second = 1_000;
const minute = 60 * second;
const plugin = () => ({ tier: 'plugin' as const });

type Trigger = Awaited<ReturnType<TriggersInTime['activate']>>;

/** Writes a message as a visitor; returns which workflows start with it. */
async function startedBy(world: TriggersInTime, triggers: Trigger[]): Promise<boolean[]> {
	const fingerprint = world.crisp.write('session_1');
	await world.clock.advance(second);
	return triggers.map(({ delivered }) => delivered.some((one) => one.fingerprint === fingerprint));
}

const messagesOf = ({ failures }: Trigger) => failures.map(({ message }) => message);

describe('a workflow whose selection can never work', () => {
	const impossible: Beginning = { workflow: 'bad', events: ['campaign:running'], credential: plugin };
	const possible: Beginning = { workflow: 'good', credential: plugin };
	const refusal = 'Crisp does not send the event campaign:running to a token of tier plugin';

	it.each([
		['first', [impossible, possible]],
		['last', [possible, impossible]],
	])('does not stop another one if n8n starts it %s, and is the only one that reports it', async (_, beginnings) => {
		const world = new TriggersInTime();
		const both = await Promise.all(beginnings.map(async (one) => await world.activate(one)));
		await world.clock.advance(2 * minute);
		const isGood = beginnings.map((one) => one === possible);
		expect(await startedBy(world, both)).toEqual(isGood);
		expect(both.map(messagesOf)).toEqual(isGood.map((is) => (is ? [] : [refusal])));
		expect([world.connections, world.requestsSince(0, /endpoints/)]).toEqual([1, 1]);
		await Promise.all(both.map(async ({ close }) => await close()));
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});

	it('does not stop another one that goes on after it was unpublished', async () => {
		const world = new TriggersInTime();
		const [bad, good] = await Promise.all([world.activate(impossible), world.activate(possible)]);
		await bad.close();
		await world.clock.advance(minute);
		expect([await startedBy(world, [good]), world.connections]).toEqual([[true], 1]);
		await good.close();
	});

	it('does not prevent that another one with more events is published', async () => {
		const world = new TriggersInTime();
		const good = await world.activate(possible);
		const before = await world.activate({ ...possible, workflow: 'bad' });
		const bad = await world.activate({ ...impossible, activation: 'update' });
		await world.clock.advance(minute);
		const events = ['message:send', 'people:profile:created'];
		const more = await world.activate({ ...possible, workflow: 'more', events, activation: 'activate' });
		await world.clock.advance(minute);
		expect(await startedBy(world, [good, more, bad])).toEqual([true, true, false]);
		expect([good, more, bad].map(messagesOf)).toEqual([[], [], [refusal]]);
		expect(world.connections).toBe(1);
		for (const { close } of [good, before, bad, more]) await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	});
});

it.each([[['other', 'w']], [['w', 'other']]])(
	'a workflow with a website that the token may not have does not stop another one (%s)',
	async (websites) => {
		const world = new TriggersInTime();
		world.refusalOf = (path) => (path.includes('/website/other/') ? { status: 403, reason: 'not_allowed' } : undefined);
		const both = await Promise.all(websites.map(async (website) => await world.activate({ websites: [website] })));
		await world.clock.advance(2 * minute);
		expect(await startedBy(world, both)).toEqual(websites.map((website) => website === 'w'));
		expect(both.map(({ failures }) => failures.length)).toEqual(websites.map((website) => (website === 'w' ? 0 : 1)));
		expect(world.connections).toBe(1);
		for (const { close } of both) await close();
		expect([world.clock.sleeping, world.clock.alarms]).toEqual([0, 0]);
	},
);

const others = ['message:send', 'message:updated', 'message:received'];

it('a token that was refused has one connection for all workflows once it is accepted again', async () => {
	const world = new TriggersInTime();
	const all = await Promise.all(others.map(async (event) => await world.activate({ events: [event, 'message:send'] })));
	await world.clock.advance(minute);
	world.kill('unauthorized');
	await world.clock.advance(10 * minute);
	expect(all.map(({ failures }) => failures.length)).toEqual([1, 1, 1]);
	world.endpoint = 'works';
	await world.clock.advance(2 * minute);
	expect([await startedBy(world, all), world.connections]).toEqual([[true, true, true], 1]);
	for (const { close } of all) await close();
});

describe('of two credentials with the same token', () => {
	const gone = () => {
		throw new Error('The credential does not exist');
	};

	/** Two workflows with a credential each; the first one is then replaced, and the connection breaks. */
	async function replacing(replaced: Beginning['credential']) {
		const world = new TriggersInTime();
		const keys: string[] = [];
		world.accepts = ({ password }) => keys.push(password) > 0;
		world.refusalOf = (_, key) => (key === 'wrong' ? { status: 401, reason: 'invalid_session' } : undefined);
		const now: { credential?: Beginning['credential'] } = {};
		const first = await world.activate({ credential: () => now.credential?.() ?? {} });
		const second = await world.activate();
		await world.clock.advance(minute);
		now.credential = replaced;
		world.kill();
		await world.clock.advance(2 * minute);
		return { world, keys, both: [first, second] };
	}

	it.each<[string, Beginning['credential']]>([
		['got a wrong key', () => ({ key: 'wrong' })],
		['was deleted', gone],
		['got another token', () => ({ key: 'another' })],
	])('the one that still has it is used if the other %s', async (_, replaced) => {
		const { world, keys, both } = await replacing(replaced);
		expect(await startedBy(world, both)).toEqual([true, true]);
		expect(keys).toEqual(['k', 'k']);
		expect(both.map(messagesOf)).toEqual([[], []]);
		for (const { close } of both) await close();
	});
});
