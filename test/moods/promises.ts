import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { activateTrigger } from '../../nodes/CrispTrigger/activate';
import { triggerContext } from '../support/n8nContext';
import { credentialFor, shop } from '../support/sandboxWorkspace';
import { inConversation, sending, type MoodyWorkspace } from './workspace';

/** What the nodes promise, whatever Crisp turns out to do: each promise runs in each mood of the sandbox. */
export interface Promised {
	what: string;
	keep(workspace: MoodyWorkspace): Promise<void>;
	/** How long sockets have to deliver events whenever time is about to pass, in real milliseconds. */
	socketPause?: number;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

const messages: Promised = {
	what: 'messages are delivered once and in order, although a third of the answers is lost',
	async keep(workspace) {
		const sessions = workspace.conversations(5);
		const items = range(30).map((number) => ({ session: sessions[number % 5], text: `text ${number}` }));
		const match = /POST .*\/message$/;
		workspace.sandbox.faults.fail({ match, status: 500, share: 0.3, isExecuted: true });
		workspace.sandbox.faults.fail({ match, status: 503, share: 0.1 });
		const made = await workspace.run(sending(), items);
		await workspace.time.pass(60_000);
		expect(made).toHaveLength(30);
		for (const [index, session] of sessions.entries()) {
			expect(workspace.texts(session)).toEqual(range(6).map((turn) => `text ${turn * 5 + index}`));
		}
	},
};

const order: Promised = {
	what: 'a message, a note and the state of separate nodes take effect in order',
	async keep(workspace) {
		const items = workspace.conversations(10).map((session) => ({ session, text: 'Here it is' }));
		await workspace.run(sending(), items);
		await workspace.run(sending({ type: 'note', content: 'Done' }), items);
		await workspace.run(inConversation('setState', { state: 'resolved' }), items);
		await workspace.time.pass(60_000);
		for (const { session } of items) {
			expect(workspace.texts(session)).toEqual(['Here it is', 'Done']);
			expect(workspace.conversation(session).state).toBe('resolved');
		}
	},
};

const resolving: Promised = {
	what: 'a conversation that is resolved with a message is resolved after it',
	async keep(workspace) {
		const items = workspace.conversations(10).map((session) => ({ session }));
		await workspace.run(inConversation('resolveWithMessage', { type: 'text', content: 'Bye' }), items);
		await workspace.time.pass(60_000);
		for (const { session } of items) {
			expect(workspace.texts(session)).toEqual(['Bye']);
			expect(workspace.conversation(session).state).toBe('resolved');
		}
	},
};

const creating: Promised = {
	what: 'new conversations are complete, none is created twice, and none fails because of the plan',
	async keep(workspace) {
		const known = new Set(workspace.sandbox.state.websites.get(shop)?.conversations.keys());
		const parameters = {
			resource: 'conversation',
			operation: 'createWithMessage',
			from: 'user',
			content: '={{ $json.text }}',
			additionalFields: {
				email: '={{ $json.email }}',
				nickname: 'Una',
				subject: 'Order',
				state: 'resolved',
				data: { rows: [{ key: 'plan', value: 'gold' }] },
			},
		};
		const items = range(15).map((number) => ({ text: `text ${number}`, email: `una${number}@example.org` }));
		const made = await workspace.run(parameters, items);
		await workspace.time.pass(60_000);
		const sessions = [...(workspace.sandbox.state.websites.get(shop)?.conversations.keys() ?? [])];
		expect(sessions.filter((session) => !known.has(session)).sort()).toEqual(
			made.map(({ session_id }) => String(session_id)).sort(),
		);
		for (const [index, { session_id }] of made.entries()) {
			const { meta, state } = workspace.conversation(session_id);
			expect(meta).toMatchObject({ email: items[index]?.email, nickname: 'Una', subject: 'Order' });
			expect(meta.data).toEqual({ plan: 'gold' });
			expect(workspace.texts(session_id)).toEqual([items[index]?.text]);
			expect(state).toBe('resolved');
		}
	},
};

const details: Promised = {
	what: 'an update of details keeps the custom data and segments that it does not name',
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const { meta } = workspace.conversation(session);
		Object.assign(meta, { data: { plan: 'gold', age: 3 }, segments: ['vip'], nickname: 'Una' });
		const data = {
			rows: [
				{ key: 'age', value: '4' },
				{ key: 'city', value: 'Lyon' },
			],
		};
		const items = [{ session }];
		await workspace.run(inConversation('updateMeta', { updateFields: { subject: 'Order', data } }), items);
		const segments = { rows: [{ entry: { __rl: true, mode: 'name', value: 'new' } }] };
		await workspace.run(inConversation('addSegments', { segments }), items);
		await workspace.time.pass(60_000);
		const { data: kept, ...rest } = workspace.conversation(session).meta;
		expect({ ...kept, age: Number(kept.age) }).toEqual({ plan: 'gold', age: 4, city: 'Lyon' });
		expect(rest).toMatchObject({ segments: ['vip', 'new'], nickname: 'Una', subject: 'Order' });
	},
};

const person: Promised = {
	what: 'an update of a person keeps the custom data that it does not name',
	async keep(workspace) {
		const website = workspace.sandbox.state.websites.get(shop);
		const [someone] = website?.people.values() ?? [];
		if (!someone) throw new Error('The sandbox has no person');
		someone.data = { plan: 'gold', age: 3 };
		const parameters = {
			resource: 'person',
			operation: 'upsert',
			email: someone.email,
			additionalFields: { data: { rows: [{ key: 'city', value: 'Lyon' }] } },
		};
		await workspace.run(parameters);
		await workspace.time.pass(60_000);
		expect(someone.data).toEqual({ plan: 'gold', age: 3, city: 'Lyon' });
	},
};

const lists: Promised = {
	what: 'a list with Return All has every entry once',
	async keep(workspace) {
		const website = workspace.sandbox.state.websites.get(shop);
		const sessions = workspace.conversations(130);
		for (const session of sessions) workspace.conversation(session).updated_at = workspace.time.now();
		const parameters = {
			resource: 'conversation',
			operation: 'getAll',
			returnAll: true,
			filters: { includeEmpty: true },
			simplify: false,
		};
		const found = (await workspace.run(parameters)).map(({ session_id }) => session_id);
		expect(found).toHaveLength(new Set(found).size);
		expect(new Set(found)).toEqual(new Set(website?.conversations.keys()));
	},
};

const history: Promised = {
	what: 'the messages of a conversation are read completely and in order, also those since a time',
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const { messages } = workspace.conversation(session);
		const [model] = [...(workspace.sandbox.state.websites.get(shop)?.conversations.values() ?? [])].flatMap(
			(one) => one.messages,
		);
		if (!model) throw new Error('The sandbox has no message');
		const begun = workspace.time.now() - 1_000_000;
		// Two messages of each time, as imported ones may have.
		for (const number of range(130)) {
			const timestamp = begun + Math.floor(number / 2) * 1_000;
			messages.push({ ...structuredClone(model), content: `${number}`, fingerprint: 1_000 + number, timestamp });
		}
		const reading = (filters: IDataObject, more: IDataObject) => ({
			resource: 'message',
			operation: 'getAll',
			sessionId: { __rl: true, mode: 'id', value: session },
			filters,
			simplify: false,
			...more,
		});
		const textsOf = (found: IDataObject[]) => found.map(({ content }) => content);
		const all = range(130).map(String);
		expect(textsOf(await workspace.run(reading({}, { returnAll: true })))).toEqual(all);
		const after = { timestampAfter: begun + 19_500 };
		expect(textsOf(await workspace.run(reading(after, { returnAll: true })))).toEqual(all.slice(40));
		expect(textsOf(await workspace.run(reading(after, { returnAll: false, limit: 10 })))).toEqual(all.slice(40, 50));
	},
};

/** The trigger, connected, with the texts that started its workflow. */
async function listening(workspace: MoodyWorkspace, filters: IDataObject) {
	const { time, sandbox } = workspace;
	const { context, attach, emitted } = triggerContext({
		credential: credentialFor(sandbox),
		parameters: {
			events: ['message:send', 'message:received'],
			filters,
			options: {},
			websiteIds: [],
		} as INodeParameters,
		activation: 'activate',
	});
	const response = await time.during(activateTrigger(context, { clock: time }));
	attach();
	const texts = () => emitted.map(({ text }) => text);
	return { texts, stop: async () => await response.closeFunction?.() };
}

/** Ends the connection, acts without it, and lets the trigger connect again. */
async function inGap(workspace: MoodyWorkspace, act: () => Promise<unknown>): Promise<void> {
	const { sandbox } = workspace;
	sandbox.faults.refuseSockets({ how: 'connection' });
	sandbox.dropSockets();
	while (sandbox.connections() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
	const { socketPause } = workspace.time;
	// No socket delivers anything now.
	workspace.time.socketPause = 0;
	await act();
	workspace.time.socketPause = socketPause;
	sandbox.faults.reset();
	await workspace.time.until(() => sandbox.connections() > 0);
}

const gaps: Promised = {
	what: 'messages of a time without connection start the workflow once and in order, then the live ones',
	socketPause: 20,
	async keep(workspace) {
		const [busy, quiet] = workspace.conversations(2);
		const write = async (session: string | undefined, texts: string[]) => {
			const items = texts.map((text) => ({ session, text }));
			await workspace.run(sending({ additionalFields: { from: 'user' } }), items);
		};
		const { texts, stop } = await listening(workspace, { ignoreOwn: false });
		try {
			await write(quiet, ['before']);
			await inGap(
				workspace,
				async () =>
					await write(
						busy,
						range(101).map((number) => `text ${number}`),
					),
			);
			await write(busy, ['between']);
			// The list of conversations was read some seconds ago, and may come from a cache.
			await inGap(workspace, async () => await write(quiet, ['text 101', 'text 102']));
			await workspace.time.pass(120_000);
			await write(quiet, ['live']);
			await workspace.time.pass(60_000);
			const ofBusy = [...range(101).map((number) => `text ${number}`), 'between'];
			const ofQuiet = ['before', 'text 101', 'text 102', 'live'];
			expect(texts().filter((text) => ofBusy.includes(String(text)))).toEqual(ofBusy);
			expect(texts().filter((text) => ofQuiet.includes(String(text)))).toEqual(ofQuiet);
			expect(texts()).toHaveLength(ofBusy.length + ofQuiet.length);
		} finally {
			await stop();
		}
	},
};

const filters: Promised = {
	what: 'a bot that answers visitors starts once per message of theirs, and not by its own',
	socketPause: 20,
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const { texts, stop } = await listening(workspace, { ignoreOwn: true, author: 'user' });
		try {
			for (const text of ['one', 'two']) {
				await workspace.visitorWrites(session, text);
				await workspace.time.until(() => texts().includes(text));
				await workspace.run(sending({ content: `re: ${text}` }), [{ session }]);
				await workspace.operatorWrites(session, `by hand: ${text}`);
			}
			await workspace.time.pass(60_000);
			expect(texts()).toEqual(['one', 'two']);
		} finally {
			await stop();
		}
	},
};

export const promises: Promised[] = [
	messages,
	order,
	resolving,
	creating,
	details,
	person,
	lists,
	history,
	gaps,
	filters,
];
