import { choice, type Field } from '../field';

/**
 * One of several switches of Crisp: the value `draft` with the prefix `filter_status_` sets `filter_status_draft`. The first
 * value sets none.
 */
export function oneSwitch(prefix: string, options: Record<string, string>, description: string, label?: string): Field {
	const [none, ...values] = Object.keys(options);
	const nameOf = (value: unknown) => prefix + String(value).replace('-', '_');
	return choice(options, description, {
		...(label && { label }),
		isOrdered: true,
		sentAs: { names: values.map(nameOf), wire: (value) => (value === none ? {} : { [nameOf(value)]: 1 }) },
	});
}
