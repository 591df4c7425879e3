import type { INodeParameters } from 'n8n-workflow';
import { composing, named, pairsOf } from '../../support/composedOperations';
import { until } from '../../support/triggerContext';
import { locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, json, failure, asked, conversation, website, personWith } = composing(sandbox);

const creating = (additionalFields: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	resource: 'conversation',
	operation: 'createWithMessage',
	from: 'user',
	content: 'My order is late',
	additionalFields,
	...more,
});

const inbox = () => website().inboxes[0]?.inbox_id ?? '';
const sessions = () => [...website().conversations.keys()];

describe('a conversation created with a message', () => {
	it('gets contact, details, message, inbox, operator and state, in this order', async () => {
		const additionalFields = {
			email: 'una@example.org',
			nickname: 'Una',
			phone: '+33123456789',
			subject: 'Order 12',
			segments: named('form', 'urgent'),
			data: pairsOf({ plan: 'gold' }),
			inboxId: locator(inbox()),
			assignedUserId: locator(operator),
			state: 'unresolved',
		};
		let made: Awaited<ReturnType<typeof run>> = [];
		const requests = await asked(async () => (made = await run(creating(additionalFields))));
		expect(requests).toEqual([
			'POST conversation',
			'PATCH meta',
			'POST message',
			'PATCH inbox',
			'PATCH routing',
			'GET message',
			'PATCH state',
			'GET conversation',
		]);
		const [item] = made;
		const { meta, messages, ...rest } = conversation(item?.json.session_id);
		expect(meta).toMatchObject({
			email: 'una@example.org',
			nickname: 'Una',
			phone: '+33123456789',
			subject: 'Order 12',
			segments: ['form', 'urgent'],
			data: { plan: 'gold' },
		});
		expect(messages).toMatchObject([{ from: 'user', type: 'text', content: 'My order is late', origin: 'chat' }]);
		expect(rest).toMatchObject({ inbox_id: inbox(), assigned: { user_id: operator }, state: 'unresolved' });
		expect(item).toEqual({
			json: {
				session_id: rest.session_id,
				website_id: shop,
				text: 'My order is late',
				name: 'Una',
				email: 'una@example.org',
				people_id: personWith('una@example.org')?.people_id,
				fingerprint: messages[0]?.fingerprint,
				conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${rest.session_id}/`,
			},
			pairedItem: { item: 0 },
		});
	});

	it('sends no more requests than needed', async () => {
		expect(await asked(async () => await run(creating()))).toEqual(['POST conversation', 'POST message']);
	});

	it('can start with a note or a text of an operator', async () => {
		const fields = { userNickname: 'The shop', automated: true, stealth: true };
		const [note] = await json(creating(fields, { from: 'operator', type: 'note' }));
		expect(conversation(note?.session_id).messages).toMatchObject([
			{ from: 'operator', type: 'note', automated: true, user: { nickname: 'The shop' } },
		]);
		expect(sandbox.current.requests.at(-1)?.body).toMatchObject({ stealth: true });
		const [text] = await json(creating({ origin: 'email' }, { from: 'operator', type: 'text' }));
		expect(conversation(text?.session_id)).toMatchObject({
			meta: { origin: 'email' },
			messages: [{ from: 'operator', type: 'text', origin: 'email' }],
		});
	});

	it('is created for each item, paired with it', async () => {
		const items = Array.from({ length: 12 }, (_, index) => ({ text: `Number ${index}` }));
		const made = await run(creating({}, { content: '={{ $json.text }}' }), { items });
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		const said = made.map((item) => conversation(item.json.session_id).messages.map(({ content }) => content));
		expect(said).toEqual(items.map(({ text }) => [text]));
	});

	it('that fails halfway reports the conversation and the completed steps', async () => {
		sandbox.current.faults.fail({ status: 400, reason: 'invalid_data', match: /PATCH .*inbox/ });
		const before = new Set(sessions());
		const error = await failure(creating({ subject: 'Help', inboxId: locator(inbox()) }));
		const [session] = sessions().filter((known) => !before.has(known));
		const fingerprint = conversation(session).messages[0]?.fingerprint;
		expect(error.message).toContain('invalid_data');
		expect(error.message).toContain(
			`conversation ${session} was created, its details were set, its message was sent with fingerprint ${fingerprint}. Retry On Fail continues from there`,
		);
		expect(error.description).toContain(`To continue in another execution, set 'Conversation' to ${session}.`);
		expect(error.httpCode).toBe('400');
		expect(error.context.itemIndex).toBe(0);
	});

	it('continues where it failed when n8n runs the item again, without duplicates', async () => {
		const items = [{ text: 'one' }, { text: 'two' }];
		const parameters = creating({ subject: 'Help', state: 'pending' }, { content: '={{ $json.text }}' });
		sandbox.current.faults.fail({ status: 400, match: /PATCH .*state/ });
		const before = sessions().length;
		await failure(parameters, { items, executionId: 'again' });
		let made: Awaited<ReturnType<typeof json>> = [];
		const again = await asked(async () => (made = await json(parameters, { items, executionId: 'again' })));
		expect(new Set(again)).toEqual(new Set(['PATCH state']));
		expect(sessions()).toHaveLength(before + 2);
		const texts = made.map(({ session_id }) => conversation(session_id).messages.map(({ content }) => content));
		expect(texts).toEqual([['one'], ['two']]);
		await json(parameters, { items, executionId: 'another' });
		expect(sessions()).toHaveLength(before + 4);
	});

	it('receives nothing more once the execution is cancelled', async () => {
		sandbox.current.faults.stall({ match: /PATCH .*meta/, ms: 60_000 });
		const cancel = new AbortController();
		const before = sandbox.current.requests.length;
		const sent = () => sandbox.current.requests.slice(before).map(({ method }) => method);
		const ended = failure(creating({ subject: 'Help' }), { signal: cancel.signal });
		await until(() => sent().includes('PATCH'));
		cancel.abort();
		expect((await ended).message).toBe('The execution was cancelled');
		expect(sent()).toEqual(['POST', 'PATCH']);
	});

	it('has its message exactly once, even if the response to its creation was lost', async () => {
		sandbox.current.faults.cut({ match: /POST .*conversation$/ });
		const parameters = creating({}, { content: 'said once' });
		const error = await failure(parameters, { executionId: 'cut' });
		expect(error.message).not.toContain('Already done');
		await run(parameters, { executionId: 'cut' });
		const said = [...website().conversations.values()].flatMap(({ messages }) =>
			messages.map(({ content }) => content),
		);
		expect(said.filter((content) => content === 'said once')).toHaveLength(1);
	});

	it('does not stop the other items if the node continues on errors', async () => {
		const items = [{ text: 'one' }, { text: '' }, { text: 'three' }];
		const parameters = creating({}, { content: '={{ $json.text }}' });
		const made = await run(parameters, { items, onError: 'continueRegularOutput' });
		expect(made.map(({ json: { session_id, error } }) => error ?? typeof session_id)).toEqual([
			'string',
			"'Text' is empty",
			'string',
		]);
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	});
});
