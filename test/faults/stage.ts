import assert from 'node:assert/strict';
import type { IDataObject, INodeExecutionData, INodeParameters, ITriggerResponse } from 'n8n-workflow';
import { activateTrigger } from '../../nodes/CrispTrigger/activate';
import type { Clock } from '../../nodes/shared/runtime/clock';
import type { Credential } from '../../nodes/shared/api/transport';
import { startSandbox, type Sandbox } from '../../sandbox';
import { execute, triggerContext, type Activation, type Execution } from '../support/n8nContext';
import { control } from '../support/visitor';
import { HookedWorkflows, type Hooked, type Hooking } from '../support/webhookRequests';
import { credentialFor, locator, shop } from '../support/sandboxWorkspace';
import type { Seen } from './account';
import type { Evidence } from './evidence';
import { Line } from './line';
import { QuickTime } from './quickTime';

export interface Listening extends Partial<Activation> {
	events?: string[];
	filters?: INodeParameters;
	options?: INodeParameters;
	memory?: IDataObject;
	clock?: Clock;
	guard?: object;
}

/** Secrets that must never be shown, whatever fails. */
export const secrets = {
	signature: 'signing-secret+of/nobody',
	'webhook key': 'webhook key of nobody',
	password: 'pass"word of nobody',
	'signed address': 'signature=sandbox',
};

/** The environment of one fault: a sandbox, a proxy to it, and nodes in n8n-core that use the proxy. */
export class Stage {
	readonly time = new QuickTime();

	/** Response statuses of n8n's webhook. */
	readonly answered: number[] = [];

	private readonly ends: Array<() => Promise<unknown>> = [];

	private readonly searchedBefore: number;

	private readonly counts = { items: 0, executions: 0 };

	private readonly said = new Set<string>();

	private constructor(
		readonly sandbox: Sandbox,
		readonly line: Line,
		readonly evidence: Evidence,
		/** A conversation without messages. */
		readonly session: string,
	) {
		this.searchedBefore = evidence.total;
	}

	/** `skew` is how far Crisp's clock is ahead, in milliseconds. */
	static async open(evidence: Evidence, skew = 0): Promise<Stage> {
		const sandbox = await startSandbox({
			page: false,
			hookDelays: [0, 0],
			pingInterval: 300,
			pingTimeout: 300,
			clock: () => Date.now() + skew,
		});
		const { session_ids } = (await control(sandbox, 'conversations', { count: 1 })) as { session_ids: [string] };
		return new Stage(sandbox, await Line.to(sandbox.url), evidence, session_ids[0]);
	}

	credential(more: Partial<Credential> = {}): Credential {
		const { line, sandbox } = this;
		const [signingSecret, hookSecret] = [secrets.signature, secrets['webhook key']];
		return { ...credentialFor(sandbox, 'plugin'), baseUrl: line.url, signingSecret, hookSecret, ...more };
	}

	/** Runs the Crisp node; searches its output and errors for secrets. */
	async run(parameters: INodeParameters, more: Partial<Execution> = {}): Promise<INodeExecutionData[]> {
		try {
			const output = await execute({ credential: this.credential(), parameters, ...more });
			this.counts.items += output.length;
			for (const { json } of output) if (typeof json.error === 'string') this.said.add(json.error);
			return this.look('output item', output);
		} catch (error) {
			throw this.look('error', error) as Error;
		}
	}

	/** Sends texts into one conversation, as the items of one run. */
	async send(texts: string[], more: Partial<Execution> = {}): Promise<INodeExecutionData[]> {
		return await this.run(this.sending, { items: texts.map((text) => ({ text })), ...more });
	}

	/** Sends texts, and checks that every one arrived once, in order, and that every item has its output. */
	async delivers(texts = ['one', 'two', 'three'], more: Partial<Execution> = {}): Promise<void> {
		const output = await this.send(texts, more);
		assert.deepEqual(this.stored(), texts);
		assert.deepEqual(
			output.map(({ pairedItem }) => pairedItem),
			texts.map((_, item) => ({ item })),
		);
		for (const { json } of output) assert.equal(typeof json.fingerprint, 'number');
	}

	/** Checks that the action fails with this message. */
	async fails(action: Promise<unknown>, message: RegExp, cure = /./): Promise<void> {
		const error = await action.then(
			() => assert.fail('It did not fail'),
			(fault: Error & { description?: string }) => fault,
		);
		assert.match(error.message, message);
		assert.match(String(error.description), cure);
		this.said.add(this.look('error', error).message);
	}

	/** The operator messages in the conversation. */
	stored(): unknown[] {
		const messages = this.sandbox.state.websites.get(shop)?.conversations.get(this.session)?.messages ?? [];
		return messages.filter(({ from }) => from === 'operator').map(({ content }) => content);
	}

	/** Parameters that send the text of each item into the conversation. */
	get sending(): INodeParameters {
		const sessionId = locator(this.session);
		return { resource: 'message', operation: 'send', sessionId, type: 'text', content: '={{ $json.text }}' };
	}

	get reading(): INodeParameters {
		return { resource: 'conversation', operation: 'get', sessionId: locator(this.session), simplify: false };
	}

	look<Thing>(where: string, thing: Thing): Thing {
		return this.evidence.look(where, thing);
	}

	onEnd(end: () => Promise<unknown>): void {
		this.ends.unshift(end);
	}

	/** Activates Crisp Trigger over the proxy. */
	async activate({ events = ['message:send'], filters = {}, options = {}, memory, guard, ...more }: Listening = {}) {
		const parameters = { events, filters, options, websiteIds: [], useSampleEvent: false };
		const trigger = triggerContext({ credential: this.credential(), parameters, ...more });
		if (guard) Object.assign(trigger.context.helpers, { getSecureEgressFilter: () => guard });
		const remembered = trigger.context.getWorkflowStaticData('node');
		Object.assign(remembered, memory);
		let response: ITriggerResponse;
		try {
			response = await activateTrigger(trigger.context, { clock: more.clock ?? this.time.forTriggers });
		} catch (error) {
			throw this.look('error', error) as Error;
		}
		const end = async () => {
			await response.closeFunction?.();
			this.look('static data', remembered);
			this.counts.executions += trigger.executions.length;
			for (const { message } of this.look('error', trigger.failures)) this.said.add(message);
			this.look('output item', trigger.emitted);
		};
		this.onEnd(end);
		// Catch-up may also return the sandbox's earlier messages.
		const texts = () => trigger.emitted.filter((one) => one.session_id === this.session).map(({ text }) => text);
		return { ...trigger, end, texts, memory: remembered };
	}

	/** Activates Crisp Webhook Trigger, and has the sandbox call it. */
	async hook(hooking: Hooking = {}, events = ['message:send'], isAtOnce = false): Promise<Hooked> {
		const hooks = new HookedWorkflows();
		hooks.sandbox = this.sandbox;
		const hooked = await hooks.serve(events, {
			...hooking,
			credential: { ...this.credential(), ...hooking.credential },
		});
		this.sandbox.hooks.add({ url: hooked.url, kind: 'plugin', secret: secrets.signature, isAtOnce });
		this.onEnd(async () => {
			this.counts.executions += this.look('output item', hooked.executions).length;
			await hooks.end();
		});
		return hooked;
	}

	/** Writes as a visitor, bypassing the proxy. */
	async visitorWrites(...texts: string[]): Promise<void> {
		for (const text of texts) await control(this.sandbox, 'visitor/message', { session_id: this.session, text });
	}

	/** What was observed, once all is closed. */
	seen(): Seen {
		const { line, counts, said, evidence, answered } = this;
		const searched = evidence.total - this.searchedBefore;
		const { struck, begun: lines } = line;
		const requests = line.asked.length;
		return { requests, struck, lines, answered, stored: this.stored().length, ...counts, said, searched };
	}

	async close(): Promise<void> {
		this.time.restore();
		for (const end of this.ends.splice(0)) await end();
		await this.line.close();
		await this.sandbox.close();
	}
}

export const listing: INodeParameters = { resource: 'person', operation: 'getAll', returnAll: true, simplify: false };

/** Resolves when the condition holds; fails after 30 seconds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
	const deadline = Date.now() + 30_000;
	while (!condition()) {
		if (Date.now() > deadline) assert.fail(`Waited without success for ${what}`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}
