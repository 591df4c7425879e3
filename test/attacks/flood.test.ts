import type { IDataObject } from 'n8n-workflow';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { LoopBrake } from '../../nodes/shared/events/loops/loopBrake';
import { SharedConnection, type Listener } from '../../nodes/shared/realtime/sharedConnection';
import type { ChannelListener } from '../../nodes/shared/realtime/socket';
import { eventReceiver as begin } from '../support/eventReceiver';
import { FakeClock, settled } from '../support/fakeClock';
import { FakeResponse, webhookContext } from '../support/fakeResponse';
import { reachableFrom, usedMegabytes } from '../support/memory';

/**
 * Strangers send as many events as they can, as large as they can, with IDs of thousands of characters. What the nodes remember
 * of them is bounded by number and size, and no event is lost.
 */

/** More than any collection may hold. */
const many = 10_500;
const mostEntries = 10_000;
/** All that a trigger may remember of a flood. Without a bound, the IDs or texts of each test take at least sixty. */
const mostMegabytes = 45;
const mostCharacters = 5_000_000;
/** The same for a trigger whose events wait, each of which counts. */
const mostWaitingCharacters = 22_000_000;

const long = (text: string, characters = 5_000) => `${text} ${'x'.repeat(characters)}`;
/** The payload as it comes from the wire: no part of it shares memory with another event. */
const wired = (payload: IDataObject) => JSON.parse(JSON.stringify(payload)) as IDataObject;

const now = new FakeClock().now();

const message = (number: number, more: IDataObject = {}): IDataObject => ({
	website_id: 'w',
	session_id: `session_${number}`,
	type: 'text',
	from: 'user',
	origin: 'chat',
	content: 'Hello',
	fingerprint: number,
	timestamp: now + number,
	number,
	...more,
});

/** Runs a flood. Returns what it left, of memory in megabytes and in collections. */
async function leftBy(root: object, flood: () => Promise<void>) {
	const before = usedMegabytes();
	await flood();
	return { megabytes: usedMegabytes() - before, ...reachableFrom(root) };
}

function expectBounded(left: Awaited<ReturnType<typeof leftBy>>, characters = mostCharacters): void {
	expect({
		...left,
		isSmall: left.megabytes < mostMegabytes && left.characters < characters && left.largest <= mostEntries,
	}).toMatchObject({ isSmall: true });
}

describe('what a trigger remembers of a flood', () => {
	const hostile: Array<[title: string, name: string, payload: (number: number) => IDataObject]> = [
		['fingerprints', 'message:send', (number) => message(number, { fingerprint: long(`${number}`) })],
		['conversations', 'message:send', (number) => message(1, { session_id: long(`${number}`), number })],
		['equal fingerprints', 'message:send', (number) => message(1, { session_id: long(`${number}`), fingerprint: 1 })],
		['short conversations', 'message:send', (number) => message(number)],
		['people', 'people:profile:created', (number) => ({ website_id: 'w', people_id: long(`${number}`) })],
		['names', 'session:set_nickname', (number) => message(number, { nickname: long(`${number}`) })],
		[
			'names of long conversations',
			'session:set_nickname',
			(number) => ({ session_id: long(`${number}`), nickname: 'n' }),
		],
		['states', 'session:set_state', (number) => message(number, { state: long(`${number}`) })],
		['assignments', 'session:set_routing', (number) => message(number, { routing_id: long(`${number}`) })],
		[
			'ratings',
			'session:sync:rating',
			(number) => message(number, { rating: { stars: 5, comment: long(`${number}`) } }),
		],
		[
			'choices',
			'message:updated',
			(number) => message(number, { content: { choices: [{ value: long(`${number}`), selected: true }] } }),
		],
		['keys pressed', 'message:compose:send', (number) => message(1, { excerpt: long(`${number}`) })],
	];

	it.each(hostile)('is bounded: %s', async (_, name, payload) => {
		const { receiver, clock } = begin({ events: [name], more: { batch: { size: 500, wait: 0 } } });
		receiver.connected();
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				receiver.receive(name, wired(payload(number)));
			}
			await clock.advance(1_000);
		});
		expectBounded(left);
		await receiver.close();
	});

	it('is bounded: segments', async () => {
		const { receiver, clock } = begin({
			events: ['message:send'],
			filter: { segments: ['vip'] },
			answer: () => wired({ segments: ['vip', long('of a visitor', 60_000)] }),
		});
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				receiver.receive('session:set_segments', wired(message(number, { segments: [long(`${number}`)] })));
				if (number % 500 === 0) await settled();
			}
			for (let number = many; number <= many + 1_000; number++) {
				receiver.receive('message:send', message(number));
				if (number % 100 === 0) await settled();
			}
			await clock.advance(1_000);
		});
		expectBounded(left);
		await receiver.close();
	});

	it('is bounded: conversations of which nothing can be fetched', async () => {
		const { receiver, clock } = begin({
			events: ['message:send', 'message:first'],
			filter: { segments: ['vip'] },
			answer: () => Promise.reject(new Error('down')),
		});
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				const ids = { session_id: long(`${number}`), fingerprint: long(`m${number}`) };
				receiver.receive('message:send', wired(message(number, ids)));
				if (number % 500 > 0) continue;
				await settled();
				// A pause ends, and the next one begins.
				await clock.advance(60_000);
			}
		});
		expectBounded(left);
		await receiver.close();
	});
});

it('what a trigger remembers to brake a loop is bounded', () => {
	const brake = new LoopBrake(1_000_000);
	const held = Array.from({ length: 2_000 }, () => brake.check('w session_1', now).isHeld).filter(Boolean).length;
	expect([held, reachableFrom(brake).largest]).toEqual([1_000, 1_000]);
});

it('what a catch-up keeps of many conversations is bounded', async () => {
	const count = 3_000;
	// Held, or the reading that waits for it would be garbage.
	let answer: (page: unknown[]) => void = () => {};
	const { receiver, requests } = begin({
		events: ['session:set_state'],
		isResumed: true,
		memory: { mark: now - 60_000 },
		answer: async ({ path }) => {
			const page = Number(path.split('/').at(-1));
			if (page > count / 50) return await new Promise((resolve) => (answer = resolve));
			return Array.from({ length: 50 }, (_, index) =>
				wired({
					...{ website_id: 'w', session_id: `session_${page}_${index}`, state: 'pending', updated_at: now },
					preview: long('words of a visitor', 20_000),
				}),
			);
		},
	});
	const before = usedMegabytes();
	receiver.connected();
	for (let round = 0; round < 100; round++) await settled();
	const megabytes = usedMegabytes() - before;
	expect([requests.length, megabytes < mostMegabytes || megabytes]).toEqual([count / 50 + 1, true]);
	answer([]);
	await receiver.close();
});

describe('events that wait', () => {
	it('for a catch-up are bounded, and all are delivered', async () => {
		let answer: (entries: unknown[]) => void = () => {};
		const { receiver, started, warnings, clock } = begin({
			events: ['message:send'],
			isResumed: true,
			memory: { mark: now - 60_000 },
			answer: async () => await new Promise((resolve) => (answer = resolve)),
		});
		receiver.connected();
		await settled();
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				receiver.receive('message:send', wired(message(number, { content: long(`${number}`) })));
			}
			await settled();
		});
		expectBounded(left, mostWaitingCharacters);
		expect(started.length).toBeLessThan(many);
		answer([]);
		await clock.advance(1_000);
		expect(started).toEqual(Array.from({ length: many }, (_, index) => index + 1));
		expect(warnings.filter((text) => text.includes('delivered first'))).toHaveLength(1);
		await receiver.close();
	});

	it('for a catch-up do not move the watermark while it is not complete', async () => {
		const memory: IDataObject = { mark: now - 60_000 };
		const { receiver, started } = begin({
			events: ['message:send'],
			isResumed: true,
			memory,
			answer: async () => await new Promise(() => {}),
		});
		receiver.connected();
		await settled();
		for (let number = 1; number <= many; number++) receiver.receive('message:send', message(number));
		expect([started.length > 0, memory.mark]).toEqual([true, now - 60_000]);
		await receiver.close();
	});

	it('for what has to be fetched are bounded, and all are delivered', async () => {
		const messages = Array.from({ length: many }, (_, index) => message(index + 1, { session_id: 'session_1' }));
		let waiting: Array<(answer: unknown) => void> = [];
		let isAnswering = false;
		const meta = { segments: ['vip'] };
		const { receiver, started, warnings, clock } = begin({
			events: ['message:send'],
			filter: { segments: ['vip'] },
			answer: async ({ path, query }) => {
				if (path.endsWith('/meta')) {
					return isAnswering ? meta : await new Promise((resolve) => waiting.push(resolve));
				}
				if (path.includes('/conversations/1'))
					return [{ website_id: 'w', session_id: 'session_1', updated_at: now + many }];
				if (path.includes('/conversations/')) return [];
				const before = Number(query?.timestamp_before ?? Infinity);
				// Timestamps are as far apart as numbers, so that this is the batch before that time.
				const end = Math.min(many, Math.max(0, before - now - 1));
				return messages.slice(Math.max(0, end - 1_000), end);
			},
		});
		receiver.connected();
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				const content = long(`${number}`);
				// Until the first lookup is answered, each event is another conversation's.
				receiver.receive('message:send', wired(message(number, { session_id: 'session_1', content })));
			}
			await settled();
		});
		expectBounded(left, mostWaitingCharacters);
		isAnswering = true;
		for (const resolve of waiting.splice(0)) resolve(meta);
		waiting = [];
		for (let round = 0; round < 60 && started.length < many; round++) await clock.advance(1_000);
		expect([...started].sort((a, b) => Number(a) - Number(b))).toEqual(messages.map(({ number }) => number));
		expect(
			warnings.filter((text) => text.startsWith('[n8n-nodes-crisp] Crisp Trigger: More events came')),
		).toHaveLength(1);
		await receiver.close();
	});

	it('for what has to be fetched keep their order within a conversation', async () => {
		const waiting: Array<(meta: unknown) => void> = [];
		// The lane is full after a thousand, of which the last ones wait for the second lookup.
		const messages = Array.from({ length: 1_500 }, (_, index) => {
			return message(index + 1, { session_id: index >= 700 && index < 1_000 ? 'session_2' : 'session_1' });
		});
		const { receiver, started, clock } = begin({
			events: ['message:send'],
			filter: { segments: ['vip'] },
			answer: async ({ path }) => {
				if (path.endsWith('/meta')) return await new Promise((resolve) => waiting.push(resolve));
				const [, session] = /(session_\d)/.exec(path) ?? [];
				if (session) return messages.filter(({ session_id }) => session_id === session);
				const listed = { website_id: 'w', session_id: 'session_1', updated_at: now + 1_500 };
				return path.endsWith('/1') ? [listed, { ...listed, session_id: 'session_2' }] : [];
			},
		});
		receiver.connected();
		const answer = () => waiting.shift()?.({ segments: ['vip'] });
		for (const one of messages.slice(0, 1_200)) receiver.receive('message:send', wired(one));
		await settled();
		answer();
		await settled();
		// The lane has room again, but earlier messages of the conversation are left to the catch-up.
		expect(started).toHaveLength(700);
		for (const one of messages.slice(1_200)) receiver.receive('message:send', wired(one));
		answer();
		for (let round = 0; round < 10; round++) await clock.advance(1_000);
		expect(started).toEqual(messages.map(({ number }) => number));
		await receiver.close();
	});

	it('for others of their batch are bounded', async () => {
		const { receiver, started } = begin({
			events: ['message:send'],
			more: { batch: { size: 1_000_000, wait: 3_600_000 } },
		});
		receiver.connected();
		const left = await leftBy(receiver, async () => {
			for (let number = 1; number <= many; number++) {
				receiver.receive('message:send', wired(message(number, { content: long(`${number}`) })));
			}
			await settled();
		});
		expectBounded(left, mostWaitingCharacters);
		await receiver.close();
		expect(started).toHaveLength(many);
	});
});

describe('a connection that is being replaced', () => {
	async function overtaken() {
		const lines: ChannelListener[] = [];
		const clock = new FakeClock();
		let heard = 0;
		const shared = new SharedConnection({
			clock,
			random: () => 1,
			openChannel: (_, channel) => (lines.push(channel), { emit() {}, close: () => channel.onClose('closed') }),
		});
		const listener = (events: string[]): Listener => ({
			events,
			websites: [],
			findEndpoint: async ({ events: all }) =>
				await Promise.resolve({
					url: 'x',
					authentication: { tier: 'plugin', username: 'i', password: 'k', events: all },
				}),
			onEvent: () => void (heard += 1),
			onReady: () => undefined,
			onEnding: () => undefined,
		});
		void shared.join(listener(['message:send']));
		await settled();
		lines[0]?.onOpen();
		lines[0]?.onEvent('authenticated', undefined);
		await settled();
		void shared.join(listener(['message:received']));
		await settled();
		return { shared, lines, clock, heard: () => heard };
	}

	it('remembers a bounded part of what it delivers while the other one asks for ever', async () => {
		const { shared, lines, heard } = await overtaken();
		lines[1]?.onOpen();
		const left = await leftBy(shared, async () => {
			for (let number = 0; number < many; number++) {
				lines[0]?.onEvent('message:send', wired(message(number, { content: long(`${number}`) })));
			}
			await settled();
		});
		expectBounded(left);
		expect(heard()).toBe(many);
	});

	it.each(['unauthorized', ''])('remembers nothing once the other one has failed: %s', async (event) => {
		const { shared, lines, heard } = await overtaken();
		lines[1]?.onOpen();
		for (let number = 0; number < 100; number++) lines[0]?.onEvent('message:send', wired(message(number)));
		if (event) lines[1]?.onEvent(event, undefined);
		else lines[1]?.onClose('lost');
		await settled();
		for (let number = 0; number < 100; number++) lines[0]?.onEvent('message:send', wired(message(number)));
		expect(reachableFrom(shared).largest).toBeLessThan(50);
		expect(heard()).toBe(200);
	});
});

describe('what a webhook trigger remembers of a flood', () => {
	const call = async (event: object, response: FakeResponse) => {
		const body = JSON.stringify(event);
		const events = ['message:send', 'message:updated', 'message:chosen', 'session:set_nickname'];
		return await receive(webhookContext({ body, response, parameters: { events } }));
	};
	/** Fewer than above, and larger: only a hundred thousand are too many. */
	const calls = 3_000;
	const huge = (text: string) => long(text, 20_000);
	const chosen = (number: number) => ({
		content: { choices: [{ value: 'no' }, { value: huge(`${number}`), label: 'Yes', selected: true }] },
	});

	it.each<[title: string, name: string, payload: (number: number) => IDataObject, status: number]>([
		['fingerprints', 'message:send', (number) => message(number, { fingerprint: huge(`${number}`) }), 200],
		['conversations', 'message:send', (number) => message(number, { session_id: huge(`${number}`) }), 200],
		['names', 'session:set_nickname', (number) => message(number, { nickname: huge(`${number}`) }), 200],
		['choices that n8n refuses to run', 'message:updated', (number) => message(number, chosen(number)), 500],
	])('is bounded: %s', async (_, name, payload, status) => {
		const before = usedMegabytes();
		for (let number = 1; number <= calls; number++) {
			const response = new FakeResponse();
			const made = await call(
				{ website_id: 'w', event: name, data: payload(number), timestamp: now + number },
				response,
			);
			if (made.workflowData) response.end(status);
			expect(made.workflowData ?? []).toHaveLength(made.workflowData ? 1 : 0);
		}
		const megabytes = usedMegabytes() - before;
		expect(megabytes < mostMegabytes || megabytes).toBe(true);
	});

	it('still means the same choice when a refused delivery comes again', async () => {
		const yes = { value: 'yes', label: 'Yes', selected: true };
		const no = { value: 'no', label: 'No' };
		const eventOf = (...choices: IDataObject[]) => {
			return { website_id: 'w', event: 'message:updated', data: message(1, { content: { choices } }), timestamp: now };
		};
		const outputs: unknown[] = [];
		// The second choice that the visitor makes is the first in the picker.
		for (const [event, status] of [
			[eventOf(no, yes), 200],
			[eventOf({ ...no, selected: true }, yes), 500],
			[eventOf({ ...no, selected: true }, yes), 200],
		] as const) {
			const response = new FakeResponse();
			const made = await call(event, response);
			outputs.push(made.workflowData?.flat().map(({ json }) => [json.event, json.choice]));
			response.end(status);
		}
		const choosing = (value: string) => [
			['message:updated', value],
			['message:chosen', value],
		];
		expect(outputs).toEqual([choosing('yes'), choosing('no'), choosing('no')]);
	});
});
