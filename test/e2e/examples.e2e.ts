import { readExample, type Example } from '../../scripts/start/seed';
import { OUTAGES } from './support/nodeLog';
import { byId, chainOf, crispNode, publish, startStack, unpublish, type Stack } from './support/stack';
import { until } from './support/until';

interface Person {
	people_id: string;
	segments: string[];
}

describe('workflows in a real n8n', () => {
	let stack: Stack;
	const published: string[] = [];

	const publishExample = async (example: Example) => {
		published.push(await publish(stack, readExample(example, stack.credentialId)));
	};
	const repliesTo = async (sessionId: string, count = 1) =>
		await until(
			`${count} replies in ${sessionId}`,
			async () => await stack.sandbox.replies(sessionId),
			(replies) => replies.length >= count,
		);
	/** Events arrive in order, so once a later message has its reply, all earlier ones have had their effect. */
	const passAFence = async () => {
		const { session_id } = await stack.sandbox.visitorWrites('Fence', { nickname: 'Fence' });
		await repliesTo(session_id);
	};
	const connected = async (count: number) =>
		await until(
			`${count} sockets`,
			async () => await stack.sandbox.connections(),
			(connections) => connections === count,
			40_000,
		);
	let usualConnections = 0;

	beforeAll(async () => {
		stack = await startStack('workflows', {}, { expectedLog: OUTAGES });
		await publishExample('answer-a-visitor');
		await publishExample('welcome-a-new-contact');
		usualConnections = await stack.sandbox.connections();
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test("a visitor's message gets exactly one reply", async () => {
		const { session_id } = await stack.sandbox.visitorWrites('Hello?', { nickname: 'Nell' });
		await repliesTo(session_id);
		await passAFence();
		const replies = await stack.sandbox.replies(session_id);
		expect(replies).toHaveLength(1);
		expect(replies[0]).toMatchObject({
			type: 'text',
			content: expect.stringMatching(/^Hello Nell,.*"Hello\?"/) as string,
		});
	});

	test('a test in the editor shows the event that arrives while it listens', async () => {
		const events = ['message:send', 'conversation:resolved'];
		const trigger = crispNode(stack, 'crispTrigger', 'Listen', { events });
		const { id } = await stack.client.createWorkflow(chainOf('Listen in the editor', [trigger]));
		const executionId = await stack.client.run(id, 'Listen');
		const { data } = await until(
			'the test to end',
			async () => {
				await stack.sandbox.visitorWrites('Do you hear me?');
				return await stack.client.execution(executionId);
			},
			({ status }) => status !== 'running' && status !== 'new',
		);
		const [run] = data.resultData.runData.Listen ?? [];
		expect(run?.data?.main?.[0]?.[0]?.json).toMatchObject({ event: 'message:send', text: 'Do you hear me?' });
		await connected(usualConnections);
	});

	test('a test in the editor shows a sample event at once, if set to', async () => {
		const parameters = { events: ['conversation:resolved'], useSampleEvent: true };
		const trigger = crispNode(stack, 'crispTrigger', 'Pretend', parameters);
		const { id } = await stack.client.createWorkflow(chainOf('Pretend in the editor', [trigger]));
		const executionId = await stack.client.run(id, 'Pretend');
		const { data } = await until(
			'the test to end',
			async () => await stack.client.execution(executionId),
			({ status }) => status !== 'running' && status !== 'new',
		);
		const [run] = data.resultData.runData.Pretend ?? [];
		expect(run?.data?.main?.[0]?.[0]?.json).toMatchObject({
			event: 'conversation:resolved',
			website_id: stack.sandbox.websiteId,
			data: { state: 'resolved' },
		});
	});

	test("a picture gets no reply: the example's filter accepts texts only", async () => {
		const file = { name: 'a.png', url: 'https://example.com/a.png', type: 'image/png' };
		const { session_id } = await stack.sandbox.visitorSends('file', file);
		await passAFence();
		expect(await stack.sandbox.replies(session_id)).toEqual([]);
	});

	test('a new contact gets its segment in addition to the existing ones, its data and a note', async () => {
		const { sandbox } = stack;
		const email = 'nell.frost@example.com';
		const { people_id } = await sandbox.crisp<Person>('POST', 'people/profile', {
			email,
			person: { nickname: 'Nell Frost' },
			segments: ['vip'],
		});
		const note = await until(
			'the note',
			async () => await notesFor(people_id),
			(notes) => notes.length > 0,
		);
		expect(note).toEqual(['New contact: Nell Frost. Say hello!']);
		const person = await sandbox.crisp<Person>('GET', `people/profile/${people_id}`);
		expect(person.segments).toEqual(['vip', 'new-contact']);
		const { data } = await sandbox.crisp<{ data: object }>('GET', `people/data/${people_id}`);
		expect(data).toEqual({ welcomed_at: expect.stringMatching(/^\d{4}-/) as string });
	});

	/** The private notes in all conversations of a person. */
	async function notesFor(personId: string): Promise<unknown[]> {
		const { sandbox } = stack;
		const sessions = await sandbox.crisp<string[]>('GET', `people/conversations/${personId}/list/1`);
		const all = await Promise.all(sessions.map(async (session) => await sandbox.messages(session)));
		return all.flat().flatMap(({ type, content }) => (type === 'note' ? [content] : []));
	}

	test('a workflow that receives all messages does not answer itself', async () => {
		const { client, sandbox } = stack;
		const echo = chainOf('Echo', [
			crispNode(stack, 'crispTrigger', 'Anything', { events: ['message:send', 'message:received'] }),
			crispNode(stack, 'crisp', 'Echo', {
				resource: 'message',
				operation: 'send',
				sessionId: byId('={{ $json.session_id }}'),
				type: 'text',
				content: '=Echo of: {{ $json.text }}',
			}),
		]);
		const echoId = await publish(stack, echo);
		const echoes = async (sessionId: string) =>
			(await sandbox.replies(sessionId)).filter(({ content }) => /^Echo of/.test(String(content)));
		const echoed = async (sessionId: string, count: number) =>
			await until(
				`${count} echoes`,
				async () => await echoes(sessionId),
				(found) => found.length >= count,
			);

		const { session_id } = await sandbox.visitorWrites('Is this a loop?');
		await echoed(session_id, 1);
		await sandbox.operatorWrites('A person speaks', { session_id });
		await echoed(session_id, 2);
		const fence = await sandbox.visitorWrites('Fence');
		await echoed(fence.session_id, 1);
		expect((await echoes(session_id)).map(({ content }) => content)).toEqual([
			'Echo of: Is this a loop?',
			'Echo of: A person speaks',
		]);
		expect(await client.executionsOf(echoId)).toHaveLength(3);
		await unpublish(stack, echoId);
	});

	test('after the sandbox was killed and restarted, the next message is answered', async () => {
		const { sandbox } = stack;
		await sandbox.kill();
		await sandbox.start();
		await connected(usualConnections);
		const { session_id } = await sandbox.visitorWrites('Are you back?');
		expect(await repliesTo(session_id)).toHaveLength(1);
	});

	test('after n8n restarts, the next message is answered', async () => {
		await stack.restartN8n();
		await connected(usualConnections);
		const { session_id } = await stack.sandbox.visitorWrites('And you?');
		expect(await repliesTo(session_id)).toHaveLength(1);
	}, 240_000);

	test('messages written while n8n is down are answered exactly once after its restart', async () => {
		const { session_id: before } = await stack.sandbox.visitorWrites('Still there?');
		expect(await repliesTo(before)).toHaveLength(1);
		const missed: string[] = [];
		await stack.killN8n(async () => {
			for (const text of ['Hello?', 'Is this thing on?']) {
				missed.push((await stack.sandbox.visitorWrites(text)).session_id);
			}
		});
		for (const session of missed) expect(await repliesTo(session)).toHaveLength(1);
		await passAFence();
		for (const session of [before, ...missed]) expect(await stack.sandbox.replies(session)).toHaveLength(1);
	}, 240_000);

	test('after the workflows are unpublished, no socket is open', async () => {
		for (const id of published) await unpublish(stack, id);
		await connected(0);
		const { session_id } = await stack.sandbox.visitorWrites('Anybody?');
		expect(await stack.sandbox.replies(session_id)).toEqual([]);
	});
});
