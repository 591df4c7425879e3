import { asNodeError } from '../../../shared/errors/apiErrors';
import type { Composing } from '../../operations/operation';

/**
 * Runs the steps of one item, each of them once even if the item is retried. If a step fails, its error lists the steps
 * that are already done, as they are not rolled back.
 */
export class Steps {
	private readonly done: string[] = [];

	constructor(private readonly composing: Composing) {}

	/** `name` distinguishes the steps of an item; `describe` describes the finished step, for the error of a later one. */
	async take<Result>(name: string, step: () => Promise<Result>, describe: (result: Result) => string): Promise<Result> {
		try {
			const result = await this.composing.once(name, step);
			this.done.push(describe(result));
			return result;
		} catch (error) {
			const failure = asNodeError(this.composing.node, error);
			if (this.done.length > 0) {
				failure.message += `. Already done: ${this.done.join(', ')}. Retry On Fail continues from there.`;
			}
			throw failure;
		}
	}
}
