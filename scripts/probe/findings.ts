import { PLANS, PROBED, QUESTIONS, type AnswerTo, type QuestionName } from './questions';

/** What the probe found out about a question. `why` has no data of the workspace. */
export type Finding =
	| { result: 'known'; value: string; why: string }
	| { result: 'unknown'; why: string }
	| { result: 'not probed'; why: string };

/** The findings so far. The first answer to a question stays. */
export class Findings {
	private readonly found = new Map<QuestionName, Finding>();

	know<Name extends QuestionName>(name: Name, value: AnswerTo<Name>, why: string): void {
		if (!this.isKnown(name)) this.found.set(name, { result: 'known', value: value as string, why });
	}

	/** Notes why questions could not be answered, unless they are; a later reason replaces an earlier one. */
	leave(names: readonly QuestionName[], why: string): void {
		for (const name of names) if (!this.isKnown(name)) this.found.set(name, { result: 'unknown', why });
	}

	/** Notes the reason for all questions of which nothing was noted. */
	leaveRest(why: string): void {
		this.leave(
			PROBED.filter((name) => !this.found.has(name)),
			why,
		);
	}

	isKnown(...names: QuestionName[]): boolean {
		return names.every((name) => this.found.get(name)?.result === 'known');
	}

	valueOf(name: QuestionName): string | undefined {
		const finding = this.found.get(name);
		return finding?.result === 'known' ? finding.value : undefined;
	}

	/** A finding for each question. */
	all(mayWrite: boolean): Record<QuestionName, Finding> {
		const entries = QUESTIONS.map((name) => [name, this.of(name, mayWrite)]);
		return Object.fromEntries(entries) as Record<QuestionName, Finding>;
	}

	private of(name: QuestionName, mayWrite: boolean): Finding {
		const plan = PLANS[name];
		if (typeof plan === 'object') return { result: 'not probed', why: plan.notProbed };
		const found = this.found.get(name);
		if (found) return found;
		if (plan === 'write' && !mayWrite) return { result: 'not probed', why: 'It needs --write.' };
		const nothing = 'The workspace has nothing that shows it';
		return { result: 'unknown', why: mayWrite ? `${nothing}.` : `${nothing}; --write can.` };
	}
}
