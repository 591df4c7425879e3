import assert from 'node:assert/strict';
import type { IDataObject, IRun } from 'n8n-workflow';
import { shop } from '../../support/sandboxWorkspace';
import type { Fault } from '../fault';
import { until, type Stage } from '../stage';
import { failing, silentAfter } from '../strikes';

const copyOf = (data: IDataObject) => JSON.parse(JSON.stringify(data)) as IDataObject;

/** Listens, is ended in some way while a visitor writes, and is restarted with what n8n saved. */
async function restarted(stage: Stage, memoryFrom: (saved: IDataObject) => IDataObject): Promise<unknown[]> {
	const former = await stage.activate();
	await stage.visitorWrites('before');
	await until('the first', () => former.texts().length > 0);
	const saved = copyOf(former.memory);
	await former.end();
	await stage.visitorWrites('meanwhile');
	const { texts } = await stage.activate({ activation: 'init', memory: memoryFrom(saved), clock: undefined });
	await until('the connection', () => stage.sandbox.connections() > 0);
	await stage.visitorWrites('after');
	await until('the last', () => texts().includes('after'));
	return texts();
}

/** Saved data of the trigger that is missing or wrong. */
const corrupted: Array<[string, IDataObject]> = [
	['is missing', {}],
	['has wrong types', { mark: 'a text', conversationStates: 7, batched: 'x' }],
	[
		'belongs to another node',
		{ mark: null, conversationStates: null, batched: null, counter: 5 } as unknown as IDataObject,
	],
	['has a watermark in the next year', { mark: Date.now() + 365 * 86_400_000 }],
];

export const n8n: Fault[] = [
	{
		kind: 'stopped',
		what: 'n8n is stopped, and restarted',
		holds: 'messages sent in between are delivered',
		async strike(stage) {
			// n8n deduplicates by key what it ran before.
			const texts = (await restarted(stage, (saved) => saved)).filter((text) => text !== 'before');
			assert.deepEqual(texts, ['meanwhile', 'after']);
		},
	},
	...corrupted.map(([what, memory]): Fault => ({
		kind: 'malformed',
		what: `The trigger's saved data ${what}`,
		holds: 'later messages are delivered',
		async strike(stage) {
			const texts = await restarted(stage, () => memory);
			assert.deepEqual(texts.slice(-1), ['after']);
		},
	})),
	{
		kind: 'refused',
		what: 'n8n cannot store an execution, three times',
		holds: 'delivered; n8n starts one execution',
		async strike(stage) {
			const taken: unknown[] = [];
			const keys = new Set<unknown>();
			let left = 3;
			await stage.activate({
				take(items, done, key) {
					keys.add(key);
					if (left-- > 0) return done?.reject(new Error('The database is locked'));
					taken.push(...items.map(({ text }) => text));
					done?.resolve({} as IRun);
				},
			});
			await stage.visitorWrites('one');
			await until('the message', () => taken.length > 0);
			assert.deepEqual([taken, keys.size], [['one'], 1]);
		},
	},
	{
		kind: 'duplicate',
		what: 'n8n activates the trigger twice',
		holds: 'one connection; delivered once',
		async strike(stage) {
			const former = await stage.activate();
			const { texts } = await stage.activate({ activation: 'update', memory: copyOf(former.memory) });
			await until('the connection', () => stage.sandbox.connections() === 1);
			await stage.visitorWrites('one');
			await until('the message', () => texts().length > 0);
			assert.deepEqual([former.texts(), texts(), stage.sandbox.connections()], [[], ['one'], 1]);
		},
	},
	{
		kind: 'refused',
		what: 'The key in the credential is replaced by a wrong one, and then corrected',
		holds: 'one failed execution: “Crisp does not know this token”; then normal operation',
		async strike(stage) {
			let credential = stage.credential();
			const { texts, failures } = await stage.activate({ credential: () => credential });
			credential = stage.credential({ key: 'sandbox-wrong' });
			stage.line.cut();
			const refusals = () => stage.sandbox.requests.filter(({ status }) => status === 401).length;
			await until('refusals', () => refusals() >= 4);
			await stage.visitorWrites('meanwhile');
			credential = stage.credential();
			await until('the message', () => texts().length > 0);
			assert.deepEqual(texts(), ['meanwhile']);
			assert.deepEqual(
				failures.map(({ message }) => message),
				['Crisp does not know this token (invalid_session)'],
			);
		},
	},
	...[3_600_000, -3_600_000].map((jump): Fault => ({
		kind: 'clock skew',
		what: `n8n's clock jumps an hour ${jump > 0 ? 'ahead' : 'back'} while disconnected`,
		holds: 'later messages are delivered; no duplicates',
		async strike(stage) {
			const { texts } = await stage.activate();
			stage.time.skipped += jump;
			stage.line.cut();
			await until('the disconnection', () => stage.sandbox.connections() === 0);
			await until('the connection', () => stage.sandbox.connections() > 0);
			await stage.visitorWrites('after');
			await until('the message', () => texts().includes('after'));
			assert.deepEqual(texts(), ['after']);
		},
	})),
	{
		kind: 'clock skew',
		what: "Sending: n8n's clock jumps an hour back while a rate limit is waited out",
		holds: 'delivered; no duplicates',
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(/^POST .*\/message$/, async ({ response, forward }) => {
				void forward;
				stage.time.skipped += 3_600_000;
				response.writeHead(429, { 'Retry-After': '1' }).end('{}');
				stage.time.after(0, async () => void (stage.time.skipped -= 3_600_000));
			});
			await stage.delivers();
			assert.ok(Math.max(...stage.time.sleeps) <= 60_000, `slept ${Math.max(...stage.time.sleeps)} ms`);
		},
	},
	{
		kind: 'failing',
		what: 'Retry On Fail runs all items of a node again after one failed',
		holds: 'delivered; no duplicates',
		async strike(stage) {
			stage.time.hurry();
			const execution = { executionId: `again-${stage.session}` };
			stage.sandbox.faults.fail({ match: '/message', status: 400, reason: 'invalid_data' });
			await stage.fails(stage.send(['one', 'two', 'three'], execution), /invalid_data/);
			await stage.delivers(undefined, execution);
		},
	},
	{
		kind: 'stopped',
		what: 'The execution is cancelled while a message is being sent',
		holds: 'fails: “The execution was cancelled”; nothing more is sent',
		async strike(stage) {
			const stop = new AbortController();
			stage.line.strike(/^POST .*\/message$/, async (struck) => {
				await silentAfter(struck);
				stop.abort();
			});
			await stage.fails(stage.send(['one', 'two', 'three'], { signal: stop.signal }), /^The execution was cancelled$/);
			assert.deepEqual(stage.stored(), ['one']);
		},
	},
	{
		kind: 'failing',
		what: 'One of many items fails, and the node continues on errors',
		holds: 'the others are delivered; the failed item has the error',
		async strike(stage) {
			stage.time.hurry();
			stage.line.strike(/^GET .*session_bad/, failing(500), Infinity);
			const items = [{ id: stage.session }, { id: 'session_bad' }, { id: stage.session }];
			const sessionId = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
			const parameters = { ...stage.reading, sessionId };
			const output = await stage.run(parameters, { items, onError: 'continueRegularOutput' });
			assert.deepEqual(
				output.map(({ json, pairedItem }) => [json.website_id ?? json.error, pairedItem]),
				[
					[shop, { item: 0 }],
					['Crisp returned a server error (server_error)', { item: 1 }],
					[shop, { item: 2 }],
				],
			);
		},
	},
	{
		kind: 'refused',
		what: 'The API address in the credential begins with http://',
		holds: "fails: “The address of Crisp's API must begin with https://”; nothing is sent",
		async strike(stage) {
			const credential = stage.credential({ baseUrl: 'http://api.crisp.chat' });
			await stage.fails(stage.run(stage.reading, { credential }), /^The address of Crisp's API must begin with https/);
			await stage.fails(
				stage.activate({ credential }).then(() => undefined),
				/^The address of Crisp's API must begin with/,
			);
		},
	},
];
