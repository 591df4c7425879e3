import type { IDeferredPromise, INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';
import { Emitter } from '../../../nodes/CrispTrigger/delivery/emitter';
import type { SelectedEvent } from '../../../nodes/shared/events/pipeline';
import { FakeClock, settled } from '../../support/fakeClock';

interface Given {
	texts: unknown[];
	key?: string;
	done?: IDeferredPromise<IRun>;
}

function begin() {
	const clock = new FakeClock();
	const given: Given[] = [];
	const complaints: string[] = [];
	const stop = new AbortController();
	const context = {
		getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
		getWorkflow: () => ({ id: 'w' }),
		getInstanceId: () => 'instance',
		getMode: () => 'trigger',
		logger: { error: (message: string) => complaints.push(message) },
		emit: ([items]: INodeExecutionData[][], _: undefined, done?: IDeferredPromise<IRun>, key?: string) =>
			given.push({ texts: (items ?? []).map(({ json }) => json.text), done, key }),
	} as unknown as ITriggerFunctions;
	return { emitter: new Emitter(context, clock, stop.signal), clock, given, complaints, stop };
}

const event = (content: string, mark?: string): SelectedEvent => ({
	name: 'message:send',
	payload: { content },
	identity: mark === undefined ? undefined : { name: 'message:send', website: 'w', session: 's', id: mark },
});

it('emits an event at once, and is done when n8n is', async () => {
	const { emitter, given } = begin();
	let isDone = false;
	void emitter.start([event('a', 'i')]).then(() => (isDone = true));
	expect(given).toMatchObject([
		{ texts: ['a'], key: expect.stringMatching(/^crisp:[\w-]{43}:message:send:w s i$/) as string },
	]);
	await settled();
	expect(isDone).toBe(false);
	given[0]?.done?.resolve({} as IRun);
	await settled();
	expect(isDone).toBe(true);
});

it('has keys that n8n can store, a different one for each event', async () => {
	const { emitter, given } = begin();
	const identities = ['i', 'j', 'k'.repeat(300), `${'k'.repeat(300)}l`];
	for (const identity of identities) void emitter.start([event('a', identity)]);
	const keys = given.map(({ key = '' }) => key);
	expect(new Set(keys).size).toBe(identities.length);
	for (const key of keys) expect(key.length).toBeLessThanOrEqual(255);
});

it('emits an event again with the same key if n8n failed to take it', async () => {
	const { emitter, given, complaints, clock } = begin();
	void emitter.start([event('a', 'i')]);
	for (const seconds of [5, 10, 20, 40, 60, 60]) {
		given.at(-1)?.done?.reject(new Error('SqliteWriteConnectionMutex'));
		const count = given.length;
		await clock.advance(seconds * 1_000 - 1);
		expect(given).toHaveLength(count);
		await clock.advance(1);
		expect(given).toHaveLength(count + 1);
	}
	given.at(-1)?.done?.resolve({} as IRun);
	await clock.advance(600_000);
	expect([given.length, new Set(given.map(({ key }) => key)).size, complaints]).toEqual([7, 1, []]);
});

it('gives up after nine attempts, and logs it', async () => {
	const { emitter, given, complaints, clock } = begin();
	void emitter.start([event('a', 'i')]);
	for (let minutes = 0; minutes < 20; minutes++) {
		given.at(-1)?.done?.reject(new Error('no more'));
		await clock.advance(60_000);
	}
	expect([given.length, complaints, clock.sleeping]).toEqual([
		9,
		['[n8n-nodes-crisp] Crisp Trigger: n8n did not accept message:send: no more'],
		0,
	]);
});

it.each<[string, SelectedEvent[]]>([
	['a batch', [event('a', 'i'), event('b', 'j')]],
	['an event that may repeat', [event('a')]],
])('does not emit %s again, since n8n could not recognise the duplicate', async (_, events) => {
	const { emitter, given, complaints, clock } = begin();
	void emitter.start(events);
	given[0]?.done?.reject(new Error('cancelled'));
	await clock.advance(600_000);
	expect([given.length, given[0]?.key, complaints.length]).toEqual([1, undefined, 1]);
});

it('works with an n8n that refuses to report the result', async () => {
	const { emitter, given } = begin();
	const first = emitter.start([event('a', 'i')]);
	given[0]?.done?.reject(new Error('Engine 2.0 cannot run a trigger that waits for its execution to finish yet.'));
	await first;
	await emitter.start([event('b', 'j')]);
	expect(given.map(({ texts, done }) => [texts, done !== undefined])).toEqual([
		[['a'], true],
		[['a'], false],
		[['b'], false],
	]);
});

it('does not wait for a retry once it is stopped', async () => {
	const { emitter, given, complaints, clock, stop } = begin();
	void emitter.start([event('a', 'i')]);
	given[0]?.done?.reject(new Error('shutting down'));
	await settled();
	stop.abort();
	await clock.advance(600_000);
	expect([given.length, complaints, clock.sleeping]).toEqual([1, [], 0]);
});
