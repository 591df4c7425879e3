import { UserError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';

/** How many items run at the same time. */
export interface Width {
	first: number;
	/** What it may become while Crisp accepts everything. */
	most: number;
}

export const usualConcurrency = 10;
const mostConcurrency = 50;
/** Where the user sets nothing. As answers of Crisp take longer than the work on an item, it is what bounds the node. */
export const widest = 200;

/** How the node works, whatever the operation. */
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
			typeOptions: { minValue: 1, maxValue: mostConcurrency },
			default: usualConcurrency,
			description: `How many items run at the same time. Without this option, ${usualConcurrency} at first, and up to ${widest} while Crisp accepts everything. Items that change the same thing always run one after the other.`,
		},
	],
};

/** How many items may run at the same time. Throws a UserError for what is no such number. */
export function concurrencyOf(context: IExecuteFunctions): Width {
	const given: unknown = context.getNodeParameter('options.concurrency', 0, null);
	if (given === null) return { first: usualConcurrency, most: widest };
	const width = Number(given);
	if (Number.isInteger(width) && width >= 1 && width <= mostConcurrency) return { first: width, most: width };
	throw new UserError(`'Concurrency' cannot be ${JSON.stringify(given)}`, {
		description: `Give a whole number from 1 to ${mostConcurrency}, or take the option away.`,
	});
}
