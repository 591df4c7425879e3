import type { MoodName, MoodValue } from '../../sandbox/moods/moods';

/** Questions about Crisp that are no mood of the sandbox, with all answers. */
export const FACTS = {
	websiteReadable: ['yes', 'no'],
	fingerprint48: ['accepted', 'refused'],
} as const satisfies Record<string, readonly string[]>;

export type FactName = keyof typeof FACTS;
export type QuestionName = MoodName | FactName;
/** The answers to a question: the values of the mood, or those of `FACTS`. */
export type AnswerTo<Name extends QuestionName> = Name extends MoodName
	? MoodValue<Name>
	: Name extends FactName
		? (typeof FACTS)[Name][number]
		: never;

/** `read`: reading an existing workspace may answer it. `write`: only a conversation of the probe does. */
export type Plan = 'read' | 'write' | { notProbed: string };

/** How the probe answers each question. A mood that is missing does not compile. */
export const PLANS: Record<QuestionName, Plan> = {
	timestampAfter: 'read',
	timestampBounds: 'read',
	sameFingerprint: 'write',
	dispatch: 'write',
	lookup: 'write',
	conversationData: 'write',
	personData: { notProbed: 'It needs a contact, and the probe creates only a conversation.' },
	unchangedState: { notProbed: 'Only an event shows it, and the probe opens no realtime connection.' },
	updatedAt: 'write',
	lists: 'write',
	pageStatus: 'read',
	pageSize: 'read',
	listOrder: 'read',
	sortField: 'read',
	emptyText: 'write',
	answerReopens: 'write',
	limitAnswer: { notProbed: 'The probe does not exceed the rate limit on purpose.' },
	limitStatus: { notProbed: 'The probe does not exceed the rate limit on purpose.' },
	planQuota: { notProbed: "It would use up the quota of the website's plan." },
	hookTimestamp: { notProbed: 'It needs a public address that receives webhooks.' },
	hookRetry: { notProbed: 'It needs a public address that receives webhooks and refuses them.' },
	messageFields: 'read',
	verifiedEmail: { notProbed: 'It needs a visitor who verifies an email, and the probe has no visitor.' },
	crispFingerprints: 'read',
	websiteReadable: 'read',
	fingerprint48: 'write',
};

export const QUESTIONS = Object.keys(PLANS) as QuestionName[];

/** The questions that the probe can answer, with `--write` or without. */
export const PROBED = QUESTIONS.filter((name) => typeof PLANS[name] === 'string');
