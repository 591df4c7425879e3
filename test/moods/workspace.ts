import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox, type MoodValues, type Sandbox } from '../../sandbox';
import { conversationIn, type Conversation, type Message } from '../../sandbox/state/state';
import { execute } from '../support/n8nContext';
import { credentialFor, locator, shop } from '../support/sandboxWorkspace';
import { SimulatedTime } from './simulatedTime';

/**
 * The time between two pings of the sandbox, in milliseconds. They do not follow simulated time: with a shorter one, the
 * trigger would take every connection for a dead one, and catch up again and again.
 */
const silence = 24 * 3_600_000;

/** A sandbox in some moods, and the nodes that act in it, in simulated time. */
export class MoodyWorkspace {
	private executions = 0;

	private constructor(
		readonly time: SimulatedTime,
		readonly sandbox: Sandbox,
	) {}

	static async open(moods: Partial<MoodValues>, socketPause = 0): Promise<MoodyWorkspace> {
		const time = new SimulatedTime(socketPause);
		const { now: clock, schedule } = time;
		const more = { hookDelays: [0, 0], pingInterval: silence };
		const sandbox = await startSandbox({ page: false, clock, schedule, moods, ...more });
		return new MoodyWorkspace(time, sandbox);
	}

	async close(): Promise<void> {
		this.time.end();
		await this.sandbox.close();
	}

	/** Runs the Crisp node, and returns the JSON of its output items. */
	async run(parameters: IDataObject, items: IDataObject[] = [{}], workflowId?: string): Promise<IDataObject[]> {
		return await this.time.during(this.start(parameters, items, workflowId));
	}

	/** The same, but time does not pass by itself. */
	async start(parameters: IDataObject, items: IDataObject[] = [{}], workflowId?: string): Promise<IDataObject[]> {
		const made = await execute({
			credential: credentialFor(this.sandbox),
			parameters: parameters as INodeParameters,
			items,
			executionId: `execution ${++this.executions}`,
			workflowId,
		});
		expect(made.map(({ pairedItem }) => pairedItem)).toHaveLength(made.length);
		for (const { pairedItem } of made) expect(pairedItem).toEqual({ item: expect.any(Number) as number });
		return made.map(({ json }) => json);
	}

	/** New conversations, in which nothing was written. */
	conversations(count: number): string[] {
		const website = this.sandbox.state.websites.get(shop);
		const [model] = website?.conversations.values() ?? [];
		if (!website || !model) throw new Error('The sandbox has no conversation');
		return Array.from({ length: count }, (_, index) => {
			const session_id = `session_00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
			const now = this.time.now();
			const meta = { ...structuredClone(model.meta), data: {}, segments: [], subject: '' };
			const changes = { session_id, meta, messages: [], assigned: null, state: 'unresolved' as const };
			website.conversations.set(session_id, {
				...structuredClone(model),
				...changes,
				created_at: now,
				updated_at: now,
				waiting_since: null,
			});
			return session_id;
		});
	}

	async visitorWrites(session: unknown, text: string): Promise<void> {
		await this.control('visitor/message', { session_id: session, text });
	}

	/** Writes as a person in Crisp's inbox does. */
	async operatorWrites(session: unknown, text: string): Promise<void> {
		await this.control('operator/message', { session_id: session, text });
	}

	/** Writes as visitors do, without an event: only for a time in which no connection would have it. */
	noteMissed(session: unknown, text: string): void {
		const { messages } = this.conversation(session);
		const now = this.time.now();
		const [model] = [...(this.sandbox.state.websites.get(shop)?.conversations.values() ?? [])].flatMap(
			(one) => one.messages,
		);
		if (!model) throw new Error('The sandbox has no message');
		const said = { type: 'text', from: 'user' as const, content: text, fingerprint: 1_000_000 + messages.length };
		messages.push({ ...structuredClone(model), ...said, session_id: String(session), timestamp: now });
		this.conversation(session).updated_at = now;
	}

	/** Adds people who are not announced. */
	async crowd(count: number): Promise<void> {
		await this.control('people', { count });
	}

	/** Sets contact details or custom data as the visitor's chatbox does. */
	async visitorSets(session: unknown, meta: Record<string, unknown>): Promise<void> {
		await this.control('visitor/meta', { session_id: session, ...meta });
	}

	/** Sends a request as Crisp's own app does, with the token of a user. */
	async inApp(method: string, path: string, body: object): Promise<void> {
		const { identifier, key } = this.sandbox.tokens.user;
		const response = await fetch(`${this.sandbox.url}/v1/website/${shop}/${path}`, {
			method,
			headers: {
				'Content-Type': 'application/json',
				'X-Crisp-Tier': 'user',
				Authorization: `Basic ${Buffer.from(`${identifier}:${key}`).toString('base64')}`,
			},
			body: JSON.stringify(body),
		});
		if (!response.ok) throw new Error(await response.text());
	}

	private async control(path: string, body: Record<string, unknown>): Promise<void> {
		const response = await fetch(`${this.sandbox.url}/sandbox/${path}`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ website_id: shop, ...body }),
		});
		if (!response.ok) throw new Error(await response.text());
	}

	conversation(session: unknown): Conversation {
		const website = this.sandbox.state.websites.get(shop);
		if (!website) throw new Error('The sandbox has no shop');
		return conversationIn(website, String(session));
	}

	messages(session: unknown): Message[] {
		return this.conversation(session).messages;
	}

	/** What was said, by the sandbox's order. */
	texts(session: unknown): unknown[] {
		return this.messages(session).map(({ content }) => content);
	}
}

export const inConversation = (operation: string, more: IDataObject = {}): IDataObject => ({
	resource: 'conversation',
	operation,
	sessionId: locator('={{ $json.session }}'),
	...more,
});

export const sending = (more: IDataObject = {}): IDataObject => ({
	resource: 'message',
	operation: 'send',
	sessionId: locator('={{ $json.session }}'),
	type: 'text',
	content: '={{ $json.text }}',
	...more,
});
