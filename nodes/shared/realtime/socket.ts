import { io } from 'socket.io-client';

/** One open connection to Crisp's realtime channel. However it ends, `onClose` is called exactly once. */
export interface Channel {
	emit(event: string, payload: unknown): void;
	close(): void;
}

export interface ChannelListener {
	onOpen(): void;
	onEvent(name: string, payload: unknown): void;
	onClose(reason: string): void;
	/** A heartbeat of the server. If no other follows within `patience` milliseconds, the connection is dead. */
	onAlive?(patience: number): void;
}

export type OpenChannel = (endpoint: string, listener: ChannelListener) => Channel;

const timeout = 10_000;

/** Whether this Node.js has the WebSocket that the built package connects with: 22 and later do. */
export function hasWebSocket(): boolean {
	return typeof WebSocket !== 'undefined';
}

/** Opens a socket to the endpoint that Crisp returned, with its path and query. Does not reconnect. */
export const openSocket: OpenChannel = (endpoint, listener) => {
	const { origin, pathname, searchParams } = new URL(endpoint);
	const socket = io(origin, {
		path: pathname,
		query: Object.fromEntries(searchParams),
		transports: ['websocket'],
		reconnection: false,
		forceNew: true,
		timeout,
	});
	let isOver = false;
	const end = (reason: string) => {
		if (isOver) return;
		isOver = true;
		socket.offAny();
		socket.disconnect();
		listener.onClose(reason);
	};
	// The server drops a connection after `pingInterval + pingTimeout` of silence; reconnect before that.
	let patience = Infinity;
	const alive = () => listener.onAlive?.(patience);
	socket.io.engine.on('handshake', ({ pingInterval, pingTimeout }) => {
		patience = pingInterval + pingTimeout / 2;
		alive();
	});
	socket.io.on('ping', alive);
	socket.on('connect', () => listener.onOpen());
	socket.on('connect_error', (error) => end(error.message));
	socket.on('disconnect', (reason) => end(reason));
	socket.onAny((name: string, payload: unknown) => listener.onEvent(name, payload));
	return { emit: (event, payload) => socket.emit(event, payload), close: () => end('closed') };
};
