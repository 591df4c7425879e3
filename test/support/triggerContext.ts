import type { IDataObject, INodeParameters, ITriggerResponse } from 'n8n-workflow';
import { activateTrigger } from '../../nodes/CrispTrigger/activate';
import { clock, type Clock } from '../../nodes/shared/runtime/clock';
import { startSandbox, type Sandbox } from '../../sandbox';
import { execute, triggerContext, type Activation } from './n8nContext';
import { conversation, credentialFor, locator, shop } from './sandboxWorkspace';

/** Resolves when the condition holds; otherwise the test fails by its timeout. */
export async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Shortens waits below 15 seconds, so that a reconnection takes almost no time. */
export const hurried: Clock = {
	...clock,
	sleep: async (milliseconds, signal) => await clock.sleep(milliseconds >= 15_000 ? milliseconds : 20, signal),
};

/** The same, and a refused token is retried at once. */
export const insistent: Clock = {
	...clock,
	sleep: async (milliseconds, signal) => await hurried.sleep(milliseconds >= 40_000 ? 20 : milliseconds, signal),
};

export interface Listening extends Partial<Activation> {
	filters?: INodeParameters;
	options?: INodeParameters;
	websiteIds?: string[];
	useSampleEvent?: boolean;
	/** The saved data of the trigger. */
	memory?: IDataObject;
	clock?: Clock;
}

/** Triggers that listen to their own sandbox; all end after each test. */
export class Workflows {
	sandbox = undefined as unknown as Sandbox;

	private responses: ITriggerResponse[] = [];

	/** Registers the setup and teardown of each test of a file. */
	static use(): Workflows {
		const workflows = new Workflows();
		beforeEach(async () => {
			workflows.sandbox = await startSandbox({ page: false });
		});
		afterEach(async () => await workflows.end());
		return workflows;
	}

	async activate(
		events: string[],
		{ filters = {}, options = {}, websiteIds = [], useSampleEvent = false, memory, ...more }: Listening = {},
	) {
		const trigger = triggerContext({
			credential: credentialFor(this.sandbox),
			parameters: { events, filters, options, websiteIds, useSampleEvent },
			...more,
		});
		const remembered = trigger.context.getWorkflowStaticData('node');
		Object.assign(remembered, memory);
		const response = await activateTrigger(trigger.context, { clock: more.clock ?? hurried });
		trigger.attach();
		this.responses.push(response);
		return { ...trigger, response, memory: remembered };
	}

	async visitorWrites(content: unknown, more: IDataObject = {}): Promise<void> {
		await fetch(`${this.sandbox.url}/sandbox/visitor/message`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ website_id: shop, session_id: conversation, content, ...more }),
		});
	}

	/** Runs the Crisp node of another workflow with the sandbox: a trigger does not start on what its own workflow does. */
	async run(parameters: IDataObject) {
		return await execute({
			credential: credentialFor(this.sandbox),
			parameters: parameters as INodeParameters,
			workflowId: 'another workflow',
		});
	}

	/** Sends into the conversation with the Crisp node. */
	async send(content: string, additionalFields: IDataObject = {}, type = 'text') {
		const sessionId = locator(conversation);
		return await this.run({ resource: 'message', operation: 'send', sessionId, type, content, additionalFields });
	}

	private async end(): Promise<void> {
		for (const response of this.responses.splice(0)) await response.closeFunction?.();
		await this.sandbox.close();
	}
}
