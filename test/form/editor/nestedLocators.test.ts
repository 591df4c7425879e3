import { NodeHelpers, type INode, type INodeProperties, type INodePropertyCollection } from 'n8n-workflow';
import { Crisp } from '../../../nodes/Crisp/Crisp.node';
import { CrispMemory } from '../../../nodes/CrispMemory/CrispMemory.node';
import { CrispTrigger } from '../../../nodes/CrispTrigger/CrispTrigger.node';
import { CrispWebhookTrigger } from '../../../nodes/CrispWebhookTrigger/CrispWebhookTrigger.node';

/**
 * n8n validates a locator inside a collection with the value of the parameter of the same name outside of it. With a rule inside,
 * one wrong value is listed twice, or the error is about a field that the form does not show.
 */

const descriptions = [Crisp, CrispMemory, CrispTrigger, CrispWebhookTrigger].map((Node) => new Node().description);

function insideOf({ type, options = [] }: INodeProperties): INodeProperties[] {
	const inside =
		type === 'collection'
			? (options as INodeProperties[])
			: type === 'fixedCollection'
				? (options as INodePropertyCollection[]).flatMap(({ values }) => values)
				: [];
	return inside.flatMap((property) => [property, ...insideOf(property)]);
}

test.each(descriptions.map(({ displayName, properties }) => [displayName, properties] as const))(
	'a locator inside a collection of %s has no rule',
	(_, properties) => {
		const nested = properties.flatMap(insideOf);
		const ruled = nested.filter(({ modes = [] }) => modes.some(({ validation }) => validation));
		expect(ruled.map(({ name }) => name)).toEqual([]);
	},
);

test('a wrong ID is listed once', () => {
	const [crisp] = descriptions;
	if (!crisp) throw new Error('There is no description');
	const sessionId = { __rl: true, mode: 'id', value: 'not-a-conversation' };
	const parameters = { resource: 'conversation', operation: 'get', sessionId };
	const node = { id: '1', name: 'Crisp', type: 'crisp', typeVersion: 1, position: [0, 0], parameters } as INode;
	const issues = NodeHelpers.getNodeParametersIssues(crisp.properties, node, crisp);
	expect(issues?.parameters?.sessionId).toHaveLength(1);
});
