import { invalid } from '../http/answer';

interface Mood {
	/** The first value is the default. */
	values: readonly [string, string, ...string[]];
	/** What is not known about Crisp, and what the values do; one sentence. */
	about: string;
}

/**
 * What the sandbox does where Crisp's behaviour is not proven: one entry per open question, with all plausible answers.
 * A client of Crisp has to keep its promises with each of them.
 */
export const MOODS = {
	timestampAfter: {
		values: ['nearest', 'newest'],
		about:
			'Which messages `timestamp_after` returns when more than one batch is newer: those after the time, or the newest ones.',
	},
	timestampBounds: {
		values: ['exclusive', 'inclusive'],
		about: 'Whether `timestamp_before` and `timestamp_after` include a message of exactly that time.',
	},
	sameFingerprint: {
		values: ['storedOnce', 'storedTwice', 'refused'],
		about:
			'What a second message with a fingerprint of the conversation does: nothing, a second message, or 400 `invalid_data`.',
	},
	dispatch: {
		values: ['atOnce', 'delayed'],
		about:
			'Whether a message is stored before the 202, or up to 800 ms after it, so that messages can overtake each other.',
	},
	lookup: {
		values: ['atOnce', 'late'],
		about: 'Whether a message can be read as soon as it is stored, or only 1.5 s later.',
	},
	conversationData: {
		values: ['merged', 'replaced'],
		about:
			'Whether `data` in PATCH meta keeps the other keys of a conversation; an empty object clears all keys in both cases.',
	},
	personData: { values: ['merged', 'replaced'], about: 'Whether PATCH people/data keeps the other keys of a person.' },
	unchangedState: {
		values: ['silent', 'announced'],
		about: 'Whether setting the state or the assignee that a conversation already has is announced again.',
	},
	updatedAt: {
		values: ['everyChange', 'messagesOnly', 'beforeStored'],
		about:
			'What sets `updated_at`: each change, only messages, or the acceptance of a message before it is stored (with delayed dispatch).',
	},
	lists: {
		values: ['fresh', 'cached'],
		about:
			'Whether lists of conversations and people are current, or come from a cache that keeps the answer to a URL for 10 s.',
	},
	pageStatus: {
		values: ['partial', 'alwaysOk'],
		about: 'Whether a list answers 206 while more follows, and 200 for its last page (as Crisp does), or always 200.',
	},
	pageSize: {
		values: ['full', 'short'],
		about:
			'Whether all pages but the last are full, or have fewer entries than their size although more follow on the next page.',
	},
	listOrder: {
		values: ['latestFirst', 'other'],
		about:
			'Whether `order_date_updated` lists the conversation that changed last first, or conversations come in the order of their creation, the oldest first.',
	},
	sortField: {
		values: ['accepted', 'refused', 'ignored'],
		about:
			'Whether people can be sorted with `sort_field=created_at`, or this answers 400 `invalid_data`, or has no effect and the oldest come first.',
	},
	emptyText: {
		values: ['accepted', 'refused'],
		about:
			'Whether PATCH meta accepts an empty text for `nickname`, `email` and `phone`, or answers 400 `invalid_data`.',
	},
	answerReopens: {
		values: ['leaves', 'reopens'],
		about: 'Whether a text of an operator in a resolved conversation leaves it resolved, or makes it unresolved.',
	},
	limitAnswer: {
		values: ['json', 'empty', 'text'],
		about:
			'The body of the answer to a request over the rate limit: the envelope with `rate_limited`, no body, or plain text.',
	},
	limitStatus: { values: ['429', '420', '422'], about: 'The status of the answer to a request over the rate limit.' },
	planQuota: {
		values: ['none', 'free', 'plus', 'everyWrite'],
		about:
			'What the plan of a website limits with 423 `quota_limit_exceeded`: nothing, 10 new conversations in 90 s, 40 in 60 s, or 30 of each kind of write in 60 s.',
	},
	hookTimestamp: {
		values: ['milliseconds', 'seconds'],
		about: 'The unit of the header `X-Crisp-Request-Timestamp` of webhooks.',
	},
	hookRetry: {
		values: ['newTimestamp', 'firstTimestamp'],
		about: 'Whether a retry of a webhook has a timestamp and signature of its own, or those of the first attempt.',
	},
	messageFields: {
		values: ['complete', 'sparse'],
		about:
			'Whether events and lists have all fields of messages that operators wrote by hand, or lack `automated`, the `type` of texts, and the `user_id`, `type` and `avatar` of the user.',
	},
	verifiedEmail: {
		values: ['ends', 'stays'],
		about:
			'What another email does to a conversation that is verified: the verification ends, or stays and still lists the email that was verified.',
	},
	crispFingerprints: {
		values: ['positive', 'negative'],
		about: 'The sign of the fingerprints that Crisp itself gives to messages.',
	},
} as const satisfies Record<string, Mood>;

export type MoodName = keyof typeof MOODS;
export type MoodValue<Name extends MoodName> = (typeof MOODS)[Name]['values'][number];
export type MoodValues = { [Name in MoodName]: MoodValue<Name> };

const NAMES = Object.keys(MOODS) as MoodName[];

/** Tells what the sandbox does where Crisp's behaviour is not proven. */
export interface MoodReader {
	get<Name extends MoodName>(name: Name): MoodValue<Name>;
}

/** The current value of each mood. */
export class Moods implements MoodReader {
	private values = defaults();

	/** Throws like `set`. */
	constructor(given: Partial<MoodValues> = {}) {
		this.set(given);
	}

	get<Name extends MoodName>(name: Name): MoodValue<Name> {
		return this.values[name];
	}

	/** A copy of all values. */
	all(): MoodValues {
		return { ...this.values };
	}

	/** Sets some moods. Throws `invalid_data` and changes nothing if one of the names or values does not exist. */
	set(changes: Readonly<Record<string, unknown>>): void {
		const given = Object.entries(changes).filter(([, value]) => value !== undefined);
		for (const [name, value] of given) requireMood(name, value);
		this.values = { ...this.values, ...Object.fromEntries(given) };
	}

	/** Sets some moods, and all others to their defaults. Throws like `set`. */
	replace(changes: Readonly<Record<string, unknown>>): void {
		this.values = new Moods(changes).values;
	}
}

/** The sandbox's own page must show everything at once, and is no client of Crisp that a quota limits. */
const HIDDEN_FROM_PAGE: readonly MoodName[] = ['dispatch', 'lookup', 'lists', 'pageSize', 'planQuota'];

/** The moods as the page of the sandbox meets them: without those that delay, hide or refuse. */
export function moodsOfPage(moods: MoodReader): MoodReader {
	return { get: (name) => (HIDDEN_FROM_PAGE.includes(name) ? MOODS[name].values[0] : moods.get(name)) };
}

/** Parses texts of the form `name=value`; throws `invalid_data` if one has no `=`. The names and values are not checked. */
export function moodsFrom(texts: string[]): Record<string, string> {
	const pairs = texts.map((text) => {
		const at = text.indexOf('=');
		if (at === -1) throw invalid(`moods: "${text}" must have the form name=value`);
		return [text.slice(0, at), text.slice(at + 1)] as const;
	});
	return Object.fromEntries(pairs);
}

function defaults(): MoodValues {
	return Object.fromEntries(NAMES.map((name) => [name, MOODS[name].values[0]])) as MoodValues;
}

function requireMood(name: string, value: unknown): void {
	if (!Object.hasOwn(MOODS, name)) {
		throw invalid(`moods.${name}: no such mood; use one of ${NAMES.join(', ')}`);
	}
	const values: readonly unknown[] = MOODS[name as MoodName].values;
	if (!values.includes(value)) {
		throw invalid(`moods.${name}: must be one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
	}
}
