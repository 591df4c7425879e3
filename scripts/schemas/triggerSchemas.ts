import { sampleOf } from '../../nodes/CrispTrigger/samples/samples';
import { derivedEvents, events } from '../../nodes/shared/events/catalogue';
import { eventOutputNames, toOutput } from '../../nodes/shared/events/output';
import { fieldsNamed } from './outputTypes';
import { object, type Schema } from './schema';

/** The fields that only the webhook trigger returns; each delivery has them. */
const ofDelivery = ['event_id', 'delivery_attempt'];

/**
 * The schema of each trigger's output, by the name of the node. n8n asks for one schema, without the chosen events: it has
 * the fields that most events have, because the others would be missing more often than not.
 */
export function triggerSchemas(): Map<string, Schema> {
	const shared = commonNames();
	const ofWebhooks = [...shared.filter((name) => name !== 'data'), ...ofDelivery, 'data'];
	return new Map([
		['CrispTrigger', object(fieldsNamed(shared))],
		['CrispWebhookTrigger', object(fieldsNamed(ofWebhooks))],
	]);
}

function commonNames(): string[] {
	const all = [...events, ...derivedEvents];
	const outputs = all.map(({ name }) => toOutput(name, sampleOf(name, 0)));
	return eventOutputNames.filter((name) => outputs.filter((output) => name in output).length > all.length / 2);
}
