import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readSelection, type EventSelection } from '../shared/events/selection';
import type { Credential } from '../shared/api/transport';

/** What the form of the trigger says. */
export interface Settings extends EventSelection {
	/** In milliseconds. */
	lookBack: number;
	/** The most events of one execution, and how many milliseconds an event waits for others. */
	batch: { size: number; wait: number };
	/** Whether a test in the editor shows made-up events at once. */
	isSample: boolean;
}

/** Reads what `triggerProperties` show. */
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
