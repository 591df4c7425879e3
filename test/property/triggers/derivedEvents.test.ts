import fc from 'fast-check';
import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../../nodes/CrispTrigger/receiver';
import { receive } from '../../../nodes/CrispWebhookTrigger/receive';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { FakeClock, settled } from '../../support/fakeClock';
import { FakeResponse, webhookContext } from '../../support/fakeResponse';
import { openFilter } from '../../support/fixtures/openFilter';
import '../strangers';

/**
 * Crisp announces states, assignments, choices and ratings, some of them several times, and n8n is restarted in between.
 * The workflow starts once for each change, by the count of the model of Crisp, which knows nothing of the nodes.
 */

const website = 'w';
const sessions = ['session_old', 'session_resolved', 'session_new'] as const;
type Session = (typeof sessions)[number];

type Action =
	| { kind: 'state'; session: Session; state: 'pending' | 'unresolved' | 'resolved' }
	| { kind: 'assign'; session: Session; operator: string | null }
	| { kind: 'choose'; session: Session; message: number; selected: string[]; text: string }
	| { kind: 'rate'; session: Session; stars: number; comment?: string }
	| { kind: 'again' }
	| { kind: 'restart' };

const session = fc.constantFrom(...sessions);
const action: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			kind: fc.constant('state' as const),
			session,
			state: fc.constantFrom('pending' as const, 'unresolved' as const, 'resolved' as const),
		}),
	},
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant('assign' as const),
			session,
			operator: fc.constantFrom('ana', 'ben', null),
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({
			kind: fc.constant('choose' as const),
			session,
			message: fc.constantFrom(1, -2),
			selected: fc.subarray(['yes', 'no', 'other']),
			text: fc.constantFrom('Well?', 'Thanks'),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('rate' as const),
			session,
			stars: fc.constantFrom(1, 5),
			comment: fc.constantFrom(undefined, 'Slow'),
		}),
	},
	{ weight: 4, arbitrary: fc.constantFrom<Action>({ kind: 'again' }, { kind: 'restart' }) },
);

interface Moods {
	/** Whether Crisp writes changes of state into the conversation, and how late, in milliseconds. */
	recordsAfter?: number;
	/** Whether an assignment names the previous operator. */
	namesPrevious: boolean;
}

interface Conversation {
	created_at: number;
	updated_at: number;
	state: string;
	operator: string | null;
	records: Array<{ state: string; at: number }>;
	/** The selected choices of each message. */
	selected: Map<number, string[]>;
	rating: string;
}

type Announce = (name: string, payload: IDataObject) => Promise<void>;

/** A website of Crisp, and the count of what has changed in it. */
class Model {
	readonly counts: Record<string, number> = {};

	private readonly conversations = new Map<string, Conversation>();

	private last?: Action;

	constructor(
		private readonly clock: FakeClock,
		private readonly moods: Moods,
	) {
		this.begin('session_old', 'pending');
		this.begin('session_resolved', 'resolved');
	}

	private begin(id: string, state: string): Conversation {
		const at = this.clock.now();
		const records = state === 'resolved' ? [{ state, at: at - 60_000 }] : [];
		const fresh = { state, operator: null, records, selected: new Map<number, string[]>(), rating: '' };
		const conversation = { ...fresh, created_at: at, updated_at: at };
		this.conversations.set(id, conversation);
		return conversation;
	}

	private count(name: string, isChange: boolean): void {
		this.counts[name] = (this.counts[name] ?? 0) + Number(isChange);
	}

	/** Does an action, and announces it; "again" does the last one again, which changes nothing. */
	async act(one: Action, announce: Announce): Promise<void> {
		if (one.kind === 'restart') return;
		if (one.kind === 'again') {
			if (this.last) await this.act(this.last, announce);
			return;
		}
		this.last = one;
		const conversation = this.conversations.get(one.session) ?? this.begin(one.session, 'pending');
		const ids = { website_id: website, session_id: one.session, inbox_id: null };
		const say = async (name: string, more: IDataObject) => {
			conversation.updated_at = this.clock.now();
			await announce(name, { ...ids, ...more });
		};
		if (one.kind === 'state') {
			const wasResolved = conversation.state === 'resolved';
			const isResolved = one.state === 'resolved';
			this.count('conversation:resolved', isResolved && !wasResolved);
			this.count('conversation:reopened', wasResolved && !isResolved);
			if (one.state !== conversation.state) conversation.records.push({ state: one.state, at: this.clock.now() });
			conversation.state = one.state;
			await say('session:set_state', { state: one.state });
		}
		if (one.kind === 'assign') {
			const before = conversation.operator;
			this.count('conversation:assigned', one.operator !== null && one.operator !== before);
			this.count('conversation:unassigned', one.operator === null && before !== null);
			conversation.operator = one.operator;
			const previous = this.moods.namesPrevious ? { previous_routing_id: before } : {};
			await say('session:set_routing', { routing_id: one.operator, ...previous });
		}
		if (one.kind === 'choose') {
			const before = conversation.selected.get(one.message) ?? [];
			this.count(
				'message:chosen',
				one.selected.some((choice) => !before.includes(choice)),
			);
			conversation.selected.set(one.message, one.selected);
			const choices = ['yes', 'no', 'other'].map((value) => ({ value, selected: one.selected.includes(value) }));
			await say('message:updated', { fingerprint: one.message, content: { text: one.text, choices } });
		}
		if (one.kind === 'rate') {
			const rating = JSON.stringify([one.stars, one.comment]);
			this.count('session:sync:rating', rating !== conversation.rating);
			conversation.rating = rating;
			await say('session:sync:rating', { rating: { stars: one.stars, comment: one.comment } });
		}
	}

	/** What Crisp cannot tell is new to a process that has not seen it. */
	forgetUntold(): void {
		for (const conversation of this.conversations.values()) {
			conversation.selected.clear();
			conversation.rating = '';
		}
	}

	/** Crisp's REST API. */
	answer(path: string, query: IDataObject = {}): unknown {
		if (path.includes('/conversations/')) {
			const listed = [...this.conversations].map(([session_id, { state, operator, created_at, updated_at }]) => ({
				session_id,
				website_id: website,
				inbox_id: null,
				state,
				assigned: operator === null ? null : { user_id: operator },
				created_at,
				updated_at,
			}));
			return path.endsWith('/1') ? listed.sort((a, b) => b.updated_at - a.updated_at) : [];
		}
		const [, id = '', rest = ''] = /\/conversation\/([^/]+)(.*)$/.exec(path) ?? [];
		const conversation = this.conversations.get(id);
		if (rest === '/messages') return this.recordsOf(conversation, query);
		return { inbox_id: null, created_at: conversation?.created_at };
	}

	private recordsOf(conversation: Conversation | undefined, query: IDataObject): IDataObject[] {
		const { recordsAfter } = this.moods;
		if (recordsAfter === undefined) return [];
		return (conversation?.records ?? [])
			.filter(({ at }) => at + recordsAfter <= this.clock.now() && at <= Number(query.timestamp_before ?? Infinity))
			.map(({ state, at }) => ({
				type: 'event',
				from: 'operator',
				timestamp: at,
				fingerprint: at,
				content: { namespace: `state:${state}`, text: state },
			}));
	}
}

const names = [
	'conversation:resolved',
	'conversation:reopened',
	'conversation:assigned',
	'conversation:unassigned',
	'message:chosen',
	'session:sync:rating',
];

interface Trigger {
	announce: Announce;
	restart(): Promise<void>;
	started: string[];
	close(): Promise<void>;
}

const node = { id: 'node', name: 'Crisp', credentials: { crispApi: { id: 'c' } } };
const credential = {
	hookSecret: 'key',
	tier: 'plugin' as const,
	identifier: 'i',
	key: 'sandbox-k',
	baseUrl: 'https://x',
};

/** How late Crisp's answers to the first requests and its events arrive, in milliseconds. */
interface Delays {
	answers: number;
	events: number;
}

async function realtime(clock: FakeClock, model: Model, delays?: Delays): Promise<Trigger> {
	const started: string[] = [];
	let memory: IDataObject = {};
	const begunAt = clock.now();
	const send = async ({ path, query }: CrispRequest) => {
		const wait = begunAt + (delays?.answers ?? 0) - clock.now();
		if (wait > 0) await clock.sleep(wait);
		return model.answer(path, query);
	};
	const open = async () => await Promise.resolve({ credential, send });
	const begin = async (isResumed: boolean) => {
		const context = {
			getNode: () => node,
			getWorkflow: () => ({ id: 'workflow' }),
			getInstanceId: () => 'instance',
			getMode: () => 'trigger',
			getWorkflowStaticData: () => memory,
			logger: { warn: () => undefined, error: () => undefined },
			emit([items]: Array<Array<{ json: IDataObject }>>, _: undefined, done?: { resolve(run: object): void }) {
				started.push(...(items ?? []).map(({ json }) => String(json.event)));
				done?.resolve({});
			},
		} as unknown as ITriggerFunctions;
		const filter = { ...openFilter, websites: [website] };
		const settings = {
			events: names,
			websites: [website],
			lookBack: 24 * 3_600_000,
			batch: { size: 1, wait: 0 },
			isSample: false,
			filter,
		};
		const account = { address: credential.baseUrl, token: credential.identifier };
		const made = new EventReceiver(context, { settings, clock, open, account, isResumed, isManual: false });
		void made.connected();
		await clock.advance(delays ? 0 : 20_000);
		return made;
	};
	let receiver = await begin(false);
	return {
		started,
		async announce(name, payload) {
			const said = structuredClone(payload);
			if (!delays?.events) receiver.receive(name, said);
			else void clock.sleep(delays.events).then(() => receiver.receive(name, said));
			await settled();
		},
		async restart() {
			await receiver.close();
			memory = JSON.parse(JSON.stringify(memory)) as IDataObject;
			receiver = await begin(true);
		},
		close: async () => await receiver.close(),
	};
}

async function webhook(clock: FakeClock, model: Model): Promise<Trigger> {
	const started: string[] = [];
	let count = 0;
	resetProcessState();
	const more = {
		getCredentials: async () => await Promise.resolve(credential),
		getNode: () => node,
		helpers: {
			httpRequestWithAuthentication: async (_: string, { url, qs }: { url: string; qs?: IDataObject }) =>
				await Promise.resolve({
					statusCode: 200,
					headers: {},
					body: { error: false, reason: 'done', data: model.answer(new URL(url).pathname, qs) },
				}),
		},
	};
	// The hook works from now on: what is created later is known to be new.
	const call = async (event: string, data: IDataObject) => {
		const body = JSON.stringify({ website_id: website, event, data, timestamp: clock.now() + ++count / 1_000 });
		const response = new FakeResponse();
		const { workflowData } = await receive(webhookContext({ body, response, parameters: { events: names }, more }), {
			clock,
		});
		started.push(...(workflowData ?? []).flat().map(({ json }) => String(json.event)));
		response.end(200);
	};
	await clock.advance(20_000);
	await call('session:sync:rating', { website_id: website, session_id: 'another', rating: {} });
	started.splice(0);
	return {
		started,
		announce: call,
		async restart() {
			resetProcessState();
			model.forgetUntold();
			await clock.advance(20_000);
		},
		close: async () => await Promise.resolve(),
	};
}

function counted(started: string[]): Record<string, number> {
	const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
	for (const name of started) counts[name] = (counts[name] ?? 0) + 1;
	return counts;
}

const moods = fc.record({
	recordsAfter: fc.constantFrom(0, 1_000),
	namesPrevious: fc.constant(true),
}) satisfies fc.Arbitrary<Moods>;

type Begin = (clock: FakeClock, model: Model) => Promise<Trigger>;

async function play(begin: Begin, given: Moods, actions: Action[]): Promise<void> {
	const { started, counts } = await played(begin, given, actions);
	expect(started).toEqual({ ...counted([]), ...counts });
}

/** How often each event started the workflow, and how often it happened. */
async function played(begin: Begin, given: Moods, actions: Action[]) {
	const clock = new FakeClock();
	const model = new Model(clock, given);
	await clock.advance(60_000);
	const trigger = await begin(clock, model);
	for (const one of actions) {
		if (one.kind === 'restart') await trigger.restart();
		await model.act(one, trigger.announce);
		await clock.advance(1_500);
	}
	await clock.advance(30_000);
	await trigger.close();
	return { started: counted(trigger.started), counts: model.counts };
}

const actions = fc.array(action, { minLength: 1, maxLength: 30 });

it('the realtime trigger starts the workflow once per change, no matter what is announced again, also after restarts', async () => {
	// It knows states and assignments by itself, so that it does not matter what Crisp records or names.
	const any = fc.record({ recordsAfter: fc.constantFrom(undefined, 0, 1_000), namesPrevious: fc.boolean() });
	await fc.assert(fc.asyncProperty(any, actions, async (given, all) => await play(realtime, given, all)));
});

/**
 * The changes of state and assignment: after a later change, no record tells a late event from one that announces a state
 * again.
 */
function changesIn(all: Action[]): Action[] {
	const known = new Map<string, string | null>([['state session_resolved', 'resolved']]);
	return all.filter((one) => {
		if (one.kind !== 'state' && one.kind !== 'assign') return false;
		const [key, value] = [`${one.kind} ${one.session}`, one.kind === 'state' ? one.state : one.operator];
		const isChange = value !== (known.get(key) ?? (one.kind === 'state' ? 'pending' : null));
		known.set(key, value);
		return isChange;
	});
}

it('a change counts once where the first lists show it before its event arrives, or while it is on its way', async () => {
	// What happens in a conversation while an event is on its way to n8n cannot always be told from what happened before.
	// A live event waits five seconds for what Crisp tells; without an answer, the previous state is unknown.
	const delays = fc.record({ answers: fc.nat(4_999), events: fc.nat(1_400) });
	const told = fc.record({ recordsAfter: fc.constantFrom(0, 1_000), namesPrevious: fc.constant(true) });
	await fc.assert(
		fc.asyncProperty(told, delays, actions.map(changesIn), async (given, late, all) => {
			await play(async (clock, model) => await realtime(clock, model, late), given, all);
		}),
	);
});

it('such a change is never lost, even if Crisp tells nothing of the past', async () => {
	const resolving = fc.array(
		fc.record({
			kind: fc.constant('state' as const),
			session,
			state: fc.constantFrom('pending' as const, 'resolved' as const),
		}),
		{ minLength: 1, maxLength: 10 },
	);
	const delays = fc.record({ answers: fc.nat(20_000), events: fc.nat(8_000) });
	await fc.assert(
		fc.asyncProperty(delays, resolving, async (late, all) => {
			const { started, counts } = await played(
				async (clock, model) => await realtime(clock, model, late),
				{ namesPrevious: false },
				all,
			);
			expect(started['conversation:resolved']).toBeGreaterThanOrEqual(counts['conversation:resolved'] ?? 0);
		}),
	);
});

it('the webhook trigger does the same, with what Crisp tells after a restart', async () => {
	await fc.assert(fc.asyncProperty(moods, actions, async (given, all) => await play(webhook, given, all)));
});

it('without a restart, the webhook trigger needs nothing of Crisp but the age of a conversation', async () => {
	// The state of one conversation is older than the trigger, and unknown.
	const known = actions.map((all) =>
		all.filter((one) => one.kind !== 'restart' && !('session' in one && one.session === 'session_resolved')),
	);
	const given = { recordsAfter: undefined, namesPrevious: false };
	await fc.assert(fc.asyncProperty(known, async (all) => await play(webhook, given, all)));
});
