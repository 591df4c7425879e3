import { UserError, type IDataObject, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import type { QuotaPatience } from '../../shared/api/planQuota';
import { isToolCall } from '../../shared/n8n/context';
import { numberFrom, show, toBoolean } from '../request/scalars';
import type { Parameters } from '../request/toWire';

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

/**
 * The options of the node. `updates` are the keys of the operations that have "Clear Empty Fields", `reads` those that have
 * no options: they are run for one item as a rule, and no plan limits them.
 */
export const optionsProperty = (updates: string[], reads: string[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	displayOptions: { hide: { operation: reads } },
	options: [
		{
			displayName: 'Clear Empty Fields',
			name: 'clearEmpty',
			type: 'boolean',
			default: false,
			description:
				'Whether a field with an empty text or without entries, and a key of custom data with an empty text, is emptied in Crisp. A field that was not added, or whose expression returns null, is always left as it is.',
			displayOptions: { show: { '/operation': updates } },
		},
		{
			displayName: 'Concurrency',
			name: 'concurrency',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: maxChosenConcurrency },
			default: initialConcurrency,
			description: `How many items run at the same time; those that change the same thing always run one after the other. Without this option, ${initialConcurrency} at first, and up to ${maxConcurrency} while Crisp accepts everything.`,
		},
		{
			displayName: 'Wait for Plan Limits (Minutes)',
			name: 'quotaWait',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: maxQuotaMinutes },
			default: usualQuotaMinutes,
			description: `How long to wait when the plan of the website limits how often Crisp accepts something, such as new conversations; each success starts the wait again. Without this option, ${usualQuotaMinutes} minutes, and ${toolQuotaMinutes} minute in all as a tool of an AI agent.`,
		},
	],
});

/** Reads the option "Clear Empty Fields" of an item. Throws a UserError for what is neither true nor false. */
export function clearsEmpty(parameters: Parameters): boolean {
	const { clearEmpty } = (parameters.get('options') ?? {}) as IDataObject;
	return toBoolean(clearEmpty ?? '', "'Clear Empty Fields'") ?? false;
}

/** Reads how many items may run at the same time. Throws a UserError for an invalid number. */
export function concurrencyOf(context: IExecuteFunctions): Concurrency {
	const given: unknown = context.getNodeParameter('options.concurrency', 0, null);
	if (given === null) return { first: initialConcurrency, most: maxConcurrency };
	const width = numberFrom(given);
	if (width === undefined) return { first: initialConcurrency, most: maxConcurrency };
	if (Number.isInteger(width) && width >= 1 && width <= maxChosenConcurrency) return { first: width, most: width };
	throw new UserError(`'Concurrency' cannot be ${show(given)}`, {
		description: `Give a whole number from 1 to ${maxChosenConcurrency}, or remove the option.`,
	});
}

/** Reads how long a request waits for the quota of a plan. Throws a UserError for an invalid number. */
export function quotaPatienceOf(context: IExecuteFunctions): QuotaPatience {
	const given: unknown = context.getNodeParameter('options.quotaWait', 0, null);
	const isTool = isToolCall(context);
	// An agent waits for its tool, so that the wait does not start again.
	const restartsWithProgress = !isTool;
	const minutes = numberFrom(given ?? '') ?? (isTool ? toolQuotaMinutes : usualQuotaMinutes);
	if (minutes >= 0 && minutes <= maxQuotaMinutes) return { longest: minutes * 60_000, restartsWithProgress };
	throw new UserError(`'Wait for Plan Limits (Minutes)' cannot be ${show(given)}`, {
		description: `Give a number from 0 to ${maxQuotaMinutes}, or remove the option.`,
	});
}
