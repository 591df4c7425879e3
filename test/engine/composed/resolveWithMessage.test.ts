import type { INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, failure, asked, conversation, newConversation } = composing(sandbox);

const resolving = (additionalFields: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	resource: 'conversation',
	operation: 'resolveWithMessage',
	sessionId: locator('={{ $json.session_id }}'),
	type: 'text',
	content: 'Glad it works',
	additionalFields,
	...more,
});

describe('a conversation resolved with a message', () => {
	it('receives the message, and is then resolved', async () => {
		const session_id = await newConversation();
		let made: Awaited<ReturnType<typeof run>> = [];
		const requests = await asked(async () => (made = await run(resolving({}), { items: [{ session_id }] })));
		expect(requests).toEqual(['POST message', 'GET message', 'PATCH state']);
		const { messages, state } = conversation(session_id);
		expect(state).toBe('resolved');
		expect(messages).toMatchObject([{ from: 'operator', type: 'text', content: 'Glad it works' }]);
		const fingerprint = messages[0]?.fingerprint;
		expect(made).toEqual([
			{
				json: {
					text: 'Glad it works',
					state: 'resolved',
					conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session_id}/`,
					...{ session_id, website_id: shop, fingerprint },
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('can be resolved with a note, and silently', async () => {
		const session_id = await newConversation();
		await run(resolving({ stealth: true }, { type: 'note' }), { items: [{ session_id }] });
		expect(conversation(session_id)).toMatchObject({ state: 'resolved', messages: [{ type: 'note' }] });
		expect(sandbox.current.requests.at(-3)?.body).toMatchObject({ stealth: true });
	});

	it('stays open if the message cannot be sent', async () => {
		const session_id = await newConversation();
		sandbox.current.faults.fail({ status: 400, match: 'POST' });
		const error = await failure(resolving(), { items: [{ session_id }] });
		expect(error.message).not.toContain('before');
		expect(conversation(session_id)).toMatchObject({ state: 'pending', messages: [] });
	});

	it('reports that the message was sent if resolving fails, and does not send it again', async () => {
		const session_id = await newConversation();
		const items = [{ session_id }];
		sandbox.current.faults.fail({ status: 400, match: 'PATCH' });
		const error = await failure(resolving(), { items, executionId: 'resolving' });
		const fingerprint = conversation(session_id).messages[0]?.fingerprint;
		expect(error.message).toContain(
			`Already done: the message was sent with fingerprint ${fingerprint}. Retry On Fail continues from there`,
		);
		expect(error.description).toContain(
			`To continue in another execution, set 'Message Fingerprint' to ${fingerprint}.`,
		);
		const again = await asked(async () => await run(resolving(), { items, executionId: 'resolving' }));
		expect(again).toEqual(['PATCH state']);
		expect(conversation(session_id)).toMatchObject({ state: 'resolved', messages: [{ content: 'Glad it works' }] });
	});

	it('is not resolved again when n8n runs the items again because another one failed', async () => {
		const session_id = await newConversation();
		const items = [{ session_id }, { session_id: 'session_unknown' }];
		await failure(resolving(), { items, executionId: 'another' });
		expect(conversation(session_id).state).toBe('resolved');
		conversation(session_id).state = 'unresolved';
		await failure(resolving(), { items, executionId: 'another' });
		expect(conversation(session_id)).toMatchObject({ state: 'unresolved', messages: [{ content: 'Glad it works' }] });
	});

	it('does not stop the other items if it fails and the node continues on errors', async () => {
		const session_id = await newConversation();
		const items = [{ session_id: 'session_unknown' }, { session_id }];
		const made = await run(resolving(), { items, onError: 'continueRegularOutput' });
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(made[0]?.json.error).toContain('conversation_not_found');
		expect(made[1]?.json.state).toBe('resolved');
	});
});
