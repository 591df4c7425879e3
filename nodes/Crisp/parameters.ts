import type { IExecuteFunctions } from 'n8n-workflow';
import { isGiven } from './locators';
import type { Parameters } from './value';

/**
 * How the values of each item are read: once for an item, as evaluating an expression is most of the work of
 * an item, and once for all items where there is no expression in it. Nobody may change what is read.
 */
export function parametersOf(context: IExecuteFunctions): (itemIndex: number) => Parameters {
	const { parameters } = context.getNode();
	const timezone = context.getTimezone();
	const ofAll = new Map<string, unknown>();
	const isFixed = new Map<string, boolean>();
	return (itemIndex) => {
		const ofItem = new Map<string, unknown>();
		return {
			get(name) {
				if (!isFixed.has(name)) isFixed.set(name, !hasExpression(parameters[name]));
				const known = isFixed.get(name) ? ofAll : ofItem;
				if (!known.has(name)) known.set(name, context.getNodeParameter(name, itemIndex, null));
				return known.get(name);
			},
			isGiven: (name) => isGiven(parameters[name]),
			timezone,
		};
	};
}

/** Expressions are texts that begin with an equals sign, however deep they are. */
function hasExpression(value: unknown): boolean {
	return JSON.stringify(value ?? null).includes('"=');
}
