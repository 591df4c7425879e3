import type { INodeParameters } from 'n8n-workflow';
import { textOf, unseenAlone, unseenIn, unseenModes } from './support/coverage';
import type { SavedField } from './support/forms';

/** What counts as a field that no saved node has. */

const show = { resource: ['a'], operation: ['x', 'y'] };
const form = (...fields: SavedField[]): SavedField[] => [
	{ name: 'resource', type: 'options', default: 'a', values: ['a'] },
	{ name: 'operation', type: 'options', default: 'x', values: ['x', 'y'], show: { resource: ['a'] } },
	...fields,
];
const x = { text: 'given' };
const y = { operation: 'y', text: 'given' };
const rows: SavedField = { name: 'rows', type: 'rows', fields: [{ name: 'key', type: 'string' }] };

describe('a field that no node has', () => {
	it.each<[string, SavedField, INodeParameters[], string[]]>([
		['is one for each operation', { name: 'text', type: 'string', show }, [x], ['a/y text']],
		['is none if each operation has it', { name: 'text', type: 'string', show }, [x, y], []],
		['counts where it is not hidden', { name: 'more', type: 'string', hide: { operation: ['y'] } }, [x], ['a/x more']],
		[
			'is in a collection',
			{ name: 'filters', type: 'collection', show, fields: [{ name: 'in', type: 'string' }] },
			[{ filters: {} }, { operation: 'y', filters: { in: 1 } }],
			['a/x filters in'],
		],
		[
			'is in the rows of a table',
			{ name: 'table', type: 'fixedCollection', show: { ...show, operation: ['x'] }, fields: [rows] },
			[{ table: { rows: [{ other: 1 }] } }],
			['a/x table rows key'],
		],
		['is no choice that has its default only', { name: 'to', type: 'options', default: 'b', values: ['b'] }, [], []],
	])('%s', (_, field, nodes, expected) => {
		expect(unseenIn(form(field), nodes).map(textOf)).toEqual(expected);
	});

	it('is found in a form without operations', () => {
		expect(unseenAlone([{ name: 'text', type: 'string' }], [{ other: 1 }])).toEqual(['text']);
	});
});

it('a way to choose that no node has is found for each field', () => {
	const field = { name: 'id', type: 'resourceLocator', modes: ['list', 'id'], show };
	const nodes = [{ id: { __rl: true, mode: 'id', value: '1' } }] as INodeParameters[];
	expect(unseenModes(form(field), nodes).map(({ text }) => text)).toEqual(['a id by list']);
});
