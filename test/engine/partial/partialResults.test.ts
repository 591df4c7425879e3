import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../../sandbox';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { SimulatedTime } from '../../moods/simulatedTime';
import { composedCases, contact, writingOperations, type ComposedCase } from './composedCases';
import { crisp, executeContext } from '../../support/n8nContext';
import { conversation as seeded, credentialFor, person as known, shop } from '../../support/sandboxWorkspace';

/**
 * Every composed operation that changes something, with each of its requests failing in turn. Afterwards nothing is in the
 * workspace twice, the error item has what exists, and both Retry On Fail and another execution complete the operation.
 */

/** How the request fails. After a failure of the network, everything else in that run fails, too. */
const failures = ['refused by Crisp', 'lost before Crisp has it', 'executed by Crisp, with its answer lost'] as const;
type Failure = (typeof failures)[number];

interface Fault {
	/** Which request, counted from 0. */
	at: number;
	failure: Failure;
}

type Request = (options: IHttpRequestOptions) => Promise<unknown>;

/** Crisp accepts campaigns from users only. */
const tierFor = ({ resource }: INodeParameters) =>
	['campaign', 'inbox'].includes(String(resource)) ? 'user' : 'plugin';

/** A workspace with the nodes, in simulated time, in which Crisp replaces custom data. */
class Stage {
	requests: string[] = [];

	/** The description of the error of the last run: what to do. */
	advice = '';

	private constructor(
		private readonly time: SimulatedTime,
		readonly sandbox: Sandbox,
	) {}

	static async open(): Promise<Stage> {
		resetProcessState();
		const time = new SimulatedTime(2);
		const sandbox = await startSandbox({
			...{ page: false, clock: time.now, schedule: time.schedule },
			moods: { conversationData: 'replaced', personData: 'replaced', sameFingerprint: 'storedTwice' },
		});
		const stage = new Stage(time, sandbox);
		const { website } = stage;
		const one = website.conversations.get(seeded);
		Object.assign(one ?? {}, { assigned: null });
		Object.assign(one?.meta ?? {}, { data: { order_id: 'A-1', plan: 'free' }, segments: ['shipping', 'fragile'] });
		Object.assign(website.people.get(known) ?? {}, { data: { seats: '3' }, segments: ['vip', 'wholesale'] });
		return stage;
	}

	async close(): Promise<void> {
		this.time.end();
		await this.sandbox.close();
	}

	get website() {
		const website = this.sandbox.state.websites.get(shop);
		if (!website) throw new Error('The sandbox has no shop');
		return website;
	}

	/** Runs the operation for one item, and returns what comes out; the JSON has `error` if it failed. */
	async run(parameters: INodeParameters, executionId: string, { binary }: ComposedCase, fault?: Fault) {
		const context = executeContext({
			...{ credential: credentialFor(this.sandbox, tierFor(parameters)), parameters, executionId },
			...{ onError: 'continueRegularOutput', binary: binary && [binary] },
		});
		this.requests = [];
		const { helpers } = context;
		const [authenticated, plain] = [helpers.httpRequestWithAuthentication, helpers.httpRequest];
		helpers.httpRequestWithAuthentication = async function (type, options, more) {
			return (await failing(
				options,
				async () => await (authenticated.call(this, type, options, more) as Promise<unknown>),
			)) as never;
		};
		helpers.httpRequest = async (options) =>
			(await failing(options, async (given) => await (plain(given) as Promise<unknown>))) as never;
		const failing = async ({ ...options }: IHttpRequestOptions, send: Request) =>
			await this.exchange(options, send, fault);
		const [items] = (await this.time.during(
			crisp.execute.call(context as unknown as IExecuteFunctions),
		)) as INodeExecutionData[][];
		const [item] = items ?? [];
		expect(items).toHaveLength(1);
		expect(item?.pairedItem).toEqual({ item: 0 });
		this.advice = String((item?.error as { description?: unknown } | undefined)?.description ?? '');
		return item?.json ?? {};
	}

	private async exchange(options: IHttpRequestOptions, send: Request, fault?: Fault): Promise<unknown> {
		const index = this.requests.push(`${options.method} ${options.url.replace(/^https?:\/\/[^/]+/, '')}`) - 1;
		if (fault === undefined || index < fault.at) return await send(options);
		if (fault.failure === 'refused by Crisp') {
			if (index > fault.at) return await send(options);
			return { statusCode: 400, headers: {}, body: { error: true, reason: 'invalid_data', data: {} } };
		}
		if (index === fault.at && fault.failure.startsWith('executed')) await send(options);
		throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
	}

	/**
	 * What users of Crisp see, without IDs and times. A conversation without messages is not shown. Empty drafts are left
	 * out: where the answer to their creation was lost, another execution cannot know them.
	 */
	seen() {
		const { conversations, people, articles, categories, sections, campaigns, templates, inboxes, teams, helpDesk } =
			this.website;
		return structuredClone({
			locales: helpDesk?.locales,
			redirections: helpDesk?.redirections.map(({ path, target }) => ({ path, target })),
			inboxes: inboxes.map(({ name }) => name),
			teams: teams.map(({ name }) => name),
			articles: articles.filter(({ content }) => content !== '').map(withoutIds),
			categories: categories.filter(({ description }) => description !== '').map(withoutIds),
			sections: [...new Set(sections.filter(({ order }) => order === 4).map(({ name }) => name))],
			campaigns: campaigns.filter(({ message }) => message !== '').map(withoutIds),
			templates: templates.filter(({ content }) => content !== '').map(withoutIds),
			conversations: [...conversations.values()]
				.filter(({ messages }) => messages.length > 0)
				.map(({ meta, messages, state, assigned }) => ({
					...{ meta, state, assigned },
					messages: messages.map(({ from, type, content }) => ({ from, type, content: withoutAddress(content) })),
				})),
			people: [...people.values()].map(({ email, person, company, segments, data }) => ({
				...{ email, person, company, segments, data },
			})),
		});
	}

	/** How many texts there are, empty drafts included: Retry On Fail finds its own. */
	texts() {
		const { articles, categories, sections, campaigns, templates } = this.website;
		return [articles, categories, sections, campaigns, templates].map(({ length }) => length);
	}

	/** The IDs in the workspace, each with what it belongs to. */
	ids() {
		const { conversations, people } = this.website;
		return {
			sessions: [...conversations.values()].filter(({ messages }) => messages.length > 0).map((one) => one.session_id),
			fingerprints: [...conversations.values()].flatMap(({ messages }) => messages.map((one) => one.fingerprint)),
			emails: [...people.values()].map(({ email }) => email),
		};
	}
}

/** Without the own ID and times; that of the category of an article counts. */
function withoutIds<Entry extends object>(entry: Entry) {
	const own = /^(id|campaign_id|template_id|(created|updated|dispatched)_at)$/;
	const isCategory = 'category_id' in entry && !('kind' in entry);
	const kept = Object.entries(entry).filter(([name]) => !own.test(name) && !(isCategory && name === 'category_id'));
	return Object.fromEntries(kept);
}

function withoutAddress(content: unknown): unknown {
	return typeof content === 'object' && content !== null ? { ...content, url: undefined } : content;
}

async function onStage<Result>(play: (stage: Stage) => Promise<Result>): Promise<Result> {
	const stage = await Stage.open();
	try {
		return await play(stage);
	} finally {
		await stage.close();
	}
}

it('each composed operation that changes something has a case', () => {
	// It is never sent again after a lost answer: see test/engine/creating/dispatchAlone.test.ts.
	const others = ['campaign.dispatch'];
	const cases = [...Object.keys(composedCases), ...others];
	expect(cases.sort()).toEqual(writingOperations().sort());
});

describe.each(Object.entries(composedCases))('%s', (_, one) => {
	let whole: { seen: unknown; texts: number[]; requests: string[] };
	const { parameters, continued = () => parameters } = one;

	beforeAll(async () => {
		whole = await onStage(async (stage) => {
			const before = stage.seen();
			expect(await stage.run(parameters, 'first', one)).not.toHaveProperty('error');
			const isTyping = parameters.operation === 'keepTyping';
			if (!isTyping) expect(stage.seen()).not.toEqual(before);
			return { seen: stage.seen(), texts: stage.texts(), requests: stage.requests };
		});
	});

	const ways: Array<[string, (stage: Stage, item: IDataObject) => Promise<IDataObject>]> = [
		['Retry On Fail', async (stage) => await stage.run(parameters, 'first', one)],
		['another execution', async (stage, item) => await stage.run(continued(item, false), 'second', one)],
		[
			'another execution after a restart',
			async (stage, item) => {
				resetProcessState();
				return await stage.run(continued(item, true), 'second', one);
			},
		],
	];

	describe.each(failures)('with a request %s', (failure) => {
		it.each(ways)('is completed by %s, with nothing twice', async (name, complete) => {
			for (const at of whole.requests.keys()) {
				await onStage(async (stage) => {
					const before = stage.ids();
					const item = await stage.run(parameters, 'first', one, { at, failure });
					const failed = { at: `${at}: ${whole.requests[at]}`, item };
					if (item.error !== undefined) expectNamed(stage, item, before);
					const json = item.error === undefined ? item : await complete(stage, item);
					expect({ ...failed, error: json.error, seen: stage.seen() }).toEqual({
						...failed,
						error: undefined,
						seen: whole.seen,
					});
					if (name === 'Retry On Fail')
						expect({ ...failed, texts: stage.texts() }).toEqual({ ...failed, texts: whole.texts });
				});
			}
		});
	});
});

/** The error item has the ID of everything that the run created. */
function expectNamed(stage: Stage, item: IDataObject, before: ReturnType<Stage['ids']>): void {
	const { sessions, fingerprints, emails } = stage.ids();
	for (const id of sessions.filter((one) => !before.sessions.includes(one))) expect(item.session_id).toBe(id);
	for (const id of fingerprints.filter((one) => !before.fingerprints.includes(one))) {
		expect(item.question_fingerprint ?? item.fingerprint).toBe(id);
		expect(stage.advice).toContain('in another execution, set ');
	}
	// Crisp itself makes a person of the contact of a conversation.
	const made = emails.filter((one) => !before.emails.includes(one) && one !== contact);
	for (const email of made) expect(item.email).toBe(email);
	const done = (item.done ?? []) as string[];
	if (done.length > 0) expect(String(item.error)).toContain('Already done: ');
	const named: IDataObject = {
		...(done.includes('conversation') && { session_id: item.session_id }),
		...(done.includes('message') && { fingerprint: item.fingerprint }),
		...(done.includes('question') && { question_fingerprint: item.question_fingerprint }),
		...(done.includes('profile') && { people_id: item.people_id }),
		...(done.includes('upload') && { file_url: item.file_url }),
		...(done.includes('page') && { path: item.path }),
		...(done.includes('create') && { created: createdId(item) }),
	};
	const isBegun = done.length > 0 || item.data_before !== undefined || item.assigned_operator_id !== undefined;
	if (isBegun) expect(stage.advice).toMatch(/\b[Aa]nother execution\b/);
	for (const id of Object.values(named)) {
		expect(id).toBeDefined();
		expect(String(item.error)).toContain(String(id));
	}
}

/** The ID of what the operation Create has created. */
function createdId(item: IDataObject): IDataObject[string] {
	return item.article_id ?? item.section_id ?? item.category_id ?? item.campaign_id ?? item.template_id;
}
