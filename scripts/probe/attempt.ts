import { Refused } from './errors';
import type { Findings } from './findings';
import type { QuestionName } from './questions';

/** Tries to answer questions, unless all are answered. A refused request leaves them open. */
export async function attempt(findings: Findings, names: QuestionName[], answer: () => Promise<void>): Promise<void> {
	if (findings.isKnown(...names)) return;
	try {
		await answer();
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		findings.leave(names, error.message);
	}
}
