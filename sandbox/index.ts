import express, { type NextFunction, type Request, type Response } from 'express';
import { createServer, type Server } from 'http';
import type { AddressInfo } from 'net';
import { join } from 'path';
import { Access, type Credentials, type Token } from './http/access';
import { Announcer } from './realtime/announce';
import { controlRouter, refusalOf } from './control';
import { Faults } from './faults';
import { Hooks } from './webhooks/hooks';
import { Delays, scheduleWithTimers, type Schedule } from './moods/delays';
import { Journal } from './state/journal';
import { Moods, type MoodValues } from './moods/moods';
import { isLocal } from './http/localRequests';
import { RealtimeChannel } from './realtime/channel';
import { Rest, type RecordedRequest } from './http/rest';
import { SHOP_ID, seededWorkspace } from './state/seed';
import type { Workspace } from './state/state';
import { storageRouter, type StorageRequest } from './http/fileStorage';
import { tokens } from './state/tokens';
import type { World } from './state/world';

export type { Faults } from './faults';
export type { Schedule } from './moods/delays';
export type { MoodValues, Moods } from './moods/moods';
export type { Hooks } from './webhooks/hooks';
export type { RecordedRequest } from './http/rest';
export type { Workspace } from './state/state';
export type { StorageRequest } from './http/fileStorage';

export interface SandboxOptions {
	/** 0 chooses any free port. */
	port?: number;
	/** Serves the page with the visitor's chatbox and the operator's inbox; default: true. */
	page?: boolean;
	clock?: () => number;
	/** Milliseconds between the realtime channel's pings; default: 25,000, as in Socket.IO. */
	pingInterval?: number;
	/** Milliseconds to wait for the response to a ping; default: 20,000, as in Socket.IO. */
	pingTimeout?: number;
	/** Milliseconds before each retry of a failed webhook. */
	hookDelays?: number[];
	/** What the sandbox does where Crisp's behaviour is not proven; moods that are left out have their defaults. */
	moods?: Partial<MoodValues>;
	/** Runs what a mood delays, after so many milliseconds; default: with timers. */
	schedule?: Schedule;
	/** A file that the workspace is saved to, and restored from if it exists. */
	stateFile?: string;
}

export interface Sandbox {
	/** http://127.0.0.1:PORT; the REST API is below `/v1`. */
	url: string;
	tokens: Record<'website' | 'plugin' | 'user', Credentials>;
	state: Workspace;
	/** The last 10,000 REST requests, oldest first. */
	requests: RecordedRequest[];
	/** The last 10,000 requests for files, oldest first. */
	storageRequests: StorageRequest[];
	/** How many realtime sockets are authenticated. */
	connections(): number;
	faults: Faults;
	/** What the sandbox does where Crisp's behaviour is not proven. */
	moods: Moods;
	/** The webhooks that receive events. */
	hooks: Hooks;
	/** Announces an event of the catalogue; for events that no REST call triggers. */
	announce(event: string, websiteId: string | null, data: Record<string, unknown>): void;
	/** Disconnects every socket at transport level. */
	dropSockets(): void;
	/** Ends all connections and delays. */
	close(): Promise<void>;
}

const HOOK_DELAYS = [1_000, 5_000];

/**
 * Starts a simulated Crisp workspace on 127.0.0.1; rejects if the port is in use, or a mood or the state file is
 * invalid.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const { port = 0, page = true, clock = Date.now, hookDelays = HOOK_DELAYS, stateFile } = options;
	const { pingInterval, pingTimeout } = options;
	const moods = new Moods(options.moods);
	const delays = new Delays(options.schedule ?? scheduleWithTimers);
	const app = express();
	const server = createServer(app);
	const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

	await listen(server, port);
	// Open the file only after the port: a sandbox that already runs on this port may be using the same file.
	const journal = openJournal(server, stateFile, clock());
	const state = journal?.workspace ?? seededWorkspace(clock());
	const access = new Access(knownTokens(), state);
	const announcer = new Announcer(clock);
	const realtime: RealtimeChannel = new RealtimeChannel({
		server,
		access,
		faults: () => faults,
		pingInterval,
		pingTimeout,
	});
	const faults = new Faults(clock, { move: () => realtime.move(), freeze: () => realtime.freeze() });
	const url = () => `http://${address()}`;
	const socketUrl = () => `ws://${address()}${realtime.path}`;
	const perform = <T>(action: () => T) => announcer.hold(() => (journal ? journal.keep(action) : action()));
	const world: World = { state, access, announcer, clock, moods, delays, url, socketUrl, perform };
	const rest = new Rest(world, faults);
	announcer.subscribe((announcement) => realtime.deliver(announcement));
	const hooks = new Hooks(world, hookDelays);
	const storageRequests: StorageRequest[] = [];
	const storage = storageRouter(world, storageRequests);
	mount(app, { world, rest, realtime, faults, hooks, moods }, { storage, hasPage: page });

	return {
		url: url(),
		tokens,
		state,
		requests: rest.requests,
		storageRequests,
		connections: () => realtime.connections,
		faults,
		moods,
		hooks,
		announce: (event, websiteId, data) => announcer.announce(event, websiteId, data),
		dropSockets: () => realtime.drop(),
		async close() {
			delays.finish();
			await shut(server, { realtime, faults, hooks });
			journal?.close();
		},
	};
}

function openJournal(server: Server, file: string | undefined, now: number): Journal | undefined {
	try {
		return file === undefined ? undefined : new Journal(file, seededWorkspace(now));
	} catch (error) {
		server.close();
		throw error;
	}
}

function knownTokens(): Token[] {
	return [
		{ tier: 'website', ...tokens.website, websiteId: SHOP_ID },
		{ tier: 'plugin', ...tokens.plugin },
		{ tier: 'user', ...tokens.user },
	];
}

type Parts = Parameters<typeof controlRouter>[0];

function mount(
	app: express.Express,
	parts: Parts,
	{ storage, hasPage }: { storage: express.Router; hasPage: boolean },
): void {
	app.disable('x-powered-by');
	app.set('etag', false);
	app.use((request, response, next) => {
		if (isLocal(request.headers)) next();
		else response.status(403).json({ error: true, reason: 'not_local', data: {} });
	});
	const body = express.text({ type: () => true, limit: '5mb' });
	app.use('/v1', body, (request, response) => parts.rest.serve(request, response));
	app.use('/sandbox/v1', body, (request, response) => parts.rest.serveQuietly(request, response));
	app.use('/sandbox', controlRouter(parts));
	app.use('/storage', storage);
	if (hasPage) app.use(pageFiles());
	app.use((_, response) => {
		response.status(404).json({ error: true, reason: 'not_found', data: { message: 'the route does not exist' } });
	});
	// Express recognizes an error handler by its four parameters.
	app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
		if (response.headersSent) return next(error);
		const { status, reason, data } = refusalOf(error).answer();
		response.status(status).json({ error: true, reason, data });
	});
}

/** Serves the page with a Content-Security-Policy that only allows its own files. */
function pageFiles() {
	const policy = [
		"default-src 'none'",
		...['script-src', 'style-src', 'connect-src', 'img-src'].map((kind) => `${kind} 'self'`),
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	];
	return express.static(join(__dirname, 'page'), {
		setHeaders: (response) => {
			response.setHeader('Content-Security-Policy', policy.join('; '));
			response.setHeader('X-Content-Type-Options', 'nosniff');
		},
	});
}

function listen(server: Server, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', reject);
			resolve();
		});
	});
}

async function shut(
	server: Server,
	{ realtime, faults, hooks }: Pick<Parts, 'realtime' | 'faults' | 'hooks'>,
): Promise<void> {
	await hooks.close();
	faults.endPauses();
	// Otherwise event streams and keep-alive connections would keep the server open.
	server.closeAllConnections();
	await realtime.close();
	server.closeAllConnections();
}
