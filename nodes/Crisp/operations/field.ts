import type { IDataObject } from 'n8n-workflow';

/** Describes a field of an operation that a user can set. */
export interface Field {
	kind: Kind;
	description: string;
	/** The label; by default derived from Crisp's name of the field. */
	label?: string;
	/** Always shown, and must not be empty. Optional fields are in a collection, unless they are `isMain`. */
	required?: boolean;
	/** Whether the form always shows the optional field, because most workflows need it. */
	isMain?: boolean;
	/** Another required field, by Crisp's name, whose value is enough: then this one may be empty. */
	orElse?: string;
	/** The default of the form. Also sent if the user does not add an optional field. */
	fallback?: string | number | boolean;
	/** The values of a choice, with the name of each. */
	options?: Record<string, string>;
	/** What a value of a choice means, by the value: for values whose names do not say it. */
	hints?: Record<string, string>;
	/** Whether the form lists the values in the order of `options`, such as everyday ones first, and not by name. */
	isOrdered?: boolean;
	/** Whether few workflows need the optional field: the form lists it after the others. */
	isRare?: boolean;
	/** The columns of a table, or the fields of a group, by Crisp's names. */
	fields?: Fields;
	/** Shown and sent only while another field has one of these values. */
	when?: Record<string, string[]>;
	/** A typical value for the placeholder, without "e.g.". */
	example?: string;
	/** Typical values that depend on the one field in `when`, by its values, for the placeholder instead of `example`. */
	examples?: Record<string, string>;
	/** What a picker, the entries of a list or the keys of pairs are chosen from: a name in `locators.ts`. */
	picks?: Picks;
	/**
	 * Whether the text identifies or addresses something, such as an ID, a URL, a phone number or a locale: spaces around
	 * it and invisible characters are removed. Emails, colors, pickers and fingerprints always do; passwords, names and
	 * contents never do.
	 */
	isIdentifier?: boolean;
	/** Whether a text of spaces only is a value, as for what separates columns. */
	isVerbatim?: boolean;
	/** Whether a text field accepts an object or a list, too, which is sent as JSON text. */
	acceptsJson?: boolean;
	/** Whether the JSON has to be an object. */
	isObject?: boolean;
	/** Whether the values of pairs may be objects and lists. */
	isNested?: boolean;
	/**
	 * Whether an empty list, or keys and values without any, are sent where a whole is replaced: on purpose, there. False for
	 * a field that is never emptied, such as one that selects what is changed. See `rules` in `emptyValues.ts`.
	 */
	isClearable?: boolean;
	/** What empties it in Crisp, for a kind that has no empty value; see `emptyValues.ts`. */
	emptied?: '';
	/** How a value is sent, if not under the name of the field. */
	sentAs?: SentAs;
	/** Whether Crisp requires an optional list or table: without a value, an empty one is sent. */
	isSentEmpty?: boolean;
}

/** What a field becomes that is easier to fill in than what Crisp expects; see `inWireNames` in `wireNames.ts`. */
export interface SentAs {
	/** All names of Crisp that a value may become. */
	names: readonly string[];
	/**
	 * Converts a value, after its own conversion, to fields of Crisp by name. `label` is in quotes. Throws a UserError for a
	 * value that Crisp cannot express.
	 */
	wire(this: void, value: unknown, label: string): IDataObject;
}

export type Picks =
	| 'website'
	| 'conversation'
	| 'person'
	| 'operator'
	| 'assignee'
	| 'inbox'
	| 'team'
	| 'campaign'
	| 'template'
	| 'locale'
	| 'article'
	| 'linkedArticle'
	| 'category'
	| 'section'
	| 'redirection'
	| 'change'
	| 'page'
	| 'spam'
	| 'browsing'
	| 'call'
	| 'plugin'
	| 'personSegment'
	| 'conversationSegment'
	| 'personData'
	| 'personEvent'
	| 'conversationData';

export type Fields = Record<string, Field>;

export type Kind =
	| 'text'
	| 'longText'
	| 'secret'
	| 'email'
	| 'number'
	| 'flag'
	| 'bit'
	| 'choice'
	| 'color'
	| 'list'
	| 'fingerprints'
	| 'date'
	| 'instant'
	| 'json'
	| 'pairs'
	| 'table'
	| 'group'
	| 'fingerprint'
	| 'picker'
	| 'binary';

type Extra = Omit<Partial<Field>, 'kind' | 'description'>;

const field =
	(kind: Kind) =>
	(description: string, extra: Extra = {}): Field => ({ kind, description, ...extra });

export const text = field('text');
/** A text on one line that identifies or addresses something; see `isIdentifier`. */
export const identifier = (description: string, extra: Extra = {}): Field =>
	text(description, { isIdentifier: true, ...extra });
export const longText = field('longText');
/** Masked in the form. */
export const secret = field('secret');
export const email = field('email');
export const number = field('number');
/** A boolean that is sent as `true` or `false`. */
export const flag = field('flag');
/** A boolean that is sent as `1` or `0`, as the filters of Crisp's lists require. */
export const bit = field('bit');
/** A hexadecimal code such as `#377fea`, chosen from a palette. */
export const color = field('color');
/**
 * Several texts: an array through an expression, such an array as JSON text, or a text with commas between them. Without
 * `picks`, the form has such a text, and the description says so; with `picks`, a list to choose from, for which see
 * `optionLists` in `optionLists.ts`.
 */
export const list = field('list');
/** A moment that is sent as an ISO 8601 text in UTC. */
export const date = field('date');
/** A moment that is sent as milliseconds since 1970. */
export const instant = field('instant');
/** Anything, as JSON text or as an object through an expression. */
export const json = field('json');
/** Keys and values, sent as one object. With `picks`, they are custom data, for whose keys Crisp has rules. */
export const pairs = field('pairs');
/** Names a binary field of the item, or is the binary data itself, through an expression. */
export const binary = field('binary');
/**
 * Identifies a message: a whole number, which Crisp's automations may make negative. When a message is sent, the node
 * computes one if the user sets none.
 */
export const fingerprint = field('fingerprint');
/** Several fingerprints, given like a list. */
export const fingerprints = field('fingerprints');

/**
 * One of several values: a list of wire values, or wire values with the name shown for each. A value such as `urn:*` is
 * not shown in the form: it accepts any value with that prefix from an expression.
 */
export function choice(
	values: readonly string[] | Record<string, string>,
	description: string,
	extra: Extra = {},
): Field {
	const options = Array.isArray(values)
		? Object.fromEntries(values.map((value: string) => [value, titleCase(value.replace('helpdesk', 'help_desk'))]))
		: (values as Record<string, string>);
	return { kind: 'choice', description, options, ...extra };
}

/** Rows of columns, sent as an array of objects. */
export function table(fields: Fields, description: string, extra: Extra = {}): Field {
	return { kind: 'table', description, fields, ...extra };
}

/** Some fields that belong together and can be left out together, as n8n has them: one row, read as an object. */
export function group(fields: Fields, description: string, extra: Extra = {}): Field {
	return { kind: 'group', description, fields, ...extra };
}

/** A resource of the workspace, chosen from a list, by ID, or by another mode that `locators.ts` has for it. */
export function picker(picks: Picks, description: string, extra: Extra = {}): Field {
	return { kind: 'picker', description, picks, ...extra };
}

/** The same fields, marked as rare. */
export function rare(fields: Fields): Fields {
	return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, isRare: true }]));
}

const upperCase = new Set(['id', 'url', 'ip', 'json', 'html', 'css', 'arr', 'jwt', 'mcp']);

/** Prefixes of a name that are left out of its label: objects of a body, and `filter_`. */
const implied =
	/^((person|content|options|appearance|logos|localization|behavior|service|access|target|state)\.)+|^filter_/;

/** The default label of a field of Crisp: `person.employment.title` is "Employment Title". */
export function labelFrom(wireName: string, kind?: Kind): string {
	if (/^search_(name|title|text|query)$/.test(wireName)) return 'Search';
	const bare = wireName.replace(implied, '');
	if (kind === 'picker') return titleCase(bare.replace(/_id$/, ''));
	const isFilter = kind === 'bit' && wireName.startsWith('filter_');
	return titleCase(isFilter ? `is_${bare.replace(/^(status|type|visibility)_/, '')}` : bare);
}

const lowerCase = new Set(['and', 'as', 'by', 'of', 'on', 'or', 'to']);

/** Converts a name to a label: `first_name` to `First Name`, `setState` to `Set State`. */
export function titleCase(name: string): string {
	return name
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.split(/[._\s-]+/)
		.filter(Boolean)
		.map((word, index) => {
			const lower = word.toLowerCase();
			if (index > 0 && lowerCase.has(lower)) return lower;
			return upperCase.has(lower) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
		})
		.join(' ');
}

/** Parameter names that have another meaning in the form. */
const taken = new Set(['action', 'operation', 'resource']);

/** The n8n parameter for a field of Crisp: `person.first_name` is `personFirstName`. */
export function parameterName(wireName: string): string {
	if (taken.has(wireName)) return `${wireName}Value`;
	const words = titleCase(wireName).split(' ');
	const [first = '', ...rest] = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
	return first.charAt(0).toLowerCase() + first.slice(1) + rest.join('');
}
