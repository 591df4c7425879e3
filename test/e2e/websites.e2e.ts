import { HELP_ID, SHOP_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import { byId, chainOf, crispNode, plainNode, publish, startStack, type Stack } from './support/stack';
import { until } from './support/until';

/** A plugin token that reaches two websites: the default website of the credential is another one than that of the event. */
describe('with a token of several websites', () => {
	let stack: Stack;
	let plugin: Stack;

	beforeAll(async () => {
		stack = await startStack('websites');
		const data = { ...stack.access, tier: 'plugin' as const, ...tokens.plugin, websiteId: SHOP_ID };
		const credentialId = await stack.client.saveCredential({ name: 'Crisp of two websites', type: 'crispApi', data });
		plugin = { ...stack, credentialId };
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test('replies go to the website of the trigger, without a website in their forms', async () => {
		const reply = (name: string, text: string, expression: string) =>
			crispNode(plugin, 'crisp', name, {
				...{ resource: 'message', operation: 'send', type: 'text', content: text },
				sessionId: byId(`={{ ${expression} }}`),
			});
		await publish(
			plugin,
			chainOf('Answer where the visitor is', [
				crispNode(plugin, 'crispTrigger', 'Crisp Trigger', {
					events: ['message:send'],
					websiteIds: [SHOP_ID, HELP_ID],
				}),
				reply('At Once', 'First', '$json.session_id'),
				plainNode('n8n-nodes-base.set', 3.4, 'Other Data', {
					assignments: { assignments: [{ id: '1', name: 'text', value: 'x', type: 'string' }] },
				}),
				reply('Later', 'Second', "$('Crisp Trigger').item.json.session_id"),
			]),
		);
		const { session_id } = await stack.sandbox.visitorWrites('Hello', { website_id: HELP_ID });
		const read = async () => await stack.sandbox.everythingIn(session_id, HELP_ID);
		const all = await until('both replies', read, (messages) => messages.length > 2);
		expect(all.map(({ content }) => content)).toEqual(['Hello', 'First', 'Second']);
	}, 60_000);
});
