import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';
import { Crisp } from '../../../nodes/Crisp/Crisp.node';
import type { Field, Fields } from '../../../nodes/Crisp/operations/field';
import { resources } from '../../../nodes/Crisp/operations';
import { fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';

/** Several operators, teams, segments and the like are chosen by name: docs/decisions/0025-several-by-name.md. */

const crisp = new Crisp();

/** Lists of things that Crisp identifies, by Crisp's names. */
const identified =
	/(^|[._])((operators|users|segments|teams|inboxes|mentions|people|profiles|sessions)(_ids)?|\w+_ids)$/;

/** Lists that stay texts, with the reason. */
const texts: Record<string, string> = {
	sessions: 'conversations are too many for a list that n8n loads as a whole',
	'people.profiles': 'people are too many for a list that n8n loads as a whole',
	profiles: 'people are too many for a list that n8n loads as a whole',
	'recipients.people': 'people are too many for a list that n8n loads as a whole',
	new_segments: 'holds what is not in the list yet',
};

interface Found {
	title: string;
	name: string;
	parameter: string;
	isListed: boolean;
}

function listsIn(title: string, fields: Fields): Array<Omit<Found, 'parameter'>> {
	return Object.entries(fields).flatMap(([name, { kind, picks, fields: columns = {} }]) => {
		const inside = listsIn(`${title} ${name}`, columns);
		const isMeant = identified.test(name) && ['list', 'text', 'longText', 'json'].includes(kind);
		return isMeant
			? [{ title: `${title} ${name}`, name, isListed: kind === 'list' && picks !== undefined }, ...inside]
			: inside;
	});
}

const found = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, { query = {}, body = {} }]) =>
		listsIn(`${resource}.${key}`, { ...query, ...body }),
	),
);

it('every list of operators, teams and segments is chosen from, except those with a reason', () => {
	const typed = found.filter(({ isListed }) => !isListed);
	expect(typed.filter(({ name }) => !Object.hasOwn(texts, name)).map(({ title }) => title)).toEqual([]);
	const unused = Object.keys(texts).filter((name) => !typed.some((one) => one.name === name));
	expect(unused).toEqual([]);
	expect(found.filter(({ isListed }) => isListed).length).toBeGreaterThan(20);
});

/** IDs that stay texts, with the reason. */
const ids: Record<string, string> = {
	...Object.fromEntries(
		['list_id', 'id', 'content.id', 'identifier'].map((name) => [name, 'the user makes it up, to know it again']),
	),
	section_id: 'the plugin that makes the widget names it',
	item_id: 'the plugin that makes the widget names it',
	'resource.id': 'of what it is depends on the kind of file',
	'original.original_id': 'the message has it; Crisp has no list of originals',
	original_id: 'the message has it; Crisp has no list of originals',
	plan_id: 'Crisp has no list of plans',
	plugin_id: 'Crisp lists only plugins that are installed',
	token_id: 'a secret of the visitor; Crisp has no list of them',
};

it('every ID is chosen from a list, except those with a reason', () => {
	const all = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.entries(operations).flatMap(([key, operation]) =>
			fieldsOf(operation).flatMap(({ name, label, field }) => columnsOf(`${resource}.${key}`, { name, label, field })),
		),
	);
	const identifying = all.filter(
		({ name, label, field }) =>
			/(^|[._])id$/.test(name) || /\bID\b/.test(label) || /^IDs? of\b/.test(field.description),
	);
	const typed = identifying.filter(({ field }) => ['text', 'longText', 'secret', 'number'].includes(field.kind));
	expect(typed.filter(({ name }) => !Object.hasOwn(ids, name)).map(({ title }) => title)).toEqual([]);
	expect(Object.keys(ids).filter((name) => !typed.some((one) => one.name === name))).toEqual([]);
	expect(identifying.length - typed.length).toBeGreaterThan(200);
});

interface Named {
	name: string;
	label: string;
	field: Field;
}

function columnsOf(title: string, { name, label, field }: Named): Array<Named & { title: string }> {
	const inside = Object.entries(field.fields ?? {}).flatMap(([column, one]) =>
		columnsOf(`${title} ${name}`, { name: column, label: one.label ?? column, field: one }),
	);
	return [{ title: `${title} ${name}`, name, label, field }, ...inside];
}

function propertiesIn(properties: INodeProperties[]): INodeProperties[] {
	return properties.flatMap((one) => {
		const options = (one.options ?? []) as Array<INodeProperties | INodePropertyCollection>;
		const inside = options.flatMap((option) => ('values' in option ? option.values : 'type' in option ? [option] : []));
		return [one, ...propertiesIn(inside)];
	});
}

const properties = propertiesIn(crisp.description.properties);

describe('each list of the form', () => {
	const lists = properties.filter(({ type }) => type === 'multiOptions');

	it('has a method that loads it, again for another website, and says what an expression gives', () => {
		const methods = Object.keys(crisp.methods.loadOptions).sort();
		const used = new Set(lists.map(({ typeOptions }) => String(typeOptions?.loadOptionsMethod)));
		expect([...used].sort()).toEqual(methods);
		for (const { typeOptions, default: usual, description } of lists) {
			expect(typeOptions?.loadOptionsDependsOn).toEqual(['websiteId.value', 'sessionId.value', 'peopleId.value']);
			expect(usual).toEqual([]);
			expect(description).toMatch(/\.\nChoose from the list, or specify IDs using an <a href="[^"]+">expression<\/a>$/);
		}
		expect(lists.length).toBeGreaterThan(10);
	});

	it('is labelled with what it holds', () => {
		expect(lists.filter(({ displayName }) => !/Segments|Operators|Teams/.test(displayName))).toEqual([]);
		expect(properties.filter(({ displayName }) => displayName === 'Entry')).toEqual([]);
	});
});

/** Operations that set or add segments, which may be new. */
const writing = [
	...['batch.addPeopleSegments', 'batch.addSegments', 'conversation.addSegments', 'conversation.createWithMessage'],
	...[
		'conversation.updateMeta',
		'person.addSegments',
		'person.create',
		'person.replace',
		'person.update',
		'person.upsert',
	],
];

it('names of new segments are taken where segments are written, and not where they select', () => {
	const withNew = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.entries(operations)
			.filter(([, operation]) => fieldsOf(operation).some(({ parameter }) => parameter === 'newSegments'))
			.map(([key]) => `${resource}.${key}`),
	);
	expect(withNew.sort()).toEqual(writing);
});

it('New Segments stands after the segments that are chosen', () => {
	const groups = [crisp.description.properties, ...properties.map(({ options = [] }) => options as INodeProperties[])];
	const places = groups.flatMap((group) =>
		group.flatMap(({ name }, index) => (name === 'newSegments' ? [group[index - 1]?.name] : [])),
	);
	expect(places.length).toBeGreaterThan(4);
	expect(new Set(places)).toEqual(new Set(['segments']));
});
