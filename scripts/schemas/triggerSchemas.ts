import type { OutputName } from '../../nodes/shared/events/vocabulary';
import { fieldsNamed } from './outputTypes';
import { object, type Schema } from './schema';

/**
 * What all events of a trigger have, by the name of the node. Most events of Crisp Trigger have a `website_id`, but neither
 * those of the node itself nor a list of animations has one. The body of each webhook has it beside the event, and the
 * trigger adds what tells deliveries apart (docs/decisions/0013-accepted-deliveries.md).
 */
const sharedNames: Record<string, OutputName[]> = {
	CrispTrigger: ['event', 'data'],
	CrispWebhookTrigger: ['event', 'website_id', 'event_id', 'delivery_attempt', 'data'],
};

/**
 * The schema of each trigger's output, by the name of the node. n8n asks for one schema, without the chosen events: it has
 * what all of them share. `test/engine/schemas/triggers.test.ts` compares it with each event.
 */
export function triggerSchemas(): Map<string, Schema> {
	return new Map(Object.entries(sharedNames).map(([node, names]) => [node, object(fieldsNamed(names))]));
}
