import type { Request, Response } from 'express';
import { requireTier, type Token } from './access';
import { Refusal, type Answer } from './answer';
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

	constructor(
		private readonly world: World,
		private readonly faults: Faults,
	) {}

	/** Responds without recording and without faults, so that requests of the page do not mix with those of a test. */
	serveQuietly(request: Request, response: Response): void {
		send(request, response, this.execute(request, recordOf(request, this.world.clock())));
	}

	async serve(request: Request, response: Response): Promise<void> {
		const record = this.record(request);
		const name = `${record.method} ${record.path}`;
		await this.faults.delayExecution();
		const execute = () => this.execute(request, record);
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
			return { status: 429, reason: 'rate_limited', data: {} };
		}
		const failure = this.faults.failureFor(name);
		if (!failure) return undefined;
		if (failure.isExecuted) execute();
		const { status, reason = status >= 500 ? 'server_error' : 'error' } = failure;
		return { status, reason, data: {} };
	}

	private execute(request: Request, { method, path, headers }: RecordedRequest): Answer {
		try {
			const match = matchRoute(method, path);
			if (!match) throw new Refusal(404, 'route_not_found');
			const token = this.world.access.authenticate(match.route, headers);
			requireTier(match.route, token);
			return this.answer(match, token, request);
		} catch (error) {
			if (error instanceof Refusal) return error.answer();
			throw error;
		}
	}

	/** Checks access to the website first, then the parameters, and then whether the resource exists. */
	private answer({ route, vars }: Match, token: Token, request: Request): Answer {
		const { world } = this;
		const { website_id: websiteId } = vars;
		const website = websiteId === undefined ? undefined : world.access.website(token, websiteId);
		validateVariables(vars);
		const query = validateQuery(route, addressOf(request).searchParams);
		const hasBody = route.method !== 'GET' && route.method !== 'HEAD';
		const body = hasBody ? parseBody(rawBodyOf(request), request.headers['content-type']) : {};
		if (hasBody) validateBody(route, body);
		const handle = handlers[routeKey(route)];
		if (!handle) return answerByShape(route, vars);
		const deed = () => handle({ world, token, vars, query, body, website });
		return hasBody ? world.perform(deed) : deed();
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

function send(request: Request, response: Response, { status, reason, data }: Answer): void {
	response.status(status);
	if (status === 401) response.set('WWW-Authenticate', 'Basic realm="Crisp sandbox"');
	if (request.method === 'HEAD') response.end();
	else response.json({ error: status >= 400, reason, data });
}
