import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';
import { parametersOf } from '../../../nodes/Crisp/execute/parameters';
import { nodeWith } from '../../support/n8nContext';
import { locator } from '../../support/sandboxWorkspace';

/** A context that records which parameters are read for which item. */
function contextWith(parameters: INodeParameters) {
	const read: Array<[string, number]> = [];
	const context = {
		getNode: () => nodeWith('crisp', parameters),
		getTimezone: () => 'Europe/Paris',
		getNodeParameter(name: string, itemIndex: number) {
			read.push([name, itemIndex]);
			return `${name} of ${itemIndex}`;
		},
		getWorkflowDataProxy: (itemIndex: number) => ({ $json: { id: itemIndex, meta: { email: `${itemIndex}@b.c` } } }),
	};
	return { read, parametersOfItem: parametersOf(context as unknown as IExecuteFunctions) };
}

describe('parameters', () => {
	it('with an expression are read once for each item', () => {
		const { read, parametersOfItem } = contextWith({ content: '={{ $json.text.trim() }}' });
		for (const item of [0, 1]) {
			const parameters = parametersOfItem(item);
			expect([parameters.get('content'), parameters.get('content')]).toEqual(
				new Array<string>(2).fill(`content of ${item}`),
			);
		}
		expect(read).toEqual([
			['content', 0],
			['content', 1],
		]);
	});

	it.each<[string, INodeParameters[string]]>([
		['in a locator', locator('={{ $json.id + 1 }}')],
		['in a row of a collection', { properties: { rows: [{ key: 'a', value: '={{ $json.b + 1 }}' }] } }],
		['in a list', ['a', '={{ $json.id }}', '={{ $json.b + 1 }}']],
	])('that contain one %s are read for each item, too', (_, value) => {
		const { read, parametersOfItem } = contextWith({ fields: value });
		for (const item of [0, 1]) parametersOfItem(item).get('fields');
		expect(read).toHaveLength(2);
	});

	it('that only reference values of the item are read from it directly, without calling n8n', () => {
		const { read, parametersOfItem } = contextWith({
			one: '={{ $json.id }}',
			more: { who: locator('={{$json.meta.email}}'), rows: [{ key: 'a', value: '={{ $json.id }}' }] },
		});
		const values = [0, 1].map((item) => ['one', 'more'].map((name) => parametersOfItem(item).get(name)));
		expect(values).toEqual([0, 1].map((id) => [id, { who: locator(`${id}@b.c`), rows: [{ key: 'a', value: id }] }]));
		expect(read).toEqual([]);
	});

	it('without an expression are read once for all items', () => {
		const { read, parametersOfItem } = contextWith({ content: 'a = b', more: { text: '1=2' } });
		for (const item of [0, 1]) for (const name of ['content', 'more', 'none']) parametersOfItem(item).get(name);
		expect(read).toEqual([
			['content', 0],
			['more', 0],
			['none', 0],
		]);
	});
});
