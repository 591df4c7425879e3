import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { MoodName, MoodValue } from '../../sandbox/moods/moods';
import { activateTrigger } from '../../nodes/CrispTrigger/activate';
import { triggerContext } from '../support/n8nContext';
import { credentialFor, locator, operator, shop } from '../support/sandboxWorkspace';
import { HookedWorkflows } from '../support/webhookRequests';
import { inConversation, sending, type MoodyWorkspace } from './workspace';

/** What the nodes promise, no matter what Crisp turns out to do: each promise runs in each mood of the sandbox. */
export interface Promised {
	what: string;
	keep(workspace: MoodyWorkspace): Promise<void>;
	/** How long sockets have to deliver events whenever time is about to pass, in real milliseconds. */
	socketPause?: number;
	/** Values with which it is not kept, as docs/assumptions.md says: they are replaced by the defaults. */
	except?: Partial<{ [Name in MoodName]: ReadonlyArray<MoodValue<Name>> }>;
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

const concurrent: Promised = {
	what: 'a message that another execution sends while one is being retried follows it',
	async keep(workspace) {
		const items = workspace.conversations(2).map((session) => ({ session }));
		workspace.sandbox.faults.fail({ match: /POST .*\/message$/, status: 503, times: 2 });
		const first = workspace.start(sending({ content: 'first' }), items);
		await workspace.time.pass(500);
		const second = workspace.start(sending({ content: 'second' }), items);
		await workspace.time.during(Promise.all([first, second]));
		await workspace.time.pass(60_000);
		for (const { session } of items) expect(workspace.texts(session)).toEqual(['first', 'second']);
	},
};

const repeated: Promised = {
	what: 'a message that no lookup shows is sent again, and one that only the list shows is not',
	async keep(workspace) {
		const { faults, moods } = workspace.sandbox;
		const [hidden, listed] = workspace.conversations(2);
		const reason = 'message_not_found';
		const loseAnswer = () => {
			faults.fail({ match: /POST .*\/message$/, status: 500, isExecuted: true });
			faults.fail({ match: /GET .*\/message\//, status: 404, reason, times: 3 });
		};
		loseAnswer();
		faults.fail({ match: /GET .*\/messages$/, status: 404, reason });
		expect(await workspace.run(sending({ content: 'Hello' }), [{ session: hidden }])).toHaveLength(1);
		loseAnswer();
		expect(await workspace.run(sending({ content: 'Hello' }), [{ session: listed }])).toHaveLength(1);
		await workspace.time.pass(60_000);
		// No client can prevent the second one if Crisp hides the first and stores both.
		const count = moods.get('sameFingerprint') === 'storedTwice' ? 2 : 1;
		expect(workspace.texts(hidden)).toEqual(range(count).map(() => 'Hello'));
		expect(workspace.texts(listed)).toEqual(['Hello']);
	},
};

const limited: Promised = {
	what: 'messages over the rate limit wait, and each is delivered once and in order',
	async keep(workspace) {
		const sessions = workspace.conversations(5);
		const items = range(40).map((number) => ({ session: sessions[number % 5], text: `text ${number}` }));
		workspace.sandbox.faults.limit({ perSecond: 5, burst: 5 });
		expect(await workspace.run(sending(), items)).toHaveLength(40);
		await workspace.time.pass(60_000);
		for (const [index, session] of sessions.entries()) {
			expect(workspace.texts(session)).toEqual(range(8).map((turn) => `text ${turn * 5 + index}`));
		}
		const { limitStatus } = workspace.sandbox.moods.all();
		const refused = workspace.sandbox.requests.filter(({ status }) => status === Number(limitStatus));
		expect(refused.length).toBeGreaterThan(0);
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
		const segments = ['new'];
		await workspace.run(inConversation('addSegments', { segments }), items);
		await workspace.time.pass(60_000);
		const { data: kept, ...rest } = workspace.conversation(session).meta;
		expect({ ...kept, age: Number(kept.age) }).toEqual({ plan: 'gold', age: 4, city: 'Lyon' });
		expect(rest).toMatchObject({ segments: ['vip', 'new'], nickname: 'Una', subject: 'Order' });
	},
};

const emptied: Promised = {
	what: 'an update with an empty nickname either empties it, or fails with an error that names the field',
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const { meta } = workspace.conversation(session);
		meta.nickname = 'Una';
		const updateFields = { nickname: '', subject: 'Order' };
		const update = inConversation('updateMeta', { updateFields, options: { clearEmpty: true } });
		const error = await workspace.run(update, [{ session }]).then(
			() => undefined,
			(reason: Error) => reason,
		);
		if (workspace.sandbox.moods.get('emptyText') === 'refused') {
			expect(error?.message).toContain("Sent as empty text: 'Name'");
			expect(meta).toMatchObject({ nickname: 'Una', subject: '' });
		} else {
			expect(error).toBeUndefined();
			expect(workspace.conversation(session).meta).toMatchObject({ nickname: '', subject: 'Order' });
		}
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

const bothSides = ['message:send', 'message:received'];
/** Filters for a test whose own nodes write, often, what others write in Crisp. */
const own = { ignoreOwn: false, loopBrake: 0 };

/** The trigger, connected, with what started its workflow. `nodeId` tells it from others of a test. */
async function listening(
	workspace: MoodyWorkspace,
	filters: IDataObject,
	{ events = bothSides, nodeId = '1', options = {} as IDataObject } = {},
) {
	const { time, sandbox } = workspace;
	const { context, attach, emitted } = triggerContext({
		credential: credentialFor(sandbox),
		parameters: { events, filters, options, websiteIds: [] } as INodeParameters,
		activation: 'activate',
		nodeId,
	});
	const response = await time.during(activateTrigger(context, { clock: time }));
	attach();
	const texts = () => emitted.map(({ text }) => text);
	return { texts, emitted, stop: async () => await response.closeFunction?.() };
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
	socketPause: 2,
	async keep(workspace) {
		const [busy, quiet, idle, ...others] = workspace.conversations(53);
		Object.assign(workspace.conversation(idle), { updated_at: workspace.time.now() - 3_600_000 });
		const write = async (session: string | undefined, texts: string[]) => {
			const items = texts.map((text) => ({ session, text }));
			await workspace.run(sending({ additionalFields: { from: 'user' } }), items);
		};
		const ofBusy = [...range(85).map((number) => `text ${number}`), 'between'];
		const ofQuiet = ['before', 'in the gap', 'live'];
		const ofIdle = ['after an hour', 'just before', 'right before'];
		const { texts, stop } = await listening(workspace, own);
		try {
			await write(quiet, ['before']);
			await inGap(workspace, async () => {
				await write(busy, ofBusy.slice(0, -1));
				// A late one would follow live events: the trigger does not hold them until it has read again.
				await workspace.time.pass(2_500);
				// More than two pages of conversations.
				for (const [index, session] of others.entries()) workspace.noteMissed(session, `other ${index}`);
			});
			await write(busy, ['between']);
			// The list of conversations was read a second ago, and may come from a cache, without the idle one.
			await inGap(workspace, async () => {
				await write(quiet, ['in the gap']);
				await write(idle, ['after an hour']);
			});
			await workspace.time.pass(120_000);
			// Without another gap.
			expect(texts()).toContain('after an hour');
			// A connection that has lasted is replaced within a second: the messages may not be shown yet, and both are at
			// the next reading, although their conversation has not changed since.
			await inGap(workspace, async () => {
				await workspace.visitorWrites(idle, 'just before');
				await workspace.time.pass(100);
				await workspace.visitorWrites(idle, 'right before');
			});
			await workspace.time.pass(60_000);
			await write(quiet, ['live']);
			await workspace.time.pass(60_000);
			expect(texts().filter((text) => ofBusy.includes(String(text)))).toEqual(ofBusy);
			expect(texts().filter((text) => ofQuiet.includes(String(text)))).toEqual(ofQuiet);
			expect(texts().filter((text) => ofIdle.includes(String(text)))).toEqual(ofIdle);
			const all = [...ofBusy, ...ofQuiet, ...ofIdle, ...others.map((_, index) => `other ${index}`)];
			expect(texts().sort()).toEqual(all.sort());
		} finally {
			await stop();
		}
	},
};

const peopleInGap: Promised = {
	what: 'people who are created in a time without connection start the workflow once each, as live ones do',
	socketPause: 2,
	async keep(workspace) {
		const website = workspace.sandbox.state.websites.get(shop);
		const ids = () => [...(website?.people.values() ?? [])].map(({ people_id }) => people_id);
		// More than two pages of those who are not new.
		await workspace.crowd(120);
		const older = new Set(ids());
		const create = async (...names: string[]) => {
			const items = names.map((name) => ({ email: `${name}@example.org` }));
			await workspace.run({ resource: 'person', operation: 'upsert', email: '={{ $json.email }}' }, items);
		};
		await workspace.time.pass(3_600_000);
		const { emitted, stop } = await listening(workspace, own, { events: ['people:profile:created'] });
		try {
			await create('live');
			// What happened before the workflow was published does not start it.
			await workspace.time.pass(1_000);
			await inGap(workspace, async () => {
				await create('ana', 'ben');
				await workspace.crowd(60);
			});
			// The list of people was read a second ago, and may come from a cache.
			await inGap(workspace, async () => await create('cleo'));
			await workspace.time.pass(120_000);
			const created = ids().filter((id) => !older.has(id));
			expect(created).toHaveLength(64);
			expect(emitted.map(({ people_id }) => people_id).sort()).toEqual(created.sort());
		} finally {
			await stop();
		}
	},
};

const polling = { connection: 'polling', pollSeconds: 10, startsPerMinute: 0 };

const polled: Promised = {
	what: 'while the trigger polls, each message and each new person starts the workflow once, those of a conversation in order',
	async keep(workspace) {
		const { time, sandbox } = workspace;
		const [early, ...sessions] = workspace.conversations(10);
		const events = [...bothSides, 'people:profile:created'];
		await workspace.visitorWrites(early, 'before it was published');
		// Longer than a message may take until it can be read.
		await time.pass(10_000);
		const { emitted, stop } = await listening(workspace, own, { events, options: polling });
		const written: string[][] = sessions.map(() => []);
		const emails: string[] = [];
		try {
			// The last message of each conversation comes 1.3 s later after a poll than that of the one before: one of them cannot
			// be read yet when the next poll comes, and its conversation is quiet afterwards.
			for (const number of range(36)) {
				if (number === 20) sandbox.faults.limit({ perSecond: 1, burst: 1 });
				if (number === 30) sandbox.faults.reset();
				const place = Math.floor(number / 4);
				const text = `message ${number}`;
				if (number % 2 === 0) await workspace.visitorWrites(sessions[place], text);
				else await workspace.operatorWrites(sessions[place], text);
				written[place]?.push(text);
				// The rate limit would refuse this request, too.
				if (number % 3 === 0 && (number < 20 || number > 30)) {
					emails.push(`person${number}@example.org`);
					await workspace.inApp('POST', 'people/profile', { email: emails.at(-1), person: { nickname: 'Una' } });
				}
				// Longer than Crisp may take to store a message, so that none overtakes another.
				await time.pass(number % 4 === 3 ? 7_400 : 1_300);
			}
			// More than a batch of messages between two polls.
			for (const number of range(45)) {
				workspace.noteMissed(sessions[0], `missed ${number}`);
				written[0]?.push(`missed ${number}`);
				time.jump(10);
			}
			await time.pass(600_000);
			const textsOf = (session: unknown) =>
				emitted.filter(({ session_id }) => session_id === session).map(({ text }) => text);
			expect(sessions.map(textsOf)).toEqual(written);
			const people = emitted.filter(({ event }) => event === 'people:profile:created');
			expect(people.map(({ email }) => email).sort()).toEqual(emails.sort());
			expect(emitted).toHaveLength(written.flat().length + emails.length);
			expect(sandbox.connections()).toBe(0);
		} finally {
			await stop();
		}
	},
};

const polledChanges: Promised = {
	what: 'while the trigger polls, a conversation that is resolved, reopened and assigned starts the workflow once per change',
	except: { updatedAt: ['messagesOnly'] },
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const names = ['resolved', 'reopened', 'assigned', 'unassigned'].map((name) => `conversation:${name}`);
		const { emitted, stop } = await listening(workspace, own, { events: names, options: polling });
		const set = async (operation: string, more: IDataObject) => {
			await workspace.run(inConversation(operation, more), [{ session }]);
			// Longer than the time between two polls, and than a cache of Crisp keeps an answer.
			await workspace.time.pass(30_000);
		};
		try {
			await workspace.time.pass(30_000);
			for (const state of ['resolved', 'pending', 'resolved', 'resolved', 'unresolved', 'unresolved'])
				await set('setState', { state });
			for (let times = 0; times < 2; times++) await set('assign', { assignedUserId: locator(operator) });
			const changed = ['resolved', 'reopened', 'resolved', 'reopened', 'assigned'];
			expect(emitted.map(({ event }) => event)).toEqual(changed.map((name) => `conversation:${name}`));
		} finally {
			await stop();
		}
	},
};

const filters: Promised = {
	what: 'a bot that answers visitors starts once per message of theirs, and others also see what is written by hand',
	socketPause: 2,
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const bot = await listening(workspace, { ignoreOwn: true, author: 'user' });
		const observer = await listening(workspace, { ignoreOwn: true }, { nodeId: '2' });
		try {
			for (const text of ['one', 'two']) {
				await workspace.visitorWrites(session, text);
				await workspace.time.until(() => bot.texts().includes(text));
				await workspace.run(sending({ content: `re: ${text}` }), [{ session }]);
				await workspace.operatorWrites(session, `by hand: ${text}`);
			}
			await workspace.time.pass(60_000);
			expect(bot.texts()).toEqual(['one', 'two']);
			expect(observer.texts()).toEqual(['one', 'by hand: one', 'two', 'by hand: two']);
		} finally {
			await bot.stop();
			await observer.stop();
		}
	},
};

const changes: Promised = {
	what: 'a conversation that is answered, resolved, reopened and assigned starts the workflow once per change',
	socketPause: 2,
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		Object.assign(workspace.conversation(session), { state: 'pending' });
		const events = ['resolved', 'reopened', 'assigned', 'unassigned'].map((name) => `conversation:${name}`);
		const hooked = new HookedWorkflows();
		hooked.sandbox = workspace.sandbox;
		const { emitted, stop } = await listening(workspace, { ignoreOwn: false }, { events });
		const { emitted: delivered } = await hooked.activate(events, { filters: { ignoreOwn: false } });
		try {
			// The first answer makes it unresolved, which reopens nothing.
			await workspace.operatorWrites(session, 'Hello');
			await workspace.time.pass(5_000);
			for (const state of ['resolved', 'pending', 'resolved', 'resolved', 'unresolved', 'unresolved']) {
				await workspace.run(inConversation('setState', { state }), [{ session }]);
				await workspace.time.pass(5_000);
			}
			const assigned = ['resolved', 'reopened', 'resolved', 'reopened', 'assigned'];
			for (let times = 0; times < 2; times++) {
				await workspace.run(inConversation('assign', { assignedUserId: locator(operator) }), [{ session }]);
				await workspace.time.pass(5_000);
			}
			await workspace.time.pass(60_000);
			await workspace.sandbox.hooks.idle();
			const names = assigned.map((name) => `conversation:${name}`);
			expect(emitted.map(({ event }) => event)).toEqual(names);
			expect(delivered().map(({ event }) => event)).toEqual(names);
		} finally {
			await stop();
			await hooked.endServers();
		}
	},
};

const webhooks: Promised = {
	what: 'webhook deliveries that are lost, or whose answer is lost, start the workflow once each',
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const hooked = new HookedWorkflows();
		hooked.sandbox = workspace.sandbox;
		let requests = 0;
		// A minute passes until each retry.
		const fails = (isFailing: boolean) => {
			if (isFailing) workspace.time.jump(60_000);
			return isFailing;
		};
		try {
			const { emitted } = await hooked.activate(['message:send'], {
				isLost: () => fails(++requests === 1),
				isCut: () => fails(requests === 3),
			});
			for (const text of ['lost', 'cut', 'plain']) await workspace.visitorWrites(session, text);
			await workspace.sandbox.hooks.idle();
			expect(emitted().map(({ text }) => text)).toEqual(['lost', 'cut', 'plain']);
			expect(requests).toBe(5);
		} finally {
			await hooked.endServers();
		}
	},
};

const identities: Promised = {
	what: 'the record of a person is read only for the email that was verified, not for another one that the visitor enters',
	async keep(workspace) {
		const [session] = workspace.conversations(1);
		const people = [...(workspace.sandbox.state.websites.get(shop)?.people.values() ?? [])];
		const [own, other] = people.map(({ email }) => email).filter(Boolean);
		await workspace.visitorSets(session, { email: own });
		await workspace.inApp('PATCH', `conversation/${session}/verify`, { verified: true });
		const contextOf = async () => await workspace.run(inConversation('getContext', {}), [{ session }]);
		const idOf = (email: unknown) => people.find((person) => person.email === email)?.people_id;
		// Longer than a cache of Crisp keeps an answer.
		await workspace.time.pass(60_000);
		expect(await contextOf()).toMatchObject([{ verified: true, email: own, people_id: idOf(own) }]);
		await workspace.visitorSets(session, { email: other });
		await workspace.time.pass(60_000);
		expect(workspace.conversation(session).people_id).toBe(idOf(other));
		expect(await contextOf()).toMatchObject([{ verified: false, email: other, people_id: null }]);
	},
};

export const promises: Promised[] = [
	messages,
	repeated,
	limited,
	order,
	concurrent,
	resolving,
	creating,
	details,
	emptied,
	person,
	lists,
	history,
	gaps,
	peopleInGap,
	polled,
	polledChanges,
	filters,
	changes,
	webhooks,
	identities,
];
