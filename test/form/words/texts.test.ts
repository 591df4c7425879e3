import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { gzipSync } from 'node:zlib';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';
import { resources } from '../../../nodes/Crisp/operations';
import type { Field, Fields } from '../../../nodes/Crisp/operations/field';
import { outputNames } from '../../../nodes/shared/events/vocabulary';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';

const { properties } = crisp.description;

interface Listed {
	title: string;
	description: string;
}

const operations: Listed[] = properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options = [] }) =>
		(options as INodePropertyOptions[]).map(({ value, description = '' }) => ({
			title: `${String(displayOptions?.show?.resource?.[0])}/${String(value)}`,
			description,
		})),
	);

/** Every field of the form, also those in collections and tables. */
function everyField(list: INodeProperties[]): INodeProperties[] {
	return list.flatMap((one) => {
		if (one.type === 'collection') return [one, ...everyField(one.options as INodeProperties[])];
		if (one.type !== 'fixedCollection') return [one];
		return [one, ...(one.options as INodePropertyCollection[]).flatMap(({ values }) => everyField(values))];
	});
}

const fields = everyField(properties.filter(({ name }) => name !== 'operation'));

const sentencesIn = (text: string) => text.split(/[.!?](?:\s|$)/).filter((part) => part.trim()).length;

describe('the description of an operation', () => {
	it('is one line of at most 90 characters', () => {
		expect(operations.length).toBeGreaterThan(250);
		expect(operations.filter(({ description }) => description.length > 90 || description === '')).toEqual([]);
	});

	it('is one sentence without a period', () => {
		expect(operations.filter(({ description }) => sentencesIn(description) > 1 || /\.$/.test(description))).toEqual([]);
	});

	it('leaves scopes, tiers and costs to the documentation', () => {
		expect(operations.filter(({ description }) => /scope|tier\b|\brequests?\b/i.test(description))).toEqual([]);
	});
});

describe('the description of a field', () => {
	const described = fields.map(({ displayName, name, description = '' }) => ({ displayName, name, description }));

	it('has at most two sentences', () => {
		expect(described.filter(({ description }) => sentencesIn(description) > 2)).toEqual([]);
	});

	it('is there for every field of the table', () => {
		const missing = Object.values(resources).flatMap((resource) =>
			Object.values(resource.operations).flatMap((operation) =>
				fieldsOf(operation).filter(({ field }) => field.description.trim() === ''),
			),
		);
		expect(missing).toEqual([]);
	});

	/** Numbers without a unit: counts, positions and names, and amounts whose unit is a field of its own. Money has one. */
	const unitless =
		/^(Amount|Batch Size|Column|Concurrency|Company Employees|Limit|Max .*|Order|Page|Per Page|Size|Units|.*Fingerprint|.*Stars|Number.*|Position)$/;

	it('names the unit of a number in the label, or says that Crisp does not document it', () => {
		const numbers = fields.filter(({ type, displayName }) => type === 'number' && !unitless.test(displayName));
		const isNamed = ({ displayName, description = '' }: INodeProperties) =>
			/\(.+\)/.test(displayName) || /Crisp does not document the (unit|currency)/.test(description);
		expect(numbers.length).toBeGreaterThan(10);
		expect(numbers.filter((one) => !isNamed(one)).map(({ displayName }) => displayName)).toEqual([]);
	});
});

describe('the types of a message', () => {
	const types = properties.filter(({ displayName }) => displayName === 'Message Type');

	it('have the names that people know, everyday ones first', () => {
		const [send] = types.filter(({ displayOptions }) => displayOptions?.show?.operation?.includes('send'));
		expect((send?.options as INodePropertyOptions[]).map(({ name, value }) => [value, name])).toEqual([
			['text', 'Text'],
			['note', 'Private Note'],
			['picker', 'Buttons (Picker)'],
			['field', 'Input Field'],
			['file', 'File'],
			['audio', 'Audio'],
			['animation', 'Animation (GIF)'],
			['carousel', 'Carousel'],
			['event', 'Event'],
		]);
	});

	it('have the same names everywhere', () => {
		const names = new Map<unknown, Set<string>>();
		for (const { name, value } of types.flatMap(({ options }) => options as INodePropertyOptions[])) {
			names.set(value, (names.get(value) ?? new Set()).add(name));
		}
		expect(types.length).toBeGreaterThanOrEqual(4);
		expect([...names].filter(([, given]) => given.size > 1)).toEqual([]);
	});

	const ofTriggers = [crispTrigger, crispWebhookTrigger].flatMap(({ description }) =>
		everyField(description.properties).filter(({ displayName }) => displayName === 'Message Types'),
	);

	it('have a sentence each, in every operation and in the filters of both triggers', () => {
		expect(ofTriggers).toHaveLength(2);
		const bare = [...types, ...ofTriggers].flatMap(({ displayOptions, options }) =>
			(options as INodePropertyOptions[])
				.filter(({ description }) => !description)
				.map(({ name }) => `${String(displayOptions?.show?.operation)} ${name}`),
		);
		expect(bare).toEqual([]);
	});

	it('have the same sentence everywhere, except where it says how a reply is waited for', () => {
		const others = types.filter(({ displayOptions }) => !displayOptions?.show?.operation?.includes('sendAndWait'));
		const sentences = new Map<unknown, Set<unknown>>();
		for (const { value, description } of [...others, ...ofTriggers].flatMap(
			({ options }) => options as INodePropertyOptions[],
		)) {
			sentences.set(value, (sentences.get(value) ?? new Set()).add(description));
		}
		expect(sentences.size).toBe(9);
		expect([...sentences].filter(([, given]) => given.size > 1)).toEqual([]);
	});

	it('fit on the two lines that n8n shows of a sentence', () => {
		const long = [...types, ...ofTriggers].flatMap(({ options }) => options as INodePropertyOptions[]);
		expect(long.filter(({ description = '' }) => description.length > 90)).toEqual([]);
	});

	it.each([
		['file', 'invoice.pdf', 'application/pdf'],
		['animation', 'hello.gif', 'image/gif'],
		['audio', 'voice.mp3', 'audio/mpeg'],
	])('show for %s a placeholder of its kind', (type, file, media) => {
		const shown = (name: string) =>
			properties.filter((one) => one.name === name && one.displayOptions?.show?.type?.includes(type));
		expect(shown('contentUrl').map(({ placeholder }) => placeholder)).toEqual([`e.g. https://example.com/${file}`]);
		expect(shown('contentType').map(({ placeholder }) => placeholder)).toEqual([`e.g. ${media}`]);
	});
});

describe('the placeholder', () => {
	const tables = fields.filter(({ name, type }) => type === 'fixedCollection' && /conditions$/i.test(name));
	const columnsOf = ({ options = [] }: INodeProperties) => (options as INodePropertyCollection[])[0]?.values ?? [];

	it('of the value of a condition fits every field that can be chosen', () => {
		const byChoice = tables.filter((one) =>
			columnsOf(one).some(({ name, type }) => name === 'criterion' && type === 'options'),
		);
		const values = byChoice.flatMap(columnsOf).filter(({ name }) => name === 'query');
		expect(values.length).toBeGreaterThan(1);
		expect(new Set(values.map(({ placeholder }) => placeholder))).toEqual(new Set(['e.g. first value, second value']));
	});

	it('of the value of a condition fits the field that the other placeholder names', () => {
		const typed = tables.filter((one) =>
			columnsOf(one).some(({ name, type }) => name === 'criterion' && type === 'string'),
		);
		expect(typed.length).toBeGreaterThan(0);
		for (const one of typed) {
			const shown = Object.fromEntries(columnsOf(one).map(({ name, placeholder }) => [name, placeholder]));
			expect(shown).toMatchObject({ criterion: 'e.g. segments', query: 'e.g. vip' });
		}
	});

	it.each(['recipientsType', 'accessRestrictMode'])('of %s shows where its value is found', (name) => {
		const found = fields.filter((one) => one.name === name);
		expect(found.length).toBeGreaterThan(0);
		for (const { placeholder = '', description } of found) {
			expect(placeholder).toMatch(/^e\.g\. \{\{ \$json\.[\w.]+ \}\}$/);
			expect(description).toMatch(/_[^_]+: Get[^_]*_|'[^']+: Get[^']*'/);
		}
	});
});

it('no text leaves it to the reader what Crisp calls a value', () => {
	const texts = [...fields.map(({ description = '' }) => description), ...Object.values(outputNames)];
	expect(texts.filter((text) => /\bas (Crisp|the help desk) (calls|names)\b/.test(text))).toEqual([]);
});

it('begins the choices of a question with what people read, then what the workflow gets', () => {
	const tables = Object.values(resources).flatMap((resource) =>
		Object.values(resource.operations).flatMap(({ body = {} }) => tablesIn(body)),
	);
	const choices = tables.map((columns) => Object.keys(columns)).filter((names) => names.includes('value'));
	expect(choices.length).toBeGreaterThanOrEqual(3);
	for (const names of choices) expect(names.slice(0, 2)).toEqual(['label', 'value']);
	const shown = fields.filter(({ name }) => /choices$/i.test(name));
	for (const { options = [] } of shown) {
		const [rows] = options as INodePropertyCollection[];
		expect(rows?.values.slice(0, 2).map(({ name }) => name)).toEqual(['label', 'value']);
	}
});

function tablesIn(body: Fields): Fields[] {
	return Object.values(body).flatMap(({ kind, fields: columns }: Field) =>
		kind === 'table' && columns ? [columns] : [],
	);
}

it('keeps the descriptions of all nodes small, since the editor loads them at its start', () => {
	const nodes = [crisp, crispMemory, crispTrigger, crispWebhookTrigger];
	const json = nodes.map(({ description }) => JSON.stringify(description)).join('');
	expect(json.length).toBeLessThan(521_000);
	expect(gzipSync(json).length).toBeLessThan(60_700);
});

describe('every field of every node and of the credential', () => {
	const forms = [crisp, crispMemory, crispTrigger, crispWebhookTrigger].flatMap(({ description }) =>
		everyField(description.properties),
	);
	const all = [...forms, ...everyField(new CrispApi().properties)];
	const isButton = ({ type }: INodeProperties) => type === 'collection' || type === 'fixedCollection';

	it('has a placeholder that begins with `e.g.`, except where n8n demands the text of an email', () => {
		const given = all.filter((one) => !isButton(one)).map(({ placeholder }) => placeholder);
		const ofModes = all.flatMap(({ modes = [] }) => modes.filter(({ type }) => type === 'string'));
		const texts = [...given, ...ofModes.map(({ placeholder }) => placeholder)].filter((text) => text !== undefined);
		expect(texts.length).toBeGreaterThan(100);
		expect(texts.filter((text) => !text.startsWith('e.g. ') && text !== 'name@email.com')).toEqual([]);
	});

	it('says on a button what it adds, and in a list what is chosen', () => {
		const buttons = all.filter((one) => isButton(one) && one.placeholder !== undefined);
		expect(buttons.filter(({ placeholder = '' }) => !placeholder.startsWith('Add '))).toEqual([]);
		const lists = all.flatMap(({ modes = [] }) => modes.filter(({ type }) => type === 'list'));
		const usual = /^Choose |^Of the URL or item, otherwise the default$/;
		expect(lists.filter(({ placeholder = '' }) => !usual.test(placeholder))).toEqual([]);
	});

	it('offers the list before the ID', () => {
		const locators = all.filter(({ type }) => type === 'resourceLocator');
		expect(locators.length).toBeGreaterThan(50);
		expect(locators.filter(({ modes }) => modes?.[0]?.type !== 'list').map(({ name }) => name)).toEqual([]);
	});
});
