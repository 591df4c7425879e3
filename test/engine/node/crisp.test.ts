import { NodeApiError, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { execute, type Execution } from '../../support/n8nContext';
import { conversation, credentialFor, locator, person, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	await execute({ credential: credentialFor(sandbox.current, 'plugin'), parameters, ...more });

const sending = (content: string, more: INodeParameters = {}): INodeParameters => ({
	resource: 'message',
	operation: 'send',
	sessionId: locator('={{ $json.session_id }}'),
	type: 'text',
	content,
	...more,
});

/** The messages that the sandbox has of a conversation. */
async function textsIn(session: string): Promise<string[]> {
	const response = await fetch(`${sandbox.current.url}/sandbox/conversations/${shop}/${session}/messages`);
	const messages = (await response.json()) as Array<{ content: string }>;
	return messages.map(({ content }) => content);
}

async function newConversation(): Promise<string> {
	const [item] = await run({ resource: 'conversation', operation: 'create' });
	return String(item?.json.session_id);
}

describe('items', () => {
	it('return their results in order, paired with their input items', async () => {
		const sessions = await Promise.all(Array.from({ length: 12 }, newConversation));
		const items = sessions.map((session_id, index) => ({ session_id, index }));
		const given = await run(sending('=Number {{ $json.index }}'), { items });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		for (const { session_id, index } of items) expect(await textsIn(session_id)).toEqual([`Number ${index}`]);
	});

	it('that write into one conversation keep their order', async () => {
		const session_id = await newConversation();
		const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
		await run(sending('={{ $json.text }}'), { items: texts.map((text) => ({ session_id, text })) });
		expect(await textsIn(session_id)).toEqual(texts);
	});

	it('of a list are one per entry, all paired with the item that requested it', async () => {
		const given = await run(
			{ resource: 'person', operation: 'getAll', returnAll: false, limit: 3, filters: {} },
			{ items: [{}, {}] },
		);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([0, 0, 0, 1, 1, 1].map((item) => ({ item })));
		expect(given[0]?.json).toEqual(given[3]?.json);
	});

	it('fail before anything is sent if one is invalid', async () => {
		const before = sandbox.current.requests.length;
		const items = [{ session_id: conversation }, { session_id: '' }];
		const error = (await run(sending('hi'), { items }).catch((thrown: unknown) => thrown)) as NodeApiError;
		expect(error.message).toBe("'Conversation' is empty");
		expect(error.context.itemIndex).toBe(1);
		expect(error.description).toMatch(/expression has a value/);
		expect(sandbox.current.requests).toHaveLength(before);
	});

	it('that Crisp refuses fail with their number, the reason and advice', async () => {
		const items = [{ session_id: 'session_unknown' }];
		const error = (await run(sending('hi'), { items }).catch((thrown: unknown) => thrown)) as NodeApiError;
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error.message).toContain('conversation_not_found');
		expect(error.description).toMatch(/on website [\w-]+, the default website of the credential\. Check the ID/);
		expect(error.context.itemIndex).toBe(0);
	});

	it('continue after a bad one if the node is set to', async () => {
		const items = [
			{ session_id: conversation },
			{ session_id: 'session_unknown' },
			{ session_id: '' },
			{ session_id: conversation },
		];
		const given = await run(sending('going on'), { items, onError: 'continueRegularOutput' });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(given.map(({ error }) => error !== undefined)).toEqual([false, true, true, false]);
		expect(given[1]?.json.error).toContain('conversation_not_found');
		expect(given[2]?.json.error).toBe("'Conversation' is empty");
	});
});

describe('a message', () => {
	const kinds: Array<[string, INodeParameters, unknown]> = [
		['text', { content: 'Hello' }, 'Hello'],
		['note', { content: 'For us only' }, 'For us only'],
		[
			'file',
			{ contentUrl: 'https://example.com/a.pdf', contentName: 'a.pdf', contentType: 'application/pdf' },
			{ url: 'https://example.com/a.pdf', name: 'a.pdf', type: 'application/pdf' },
		],
		[
			'animation',
			{ contentUrl: 'https://example.com/a.gif', contentType: 'image/gif' },
			{ url: 'https://example.com/a.gif', type: 'image/gif' },
		],
		[
			'audio',
			{ contentUrl: 'https://example.com/a.webm', contentType: 'audio/webm', contentDuration: 3 },
			{ url: 'https://example.com/a.webm', type: 'audio/webm', duration: 3 },
		],
		[
			'picker',
			{
				contentText: 'Helped?',
				contentId: 'helped',
				contentChoices: { rows: [{ value: 'yes', label: 'Yes', selected: false }] },
			},
			{ id: 'helped', text: 'Helped?', choices: [{ value: 'yes', label: 'Yes', selected: false }] },
		],
		[
			'field',
			{ contentText: 'Your order?', contentId: 'order', contentExplain: 'Number' },
			{ id: 'order', text: 'Your order?', explain: 'Number' },
		],
		[
			'carousel',
			{
				contentText: 'Teas',
				contentTargets: {
					rows: [
						{
							title: 'Mint',
							description: 'Cool',
							actions: { rows: [{ label: 'Buy', url: 'https://example.com/mint' }] },
						},
					],
				},
			},
			{
				text: 'Teas',
				targets: [{ title: 'Mint', description: 'Cool', actions: [{ label: 'Buy', url: 'https://example.com/mint' }] }],
			},
		],
	];

	it.each(kinds)('of type %s is sent through its own fields', async (type, fields, content) => {
		const [item] = await run({
			resource: 'message',
			operation: 'send',
			sessionId: locator(conversation),
			type,
			...fields,
		});
		const { body, status } = sandbox.current.requests.at(-1) ?? {};
		expect(status).toBe(202);
		expect(body).toMatchObject({ type, content, from: 'operator', origin: 'chat' });
		expect(item?.json.fingerprint).toBe((body as IDataObject).fingerprint);
	});

	it('is not sent twice when n8n runs the item again, but in every pass of a loop', async () => {
		const session_id = await newConversation();
		const once = async (runIndex: number) =>
			await run(sending('again'), { items: [{ session_id }], executionId: 'one', runIndex });
		const first = await once(0);
		expect(await once(0)).toEqual(first);
		expect(await textsIn(session_id)).toEqual(['again']);
		await once(1);
		expect(await textsIn(session_id)).toEqual(['again', 'again']);
	});

	it('can be addressed by a URL of the app', async () => {
		const url = `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`;
		await run({ ...sending('by address'), websiteId: locator(url, 'url'), sessionId: locator(url, 'url') });
		expect(await textsIn(conversation)).toContain('by address');
	});
});

describe('an update', () => {
	it('changes only the fields that it names', async () => {
		const session_id = await newConversation();
		const sessionId = locator(session_id);
		await run({ resource: 'conversation', operation: 'updateMeta', sessionId, updateFields: { origin: 'email' } });
		await run({ resource: 'conversation', operation: 'updateMeta', sessionId, updateFields: { subject: 'Tea' } });
		const [details] = await run({ resource: 'conversation', operation: 'getMeta', sessionId });
		expect(details?.json).toMatchObject({ origin: 'email', subject: 'Tea' });
	});
});

describe('output', () => {
	const of = async (parameters: INodeParameters) => (await run(parameters)).map(({ json }) => json);

	it('of a deletion, an existence check and an update without data says what was done', async () => {
		const session_id = await newConversation();
		const sessionId = locator(session_id);
		expect(await of({ resource: 'conversation', operation: 'setState', sessionId, state: 'resolved' })).toEqual([
			{ success: true, website_id: shop, session_id, conversation_url: urlOf(session_id) },
		]);
		expect(await of({ resource: 'conversation', operation: 'delete', sessionId })).toEqual([
			{ deleted: true, website_id: shop, session_id },
		]);
		expect(await of({ resource: 'person', operation: 'exists', peopleId: locator(person) })).toEqual([
			{ exists: true },
		]);
		expect(
			await of({ resource: 'person', operation: 'exists', peopleId: locator('nobody@example.com', 'email') }),
		).toEqual([{ exists: false }]);
	});

	it('of a write names what was written to, as Crisp does', async () => {
		const session_id = await newConversation();
		const sessionId = locator(session_id);
		const [sent] = await of({ ...sending('hi'), sessionId });
		const fingerprint = Number(sent?.fingerprint);
		const conversation_url = urlOf(session_id);
		expect(sent).toEqual({
			text: 'hi',
			fingerprint: expect.any(Number),
			website_id: shop,
			session_id,
			conversation_url,
		});
		const deletion = { resource: 'message', operation: 'delete', sessionId, fingerprint: `${fingerprint}` };
		expect(await of(deletion)).toEqual([{ deleted: true, website_id: shop, session_id, fingerprint }]);
		const creation = { email: 'written@example.org', personNickname: 'W', additionalFields: {} };
		expect(await of({ resource: 'person', operation: 'create', ...creation })).toEqual([
			{ people_id: expect.any(String), website_id: shop },
		]);
	});

	it('of a read is what Crisp returns', async () => {
		const [state] = await of({ resource: 'conversation', operation: 'getState', sessionId: locator(conversation) });
		expect(Object.keys(state ?? {})).toEqual(['state']);
	});

	it('of a person is simplified to flat fields, or raw', async () => {
		const parameters = { resource: 'person', operation: 'get', peopleId: locator(person) };
		const [simple] = await of(parameters);
		expect(Object.keys(simple ?? {})).toEqual([
			'name',
			'email',
			'phone',
			'company',
			'segments',
			'country',
			'last_active_at',
			'created_at',
			'website_id',
			'people_id',
		]);
		const [raw] = await of({ ...parameters, simplify: false });
		expect(raw).toMatchObject({ people_id: person, person: { nickname: simple?.name } });
	});

	it('of messages is oldest first, back to the beginning', async () => {
		const session_id = await newConversation();
		const texts = Array.from({ length: 95 }, (_, index) => `${index}`);
		await run(sending('={{ $json.text }}'), { items: texts.map((text) => ({ session_id, text })) });
		const reading = { resource: 'message', operation: 'getAll', sessionId: locator(session_id), filters: {} };
		expect((await of({ ...reading, returnAll: true })).map(({ text }) => text)).toEqual(texts);
		expect((await of({ ...reading, returnAll: false, limit: 5 })).map(({ text }) => text)).toEqual(texts.slice(-5));
	});

	it('of people contains every page', async () => {
		const emails = Array.from({ length: 70 }, (_, index) => `page-${index}@example.org`);
		await run(
			{
				resource: 'person',
				operation: 'create',
				email: '={{ $json.email }}',
				personNickname: 'Page',
				additionalFields: {},
			},
			{ items: emails.map((email) => ({ email })) },
		);
		const found = await of({ resource: 'person', operation: 'getAll', returnAll: true, filters: {} });
		expect(found.map(({ email }) => email)).toEqual(expect.arrayContaining(emails));
		expect(new Set(found.map(({ people_id }) => people_id)).size).toBe(found.length);
	});
});

const urlOf = (session: string) => `https://app.crisp.chat/website/${shop}/inbox/${session}/`;

/** Names chosen one by one, as in the form. */
const named = (...names: string[]) => names;

describe('people', () => {
	it('are found by their exact email, not by a similar one', async () => {
		const create = (email: string) => ({
			resource: 'person',
			operation: 'create',
			email,
			personNickname: 'Ann',
			additionalFields: {},
		});
		await run(create('ann@example.org'));
		await run(create('ann@example.org.uk'));
		const find = async (email: string) =>
			(await run({ resource: 'person', operation: 'findByEmail', email })).map(({ json }) => json.email);
		expect(await find(' Ann@Example.org ')).toEqual(['ann@example.org']);
		expect(await find('an@example.org')).toEqual([]);
	});

	it('are found by several segments, all of which must match', async () => {
		const create = (email: string, segments: string) => ({
			resource: 'person',
			operation: 'create',
			email,
			personNickname: 'Bo',
			additionalFields: { segments: named(...segments.split(', ')) },
		});
		await run(create('bo1@example.org', 'oolong, beta'));
		await run(create('bo2@example.org', 'oolong'));
		const find = { resource: 'person', operation: 'findBySegments', returnAll: true };
		expect((await run({ ...find, segments: named('oolong') })).map(({ json }) => json.email).sort()).toEqual([
			'bo1@example.org',
			'bo2@example.org',
		]);
		const both = await run({ ...find, segments: named('oolong', 'beta') });
		expect(both.map(({ json, pairedItem }) => [json.email, pairedItem])).toEqual([['bo1@example.org', { item: 0 }]]);
	});

	it('can be chosen by email wherever a person is expected', async () => {
		const [item] = await run({
			resource: 'person',
			operation: 'get',
			peopleId: locator('mira@quill-books.example', 'email'),
		});
		expect(item?.json.people_id).toBe(person);
	});
});

describe('bad input is refused with an error that names the field and the item, and how to correct it', () => {
	const update = { resource: 'person', operation: 'update', peopleId: locator(person) };
	it.each<[string, INodeParameters, RegExp, RegExp]>([
		[
			'no message text',
			sending(''),
			/'Text' is empty/,
			/^Fill it in, or check that the expression has a value for this item/,
		],
		[
			'an invalid person ID',
			{ ...update, peopleId: locator('..'), updateFields: { notepad: 'x' } },
			/'Person' cannot be "\.\."/,
			/Copy/,
		],
		['an update without changes', { ...update, updateFields: {} }, /nothing to update/i, /Update Fields/],
		[
			'an invalid state',
			{ resource: 'conversation', operation: 'setState', sessionId: locator(conversation), state: '={{ "done" }}' },
			/'State' cannot be "done"/,
			/pending, unresolved, resolved/,
		],
		['an invalid date', { ...update, updateFields: { active: 'soon' } }, /'Last Active' is not a date/, /ISO 8601/],
		['an invalid operation', { resource: 'message', operation: 'constructor' }, /no operation "constructor"/, /lists/],
	])('%s', async (_, parameters, message, cure) => {
		const before = sandbox.current.requests.length;
		const items = [{ session_id: conversation }];
		const error = (await run(parameters, { items }).catch((thrown: unknown) => thrown)) as NodeApiError;
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(cure);
		expect(sandbox.current.requests).toHaveLength(before);
	});

	it('a row without a required field', async () => {
		const parameters = { ...sending(''), type: 'picker', contentText: '?', contentId: 'q' };
		const contentChoices = { rows: [{ value: 'a', label: 'A' }, { value: 'b' }] };
		const items = [{ session_id: conversation }];
		const error = (await run({ ...parameters, contentChoices }, { items }).catch(
			(thrown: unknown) => thrown,
		)) as NodeApiError;
		expect(error.message).toBe("Row 2 of 'Choices' has no 'Label'");
	});

	it('an expression without a result is not replaced by the default website', async () => {
		const websiteId = locator('={{ $json.website_id }}');
		const parameters = { resource: 'person', operation: 'delete', websiteId, peopleId: locator(person) };
		const error = (await run(parameters).catch((thrown: unknown) => thrown)) as NodeApiError;
		expect(error.message).toBe("'Website' is empty");
		expect(error.description).toMatch(/expression has a value/);
	});

	it('no website at all', async () => {
		const credential = credentialFor(sandbox.current, 'plugin', { websiteId: '' });
		const error = (await run({ resource: 'website', operation: 'get' }, { credential }).catch(
			(thrown: unknown) => thrown,
		)) as NodeApiError;
		expect(error.message).toBe("'Website' is empty");
		expect(error.description).toMatch(/leave the field empty and set 'Default Website ID' in the credential/);
	});
});

describe('a server', () => {
	it('that limits the request rate neither loses nor duplicates an item', async () => {
		const session_id = await newConversation();
		sandbox.current.faults.limit({ perSecond: 20, burst: 5, retryAfter: 0.2 } as never);
		const texts = Array.from({ length: 15 }, (_, index) => `${index}`);
		await run(sending('={{ $json.text }}'), { items: texts.map((text) => ({ session_id, text })) });
		expect(await textsIn(session_id)).toEqual(texts);
	});

	it('that fails temporarily receives a retry if the request is safe to repeat', async () => {
		sandbox.current.faults.fail({ status: 503, times: 1 });
		const [item] = await run({ resource: 'website', operation: 'get' });
		expect(item?.json.website_id).toBe(shop);
	});
});
