import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readSelection, type EventSelection } from '../shared/events/selection/selection';
import type { Credential } from '../shared/api/transport';

/** The settings from the form of the trigger. */
export interface Settings extends EventSelection {
	/** In milliseconds. */
	lookBack: number;
	/**
	 * The maximum number of events in one execution, and how many milliseconds an event waits for others (debounce).
	 */
	batch: { size: number; wait: number };
	/** Whether a test in the editor shows sample events at once. */
	isSample: boolean;
}

/** Reads the values of the fields in `triggerProperties`. */
export function readSettings(context: ITriggerFunctions, credential: Credential): Settings {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const { lookBackHours = 24, batchSize = 1, batchWait = 250 } = options;
	return {
		...readSelection(context, credential),
		lookBack: Number(lookBackHours) * 3_600_000,
		batch: { size: Math.max(1, Number(batchSize) || 1), wait: Math.max(0, Number(batchWait) || 0) },
		isSample: context.getNodeParameter('useSampleEvent', false) === true,
	};
}
