import type { IExecuteFunctions } from 'n8n-workflow';
import { itemJsonOf } from '../../shared/n8n/context';
import { evaluateSimple } from './simpleExpressions';
import { isGiven } from '../form/locators';
import type { Parameters } from '../request/toWire';

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
		let json: { value: unknown } | undefined;
		const jsonOfItem = (): unknown => (json ??= { value: itemJsonOf(context, itemIndex) }).value;
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
		};
	};
}

/** The node checks every value itself. n8n's own check, for which no field asks, would search the form for each. */
const unchecked = { skipValidation: true };

/** Expressions are texts that begin with an equals sign, however deep they are. */
function hasExpression(value: unknown): boolean {
	return JSON.stringify(value ?? null).includes('"=');
}
