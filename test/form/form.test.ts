import { NodeHelpers, type INodeProperties, type INodePropertyCollection } from 'n8n-workflow';
import { parameterName, type Fields } from '../../nodes/Crisp/operations/field';
import { isList, type Operation } from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import { collectionName, pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import { crisp, nodeWith } from '../support/n8nContext';

const { description } = crisp;

interface Case {
	title: string;
	resource: string;
	key: string;
	operation: Operation;
	/** The parameter on which the shown fields depend, such as the type of a message. */
	chosen: Record<string, string>;
}

/** All operations; an operation whose form depends on a choice is included once for each value. */
const cases: Case[] = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		choicesOf(operation).map((chosen) => ({
			title: [resource, key, ...Object.values(chosen)].join('/'),
			resource,
			key,
			operation,
			chosen,
		})),
	),
);

function choicesOf({ body = {} }: Operation): Array<Record<string, string>> {
	const deciding = [...new Set(Object.values(body).flatMap(({ when = {} }) => Object.keys(when)))];
	const cases = deciding.flatMap((name) =>
		Object.keys(body[name]?.options ?? {}).map((value) => ({ ...neededFor(body, name), [name]: value })),
	);
	return cases.length > 0 ? cases : [{}];
}

/** What other fields have to be for a field to be shown. */
function neededFor(body: Fields, name: string): Record<string, string> {
	const needed = Object.entries(body[name]?.when ?? {}).map(([other, [value = '']]) => ({
		...neededFor(body, other),
		[other]: value,
	}));
	return Object.assign({}, ...needed) as Record<string, string>;
}

/** The properties that n8n shows to a user for these values, including those in collections. */
function shownFor({ resource, key, chosen }: Case): { top: INodeProperties[]; inside: INodeProperties[] } {
	const entries = Object.entries(chosen).map(([name, value]) => [parameterName(name), value]);
	const node = nodeWith('crisp', {});
	const values = NodeHelpers.getNodeParameters(
		description.properties,
		{ resource, operation: key, ...(Object.fromEntries(entries) as object) },
		true,
		false,
		node,
		description,
	);
	const isShown = (property: INodeProperties) =>
		NodeHelpers.displayParameter(values ?? {}, property, node, description);
	const top = description.properties.filter(isShown);
	const inside = top
		.filter(({ type, name }) => type === 'collection' && name !== 'options')
		.flatMap(({ options = [] }) => options as INodeProperties[])
		.filter((option) =>
			NodeHelpers.displayParameterPath(
				values ?? {},
				{ ...option, displayOptions: option.displayOptions },
				'',
				node,
				description,
			),
		);
	return { top, inside };
}

/** Whether no option applies: in every resource, the operation reads a list, or something of the website as a whole. */
const readsOnce = (key: string): boolean =>
	Object.values(resources).every(({ operations: { [key]: one } }) => {
		if (!one) return true;
		if (!('route' in one) || !['GET', 'HEAD'].includes(one.route.method)) return false;
		return isList(key, one) || !/\{(?!website_id|page_number)/.test(one.route.path);
	});

/** Whether the form always shows the field. */
const isShown = ({ required, isMain }: Fields[string]) => Boolean(required ?? isMain);

/** The names of the parameters that should be shown according to the operations table. */
function wantedFor({ resource, operation, key, chosen }: Case) {
	const fields: Fields = { ...operation.query, ...operation.body };
	const isOpen = ({ when = {} }: Fields[string]): boolean =>
		Object.entries(when).every(([name, values]) => values.includes(valueOf(name)));
	const valueOf = (name: string): string => {
		const field = fields[name];
		return chosen[name] ?? (field && isOpen(field) ? String(field.fallback ?? '') : '');
	};
	const open = Object.entries(fields).filter(([, field]) => isOpen(field));
	const nameOf = ([name]: [string, unknown]) => parameterName(name || 'fields');
	const optional = open.filter(([, field]) => !isShown(field)).map(nameOf);
	const list = isList(key, operation) ? ['returnAll', 'limit'] : [];
	const hasCollection = Object.values(fields).some((field) => !isShown(field));
	return {
		top: [
			'resource',
			'operation',
			...operation.variables
				.filter((name) => isOpen(pathFieldOf(operation, name).field))
				.map((name) => pathFieldOf(operation, name).parameter),
			...open.filter(([, field]) => isShown(field)).map(nameOf),
			...list,
			...(operation.simplify ? ['simplify'] : []),
			...(hasCollection ? [collectionName(key, operation)] : []),
			...(readsOnce(key) ? [] : ['options']),
			...((operation.tier ?? resources[resource]?.tier) ? ['tierNotice'] : []),
		],
		inside: optional,
	};
}

const namesOf = (properties: INodeProperties[]) => properties.map(({ name }) => name).sort();

describe.each(cases)('the form of $title', (one) => {
	const { top, inside } = shownFor(one);

	it('has each field of the operation exactly once, and no others', () => {
		const wanted = wantedFor(one);
		expect(namesOf(top)).toEqual([...wanted.top].sort());
		expect(namesOf(inside)).toEqual([...wanted.inside].sort());
	});

	it('begins with the resource and the operation', () => {
		expect(top.slice(0, 2).map(({ name }) => name)).toEqual(['resource', 'operation']);
	});

	it('has unique labels, since AI agents use them as keys', () => {
		const labels = [...top, ...inside].map(({ displayName }) => displayName);
		expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
		for (const { options = [] } of [...top, ...inside].filter(({ type }) => type === 'fixedCollection')) {
			const columns = (options as INodePropertyCollection[]).flatMap(({ values }) => values);
			const names = columns.map(({ displayName }) => displayName);
			expect(names.filter((label, index) => names.indexOf(label) !== index)).toEqual([]);
		}
	});
});

describe('the lists of resources and operations', () => {
	const actions = Object.values(resources).flatMap(({ operations }) =>
		Object.values(operations).map(({ action }) => action),
	);

	it.each([
		['message', 'send'],
		['conversation', 'getAll'],
		['person', 'getAll'],
	])('have for %s the default %s, the most common operation', (resource, usual) => {
		const [operations] = description.properties.filter(
			({ name, displayOptions }) => name === 'operation' && displayOptions?.show?.resource?.includes(resource),
		);
		expect(operations?.default).toBe(usual);
	});

	it('have a unique action for every operation, since n8n searches for nodes by action', () => {
		expect(actions.filter((action, index) => actions.indexOf(action) !== index)).toEqual([]);
	});

	it('have actions that differ by more than function words, since models choose tools by them', () => {
		const little = /^(a|an|the|of|to|in|into|for|from|with|by|on|its?|is|are)$/;
		const wordsIn = (action: string) => action.toLowerCase().match(/[a-z]+/g) ?? [];
		const gists = actions.map((action) =>
			wordsIn(action)
				.filter((word) => !little.test(word))
				.map((word) => word.replace(/ies$/, 'y').replace(/s$/, ''))
				.sort()
				.join(' '),
		);
		expect(actions.filter((_, index) => gists.indexOf(gists[index] ?? '') !== index)).toEqual([]);
	});

	it('simplify to at most ten fields', () => {
		for (const { operations } of Object.values(resources)) {
			for (const { simplify = {} } of Object.values(operations)) {
				expect(Object.keys(simplify).length).toBeLessThanOrEqual(10);
			}
		}
	});
});

it('uses the singular for what a button adds', () => {
	const added = new Set<string>();
	JSON.stringify(description.properties, (key, value: unknown) => {
		if (key === 'placeholder' && String(value).startsWith('Add ')) added.add(String(value));
		return value;
	});
	expect([...added]).toEqual(expect.arrayContaining(['Add Property', 'Add Filter', 'Add Choice', 'Add Condition']));
	expect([...added].filter((text) => /(ie| to Add| to Remove|[^s]s)$/.test(text))).toEqual([]);
});
