import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { readChoice, type Choice } from '../shared/choice';
import type { Credential } from '../shared/api/transport';

/** What the form of the trigger says. */
export interface Settings extends Choice {
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
		...readChoice(context, credential),
		lookBack: Number(lookBackHours) * 3_600_000,
		batch: { size: Math.max(1, Number(batchSize) || 1), wait: Math.max(0, Number(batchWait) || 0) },
		isSample: context.getNodeParameter('useSampleEvent', false) === true,
	};
}
