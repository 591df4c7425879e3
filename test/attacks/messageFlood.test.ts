import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../nodes/CrispTrigger/receiver';
import type { Settings } from '../../nodes/CrispTrigger/settings';
import { ModelCrisp, plainMoods, type ReadingMoods } from '../property/modelCrisp';
import { FakeClock } from '../support/fakeClock';
import { openFilter } from '../support/fixtures/openFilter';

/**
 * A visitor writes as fast as a program can, so that each message starts an execution that asks a model: the workflow
 * starts at most as often as the option allows, nothing is lost, and other visitors wait for nothing.
 */

const minute = 60_000;
const cap = 30;

interface Start {
	at: number;
	session: unknown;
	fingerprint: number;
}

/** An n8n whose processes can be killed: it keeps what it has stored, and recognizes executions by their key. */
class StandInN8n {
	readonly starts: Start[] = [];

	private saved: IDataObject = {};

	private readonly keys = new Set<string>();

	constructor(
		private readonly clock: FakeClock,
		private readonly hasKeys: boolean,
	) {}

	/** The context of a trigger in a new process. */
	process() {
		const memory = structuredClone(this.saved);
		let isAlive = true;
		const take = (items: IDataObject[], key?: string) => {
			if (!isAlive) return;
			// n8n stores the static data before it stores the execution.
			this.saved = structuredClone(memory);
			if (key !== undefined && this.keys.has(key)) return;
			if (key !== undefined) this.keys.add(key);
			for (const { session_id: session, fingerprint } of items) {
				this.starts.push({ at: this.clock.now(), session, fingerprint: Number(fingerprint) });
			}
		};
		type Emit = (
			data: Array<Array<{ json: IDataObject }>>,
			_?: undefined,
			done?: { resolve(run: object): void },
		) => void;
		const withoutKeys: Emit = ([items], _, done) => {
			take((items ?? []).map(({ json }) => json));
			done?.resolve({});
		};
		const withKeys = ([items]: Parameters<Emit>[0], _: undefined, done: Parameters<Emit>[2], key: string) => {
			take(
				(items ?? []).map(({ json }) => json),
				key,
			);
			done?.resolve({});
		};
		const context = {
			getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
			getWorkflow: () => ({ id: 'w' }),
			getInstanceId: () => 'instance',
			getMode: () => 'trigger',
			getWorkflowStaticData: () => memory,
			logger: { warn() {}, error() {}, debug() {} },
			emit: this.hasKeys ? withKeys : withoutKeys,
		} as unknown as ITriggerFunctions;
		return { context, kill: () => void (isAlive = false) };
	}
}

interface Scene {
	hasKeys?: boolean;
	batch?: Settings['batch'];
	startsPerMinute?: number;
	moods?: Partial<ReadingMoods>;
}

function begin({ hasKeys = true, batch = { size: 1, wait: 0 }, startsPerMinute = cap, moods }: Scene = {}) {
	const clock = new FakeClock();
	const crisp = new ModelCrisp(clock, { ...plainMoods, ...moods });
	const n8n = new StandInN8n(clock, hasKeys);
	const settings: Settings = {
		events: ['message:send'],
		websites: ['w'],
		lookBack: 24 * 60 * minute,
		connection: 'realtime',
		batch,
		startsPerMinute,
		isSample: false,
		filter: { ...openFilter, websites: ['w'] },
	};
	const credential = { tier: 'website' as const, identifier: 'i', key: 'k', baseUrl: 'https://x' };
	const open = async () => await Promise.resolve({ credential, send: crisp.send });
	const account = { address: credential.baseUrl, token: credential.identifier };
	const start = async (isResumed: boolean) => {
		const { context, kill } = n8n.process();
		const receiver = new EventReceiver(context, { settings, clock, open, account, isResumed, isManual: false });
		crisp.listener = (name, payload) => receiver.receive(name, payload);
		receiver.connected();
		await clock.advance(20_000);
		return {
			kill() {
				kill();
				crisp.listener = undefined;
				receiver.disconnected();
				void receiver.close();
			},
		};
	};
	const of = (session: string) => n8n.starts.filter((one) => one.session === session);
	const fingerprintsOf = (session: string) => of(session).map(({ fingerprint }) => fingerprint);
	return { clock, crisp, n8n, start, of, fingerprintsOf };
}

type Stage = ReturnType<typeof begin>;

/** Writes messages of one visitor, evenly over a minute. Returns their fingerprints. */
async function flood({ clock, crisp }: Stage, session: string, count = 1_000): Promise<number[]> {
	const written: number[] = [];
	for (let number = 0; number < count; number++) {
		written.push(crisp.write(session));
		if (number % 20 === 19) await clock.advance((minute * 20) / count);
	}
	return written;
}

/** The most starts within any minute. */
function busiestMinute(starts: Start[]): number {
	return Math.max(...starts.map(({ at }) => starts.filter((one) => one.at >= at && one.at < at + minute).length));
}

it('a visitor who writes 1,000 messages in a minute starts the workflow at most 30 times a minute, and with all of them in order', async () => {
	const stage = begin();
	await stage.start(false);
	const written = await flood(stage, 'session_1');
	expect(stage.of('session_1').length).toBeLessThanOrEqual(2 * cap);
	await stage.clock.advance(40 * minute);
	expect(busiestMinute(stage.of('session_1'))).toBe(cap);
	expect(stage.fingerprintsOf('session_1')).toEqual(written);
});

it('another visitor waits for nothing meanwhile', async () => {
	const stage = begin();
	await stage.start(false);
	await flood(stage, 'session_1');
	for (let count = 0; count < 10; count++) {
		const at = stage.clock.now();
		const fingerprint = stage.crisp.write('session_2');
		await stage.clock.advance(5_000);
		expect(stage.of('session_2').at(-1)).toMatchObject({ fingerprint, at });
	}
});

it.each<[string, Scene]>([
	['with deduplication keys', {}],
	['without deduplication keys', { hasKeys: false }],
	['with batches', { batch: { size: 5, wait: 250 } }],
	['with the cache of Crisp', { moods: { cache: 'all', storing: 400, lookup: 1_500 } }],
])(
	'each message starts the workflow once and in order although n8n is killed again and again, %s',
	async (_, scene) => {
		const stage = begin(scene);
		let current = await stage.start(false);
		const written = await flood(stage, 'session_1', 400);
		const other: number[] = [];
		for (let restarts = 0; restarts < 5; restarts++) {
			await stage.clock.advance(2.5 * minute);
			// What another visitor writes is saved as delivered, while much older messages still wait.
			for (let count = 0; count < 7; count++) other.push(stage.crisp.write('session_2'));
			await stage.clock.advance(1_000);
			current.kill();
			await stage.clock.advance(10_000);
			current = await stage.start(true);
		}
		await stage.clock.advance(20 * minute);
		expect(stage.fingerprintsOf('session_1')).toEqual(written);
		expect(stage.fingerprintsOf('session_2')).toEqual(other);
		current.kill();
	},
);

it('n8n that is killed every other minute still gets on', async () => {
	const stage = begin();
	let current = await stage.start(false);
	const written = await flood(stage, 'session_1', 300);
	for (let restarts = 0; restarts < 8; restarts++) {
		await stage.clock.advance(2 * minute);
		current.kill();
		current = await stage.start(true);
	}
	await stage.clock.advance(minute);
	expect(stage.fingerprintsOf('session_1')).toEqual(written);
	current.kill();
});

describe('more messages than fit into memory', () => {
	const scene: Scene = { startsPerMinute: 200, moods: { storing: 400, lookup: 1_500, cache: 'all' } };
	const count = 2_000;

	it('are read again from Crisp, start the workflow once and in order, and cost few requests', async () => {
		const stage = begin(scene);
		await stage.start(false);
		const before = stage.crisp.requests.length;
		const written = await flood(stage, 'session_1', count);
		await stage.clock.advance(3 * minute);
		written.push(...(await flood(stage, 'session_1', 100)));
		await stage.clock.advance(10 * minute);
		expect(stage.fingerprintsOf('session_1')).toEqual(written);
		expect(busiestMinute(stage.of('session_1'))).toBe(200);
		// Two readings, in batches of 40 messages.
		const requests = stage.crisp.requests.length - before;
		expect([requests > 0, requests <= (2 * written.length) / 40]).toEqual([true, true]);
	});

	it('are read by the catch-up if n8n is killed meanwhile', async () => {
		const stage = begin(scene);
		const first = await stage.start(false);
		const written = await flood(stage, 'session_1', count);
		await stage.clock.advance(2 * minute);
		first.kill();
		await stage.start(true);
		await stage.clock.advance(15 * minute);
		expect(stage.fingerprintsOf('session_1')).toEqual(written);
	});
});
