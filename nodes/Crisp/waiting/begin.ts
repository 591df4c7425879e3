import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import type { Credential } from '../../shared/api/transport';
import { ownKeyOf } from '../../shared/events/fingerprint';
import { isToolCall, runIndexOf } from '../../shared/n8n/context';
import { logOf } from '../../shared/n8n/log';
import { canWait, isHumanReview, keepWithExecution, putToWait, resumeUrlOf } from '../../shared/n8n/waiting';
import { Store } from '../../shared/runtime/processState';
import { reachError } from '../../shared/waits/nudge';
import type { Waiting } from './ask';
import { grace, memoryName, type Failed, type Wait, type Waits } from './wait';

/** The waits of one run of the node. n8n stores them with the execution, and gives them back when it resumes. */
export class WaitsOfRun {
	private readonly waits: Wait[] = [];

	private reached?: Promise<Error | undefined>;

	/** The same for all items. Reading it takes longer than everything else that is needed for an item. */
	private run?: number;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly ownKey: string,
	) {}

	/** What the item can wait with. */
	for(item: number): Waiting {
		const { context, ownKey } = this;
		return {
			item,
			ownKey,
			run: (this.run ??= runIndexOf(context, item) ?? 0),
			resumeUrl: (parameters) => resumeUrlOf(context, parameters),
			add: (wait) => void this.waits.push(wait),
			check: async (url, hasLink) => await this.check(url, hasLink),
		};
	}

	/**
	 * Lets the execution wait, if anything was asked. `results` are the items that failed: they come out with the answers.
	 */
	async begin(results: INodeExecutionData[]): Promise<void> {
		if (this.waits.length === 0) return;
		const failed = results.map(({ json, error, pairedItem }): Failed => ({
			item: indexOf(pairedItem),
			json,
			error: error?.message,
		}));
		const kept: Waits = { waits: this.waits, failed };
		keepWithExecution(this.context, memoryName, kept);
		const ends = this.waits.map(({ until }) => until);
		const latest = ends.includes(0) ? 0 : Math.max(...ends) + grace;
		await putToWait(this.context, latest);
	}

	/** Throws before anything is asked that only a reply can answer, if n8n could not be told of the reply. */
	private async check(url: string, hasLink: boolean): Promise<void> {
		const error = await (this.reached ??= reachedFrom(this.context, url));
		if (!error) return;
		const { origin } = new URL(url);
		if (!hasLink) {
			throw new UserError(`n8n does not reach itself at ${origin}, so that no reply could resume the execution`, {
				description: `${error.message}. Set WEBHOOK_URL to an address at which n8n reaches itself, and allow it in N8N_SSRF_ALLOWED_HOSTNAMES if n8n's guard is on; or set 'Wait' to 'In the Execution (up to 15 Minutes)'.`,
			});
		}
		logOf(this.context).warn(
			`n8n does not reach itself at ${origin} (${error.message}), so that replies in Crisp do not resume executions; links do. Set WEBHOOK_URL.`,
		);
	}
}

/** Undefined where the node cannot wait in n8n's database: as an agent's tool, and in an n8n without what this needs. */
export function waitsOf(context: IExecuteFunctions, credential: Credential): WaitsOfRun | undefined {
	if (!canWait(context) || (isToolCall(context) && !isHumanReview(context))) return undefined;
	return new WaitsOfRun(context, ownKeyOf(credential, context.getInstanceId()));
}

/** Addresses at which this process has reached n8n. */
const reachable = new Store<true>({
	name: "n8n's own addresses that were reached",
	maxEntries: 100,
	maxAge: 3_600_000,
});

async function reachedFrom(context: IExecuteFunctions, url: string): Promise<Error | undefined> {
	const { origin } = new URL(url);
	if (reachable.has(origin)) return undefined;
	const error = await reachError(
		`${origin}/healthz`,
		async (options) => (await context.helpers.httpRequest(options)) as unknown,
	);
	if (!error) reachable.set(origin, true);
	return error;
}

function indexOf(paired: INodeExecutionData['pairedItem']): number {
	return typeof paired === 'object' && !Array.isArray(paired) ? paired.item : 0;
}
