import type { IExecuteFunctions } from 'n8n-workflow';
import { itemJsonReader } from '../../shared/n8n/context';
import { originsOf } from './origins';
import { evaluateSimple } from './simpleExpressions';
import { isGiven } from '../form/locators';
import type { Parameters } from '../request/toWire';

/**
 * Reads and caches the values of each item: evaluating an expression is most of the work on an item. A parameter
 * without an expression is read once for all items. Values are shared between items, so that they must not be modified.
 */
export function parametersOf(context: IExecuteFunctions): (itemIndex: number) => Parameters {
	const { parameters } = context.getNode();
	const timezone = context.getTimezone();
	const itemJsonOf = itemJsonReader(context);
	const ofAll = new Map<string, unknown>();
	const isFixed = new Map<string, boolean>();
	return (itemIndex) => {
		const ofItem = new Map<string, unknown>();
		let json: { value: unknown } | undefined;
		const jsonOfItem = (): unknown => (json ??= { value: itemJsonOf(itemIndex) }).value;
		const ask = (name: string): unknown => context.getNodeParameter(name, itemIndex, null, unchecked);
		return {
			get(name) {
				if (!isFixed.has(name)) isFixed.set(name, !hasExpression(parameters[name]));
				const known = isFixed.get(name) ? ofAll : ofItem;
				if (!known.has(name)) {
					const value = isFixed.get(name) ? undefined : evaluateSimple(parameters[name], jsonOfItem);
					known.set(name, value ?? ask(name));
				}
				return known.get(name);
			},
			isGiven: (name) => isGiven(parameters[name]),
			timezone,
			...originsOf(context, { itemIndex, json: jsonOfItem }),
		};
	};
}

/** The node validates every value itself; n8n's validation, which no field uses, would search the form each time. */
const unchecked = { skipValidation: true };

/** Expressions are texts that begin with an equals sign, at any depth of the value. */
function hasExpression(value: unknown): boolean {
	return JSON.stringify(value ?? null).includes('"=');
}
