import { Router, json, type Request, type Response } from 'express';
import { Refusal, invalid, missing } from './http/answer';
import { events, type Announcement } from './realtime/announce';
import { validateContent } from './http/messageContent';
import type { FailOptions, Faults, LimitOptions, Matched, RefuseOptions, StallOptions } from './faults';
import { setAvailability } from './handlers/operators';
import type { Moods } from './moods/moods';
import type { HookOptions, Hooks } from './webhooks/hooks';
import type { Rest } from './http/rest';
import type { RealtimeChannel } from './realtime/channel';
import { conversationIn, messageIn, operatorIn, type Author, type Website } from './state/state';
import { tokens } from './state/tokens';
import { addConversations, addPeople } from './workspace/crowd';
import { createConversation, patchMeta, setAvailability as setVisitorAvailability } from './workspace/conversations';
import { compose, editMessage, hasMessage, markRead, operatorUser, postMessage } from './workspace/messages';
import { announceIn, type World } from './state/world';

interface Parts {
	world: World;
	rest: Rest;
	realtime: RealtimeChannel;
	faults: Faults;
	hooks: Hooks;
	moods: Moods;
}

type Body = Record<string, unknown>;
type Action = (body: Body, parts: Parts) => unknown;

/** The control API: lets other processes and the page do what Crisp's API cannot, mostly acting as the visitor. */
export function controlRouter(parts: Parts): Router {
	const router = Router();
	router.use(json({ limit: '5mb' }));
	for (const [path, action] of Object.entries(ACTIONS)) {
		router.post(path, (request, response) => {
			// Protects against cross-site requests: a form of another site cannot send JSON without a CORS preflight.
			if (!request.is('application/json')) throw invalid('body: must be JSON');
			const done = parts.world.perform(() => action((request.body ?? {}) as Body, parts));
			response.json(done ?? { ok: true });
		});
	}
	router.get('/tokens', (_, response) => response.json(tokens));
	router.get('/status', (_, response) => response.json(status(parts)));
	router.get('/requests', (request, response) => response.json(requestsSince(parts.rest, Number(request.query.since))));
	router.get('/moods', (_, response) => response.json(parts.moods.all()));
	router.get('/hooks/deliveries', (_, response) => response.json(parts.hooks.deliveries));
	router.get('/events', (request, response) => stream(parts.world, request, response));
	router.get('/websites', (_, response) => response.json(websites(parts.world)));
	// Includes the custom data, which Crisp returns for one person at a time only.
	router.get('/people/:website', (request, response) => {
		response.json([...websiteIn(parts.world, request.params.website).people.values()].reverse());
	});
	router.get('/conversations/:website/:session/messages', (request, response) => {
		const website = websiteIn(parts.world, request.params.website);
		response.json(conversationIn(website, request.params.session).messages);
	});
	return router;
}

const ACTIONS: Record<string, Action> = {
	'/visitor/message': (body, { world }) => speak(world, body, 'user'),
	'/operator/message': (body, { world }) => speak(world, body, 'operator'),
	'/visitor/compose': (body, { world }) => {
		const { excerpt } = body as { excerpt?: string };
		const type = body.type === 'stop' ? 'stop' : 'start';
		compose(world, conversationOf(world, body), { type, from: 'user', excerpt });
	},
	'/visitor/read': (body, { world }) => markRead(world, conversationOf(world, body), 'operator', 'chat'),
	'/visitor/meta': (body, { world }) => {
		const website = websiteIn(world, body.website_id);
		const conversation = conversationOf(world, body);
		const { nickname, email, data } = body as { nickname?: string; email?: string; data?: Record<string, string> };
		// The chatbox adds data in every mood: only the REST API may replace it.
		patchMeta(world, website, conversation, {
			nickname,
			email,
			...(data && { data: { ...conversation.meta.data, ...data } }),
		});
	},
	'/visitor/choice': (body, { world }) => choose(world, body),
	'/visitor/field': (body, { world }) => fillIn(world, body),
	'/visitor/leave': (body, { world }) => setVisitorAvailability(world, conversationOf(world, body), 'offline'),
	'/visitor/rating': (body, { world }) => {
		const { stars, comment } = body;
		if (typeof stars !== 'number') throw invalid('stars: must be a number');
		const rating = { stars, ...(comment !== undefined && { comment }) };
		announceIn(world, conversationOf(world, body), 'session:sync:rating', { rating });
	},
	'/operator/availability': (body, { world }) => {
		const website = websiteIn(world, body.website_id);
		const operator = operatorIn(website, String(body.user_id));
		setAvailability(world, website, operator, body.type === 'online' ? 'online' : 'offline');
	},
	'/people': ({ website_id, count }, { world }) => addPeople(world, websiteIn(world, website_id), Number(count)),
	'/conversations': ({ website_id, count }, { world }) => ({
		session_ids: addConversations(world, websiteIn(world, website_id), Number(count)),
	}),
	'/announce': ({ event, website_id, data }, { world }) => {
		if (!events.has(String(event))) throw invalid('event: not in the catalogue');
		const websiteId = typeof website_id === 'string' ? website_id : null;
		world.announcer.announce(String(event), websiteId, (data ?? {}) as Body);
	},
	'/faults': (body, { faults }) => arm(faults, body as FaultOrders),
	'/moods': ({ reset, ...changes }, { moods }) => {
		if (reset) moods.replace(changes);
		else moods.set(changes);
		return moods.all();
	},
	'/hooks': (body, { hooks }) => void hooks.add(body as unknown as HookOptions),
	'/hooks/remove': ({ url }, { hooks }) => hooks.remove(String(url)),
	'/drop-sockets': (_, { realtime }) => realtime.drop(),
};

function speak(world: World, body: Body, from: Author) {
	const website = websiteIn(world, body.website_id);
	const { text, type = 'text', content = text } = body;
	validateContent(String(type), content);
	const conversation = body.session_id
		? conversationIn(website, String(body.session_id))
		: createConversation(world, website);
	if (!body.session_id) {
		const { nickname, email } = body as { nickname?: string; email?: string };
		patchMeta(world, website, conversation, { nickname, email });
	}
	if (from === 'user') setVisitorAvailability(world, conversation, 'online');
	// Makes a retry idempotent.
	const known = fingerprintIn(body);
	const { website_id, session_id } = conversation;
	if (known !== undefined && hasMessage(conversation, known)) return { website_id, session_id, fingerprint: known };
	const userId = from === 'operator' ? world.state.account.user_id : undefined;
	const fingerprint = postMessage(world, conversation, {
		type: String(type),
		content,
		from,
		fingerprint: known,
		origin: 'chat',
		...(userId && { user: operatorUser(world, website, userId) }),
	});
	return { website_id, session_id, fingerprint };
}

function fingerprintIn({ fingerprint }: Body): number | undefined {
	if (fingerprint === undefined) return undefined;
	if (!Number.isSafeInteger(fingerprint)) throw invalid('fingerprint: must be a whole number');
	return fingerprint as number;
}

/** Simulates the visitor clicking a choice of a picker. */
function choose(world: World, body: Body): void {
	const conversation = conversationOf(world, body);
	const message = messageIn(conversation, Number(body.fingerprint));
	const { choices, ...rest } = message.content as { choices?: Array<{ value: string }> };
	if (!choices?.some(({ value }) => value === body.value)) throw invalid('value: not a choice');
	const chosen = choices.map((choice) => ({ ...choice, selected: choice.value === body.value }));
	editMessage(world, conversation, message, { ...rest, choices: chosen });
}

/** Simulates the visitor filling in a field. */
function fillIn(world: World, body: Body): void {
	const conversation = conversationOf(world, body);
	const message = messageIn(conversation, Number(body.fingerprint));
	if (message.type !== 'field') throw invalid('fingerprint: not a field');
	editMessage(world, conversation, message, { ...(message.content as object), value: String(body.value) });
}

/** The website with this ID, or the first website if no ID is given. */
function websiteIn(world: World, websiteId: unknown): Website {
	const [first] = world.state.websites.values();
	const website = websiteId === undefined ? first : world.state.websites.get(String(websiteId));
	if (!website) throw missing('website');
	return website;
}

const conversationOf = (world: World, body: Body) =>
	conversationIn(websiteIn(world, body.website_id), String(body.session_id));

/** Each key is a fault with its options. `reset` is applied first, so that one request can replace all faults. */
interface FaultOrders {
	reset?: boolean;
	limit?: LimitOptions;
	fail?: FailOptions;
	stall?: StallOptions;
	cut?: Matched;
	mute?: Matched;
	latency?: number;
	/** Random extra latency, up to this many milliseconds. */
	spread?: number;
	refuseSockets?: RefuseOptions;
	moveEndpoint?: boolean;
	freezeSockets?: boolean;
}

function arm(faults: Faults, orders: FaultOrders): void {
	if (orders.reset) faults.reset();
	if (orders.limit) faults.limit(orders.limit);
	if (orders.fail) faults.fail(orders.fail);
	if (orders.stall) faults.stall(orders.stall);
	if (orders.cut) faults.cut(orders.cut);
	if (orders.mute) faults.mute(orders.mute);
	if (orders.latency !== undefined) faults.latency(orders.latency, orders.spread);
	if (orders.refuseSockets) faults.refuseSockets(orders.refuseSockets);
	if (orders.moveEndpoint) faults.moveEndpoint();
	if (orders.freezeSockets) faults.freezeSockets();
}

function status({ world, rest, realtime }: Parts) {
	const all = [...world.state.websites.values()];
	const sum = (count: (website: Website) => number) => all.reduce((total, website) => total + count(website), 0);
	return {
		connections: realtime.connections,
		requests: rest.requests.length,
		websites: all.length,
		conversations: sum(({ conversations }) => conversations.size),
		messages: sum(({ conversations }) =>
			[...conversations.values()].reduce((total, { messages }) => total + messages.length, 0),
		),
		people: sum(({ people }) => people.size),
		socket: world.socketUrl(),
	};
}

const websites = (world: World) =>
	[...world.state.websites.values()].map(({ website_id, name, domain, isPluginInstalled }) => ({
		website_id,
		name,
		domain,
		is_plugin_installed: isPluginInstalled,
	}));

/** The requests and the status of their responses, without the headers, which contain tokens. */
const requestsSince = ({ requests }: Rest, since = 0) =>
	requests
		.filter(({ at }) => !(at < since))
		.map(({ method, path, query, body, status, at }) => ({ method, path, query, body, status, at }));

/** Streams all announcements as server-sent events; the page uses them to update itself. */
function stream(world: World, request: Request, response: Response): void {
	response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
	response.write(':\n\n');
	const unsubscribe = world.announcer.subscribe((announcement: Announcement) => {
		response.write(`data: ${JSON.stringify(announcement)}\n\n`);
	});
	request.on('close', unsubscribe);
}

export function refusalOf(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	const { status: code, message } = error as { status?: number; message?: string };
	if (code !== undefined && code < 500) return new Refusal(code, 'invalid_data', message);
	return new Refusal(500, 'sandbox_error', message);
}
