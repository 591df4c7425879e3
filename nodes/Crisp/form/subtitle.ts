import { resources } from '../operations';
import { operationName } from './properties';

/** What makes words of a value, such as `getAllAwaiting`, after its first letter is in upper case. */
const rules: Array<[what: RegExp, by: string]> = [
	[/^GetAll/, 'GetMany'],
	[/\B[A-Z]/g, ' $&'],
	...['And', 'As', 'By', 'To'].map((word): [RegExp, string] => [
		new RegExp(` ${word}\\b`, 'g'),
		` ${word.toLowerCase()}`,
	]),
];

const inWords = (one: string) =>
	rules.reduce((text, [what, by]) => text.replace(what, by), one.charAt(0).toUpperCase() + one.slice(1));

/**
 * The names in the form that the words of a value do not say, by the value of "Resource" or "Operation"; of an operation that
 * resources name differently, by both.
 */
function exceptions(): Record<string, string> {
	const names: Record<string, string> = {};
	const operations = Object.entries(resources).flatMap(([resource, { operations: own }]) =>
		Object.entries(own).map(([key, operation]) => ({ resource, key, name: operationName(key, operation) })),
	);
	for (const [resource, { name }] of Object.entries(resources)) if (name !== inWords(resource)) names[resource] = name;
	for (const { resource, key, name } of operations) {
		if (name === inWords(key)) continue;
		const isShared = operations.every((other) => other.key !== key || other.name === name);
		names[isShared ? key : `${resource} ${key}`] = name;
	}
	return names;
}

/**
 * The subtitle under the node on the canvas, such as "Get Many: Conversation", with the names of the form. Of the form, an
 * expression can only read the values; it makes words of them.
 */
export const subtitle = `={{ ((names, words) => [$parameter.operation, $parameter.resource].filter(Boolean).map((one) => names[$parameter.resource + " " + one] || names[one] || words(one)).join(": "))(${JSON.stringify(exceptions())}, (one) => (one.charAt(0).toUpperCase() + one.slice(1))${rules.map(([what, by]) => `.replace(${String(what)}, ${JSON.stringify(by)})`).join('')}) }}`;
