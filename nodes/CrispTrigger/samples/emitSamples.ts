import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../../shared/runtime/clock';
import { eventNamed } from '../../shared/events/catalogue';
import { sampleOf } from './samples';
import { Emitter } from '../delivery/emitter';
import type { Settings } from '../settings';

/** Emits a sample of each selected event, regardless of the filters. */
export function emitSamples(context: ITriggerFunctions, { events, websites }: Settings, clock: Clock): void {
	const known = events.filter((name) => eventNamed(name));
	if (known.length === 0) {
		throw new NodeOperationError(context.getNode(), 'No event is chosen', {
			description: "Choose at least one under 'Trigger On'.",
		});
	}
	const emitter = new Emitter(context, clock, new AbortController().signal);
	void emitter.start(known.map((name) => ({ name, payload: sampleOf(name, clock.now(), websites[0]) })));
}
