import type { IncomingMessage, Server as HttpServer } from 'http';
import type { Duplex } from 'stream';
import { Server, type Socket } from 'socket.io';
import type { Access, Token } from '../http/access';
import { events, type Announcement } from './announce';
import type { Faults } from '../faults';
import { isLocal } from '../http/localRequests';

interface Subscription {
	token: Token;
	events: Set<string>;
	/** The websites that were bound at authentication or at the last socket:bind. */
	websites: Set<string>;
	rooms?: string[];
	inboxes?: string[];
}

export interface RealtimeOptions {
	server: HttpServer;
	access: Access;
	faults: () => Faults;
	/** Milliseconds between the pings of the server. */
	pingInterval?: number;
	/** Milliseconds to wait for a ping or its response. */
	pingTimeout?: number;
}

/** Crisp's realtime channel: a Socket.IO server that sends nothing before `authentication`. */
export class RealtimeChannel {
	private readonly io: Server;
	private readonly subscriptions = new Map<Socket, Subscription>();
	private readonly transports = new Set<Duplex>();
	private relay = 1;

	constructor(private readonly options: RealtimeOptions) {
		this.io = new Server(options.server, {
			path: '/socket',
			serveClient: false,
			transports: ['websocket'],
			pingInterval: options.pingInterval ?? 25_000,
			pingTimeout: options.pingTimeout ?? 20_000,
			allowRequest: (request, decide) => decide(null, this.isWelcome(request)),
		});
		this.io.on('connection', (socket) => this.welcome(socket));
		options.server.on('upgrade', (_, transport: Duplex) => this.keep(transport));
	}

	/** The path of the Socket.IO server, which changes when the endpoint moves. */
	get path(): string {
		return `/socket/relay-${this.relay}/`;
	}

	get connections(): number {
		return this.subscriptions.size;
	}

	deliver(announcement: Announcement): void {
		if (this.options.faults().isMuted(announcement.event)) return;
		for (const [socket, subscription] of this.subscriptions) {
			if (this.isMeantFor(subscription, announcement)) {
				socket.emit(announcement.event, announcement.data);
			}
		}
	}

	move(): void {
		this.relay += 1;
		this.drop();
	}

	/** Destroys the TCP connections, so that clients see the same as after a network failure. */
	drop(): void {
		for (const transport of this.transports) transport.destroy();
		this.transports.clear();
		this.subscriptions.clear();
	}

	/** Stops all traffic without closing the connections. */
	freeze(): void {
		for (const transport of this.transports) {
			transport.cork();
			transport.pause();
		}
	}

	async close(): Promise<void> {
		// Must be first: a frozen connection would never finish closing.
		this.drop();
		await this.io.close();
	}

	private keep(transport: Duplex): void {
		this.transports.add(transport);
		transport.once('close', () => this.transports.delete(transport));
	}

	private isWelcome(request: IncomingMessage): boolean {
		const isHere = (request.url ?? '').startsWith(this.path);
		const isRefused = this.options.faults().socketRefusal('connection') !== undefined;
		return isHere && !isRefused && isLocal(request.headers);
	}

	private welcome(socket: Socket): void {
		socket.on('authentication', (claims: unknown) => this.authenticate(socket, claims));
		socket.on('socket:bind', () => {
			const subscription = this.subscriptions.get(socket);
			if (subscription) subscription.websites = this.websitesOf(subscription.token);
		});
		socket.on('disconnect', () => this.subscriptions.delete(socket));
	}

	private authenticate(socket: Socket, claims: unknown): void {
		const refusal = this.options.faults().socketRefusal('authentication');
		if (refusal === 'silence') return;
		const subscription = refusal ? undefined : this.subscriptionFrom(claims);
		if (!subscription) {
			socket.emit('unauthorized', { reason: 'invalid_session' });
			socket.disconnect(true);
			return;
		}
		this.subscriptions.set(socket, subscription);
		socket.emit('authenticated', {});
	}

	private subscriptionFrom(claims: unknown): Subscription | undefined {
		const { tier, username, password, events: names, rooms, inboxes } = (claims ?? {}) as Record<string, unknown>;
		const token = this.options.access.tokenOf(tier, username, password);
		const areListsOfText = [names, rooms ?? [], inboxes ?? []].every(isListOfText);
		if (!token || !areListsOfText) return undefined;
		const wanted = names as string[];
		if (wanted.length === 0 || !wanted.every((name) => mayHear(token, name))) return undefined;
		return {
			token,
			events: new Set(wanted),
			websites: this.websitesOf(token),
			rooms: rooms as string[] | undefined,
			inboxes: inboxes as string[] | undefined,
		};
	}

	private websitesOf = (token: Token) => new Set(this.options.access.visibleWebsites(token));

	private isMeantFor(to: Subscription, { event, websiteId, data }: Announcement): boolean {
		if (!to.events.has(event) || !events.get(event)?.tiers.includes(to.token.tier)) return false;
		if (websiteId === null) return true;
		if (to.rooms && !to.rooms.includes(websiteId)) return false;
		if (to.inboxes && 'inbox_id' in data && !to.inboxes.includes(String(data.inbox_id))) return false;
		// Sent for websites that are not bound yet: it tells the client to bind the new website.
		if (event === 'plugin:subscription:updated') return true;
		return to.websites.has(websiteId);
	}
}

const isListOfText = (value: unknown): value is string[] =>
	Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** Legacy events are accepted but never sent: the tiers that may receive them are no longer documented. */
function mayHear(token: Token, name: string): boolean {
	const event = events.get(name);
	return event !== undefined && (event.isLegacy || event.tiers.includes(token.tier));
}
