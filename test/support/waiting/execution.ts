import { WebhookContext } from 'n8n-core';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IRunExecutionData,
	IWebhookData,
	IWebhookFunctions,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { resumeWait } from '../../../nodes/Crisp/waiting/resume';
import { crisp, executeContext, nodeWith, workflowOf, type Execution } from '../n8nContext';
import { testClock } from '../testClock';

/** n8n's address in these tests. */
export const base = 'http://127.0.0.1:5678/webhook-waiting';

interface Internals {
	additionalData: IWorkflowExecuteAdditionalData & { webhookWaitingBaseUrl?: string };
	runExecutionData: IRunExecutionData & { waitTill?: Date };
	helpers: { httpRequest: unknown };
}

export interface Answered {
	status: number;
	/** The page or the JSON of the response. */
	body: string;
	headers: Record<string, string>;
	/** The items with which the execution continues; undefined if it goes on waiting. */
	items?: INodeExecutionData[];
}

/**
 * An execution of the Crisp node that n8n keeps in its database: what is stored goes through JSON, and each request gets a
 * context of its own. Signatures are not checked here: n8n does.
 */
export class WaitingExecution {
	/** When n8n ends the wait by itself; undefined if the execution does not wait. */
	waitTill?: Date;

	private stored = '';

	private readonly internals: Internals;

	private readonly context;

	constructor(
		private readonly execution: Execution,
		/** What n8n's request to itself rejects with. */
		private readonly unreachable?: Error,
	) {
		this.context = executeContext(execution);
		this.internals = this.context as unknown as Internals;
		this.internals.additionalData.webhookWaitingBaseUrl = base;
	}

	/** Runs the node and stores the execution. Returns the output of the node, which n8n discards if it waits. */
	async begin(): Promise<INodeExecutionData[]> {
		this.internals.helpers.httpRequest = async () =>
			await (this.unreachable ? Promise.reject(this.unreachable) : Promise.resolve({ statusCode: 200 }));
		const [output = []] = (await crisp.execute.call(
			this.context as unknown as IExecuteFunctions,
		)) as INodeExecutionData[][];
		const { runExecutionData } = this.internals;
		this.waitTill = runExecutionData.waitTill;
		this.stored = JSON.stringify(runExecutionData);
		return output;
	}

	/** What n8n has stored of the execution, as JSON. */
	get saved(): string {
		return this.stored;
	}

	/** Goes on with what n8n had stored of an execution that began earlier. */
	restore(stored: string): this {
		this.stored = stored;
		return this;
	}

	/** The key of the proofs in notes. */
	get ownKey(): string {
		return ownKeyOf(this.execution.credential, this.context.getInstanceId());
	}

	/** The signed address of the wait of an item. */
	url(wait = '0.0'): string {
		return (this.context as unknown as { getSignedResumeUrl(of: object): string }).getSignedResumeUrl({ wait });
	}

	/** Opens the link of an item. */
	async open(wait = '0.0'): Promise<Answered> {
		return await this.request('GET', wait);
	}

	/** Sends the form behind the link of an item. */
	async submit(form: IDataObject, wait = '0.0'): Promise<Answered> {
		return await this.request('POST', wait, form);
	}

	/** Tells the execution that there may be something to read, as triggers do. */
	async nudge(wait = '0.0'): Promise<Answered> {
		return await this.request('POST', wait, { nudge: true });
	}

	/** A request with any query. */
	async request(
		method: string,
		wait: string,
		body: IDataObject = {},
		query: IDataObject = { wait, signature: new URL(this.url(wait)).searchParams.get('signature') },
	): Promise<Answered> {
		const node = nodeWith('crisp', this.execution.parameters);
		const answered: Answered = { status: 200, body: '', headers: {} };
		const response = {
			status(status: number) {
				answered.status = status;
				return response;
			},
			set(headers: Record<string, string>) {
				answered.headers = headers;
				return response;
			},
			send(page: string) {
				answered.body = page;
			},
		};
		const context = new WebhookContext(
			workflowOf(node, this.execution.workflowId),
			node,
			{
				...this.internals.additionalData,
				httpRequest: { method, query, body },
				httpResponse: response,
			} as unknown as IWorkflowExecuteAdditionalData,
			'webhook',
			{ webhookDescription: crisp.description.webhooks?.[0] } as IWebhookData,
			[],
			JSON.parse(this.stored) as IRunExecutionData,
		);
		const made = await resumeWait(context as unknown as IWebhookFunctions, { clock: testClock });
		const { webhookResponse: said, workflowData } = made;
		if (said !== undefined) answered.body = typeof said === 'string' ? said : JSON.stringify(said);
		return { ...answered, items: workflowData?.[0] };
	}
}
