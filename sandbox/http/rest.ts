import type { Request, Response } from 'express';
import { requireTier, type Token } from './access';
import { Refusal, type Answer } from './answer';
import { ListCache } from '../moods/listCache';
import { moodsOfPage } from '../moods/moods';
import { PlanQuota } from '../moods/planQuota';
import type { Faults } from '../faults';
import { handlers } from '../handlers';
import { matchRoute, routeKey, type Match } from './routes';
import { answerByShape } from './shape';
import { parseBody, validateBody, validateQuery, validateVariables } from './validate';
import type { World } from '../state/world';

export interface RecordedRequest {
	method: string;
	/** As received, with percent-encoding, without the query. */
	path: string;
	query: Record<string, string>;
	headers: Record<string, string | undefined>;
	/** Parsed if it is JSON, otherwise the raw text. */
	body: unknown;
	/** The status of the response; 0 if there is none (yet). */
	status: number;
	at: number;
}

/** Enough for every test; limits the memory of a sandbox that runs for days. */
const RECORDED = 10_000;

export class Rest {
	readonly requests: RecordedRequest[] = [];

	private readonly quota: PlanQuota;
	private readonly cache: ListCache;
	private readonly worldOfPage: World;

	constructor(
		private readonly world: World,
		private readonly faults: Faults,
	) {
		this.quota = new PlanQuota(world.clock);
		this.cache = new ListCache(world.clock);
		this.worldOfPage = { ...world, moods: moodsOfPage(world.moods) };
	}

	/** Responds without recording and without faults, so that requests of the page do not mix with those of a test. */
	serveQuietly(request: Request, response: Response): void {
		send(request, response, this.execute(this.worldOfPage, request, recordOf(request, this.world.clock())));
	}

	async serve(request: Request, response: Response): Promise<void> {
		const record = this.record(request);
		const name = `${record.method} ${record.path}`;
		await this.faults.delayExecution();
		const execute = () => this.execute(this.world, request, record);
		const answer = this.faultyAnswer(name, response, execute) ?? execute();
		await this.faults.delayAnswer(name);
		if (this.faults.isCut(name)) {
			request.socket.destroy();
			return;
		}
		record.status = answer.status;
		send(request, response, answer);
	}

	private record(request: Request): RecordedRequest {
		const record = recordOf(request, this.world.clock());
		this.requests.push(record);
		if (this.requests.length > RECORDED) this.requests.shift();
		return record;
	}

	private faultyAnswer(name: string, response: Response, execute: () => Answer): Answer | undefined {
		const limit = this.faults.isOverLimit();
		if (limit) {
			if (limit.retryAfter !== undefined) response.set('Retry-After', String(limit.retryAfter));
			return this.overLimit();
		}
		const failure = this.faults.failureFor(name);
		if (!failure) return undefined;
		if (failure.isExecuted) execute();
		const { status, reason = status >= 500 ? 'server_error' : 'error' } = failure;
		return { status, reason, data: {} };
	}

	private overLimit(): Answer {
		const { moods } = this.world;
		const body = moods.get('limitAnswer');
		const text = { json: undefined, empty: '', text: 'Too many requests' }[body];
		return { status: Number(moods.get('limitStatus')), reason: 'rate_limited', data: {}, text };
	}

	private execute(world: World, request: Request, { method, path, headers }: RecordedRequest): Answer {
		try {
			const match = matchRoute(method, path);
			if (!match) throw new Refusal(404, 'not_found', 'the route does not exist');
			const token = world.access.authenticate(match.route, headers);
			requireTier(match.route, token);
			return this.answer(world, match, token, request);
		} catch (error) {
			if (error instanceof Refusal) return error.answer();
			throw error;
		}
	}

	/** Checks access to the website first, then the parameters, and then whether the resource exists. */
	private answer(world: World, { route, vars }: Match, token: Token, request: Request): Answer {
		const { website_id: websiteId } = vars;
		const website = websiteId === undefined ? undefined : world.access.website(token, websiteId);
		validateVariables(vars);
		const query = validateQuery(route, addressOf(request).searchParams);
		const hasBody = route.method !== 'GET' && route.method !== 'HEAD';
		const body = hasBody ? parseBody(rawBodyOf(request), request.headers['content-type']) : {};
		if (hasBody) validateBody(route, body);
		const key = routeKey(route);
		const handle = handlers[key];
		if (!handle) return answerByShape(route, vars);
		const action = () => handle({ world, token, vars, query, body, website });
		if (!hasBody) return this.cache.answer(world.moods, key, `${token.identifier} ${request.originalUrl}`, action);
		return this.quota.execute(world.moods, key, websiteId, () => world.perform(action));
	}
}

function recordOf(request: Request, at: number): RecordedRequest {
	const { pathname, searchParams } = addressOf(request);
	return {
		method: request.method,
		path: pathname,
		query: Object.fromEntries(searchParams),
		headers: request.headers as Record<string, string | undefined>,
		body: readable(rawBodyOf(request)),
		status: 0,
		at,
	};
}

/** The URL without Express's decoding, so that tests see the encoding that was sent. */
function addressOf(request: Request): { pathname: string; searchParams: URLSearchParams } {
	const [address = '', search = ''] = request.originalUrl.split('?', 2);
	const pathname = address.replace(/^\/sandbox(?=\/v1\/)/, '');
	return { pathname, searchParams: new URLSearchParams(search) };
}

const rawBodyOf = ({ body }: Request): string => (typeof body === 'string' ? body : '');

function readable(raw: string): unknown {
	if (raw === '') return undefined;
	try {
		return JSON.parse(raw);
	} catch {
		return raw;
	}
}

function send(request: Request, response: Response, { status, reason, data, text }: Answer): void {
	response.status(status);
	if (status === 401) response.set('WWW-Authenticate', 'Basic realm="Crisp sandbox"');
	if (request.method === 'HEAD' || text === '') response.end();
	else if (text !== undefined) response.type('text/plain').send(text);
	else response.json({ error: status >= 400, reason, data });
}
