import { createHash } from 'node:crypto';
import { namedIdentityText, type EventIdentity } from '../shared/events/identity';
import type { PipelineOptions } from '../shared/events/pipeline';
import type { Clock } from '../shared/runtime/clock';
import { Store } from '../shared/runtime/processState';
import { mostAge } from './signature';

/**
 * The deliveries that this process received. Each key is a hash, so that the number of entries bounds their size, too.
 * They stay twice as long as a request is accepted: its time may be ahead of the clock of this machine.
 */
const deliveries = new Store<true>({
	name: 'deliveries to webhook triggers, by workflow, node and event',
	maxEntries: 100_000,
	maxAge: 2 * mostAge,
});

/**
 * The deliveries to one node, for the pipeline: `isNew` is the one place where a delivery is marked as seen. `slot`
 * identifies the workflow and the node.
 */
export function deliveriesTo(slot: string, clock: Pick<Clock, 'now'>): PipelineOptions['seen'] {
	const keyOf = (identity: EventIdentity) => {
		return createHash('sha256')
			.update(`${slot} ${namedIdentityText(identity)}`)
			.digest('base64');
	};
	const has = (identity: EventIdentity) => deliveries.get(keyOf(identity), clock.now()) !== undefined;
	return {
		has,
		isNew(identity) {
			if (has(identity)) return false;
			deliveries.set(keyOf(identity), true, clock.now());
			return true;
		},
	};
}
