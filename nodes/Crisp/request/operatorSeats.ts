import type { IDataObject } from 'n8n-workflow';
import { entriesIn } from '../../shared/api/list';

/**
 * Whether an entry of the route `operators/list` is an operator. Crisp's types name three kinds of seat: `operator`,
 * `invite` (a pending invitation) and `sandbox`. A seat without a type counts as an operator.
 */
export function isOperatorSeat({ type }: IDataObject): boolean {
	return type === undefined || type === null || type === '' || type === 'operator';
}

/** The `details` of all operators in an answer of `operators/list`. Throws a UserError if the answer is not a list. */
export function operatorsIn(answer: unknown): IDataObject[] {
	return entriesIn(answer)
		.filter(isOperatorSeat)
		.map(({ details }) => Object(details) as IDataObject);
}
