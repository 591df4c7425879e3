import { NodeApiError } from 'n8n-workflow';
import { isUncertain } from '../../../shared/errors/apiErrors';
import { partialResultOf, withPartialResult } from '../../../shared/errors/partialResult';
import { named, type NamedOutput } from '../../../shared/events/vocabulary';
import type { Composing } from '../../operations/operation';

/** What a step has done, for the error of a later step. */
export interface Done {
	/** A clause with the IDs that a user needs: "conversation session_… was created". */
	text: string;
	/** What was created, by the names of output fields. */
	made?: NamedOutput;
}

/**
 * Runs the steps of one item, each of them once even if the item is retried. If a step fails, its error lists the steps
 * that are already done, as they are not rolled back, with what they created and how another execution can continue.
 */
export class Steps {
	private readonly names: string[] = [];

	private readonly texts: string[] = [];

	private readonly made: NamedOutput;

	/**
	 * `given`: IDs of what exists already, which errors hand over. `advise`: how another execution does the rest, from
	 * what exists when a step fails; a sentence.
	 */
	constructor(
		private readonly composing: Composing,
		given: NamedOutput,
		private readonly advise: (made: NamedOutput) => string,
	) {
		this.made = { ...given };
	}

	/** `name` distinguishes the steps of an item; `describe` describes the finished step. */
	async take<Result>(name: string, step: () => Promise<Result>, describe: (result: Result) => Done): Promise<Result> {
		const result = await this.follow(async () => await this.composing.once(name, step));
		const { text, made } = describe(result);
		this.names.push(name);
		this.texts.push(text);
		Object.assign(this.made, made);
		return result;
	}

	/** Runs what follows the steps and is done again when the item is retried, such as waiting. */
	async follow<Result>(task: () => Promise<Result>): Promise<Result> {
		try {
			return await task();
		} catch (error) {
			throw this.explained(error as Error);
		}
	}

	private explained(error: Error): Error {
		const isBegun = this.texts.length > 0;
		const made: NamedOutput = { ...this.made, ...(error instanceof NodeApiError ? partialResultOf(error) : {}) };
		return withPartialResult(this.composing.node, error, {
			message: isBegun ? `Already done: ${this.texts.join(', ')}. Retry On Fail continues from there.` : '',
			// If Crisp refused the first step, there is nothing to continue.
			advice: isBegun || isUncertain(error) ? this.advise(made) : '',
			result: named({ ...made, done: [...this.names] }),
		});
	}
}
