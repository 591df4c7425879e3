import type { INodeParameters } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import { execute, type Execution } from '../../support/n8nContext';
import { credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

// Retries happen at once.
beforeEach(() => void jest.spyOn(testClock, 'sleep').mockResolvedValue());
afterEach(() => jest.restoreAllMocks());

const sending = (more: INodeParameters = {}): INodeParameters => ({
	resource: 'message',
	operation: 'send',
	sessionId: locator('={{ $json.session_id }}'),
	type: 'text',
	content: '={{ $json.text }}',
	additionalFields: more,
});

const run = async (more: Partial<Execution>, parameters = sending()) =>
	await execute({ credential: credentialFor(sandbox.current, 'plugin'), parameters, ...more });

async function newConversation(): Promise<string> {
	const [item] = await run({}, { resource: 'conversation', operation: 'create' });
	return String(item?.json.session_id);
}

/** The messages sent to a conversation, in order, whether or not they were answered; and the messages it has. */
function history(session: string) {
	const { requests, state } = sandbox.current;
	const posts = requests.filter(({ method, path }) => method === 'POST' && path.endsWith(`/${session}/message`));
	const messages = state.websites.get(shop)?.conversations.get(session)?.messages ?? [];
	return {
		posted: posts.map(({ body }) => (body as { content: string }).content),
		has: messages.map(({ content }) => content),
	};
}

const textsOf = (session_id: string, count: number) =>
	Array.from({ length: count }, (_, index) => ({ session_id, text: `${index}` }));

const message = /^POST .*\/message$/;

// The first message is the one that is lost; all later ones have enough time.
const givesUp = { match: message, times: 1, after: 2_000 };

const losses: Array<[string, () => Partial<Execution>]> = [
	[
		'cuts the connection after it',
		() => {
			sandbox.current.faults.cut({ match: message });
			return {};
		},
	],
	[
		'does not respond in time after it',
		() => {
			sandbox.current.faults.stall({ match: message, ms: 60_000 });
			return { givesUp };
		},
	],
];

describe('a message that Crisp stored, although it', () => {
	it.each(losses)('%s, is not sent twice', async (_, lose) => {
		const session = await newConversation();
		const items = textsOf(session, 3);
		const given = await run({ items, ...lose() });
		const texts = items.map(({ text }) => text);
		expect(history(session)).toEqual({ posted: texts, has: texts });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		for (const { json } of given) expect(json).toMatchObject({ fingerprint: expect.any(Number), session_id: session });
	});

	it.each(losses)('%s, and cannot be reached for a while, is not sent again by Retry On Fail', async (_, lose) => {
		const session = await newConversation();
		const items = textsOf(session, 3);
		const loss = lose();
		sandbox.current.faults.fail({ match: /^GET .*\/message\/\d+$/, status: 503, times: 9 });
		const execution = { items, executionId: `retried-${session}` };
		await expect(run({ ...execution, ...loss })).rejects.toThrow('It is unclear whether Crisp received the message');
		await run(execution);
		const texts = items.map(({ text }) => text);
		expect(history(session)).toEqual({ posted: texts, has: texts });
	});

	it.each(losses)('%s, is not sent twice with a fingerprint of the user', async (_, lose) => {
		const session = await newConversation();
		const [item] = await run({ items: textsOf(session, 1), ...lose() }, sending({ fingerprint: 4711 }));
		expect(item?.json).toMatchObject({ fingerprint: 4711, session_id: session });
		expect(history(session)).toEqual({ posted: ['0'], has: ['0'] });
	});
});

it('a message that Crisp did not receive is sent again', async () => {
	const session = await newConversation();
	sandbox.current.faults.fail({ match: message, status: 503 });
	await run({ items: textsOf(session, 1) });
	expect(history(session)).toEqual({ posted: ['0', '0'], has: ['0'] });
});

describe('Retry On Fail', () => {
	it('sends only what was not sent, whichever item failed', async () => {
		const sessions = await Promise.all(Array.from({ length: 5 }, newConversation));
		const items = sessions.map((session_id, index) => ({ session_id, text: `${index}` }));
		sandbox.current.faults.fail({ match: message, status: 400, reason: 'invalid_data' });
		const execution = { items, executionId: 'partly' };
		await expect(run(execution)).rejects.toThrow('invalid_data');
		const given = await run(execution);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		for (const { session_id, text } of items) expect(history(session_id).has).toEqual([text]);
		const posted = sessions.flatMap((session) => history(session).posted);
		// Each once, and the refused one twice.
		expect(posted).toHaveLength(6);
	});

	it('is distinguished from the next pass of a loop, and from another execution', async () => {
		const session = await newConversation();
		const items = textsOf(session, 1);
		for (const runIndex of [0, 0, 1, 2, 2]) await run({ items, executionId: 'loop', runIndex });
		await run({ items, executionId: 'another' });
		expect(history(session).posted).toEqual(['0', '0', '0', '0']);
	});
});
