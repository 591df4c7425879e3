import type { Sandbox } from '../../sandbox';
import { PLUGIN_ID, SHOP_ID, sessionId } from '../../sandbox/state/seed';
import { personId } from '../../sandbox/state/seedData';
import type { Tier } from '../../sandbox/http/routes';

/** A value for every path variable of the API; it exists in the seed if the sandbox keeps state for it. */
export const VARS: Record<string, string> = {
	locale: 'en',
	content_type: 'articles',
	path: 'tea/water',
	entity_id: 'a7c1f0e2-0000-4000-8000-000000000001',
	article_id: 'a7c1f0e2-0000-4000-8000-000000000006',
	category_id: 'b1e5a7c0-0000-4000-8000-000000000001',
	section_id: 'b1e5a7c0-0000-4000-8000-000000000011',
	locale_linked: 'fr',
	redirection_id: 'e4b8d0f3-0000-4000-8000-000000000001',
	campaign_id: 'c2f6b8d1-0000-4000-8000-000000000001',
	template_id: 'd3a7c9e2-0000-4000-8000-000000000001',
	website_id: SHOP_ID,
	session_id: sessionId(1),
	people_id: personId(1),
	plugin_id: PLUGIN_ID,
	fingerprint: '150000000000100',
	inbox_id: 'e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f01',
	team_id: 'd09fbd42-3b8e-4c51-a7d6-5e2f9c0b1a01',
	user_id: 'a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a02',
	page_number: '1',
};

export const addressOf = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => VARS[name] ?? 'anything');

/** The part of a sandbox that is also available if it runs in another process. */
export type Reached = Pick<Sandbox, 'url' | 'tokens'>;

export interface Reply {
	status: number;
	error: boolean;
	reason: string;
	data: unknown;
	text: string;
	headers: Headers;
}

export function authorization(sandbox: Reached, tier: Tier): Record<string, string> {
	const { identifier, key } = sandbox.tokens[tier];
	const basic = Buffer.from(`${identifier}:${key}`).toString('base64');
	return { Authorization: `Basic ${basic}`, 'X-Crisp-Tier': tier };
}

/** Sends a request, given as `METHOD /path`; a string body is sent unchanged. */
export async function call(
	sandbox: Reached,
	tier: Tier,
	request: string,
	body?: unknown,
	headers: Record<string, string> = {},
): Promise<Reply> {
	const [method, path = ''] = request.split(' ');
	const response = await fetch(`${sandbox.url}${path}`, {
		method,
		headers: {
			...authorization(sandbox, tier),
			...(body !== undefined && { 'Content-Type': 'application/json' }),
			...headers,
		},
		body: typeof body === 'string' || body === undefined ? (body as string) : JSON.stringify(body),
	});
	const text = await response.text();
	const envelope = text === '' ? {} : (JSON.parse(text) as Partial<Reply>);
	const { error = response.status >= 400, reason = '', data } = envelope;
	return { status: response.status, error, reason, data, text, headers: response.headers };
}

/** Calls the control API of the sandbox. */
export async function control(sandbox: Reached, path: string, body?: unknown): Promise<unknown> {
	const response = await fetch(`${sandbox.url}/sandbox${path}`, {
		method: body === undefined ? 'GET' : 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	return response.json();
}
