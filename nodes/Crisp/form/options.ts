import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import type { QuotaPatience } from '../../shared/api/planQuota';
import { isToolCall } from '../../shared/n8n/context';

/** How many items run at the same time. */
export interface Concurrency {
	first: number;
	/** The maximum, reached step by step while Crisp rejects nothing. */
	most: number;
}

export const initialConcurrency = 10;
const maxChosenConcurrency = 50;
/** The maximum if the user sets nothing. It limits the throughput: waiting for Crisp takes most of the time. */
export const maxConcurrency = 200;

const usualQuotaMinutes = 10;
const toolQuotaMinutes = 1;
const maxQuotaMinutes = 24 * 60;

/** Options that every operation has. */
export const optionsProperty: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Concurrency',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: maxChosenConcurrency },
			default: initialConcurrency,
			description: `How many items run at the same time. Without this option, ${initialConcurrency} at first, and up to ${maxConcurrency} while Crisp accepts everything. Items that change the same thing always run one after the other.`,
		},
		{
			displayName: 'Wait for Plan Limits (Minutes)',
			name: 'quotaWait',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: maxQuotaMinutes },
			default: usualQuotaMinutes,
			description: `How long to wait when the plan of the website limits how often Crisp accepts something, such as new conversations. The wait starts again whenever Crisp accepts another one. Without this option, ${usualQuotaMinutes} minutes, and ${toolQuotaMinutes} minute in all as a tool of an AI agent.`,
		},
	],
};

/** Reads how many items may run at the same time. Throws a UserError for an invalid number. */
export function concurrencyOf(context: IExecuteFunctions): Concurrency {
	const given: unknown = context.getNodeParameter('options.concurrency', 0, null);
	if (given === null) return { first: initialConcurrency, most: maxConcurrency };
	const width = Number(given);
	if (Number.isInteger(width) && width >= 1 && width <= maxChosenConcurrency) return { first: width, most: width };
	throw new UserError(`'Concurrency' cannot be ${JSON.stringify(given)}`, {
		description: `Give a whole number from 1 to ${maxChosenConcurrency}, or remove the option.`,
	});
}

/** Reads how long a request waits for the quota of a plan. Throws a UserError for an invalid number. */
export function quotaPatienceOf(context: IExecuteFunctions): QuotaPatience {
	const given: unknown = context.getNodeParameter('options.quotaWait', 0, null);
	const isTool = isToolCall(context);
	// An agent waits for its tool, so that the wait does not start again.
	const restartsWithProgress = !isTool;
	const minutes = given === null ? (isTool ? toolQuotaMinutes : usualQuotaMinutes) : Number(given);
	if (minutes >= 0 && minutes <= maxQuotaMinutes && given !== '')
		return { longest: minutes * 60_000, restartsWithProgress };
	throw new UserError(`'Wait for Plan Limits (Minutes)' cannot be ${JSON.stringify(given)}`, {
		description: `Give a number from 0 to ${maxQuotaMinutes}, or remove the option.`,
	});
}
