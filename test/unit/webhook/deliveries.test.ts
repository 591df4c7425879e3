import { deliveriesTo } from '../../../nodes/CrispWebhookTrigger/deliveries';
import { mostAge } from '../../../nodes/CrispWebhookTrigger/signature';
import type { EventIdentity } from '../../../nodes/shared/events/identity';
import { processStores } from '../../../nodes/shared/runtime/processState';

const start = 1_800_000_000_000;
const delivery = (more: Partial<EventIdentity> = {}): EventIdentity => {
	return { name: 'message:send', website: 'w', session: 's', id: 1, ...more };
};
const at = (now: number, slot = 'workflow:node') => deliveriesTo(slot, { now: () => now });
const size = () => processStores().find(({ name }) => name.startsWith('deliveries to webhook triggers'))?.size;

describe('deliveries to a webhook trigger', () => {
	it('are new once, for each node and each event', () => {
		expect(at(start).has(delivery())).toBe(false);
		expect(at(start).isNew(delivery())).toBe(true);
		expect([at(start).has(delivery()), at(start).isNew(delivery())]).toEqual([true, false]);
		expect(at(start, 'workflow:other').isNew(delivery())).toBe(true);
		for (const other of [{ name: 'message:received' }, { website: 'v' }, { session: 't' }, { id: 2 }]) {
			expect(at(start).isNew(delivery(other))).toBe(true);
		}
	});

	it('are remembered as long as a signed request is accepted, also if its time is hours ahead of the clock', () => {
		at(start).isNew(delivery());
		for (const hours of [1, 24, 36, 47]) expect(at(start + hours * 3_600_000).isNew(delivery())).toBe(false);
		expect(at(start + 2 * mostAge).isNew(delivery())).toBe(true);
	});

	it('are forgotten beyond 100,000, the oldest first', () => {
		for (let id = 0; id < 100_001; id++) at(start).isNew(delivery({ id }));
		expect(size()).toBe(100_000);
		expect([0, 1, 100_000].map((id) => at(start).has(delivery({ id })))).toEqual([false, true, true]);
	});
});
