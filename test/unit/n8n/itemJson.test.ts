import { itemJsonReader } from '../../../nodes/shared/n8n/context';

const items = [1, 2, 3].map((number) => ({ json: { number } }));

/** A context in which expressions see `seen`, while the node is given `given`. */
function contextWith(seen: Array<{ json: object }>, given: unknown) {
	const asked: number[] = [];
	const context = {
		getInputData: () => given,
		getWorkflowDataProxy(itemIndex: number) {
			asked.push(itemIndex);
			return { $json: seen[itemIndex]?.json };
		},
	};
	return { context, asked };
}

const read = (context: object) => [2, 0, 1].map(itemJsonReader(context));

describe('the JSON of the items as expressions see it', () => {
	it('is read from the input of the node, of which n8n is asked once', () => {
		const { context, asked } = contextWith(items, items);
		expect(read(context)).toEqual([{ number: 3 }, { number: 1 }, { number: 2 }]);
		expect(asked).toEqual([2]);
	});

	it.each([
		['other items', [1, 2, 3].map(() => ({ json: { query: 'of the model' } }))],
		['equal items that are others', structuredClone(items)],
		['no items', []],
		['no list', undefined],
	])('is what n8n shows to expressions if the node is given %s, as in a tool of an agent', (_, given) => {
		const { context, asked } = contextWith(items, given);
		expect(read(context)).toEqual([{ number: 3 }, { number: 1 }, { number: 2 }]);
		expect(asked).toEqual([2, 0, 1]);
	});

	it('is undefined where n8n shows none, even if an item of the input has none either', () => {
		const { context, asked } = contextWith([], [{}, {}, {}]);
		expect(read(context)).toEqual([undefined, undefined, undefined]);
		expect(asked).toEqual([2, 0, 1]);
	});
});
