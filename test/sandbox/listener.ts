import { io, type Socket } from 'socket.io-client';
import type { Tier } from '../../sandbox/http/routes';
import { call, type Reached } from './client';

export interface ReceivedEvent {
	event: string;
	data: Record<string, unknown>;
}

/** A socket that records all received events, and lets a test wait for them. */
export class Listener {
	readonly received: ReceivedEvent[] = [];
	private waiting: Array<() => void> = [];

	constructor(readonly socket: Socket) {
		socket.onAny((event: string, data: Record<string, unknown>) => {
			this.received.push({ event, data });
			for (const wake of this.waiting.splice(0)) wake();
		});
	}

	/** Waits for `count` events of this name and returns their data. */
	async hear(event: string, count = 1): Promise<Array<Record<string, unknown>>> {
		for (;;) {
			const found = this.all(event);
			if (found.length >= count) return found;
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		}
	}

	async first(event: string): Promise<Record<string, unknown>> {
		const [data] = await this.hear(event);
		return data ?? {};
	}

	all(event: string): Array<Record<string, unknown>> {
		return this.received.filter((entry) => entry.event === event).map(({ data }) => data);
	}

	/** Resolves with the reason when the socket is disconnected. */
	disconnected(): Promise<string> {
		return new Promise((resolve) => this.socket.once('disconnect', resolve));
	}
}

export function claims(sandbox: Reached, tier: Tier, events: string[], more: object = {}) {
	const { identifier, key } = sandbox.tokens[tier];
	return { tier, username: identifier, password: key, events, ...more };
}

/** The address of the realtime channel, as returned by the REST API. */
export async function endpointOf(sandbox: Reached): Promise<URL> {
	const { data } = await call(sandbox, 'plugin', 'GET /v1/plugin/connect/endpoints');
	return new URL((data as { socket: { app: string } }).socket.app);
}

/** Opens a socket without authentication; the caller has to close it. */
export function open({ origin, pathname }: URL): Listener {
	const transports = ['websocket'];
	return new Listener(io(origin, { path: pathname, transports, reconnection: false, forceNew: true }));
}
