import { asNodeError } from '../../../shared/errors/apiErrors';
import type { Composing } from '../../operations/operation';

/**
 * Takes the steps of one item, each once however often the item is run. When one fails, its error says
 * what was done before, as that stays done.
 */
export class Steps {
	private readonly done: string[] = [];

	constructor(private readonly composing: Composing) {}

	/** The name tells the step from the others of the item; the deed says what was done, for an error to come. */
	async take<Result>(name: string, step: () => Promise<Result>, deed: (result: Result) => string): Promise<Result> {
		try {
			const result = await this.composing.once(name, step);
			this.done.push(deed(result));
			return result;
		} catch (error) {
			const failure = asNodeError(this.composing.node, error);
			if (this.done.length > 0) {
				failure.message += `. This was done before: ${this.done.join(', ')}. Retry On Fail goes on from there.`;
			}
			throw failure;
		}
	}
}
