import fc from 'fast-check';
import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../nodes/CrispTrigger/receiver';
import type { Settings } from '../../nodes/CrispTrigger/settings';
import { FakeClock } from '../support/fakeClock';
import './strangers';
import { ModelCrisp, plainMoods, type ReadingMoods } from './modelCrisp';
import { openFilter } from '../support/fixtures/openFilter';

/** A trigger in a time that only passes when the test says so, connected to a model of Crisp. */
function begin(moods: ReadingMoods) {
	const clock = new FakeClock();
	const crisp = new ModelCrisp(clock, moods);
	const delivered: IDataObject[] = [];
	const warnings: string[] = [];
	const context = {
		getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
		getWorkflow: () => ({ id: 'w' }),
		getInstanceId: () => 'instance',
		getMode: () => 'trigger',
		getWorkflowStaticData: () => ({}),
		logger: { warn: (text: string) => warnings.push(text), error: (text: string) => warnings.push(text), debug() {} },
		emit([items]: Array<Array<{ json: IDataObject }>>, _: undefined, done?: { resolve(run: object): void }) {
			delivered.push(...(items ?? []).map(({ json }) => json));
			done?.resolve({});
		},
	} as unknown as ITriggerFunctions;
	const settings: Settings = {
		events: ['message:send', 'people:profile:created', 'session:set_state'],
		websites: ['w'],
		lookBack: 24 * 3_600_000,
		batch: { size: 1, wait: 0 },
		isSample: false,
		filter: { ...openFilter, websites: ['w'] },
	};
	const credential = { tier: 'website' as const, identifier: 'i', key: 'sandbox-k', baseUrl: 'https://x' };
	const open = async () => await Promise.resolve({ credential, send: crisp.send });
	const account = { address: credential.baseUrl, token: credential.identifier };
	const receiver = new EventReceiver(context, { settings, clock, open, account, isResumed: false, isManual: false });
	const connect = () => {
		if (crisp.listener) return;
		crisp.listener = (name, payload) => receiver.receive(name, payload);
		receiver.connected();
	};
	const disconnect = () => {
		if (!crisp.listener) return;
		crisp.listener = undefined;
		receiver.disconnected();
	};
	return { clock, crisp, delivered, warnings, receiver, connect, disconnect };
}

type Action =
	| { kind: 'wait'; time: number }
	| { kind: 'connect' | 'disconnect' | 'person' }
	| { kind: 'write'; session: number; count: number; apart: number }
	| { kind: 'state'; session: number; state: string };

const session = fc.integer({ min: 1, max: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), time: times() }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('connect' as const, 'disconnect' as const) }) },
	{ weight: 1, arbitrary: fc.constant({ kind: 'person' as const }) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant('write' as const),
			session,
			count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 60 })),
			apart: fc.constantFrom(1, 7),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('state' as const),
			session,
			state: fc.constantFrom('resolved', 'unresolved'),
		}),
	},
);

/** From moments to hours; most of them about as long as what delays Crisp. */
function times(): fc.Arbitrary<number> {
	return fc.oneof(
		fc.constantFrom(50, 300, 900, 1_700, 4_000, 9_000, 11_500, 13_000),
		fc.constantFrom(30_000, 130_000, 3_600_000),
	);
}

const moods: fc.Arbitrary<ReadingMoods> = fc.record({
	after: fc.constantFrom('nearest' as const, 'newest' as const),
	areBoundsInclusive: fc.boolean(),
	arePagesShort: fc.boolean(),
	saysMore: fc.boolean(),
	storing: fc.constantFrom(0, 0, 400, 1_000),
	isStampedEarly: fc.boolean(),
	lookup: fc.constantFrom(0, 0, 1_500),
	cache: fc.constantFrom('none' as const, 'lists' as const, 'all' as const),
	isStampedByState: fc.boolean(),
	unsorted: fc.constantFrom(undefined, 'newest' as const, 'oldest' as const, 'shuffled' as const),
	latency: fc.constantFrom(0, 200),
});

async function play(trigger: ReturnType<typeof begin>, actions: Action[]) {
	const { clock, crisp, connect, disconnect } = trigger;
	const written: number[] = [];
	const people: string[] = [];
	for (const one of actions) {
		if (one.kind === 'wait') await clock.advance(one.time);
		if (one.kind === 'connect') connect();
		if (one.kind === 'disconnect') disconnect();
		if (one.kind === 'person') people.push(crisp.createPerson());
		if (one.kind === 'state') crisp.setState(`session_${one.session}`, one.state);
		if (one.kind === 'write') {
			for (let count = 0; count < one.count; count++) {
				written.push(crisp.write(`session_${one.session}`));
				// Some messages have the same timestamp.
				if (count % 5 === 4) await clock.advance(one.apart);
			}
		}
	}
	connect();
	await clock.advance(60_000);
	return { written, people };
}

const sorted = (values: unknown[]) => [...values].map(String).sort();

it('each message and each new person starts the workflow once, in every mood of Crisp', async () => {
	await fc.assert(
		fc.asyncProperty(moods, fc.array(action, { minLength: 1, maxLength: 25 }), async (given, actions) => {
			const trigger = begin(given);
			const { delivered, crisp, receiver, warnings, clock, connect } = trigger;
			connect();
			await clock.advance(1_000);
			const { written, people } = await play(trigger, actions);
			const of = (event: string) => delivered.filter((one) => one.event === event);
			const dataOf = (one: IDataObject) => one.data as IDataObject;
			expect(sorted(of('message:send').map(({ fingerprint }) => fingerprint))).toEqual(sorted(written));
			expect(sorted(of('people:profile:created').map((one) => dataOf(one).people_id))).toEqual(sorted(people));
			expect(warnings).toEqual([]);
			// Where everything can be read at once, it comes in order.
			if (given.storing + given.lookup === 0 && given.cache === 'none') {
				for (const one of ['session_1', 'session_2', 'session_3']) {
					const heard = of('message:send').filter(({ session_id }) => session_id === one);
					expect(heard.map(({ timestamp }) => timestamp)).toEqual(
						heard.map(({ timestamp }) => Number(timestamp)).sort((a, b) => a - b),
					);
				}
			}
			// A state that was changed in a gap can be found if the change sets `updated_at`.
			for (const one of given.isStampedByState ? ['session_1', 'session_2', 'session_3'] : []) {
				const states = of('session:set_state').filter(({ session_id }) => session_id === one);
				const last = states.at(-1);
				if (last) expect(dataOf(last).state).toBe(crisp.stateOf(one));
			}
			await receiver.close();
		}),
	);
});

describe('after a gap, with short pages', () => {
	it.each<[string, ReadingMoods['unsorted']]>([
		['sorted as requested', undefined],
		['only with the newest first', 'newest'],
		['only with the oldest first', 'oldest'],
		['only in another order', 'shuffled'],
	])('many conversations and people are found, people listed %s', async (_, unsorted) => {
		const { clock, crisp, delivered, connect, disconnect, receiver } = begin({
			...plainMoods,
			arePagesShort: true,
			unsorted,
		});
		for (let number = 1; number <= 100; number++) crisp.createPerson();
		await clock.advance(3_600_000);
		connect();
		await clock.advance(3_600_000);
		disconnect();
		const written = Array.from({ length: 70 }, (_, index) => crisp.write(`session_${index}`));
		const people = Array.from({ length: 3 }, () => crisp.createPerson());
		crisp.requests.splice(0);
		connect();
		await clock.advance(1_000);
		const idOf = ({ fingerprint, data }: IDataObject) => fingerprint ?? (data as IDataObject).people_id;
		expect(sorted(delivered.map(idOf))).toEqual(sorted([...written, ...people]));
		// The order of people is followed as far as it can be trusted.
		const pages = crisp.requests.filter(({ path }) => path.includes('/profiles/')).length;
		expect(pages).toBe({ sorted: 1, newest: 2, oldest: 8, shuffled: 8 }[unsorted ?? 'sorted']);
		await receiver.close();
	});
});

it('a list from the cache of Crisp, older than what the connection delivered, starts nothing', async () => {
	const { clock, crisp, delivered, connect, disconnect, receiver } = begin({ ...plainMoods, cache: 'lists' });
	crisp.write('session_1');
	await clock.advance(60_000);
	// The states are read, and cached.
	connect();
	await clock.advance(2_000);
	crisp.setState('session_1', 'resolved');
	await clock.advance(500);
	disconnect();
	await clock.advance(500);
	connect();
	await clock.advance(60_000);
	const states = () =>
		delivered.filter(({ event }) => event === 'session:set_state').map(({ data }) => (data as IDataObject).state);
	expect(states()).toEqual(['resolved']);
	// A change in the gap is found nevertheless.
	crisp.setState('session_1', 'unresolved');
	await clock.advance(500);
	disconnect();
	crisp.setState('session_1', 'resolved');
	connect();
	await clock.advance(1_000);
	expect(states()).toEqual(['resolved', 'unresolved', 'resolved']);
	await clock.advance(60_000);
	expect(states()).toHaveLength(3);
	await receiver.close();
});

describe('an ordinary gap', () => {
	it('costs a list before and after the cache of Crisp has expired, and a request for each changed conversation', async () => {
		const { clock, crisp, delivered, connect, disconnect, receiver } = begin(plainMoods);
		connect();
		for (let number = 1; number <= 10; number++) crisp.write(`session_${number}`);
		await clock.advance(3_600_000);
		disconnect();
		const missed = [crisp.write('session_3'), crisp.write('session_4')];
		await clock.advance(5_000);
		crisp.requests.splice(0);
		connect();
		await clock.advance(1_000);
		const kinds = () => crisp.requests.splice(0).map(({ path }) => path.replace(/^.*\/(\w+)\/\w+$/, '$1'));
		expect(kinds().sort()).toEqual(['conversations', 'profiles', 'session_3', 'session_4']);
		expect(delivered.slice(-2).map(({ fingerprint }) => fingerprint)).toEqual(missed);
		await clock.advance(11_000);
		expect(kinds().sort()).toEqual(['conversations', 'profiles', 'session_3', 'session_4']);
		await clock.advance(3_600_000);
		expect(kinds()).toEqual([]);
		await receiver.close();
		expect(clock.sleeping).toBe(0);
	});
});
