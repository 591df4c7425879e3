import type { ITriggerFunctions } from 'n8n-workflow';
import { connectionError } from '../../shared/errors/realtimeErrors';
import { saveFailedExecution } from '../../shared/n8n/context';
import { egressOf } from '../../shared/n8n/egress';
import { logOf, type StateLog } from '../../shared/n8n/log';
import { tokenHash, type Credential } from '../../shared/api/transport';
import type { Ending } from '../../shared/realtime/connection';
import { findEndpoint, isRefusal } from '../../shared/realtime/endpoint';
import {
	releaseSharedConnection,
	sharedConnectionFor,
	type Listener,
	type SharedConnection,
} from '../../shared/realtime/sharedConnection';
import type { OpenChannel } from '../../shared/realtime/socket';
import type { OpenApi } from '../openApi';
import { pollingOf } from './sharedPoll';
import { longestStart, nothingToPoll, type Source, type SourceOptions } from './source';
import { within } from './within';

export interface RealtimeSourceOptions extends SourceOptions {
	/** Identifies the token; its workflows share a connection. */
	token: string;
	tier: Credential['tier'];
	openChannel: OpenChannel;
	open: OpenApi;
	states: StateLog;
}

/** The names of connection problems in the state log. */
const unconnected = 'connection';
const refused = 'permission';

/** For a trigger with a realtime connection, which polls while there is none, unless that is turned off. */
export class RealtimeSource implements Source {
	private readonly shared: SharedConnection;

	/** Which workflows share a connection. A token of tier website has one website: another one is wrong, and its own fault. */
	private readonly sharedBy: string;

	private readonly listener: Listener;

	/** Whether the first outcome is still to come, and a person is watching. */
	private isFirst: boolean;

	/** Whether the workflow has ended: what the connection reports from then on is of no interest. */
	private isClosed = false;

	/** Whether a failed execution reports that the token is refused. */
	private isReported = false;

	constructor(private readonly options: RealtimeSourceOptions) {
		const { token, tier, clock, openChannel, mode, receiver } = options;
		this.isFirst = mode === 'manual' || mode === 'activate';
		this.sharedBy = tier === 'website' ? `${token} ${receiver.topics.websites.join(' ')}` : token;
		this.shared = sharedConnectionFor(this.sharedBy, { clock, openChannel });
		this.listener = this.listenerOf(options.context);
	}

	async begin(): Promise<Error | undefined> {
		const { context, receiver, clock, mode } = this.options;
		const isManual = mode === 'manual';
		const begun = clock.now();
		const joining = this.shared.join(this.listener);
		if (!isManual && mode !== 'activate') return undefined;
		const isPatient = isManual && !this.hasPolling;
		const first = isPatient ? { result: await joining } : await within(clock, longestStart, joining);
		if (first && !first.result) return undefined;
		this.isFirst = false;
		const ending = first?.result;
		if (this.isClosed) return undefined;
		// What happens from here on is read afterwards.
		receiver.disconnected();
		const isFinal = ending && (this.isRefused(ending) || (isManual && !this.hasPolling));
		if (isFinal) return connectionError(context.getNode(), ending);
		if (!this.hasPolling) return undefined;
		return await this.poll(ending, begun + longestStart - clock.now());
	}

	async close(): Promise<void> {
		this.isClosed = true;
		await this.shared.leave(this.listener);
	}

	release(): void {
		releaseSharedConnection(this.sharedBy);
	}

	/** Polls at once, because a person is watching. */
	private async poll(ending: Ending | undefined, milliseconds: number): Promise<Error | undefined> {
		const { context, settings, fallback, clock, mode } = this.options;
		const node = context.getNode();
		const connecting = ending && connectionError(node, ending);
		const reason = connecting?.message ?? "Crisp's realtime channel has not answered yet";
		const isManual = mode === 'manual';
		const fault = isManual || ending?.kind === 'blocked' ? nothingToPoll(node, settings.events, reason) : undefined;
		if (fault) return fault;
		const first = await within(clock, milliseconds, fallback.pollNow(reason));
		const error = first?.result.error as Error | undefined;
		if (error === undefined) return undefined;
		if (isManual) return connecting ?? error;
		return isRefusal(error) ? error : undefined;
	}

	private get hasPolling(): boolean {
		return this.options.settings.connection !== 'realtime';
	}

	/** Whether trying again does not help, and polling neither. */
	private isRefused({ kind }: Ending): boolean {
		return kind === 'refused' || (kind === 'blocked' && !this.hasPolling);
	}

	private listenerOf(context: ITriggerFunctions): Listener {
		const { receiver, fallback, open, token, states } = this.options;
		const node = context.getNode();
		const egress = egressOf(context);
		return {
			...receiver.topics,
			async hasToken() {
				const credential = await context.getCredentials<Credential>('crispApi').catch(() => undefined);
				return credential !== undefined && tokenHash(credential) === token;
			},
			async findEndpoint(topics, signal) {
				pollingOf(token)?.charge();
				const { credential, send } = await open(signal, false);
				return await findEndpoint({ send, credential, node, egress }, topics);
			},
			onEvent: (name, payload) => receiver.receive(name, payload),
			onReady: () => {
				this.isReported = false;
				this.isFirst = false;
				// It is enough to say once that the connection works again.
				if (fallback.isPolling) states.forget(unconnected);
				for (const state of [unconnected, refused]) states.end(state, 'The realtime connection works again');
				void fallback.restored(receiver.connected());
			},
			onEnding: (ending) => this.onEnding(ending),
			isServedOtherwise: () => fallback.isPolling,
		};
	}

	/** Logs connection problems. A refused token also creates one failed execution until the token works again. */
	private onEnding(ending: Ending): void {
		if (this.isClosed) return;
		const { context, receiver, fallback, states, mode } = this.options;
		receiver.disconnected();
		const error = connectionError(context.getNode(), ending);
		const isRefused = this.isRefused(ending);
		const wasReported = this.isReported;
		const isWatched = this.isFirst;
		this.isFirst = false;
		this.isReported ||= isRefused;
		// The first failure is shown to the person who is watching, and not logged: n8n may retry the activation.
		if (isWatched && (isRefused || mode === 'manual')) return;
		if (ending.kind === 'blocked' && this.hasPolling) {
			// If a person is watching, `begin` polls, and reports the outcome.
			if (!isWatched) void fallback.pollNow(error.message);
			return;
		}
		// Polling is logged instead.
		const isPolled = fallback.isPolling || (isWatched && this.hasPolling);
		fallback.lost(error.message, isRefused);
		states.forget(isRefused ? unconnected : refused);
		if (isPolled && !isRefused) return logOf(context).debug(ending.cause);
		const why = `${error.message}. ${error.description ?? ''}`;
		states.begin(
			isRefused ? refused : unconnected,
			`Not connected to Crisp; the trigger keeps retrying, and fetches missed events once connected. ${why}`,
			ending.cause,
		);
		if (isRefused && !wasReported) saveFailedExecution(context, error);
	}
}
