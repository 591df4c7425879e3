import { UserError, type IDataObject } from 'n8n-workflow';
import { choice, identifier, json, list, picker, table, type Field, type SentAs } from '../field';

/**
 * Rows of field, condition and value, sent as Crisp's list of conditions: objects with `model`, `criterion`, `operator` and
 * `query`. Crisp's reference says of it only "object filter"; the format and the operators are those of its SDKs: the list of
 * values, which the SDK for Node.js types as an object for campaigns, is one in the SDK for Go (`WebsiteFilter`).
 */

const operators = {
	eq: 'Is',
	gt: 'Is Greater Than',
	gte: 'Is Greater Than or Equal To',
	lt: 'Is Less Than',
	lte: 'Is Less Than or Equal To',
	neq: 'Is Not',
};

const comparison = (options: Record<string, string>) =>
	choice(options, 'How it is compared', { label: 'Condition', fallback: 'eq' });

const query = (example: string) =>
	list('Values to compare with, separated by commas; one of them is enough', {
		...{ label: 'Value', example, required: true },
	});

/**
 * Fields of a person that conditions are known to be accepted for: by the vendor's first SDK (email, segments, custom data)
 * and by requests of Crisp's own app. Any other name is accepted from an expression.
 */
const ofPerson = {
	'person.address': 'Address',
	'person.geolocation.city': 'City',
	'company.name': 'Company',
	'company.legal_name': 'Company Legal Name',
	'person.geolocation.country': 'Country',
	data: 'Custom Data',
	email: 'Email',
	'person.employment.name': 'Employer',
	'person.nickname': 'Name',
	segments: 'Segments',
	'*': 'Any Other',
};

/** Where conditions stand: the name that Crisp has for the list, and what the form calls it. */
export interface Place {
	/** Crisp's name of the list, dotted. */
	name: string;
	/** The label of the rows; that of the JSON follows from it. */
	label?: string;
	/** What the conditions decide, without a full stop. */
	about?: string;
}

const inSearch: Place = { name: 'search_filter' };
const usualLabel = 'Conditions';
const usualAbout = 'What is searched for';

/** Conditions for people; by default those of the list of people. */
export function personConditions({ name, label = usualLabel, about = usualAbout }: Place = inSearch): Field {
	const fields = {
		criterion: choice(ofPerson, 'What is compared', { label: 'Field', fallback: 'email', required: true }),
		key: picker('personData', 'Key of the custom data', { when: { criterion: ['data'] } }),
		// Crisp's own app sends `has` when a user searches people.
		operator: comparison({ has: 'Contains', ...operators }),
		query: query('first value, second value'),
	};
	const sentAs: SentAs = { names: [name], wire: (rows, labelled) => ({ [name]: forPeople(rows, labelled) }) };
	return table(fields, `${about}: one condition in each row`, { label, sentAs });
}

/** Conditions for people as Crisp's own list; by default those of the list of people. */
export function personConditionsAsJson({ name, label = usualLabel }: Place = inSearch): Field {
	return conditionsAsJson('people', 'email', label, { names: [name], wire: (given) => ({ [name]: given }) });
}

/** How a list of conditions is sent: the names that Crisp has for it, and their values. */
export interface Sending {
	names: SentAs['names'];
	wire: (conditions: unknown[]) => IDataObject;
}

/** Conditions for conversations. Crisp documents no list of the fields of a conversation that it compares. */
export function conversationConditions({ names, wire }: Sending, about = usualAbout): Field {
	const fields = {
		criterion: identifier("What is compared, by the name in Crisp's API", {
			label: 'Field',
			example: 'segments',
			required: true,
		}),
		operator: comparison(operators),
		query: query('vip'),
	};
	return table(fields, `${about}: one condition in each row`, {
		label: usualLabel,
		sentAs: { names, wire: (rows) => wire((rows as IDataObject[]).map((row) => ({ model: 'session', ...row }))) },
	});
}

/** Conditions for conversations as Crisp's own list. */
export function conversationConditionsAsJson(sending: Sending): Field {
	return conditionsAsJson('session', 'segments', usualLabel, sending);
}

/** The same as Crisp's own list, for what the rows cannot express. */
function conditionsAsJson(model: string, criterion: string, label: string, { names, wire }: Sending): Field {
	const value = criterion === 'email' ? 'a@b.co' : 'vip';
	return json("Conditions as Crisp's API takes them: a list, each with model, criterion, operator and query", {
		label: `${label} (JSON)`,
		example: JSON.stringify([{ model, criterion, operator: 'eq', query: [value] }]),
		isRare: true,
		sentAs: { names, wire: (given, labelled) => wire(listIn(given, labelled)) },
	});
}

/** Whether all conditions have to be met. */
export const match = choice({ and: 'All', or: 'Any' }, 'How many of the conditions have to be met', {
	label: 'Conditions Must Match',
});

function forPeople(rows: unknown, label: string): IDataObject[] {
	return (rows as IDataObject[]).map(({ criterion, key, ...condition }, index) => {
		if (criterion !== 'data') return { model: 'people', criterion, ...condition };
		if (key) return { model: 'people', criterion: `data.${String(key)}`, ...condition };
		throw new UserError(`Row ${index + 1} of ${label} has no 'Key'`, {
			description: 'Choose the key of the custom data, or remove the row.',
		});
	});
}

function listIn(given: unknown, label: string): unknown[] {
	if (Array.isArray(given)) return given as unknown[];
	throw new UserError(`${label} is not a list of conditions`, {
		description:
			'Give a list such as [{"model":"people","criterion":"email","operator":"eq","query":["name@example.com"]}].',
	});
}
