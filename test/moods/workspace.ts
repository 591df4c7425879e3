import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox, type MoodValues, type Sandbox } from '../../sandbox';
import { conversationIn, type Conversation, type Message } from '../../sandbox/state/state';
import { execute } from '../support/n8nContext';
import { credentialFor, locator, shop } from '../support/sandboxWorkspace';
import { SimulatedTime } from './simulatedTime';

/** A sandbox in some moods, and the nodes that act in it, in simulated time. */
export class MoodyWorkspace {
	private executions = 0;

	private constructor(
		readonly time: SimulatedTime,
		readonly sandbox: Sandbox,
	) {}

	static async open(moods: Partial<MoodValues>, socketPause = 0): Promise<MoodyWorkspace> {
		const time = new SimulatedTime(socketPause);
		const sandbox = await startSandbox({ page: false, clock: time.now, schedule: time.schedule, moods });
		return new MoodyWorkspace(time, sandbox);
	}

	async close(): Promise<void> {
		this.time.end();
		await this.sandbox.close();
	}

	/** Runs the Crisp node, and returns the JSON of its output items. */
	async run(parameters: IDataObject, items: IDataObject[] = [{}]): Promise<IDataObject[]> {
		const running = execute({
			credential: credentialFor(this.sandbox),
			parameters: parameters as INodeParameters,
			items,
			executionId: `execution ${++this.executions}`,
		});
		const made = await this.time.during(running);
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
