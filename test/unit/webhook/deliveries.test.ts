import { Deliveries, longestStart, type Meaning } from '../../../nodes/CrispWebhookTrigger/deliveries';
import { mostAge } from '../../../nodes/CrispWebhookTrigger/signature';
import type { EventIdentity } from '../../../nodes/shared/events/identity';
import { webhookResponseOf } from '../../../nodes/shared/n8n/webhookResponse';
import { processStores } from '../../../nodes/shared/runtime/processState';
import { FakeClock, settled } from '../../support/fakeClock';
import { FakeResponse } from '../../support/fakeResponse';

const delivery = (more: Partial<EventIdentity> = {}): EventIdentity => {
	return { name: 'message:send', website: 'w', session: 's', id: 1, ...more };
};
const size = () => processStores().find(({ name }) => name.startsWith('deliveries to webhook triggers'))?.size;
const eightSeconds = 8_000;
const meaning = [{ name: 'conversation:resolved' }] as Meaning;

let clock: FakeClock;

beforeEach(() => (clock = new FakeClock()));

/** A request that arrives now. */
function arrive(identity = delivery(), { slot = 'workflow:node', longest = eightSeconds } = {}) {
	const response = new FakeResponse();
	const deliveries = new Deliveries({
		slot,
		clock,
		response: webhookResponseOf({ getResponseObject: () => response as never }),
	});
	const outcome: { claim?: unknown } = {};
	const claimed = deliveries.claim(identity, longest).then((claim) => (outcome.claim = claim));
	return { response, deliveries, claimed, outcome };
}

/** A request that claims the event, and that n8n answers with this status. */
async function answered(status: number, ...given: Parameters<typeof arrive>) {
	const { response, claimed } = arrive(...given);
	const claim = await claimed;
	response.end(status);
	return claim;
}

describe('deliveries to a webhook trigger', () => {
	it('count as seen once n8n accepted them, for each node and each event', async () => {
		const first = arrive();
		expect([await first.claimed, first.deliveries.has(delivery())]).toEqual([{}, false]);
		first.response.end(200);
		expect(first.deliveries.has(delivery())).toBe(true);
		expect(await arrive().claimed).toBe('accepted');
		expect(await answered(200, delivery(), { slot: 'workflow:other' })).toEqual({});
		for (const other of [{ name: 'message:received' }, { website: 'v' }, { session: 't' }, { id: 2 }]) {
			expect(await answered(200, delivery(other))).toEqual({});
		}
	});

	it.each([500, 503, 401, 404])('that n8n refused with %i may start again, and mean the same', async (status) => {
		const first = arrive();
		await first.claimed;
		first.deliveries.remember(delivery(), meaning);
		first.response.end(status);
		expect(first.deliveries.has(delivery())).toBe(false);
		const second = arrive();
		expect(await second.claimed).toEqual({ meaning });
		second.deliveries.remember(delivery(), meaning);
		second.response.end(status);
		expect(await answered(200)).toEqual({ meaning });
		expect(await arrive().claimed).toBe('accepted');
	});

	it.each([
		['accepted', 200, 'accepted'],
		['refused', 500, {}],
	])('wait while n8n starts the first, which it %s', async (_, status, claim) => {
		const first = arrive();
		await clock.advance(1_000);
		const [second, third] = [arrive(), arrive()];
		await clock.advance(eightSeconds - 1);
		expect([second.outcome.claim, third.outcome.claim]).toEqual([undefined, undefined]);
		first.response.end(status);
		await settled();
		expect(second.outcome.claim).toEqual(claim);
		// Only one takes over.
		expect(third.outcome.claim).toEqual(status === 200 ? 'accepted' : undefined);
		second.response.end(200);
		await settled();
		expect([third.outcome.claim, clock.sleeping]).toEqual(['accepted', 0]);
	});

	it('are told that n8n is still starting the first, after the time that they may wait', async () => {
		arrive();
		const second = arrive();
		await clock.advance(eightSeconds - 1);
		expect(second.outcome.claim).toBeUndefined();
		await clock.advance(1);
		expect(second.outcome.claim).toBe('starting');
		const at = arrive(delivery(), { longest: 0 });
		await clock.advance(0);
		expect(at.outcome.claim).toBe('starting');
		expect(clock.sleeping).toBe(0);
	});

	it('count as seen if n8n accepted them after the connection had closed', async () => {
		const first = arrive();
		first.response.close();
		await settled();
		const second = arrive();
		first.response.end(200);
		await clock.advance(eightSeconds);
		expect(second.outcome.claim).toBe('accepted');
		expect(first.deliveries.has(delivery())).toBe(true);
	});

	it('may start again if n8n refused them after the connection had closed', async () => {
		const first = arrive();
		first.response.close();
		await settled();
		first.response.end(500);
		expect(await arrive().claimed).toEqual({});
	});

	it.each([
		['the connection is open', false],
		['the connection has closed', true],
	])('start again if n8n did not respond for a quarter of an hour, while %s', async (_, isClosed) => {
		const first = arrive();
		if (isClosed) first.response.close();
		await clock.advance(longestStart - eightSeconds - 1);
		const before = arrive();
		await clock.advance(eightSeconds);
		expect(before.outcome.claim).toBe('starting');
		await clock.advance(1);
		const second = arrive();
		await settled();
		expect(second.outcome.claim).toEqual({});
	});

	it('start no third time if n8n accepts the first after all', async () => {
		const first = arrive();
		await clock.advance(longestStart);
		const second = arrive();
		await second.claimed;
		first.response.end(200);
		second.response.end(500);
		expect(await arrive().claimed).toBe('accepted');
	});

	it('release the response of a closed connection after a quarter of an hour', async () => {
		const first = arrive();
		first.response.close();
		await settled();
		first.response.end(200);
		expect(clock.alarms).toBe(1);
		await clock.advance(longestStart);
		// The status is not read again: the entry no longer holds the response.
		first.response.statusCode = 500;
		expect(await arrive().claimed).toBe('accepted');
	});

	it('are not remembered if n8n does not show its response', async () => {
		const deliveries = new Deliveries({ slot: 'workflow:node', clock });
		expect(await deliveries.claim(delivery(), eightSeconds)).toEqual({});
		deliveries.remember(delivery(), meaning);
		expect(await deliveries.claim(delivery(), eightSeconds)).toEqual({});
		expect(size()).toBe(0);
	});

	it('are remembered as long as a signed request is accepted, also if its time is hours ahead of the clock', async () => {
		await answered(200);
		for (let hours = 1; hours < 48; hours += 23) {
			await clock.advance((hours === 1 ? 1 : 23) * 3_600_000);
			expect(await arrive().claimed).toBe('accepted');
		}
		await clock.advance(2 * mostAge);
		expect(await arrive().claimed).toEqual({});
	});

	it('are forgotten beyond 100,000, the oldest first', async () => {
		for (let id = 0; id < 100_001; id++) await answered(200, delivery({ id }));
		expect(size()).toBe(100_000);
		const { deliveries } = arrive(delivery({ id: -1 }));
		expect([1, 2, 100_000].map((id) => deliveries.has(delivery({ id })))).toEqual([false, true, true]);
	});
});
