import { isUncertain } from '../../shared/errors/apiErrors';
import type { Composing } from '../operations/operation';

/** Requests of one item and step that may have been executed although no answer came. */
export interface Attempt {
	isUnanswered: boolean;
	/** Why the answer is missing, if it is known. */
	fault?: string;
	/** When the first of them was sent, in milliseconds since 1970, if the step needs it. */
	since?: number;
}

/** The attempt of a step of this item: the same object each time that the item is retried. */
export async function attemptOf({ once }: Pick<Composing, 'once'>, step: string): Promise<Attempt> {
	return await once(`attempt of ${step}`, async () => await Promise.resolve<Attempt>({ isUnanswered: false }));
}

/**
 * Sends a request and notes whether its answer is missing. The attempt counts as unanswered while the request is under way,
 * so that an execution that is cancelled in between does not send it a second time.
 */
export async function sendNoted<Answer>(attempt: Attempt, send: () => Promise<Answer>): Promise<Answer> {
	attempt.isUnanswered = true;
	try {
		const answer = await send();
		attempt.isUnanswered = false;
		return answer;
	} catch (error) {
		attempt.isUnanswered = isUncertain(error);
		attempt.fault = (error as Error).message;
		throw error as Error;
	}
}
