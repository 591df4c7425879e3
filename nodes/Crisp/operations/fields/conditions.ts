import { UserError, type IDataObject } from 'n8n-workflow';
import { choice, identifier, json, list, picker, table, type Field, type SentAs } from '../field';

/**
 * Rows of field, condition and value, sent as Crisp's list of conditions: objects with `model`, `criterion`, `operator` and
 * `query`. Crisp's reference says of it only "object filter"; the format and the operators are those of its SDK.
 */

const operator = choice(
	{
		eq: 'Is',
		gt: 'Is Greater Than',
		gte: 'Is Greater Than or Equal To',
		lt: 'Is Less Than',
		lte: 'Is Less Than or Equal To',
		neq: 'Is Not',
	},
	'How it is compared',
	{ label: 'Condition', fallback: 'eq' },
);

const query = list('Values to compare with, separated by commas; one of them is enough', {
	label: 'Value',
	example: 'vip',
	required: true,
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

const description = 'What is searched for, one condition in each row';

/** Conditions for people, sent under these names; by default that of the list of people. */
export function personConditions(name = 'search_filter'): Field {
	const fields = {
		criterion: choice(ofPerson, 'What is compared', { label: 'Field', fallback: 'email', required: true }),
		key: picker('personData', 'Key of the custom data', { when: { criterion: ['data'] } }),
		operator,
		query,
	};
	const sentAs: SentAs = { names: [name], wire: (rows, label) => ({ [name]: criteria('people', rows, label) }) };
	return table(fields, description, { label: 'Conditions', sentAs });
}

/** Conditions for conversations. Crisp documents no list of the fields of a conversation that it compares. */
export function conversationConditions(
	sentAs: SentAs['names'],
	wire: (conditions: IDataObject[]) => IDataObject,
): Field {
	const fields = {
		criterion: identifier('What is compared, as Crisp names it', {
			label: 'Field',
			example: 'segments',
			required: true,
		}),
		operator,
		query,
	};
	return table(fields, description, {
		label: 'Conditions',
		sentAs: { names: sentAs, wire: (rows, label) => wire(criteria('session', rows, label)) },
	});
}

/** The same as Crisp's own list, for what the rows cannot express. */
export function jsonConditions(
	example: string,
	sentAs: SentAs['names'],
	wire: (given: unknown[]) => IDataObject,
): Field {
	return json("Conditions as Crisp's API takes them: a list, each with model, criterion, operator and query", {
		label: 'Conditions (JSON)',
		example,
		sentAs: { names: sentAs, wire: (given, label) => wire(listIn(given, label)) },
	});
}

/** Whether all conditions have to be met. */
export const match = choice({ and: 'All', or: 'Any' }, 'How many of the conditions have to be met', {
	label: 'Conditions Must Match',
});

function criteria(model: string, rows: unknown, label: string): IDataObject[] {
	return (rows as IDataObject[]).map(({ criterion, key, ...condition }, index) => {
		if (criterion !== 'data') return { model, criterion, ...condition };
		if (key) return { model, criterion: `data.${String(key)}`, ...condition };
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
