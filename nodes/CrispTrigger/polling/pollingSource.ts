import { isRefusal } from '../../shared/realtime/endpoint';
import { longestStart, nothingToPoll, type Source, type SourceOptions } from './source';
import { within } from './within';

/** For a trigger that is to poll only, or a Node.js that cannot open a realtime connection. */
export class PollingSource implements Source {
	constructor(private readonly options: SourceOptions) {}

	async begin(): Promise<Error | undefined> {
		const { context, receiver, fallback, settings, clock, mode } = this.options;
		const node = context.getNode();
		const isChosen = settings.connection === 'polling';
		const reason = isChosen
			? "'Connection' is set to 'Polling Only'"
			: 'This Node.js has no WebSocket, which 22 and later have';
		const fault = nothingToPoll(node, settings.events, reason);
		if (fault) return fault;
		// What happens until the first round ends is read by the next one.
		receiver.disconnected();
		const first = await within(clock, longestStart, fallback.pollNow(reason));
		const error = first?.result.error;
		if (error === undefined) return undefined;
		// A published trigger polls again, unless Crisp has refused the token.
		return mode === 'manual' || isRefusal(error) ? (error as Error) : undefined;
	}

	async close(): Promise<void> {
		return await Promise.resolve();
	}
}
