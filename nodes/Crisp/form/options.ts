import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

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
