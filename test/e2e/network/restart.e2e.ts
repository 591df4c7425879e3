import { until } from '../support/until';
import { byId, chainOf, crispNode, publish, startStack, type SingleStack } from '../support/stack';

/** With the last setting, n8n deletes executions, and with them what tells it that a message was answered: at once if it does not prune. */
const settings = [{}, { saveDataSuccessExecution: 'all' }, { saveDataSuccessExecution: 'none' }];

describe('after a restart of n8n', () => {
	let stack: SingleStack;

	beforeAll(async () => {
		stack = await startStack('restart', { EXECUTIONS_DATA_PRUNE: 'false' });
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test.each(settings)(
		'with the settings %j of a workflow, messages are answered once',
		async (setting) => {
			const trigger = crispNode(stack, 'crispTrigger', 'Listen', { events: ['message:send'] });
			const more = { resource: 'message', operation: 'send', sessionId: byId('={{ $json.session_id }}') };
			const reply = crispNode(stack, 'crisp', 'Answer', { ...more, type: 'text', content: '=re: {{ $json.text }}' });
			const workflow = chainOf('Thanks', [trigger, reply]);
			const id = await publish(stack, { ...workflow, settings: { ...workflow.settings, ...setting } });
			const { session_id } = await stack.sandbox.visitorWrites('Before', { nickname: 'Rosa' });
			const replies = async () => (await stack.sandbox.replies(session_id)).map(({ content }) => content);
			await until('the first reply', replies, (all) => all.length === 1);
			await stack.restartN8n();
			await stack.client.login();
			await stack.sandbox.visitorWrites('After', { session_id });
			// The trigger reads what it may have missed before it delivers what follows.
			const all = await until('the second reply', replies, (some) => some.includes('re: After'));
			expect(all).toEqual(['re: Before', 're: After']);
			await stack.client.deactivate(id);
		},
		180_000,
	);
});
