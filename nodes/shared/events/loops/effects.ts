import type { IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../api/types';
import { textIn } from '../../runtime/coerce';

/** An event that a request causes. */
export interface Effect {
	event: string;
	website: string;
	/** The ID of the conversation, or the ID or email of the person, that the event is about; empty if it is about neither. */
	target: string;
	/** The fields that the event will have, as far as they follow from the request. */
	fields: IDataObject;
}

type Made = [event: string, fields: IDataObject];

interface Cause {
	/** The events that it can cause. */
	events: string[];
	/** The events that it causes, with what follows from its body and the variables of its path. */
	of(body: IDataObject, vars: Record<string, string>): Made[];
}

const conversation = '/v1/website/{website_id}/conversation/{session_id}';
const batch = '/v1/website/{website_id}/batch';
const people = '/v1/website/{website_id}/people';

const always = (
	event: string,
	fields: (body: IDataObject, vars: Record<string, string>) => IDataObject = () => ({}),
): Cause => ({ events: [event], of: (body, vars) => [[event, fields(body, vars)]] });

const texts = ['nickname', 'email', 'phone', 'address', 'subject', 'avatar'];

const details: Cause = {
	events: [
		...texts.map((name) => `session:set_${name}`),
		...['session:set_segments', 'session:set_data', 'people:bind:session', 'people:profile:created'],
	],
	of(body) {
		const named = (name: string, event = `session:set_${name}`): Made[] =>
			body[name] === undefined ? [] : [[event, { [name]: body[name] }]];
		const bound: Made[] = body.email ? [['people:bind:session', {}]] : [];
		const person = body.email ? named('email', 'people:profile:created') : [];
		return [...[...texts, 'segments', 'data'].flatMap((name) => named(name)), ...bound, ...person];
	},
};

const stateTo = (state: string) => always('session:set_state', () => ({ state }));
const assigned = ({ assigned }: IDataObject) => ({ routing_id: (Object(assigned) as IDataObject).user_id ?? null });
const fingerprintOf = ({ fingerprint }: Record<string, string>) => ({ fingerprint: Number(fingerprint) });

const readMarks: Cause = {
	events: ['message:acknowledge:read:send', 'message:acknowledge:read:received'],
	of: ({ from }) => [[from === 'user' ? 'message:acknowledge:read:send' : 'message:acknowledge:read:received', {}]],
};

const typing: Cause = {
	events: ['message:compose:send', 'message:compose:receive'],
	of: ({ from, type }) => [[from === 'user' ? 'message:compose:send' : 'message:compose:receive', { type }]],
};

const opening: Cause = {
	events: ['session:set_opened', 'session:set_closed'],
	of: ({ opened }) => [[opened ? 'session:set_opened' : 'session:set_closed', {}]],
};

/**
 * A message, which its fingerprint marks, may change the state, too. That is not recorded as written: it depends on the
 * state before, and a visitor may reopen the conversation soon afterwards.
 */
const message: Cause = {
	events: ['message:send', 'message:received', 'session:set_mentions', 'session:set_state'],
	of: ({ mentions }) => (Array.isArray(mentions) ? [['session:set_mentions', {}]] : []),
};

const personUpdated = always('people:profile:updated');
const plugin = '/v1/plugins/subscription/{website_id}';
const plan = '/v1/plans/subscription/{website_id}';

/** Several events, of which nothing follows from the request. */
const some = (...events: string[]): Cause => ({ events, of: () => events.map((event): Made => [event, {}]) });

/**
 * The requests that cause events, by route, with these events. Sources: Crisp's reference of realtime events
 * (https://docs.crisp.chat/references/rtm-api/v1/), which describes each by what it follows, and its SDK.
 */
export const causes: Record<string, Cause> = {
	[`POST ${conversation}/message`]: message,
	[`PATCH ${conversation}/message/{fingerprint}`]: always('message:updated', ({ content }, vars) => ({
		...fingerprintOf(vars),
		content,
	})),
	[`DELETE ${conversation}/message/{fingerprint}`]: always('message:removed', (_, vars) => fingerprintOf(vars)),
	[`PATCH ${conversation}/compose`]: typing,
	[`PATCH ${conversation}/read`]: readMarks,
	[`PATCH ${conversation}/unread`]: always('message:acknowledge:unread:send'),
	[`PATCH ${conversation}/delivered`]: always('message:acknowledge:delivered'),
	[`POST ${conversation}/initiate`]: always('session:request:initiated'),
	[`DELETE ${conversation}`]: always('session:removed'),
	[`PATCH ${conversation}/meta`]: details,
	[`PATCH ${conversation}/state`]: always('session:set_state', ({ state }) => ({ state })),
	[`PATCH ${conversation}/routing`]: always('session:set_routing', assigned),
	// Crisp leaves the new inbox out of the event (seen in 2025).
	[`PATCH ${conversation}/inbox`]: always('session:set_inbox'),
	[`PATCH ${conversation}/block`]: always('session:set_block', ({ blocked }) => ({ is_blocked: blocked })),
	[`PUT ${conversation}/participants`]: always('session:set_participants', ({ participants }) => ({ participants })),
	[`PATCH ${conversation}/verify`]: always('session:update_verify', ({ verified }) => ({ is_verified: verified })),
	[`PATCH ${conversation}/open`]: opening,
	[`POST ${conversation}/report`]: always('session:removed'),
	[`POST ${conversation}/reminder`]: always('message:received', () => ({ type: 'note' })),
	[`PATCH ${batch}/resolve`]: stateTo('resolved'),
	[`PATCH ${batch}/unresolve`]: stateTo('unresolved'),
	[`PATCH ${batch}/read`]: readMarks,
	[`PATCH ${batch}/unread`]: always('message:acknowledge:unread:send'),
	[`PATCH ${batch}/remove`]: { events: ['session:removed', 'people:profile:removed'], of: removedInBatch },
	[`PATCH ${batch}/block`]: always('session:set_block', ({ blocked }) => ({ is_blocked: blocked })),
	[`PATCH ${batch}/routing`]: always('session:set_routing', assigned),
	[`PATCH ${batch}/inbox`]: always('session:set_inbox'),
	[`PATCH ${batch}/data`]: always('session:set_data', ({ data }) => ({ data })),
	[`PATCH ${batch}/segments`]: always('session:set_segments'),
	[`POST ${batch}/report`]: always('session:removed'),
	[`POST ${people}/profile`]: always('people:profile:created', ({ email }) => ({ email })),
	[`PUT ${people}/profile/{people_id}`]: personUpdated,
	[`PATCH ${people}/profile/{people_id}`]: personUpdated,
	[`DELETE ${people}/profile/{people_id}`]: always('people:profile:removed'),
	[`PUT ${people}/data/{people_id}`]: personUpdated,
	[`PATCH ${people}/data/{people_id}`]: personUpdated,
	[`POST ${people}/import/profiles`]: some('people:import:progress', 'people:import:done', 'people:profile:created'),
	[`PATCH ${people}/subscription/{people_id}`]: always('email:subscribe', ({ email }) => ({ subscribed: email })),
	[`POST ${conversation}/browsing`]: some('browsing:request:initiated'),
	[`POST ${conversation}/call`]: some('call:request:initiated'),
	[`POST ${conversation}/feedback`]: some('message:received'),
	[`POST ${conversation}/widget/{plugin_id}/button`]: some('widget:action:processed'),
	[`POST ${conversation}/widget/{plugin_id}/data`]: some('widget:action:processed'),
	[`POST ${conversation}/verify/identity`]: some('identity:verify:request', 'session:update_verify'),
	[`PUT ${conversation}/verify/identity/link`]: some('session:update_verify'),
	[`POST /v1/website/{website_id}/campaign/{campaign_id}/dispatch`]: some(
		...['campaign:dispatched', 'campaign:running', 'campaign:progress'],
	),
	[`POST /v1/website/{website_id}/campaign/{campaign_id}/resume`]: some('campaign:running', 'campaign:progress'),
	[`POST /v1/website/{website_id}/conversations/spam/{spam_id}/decision`]: some('spam:decision'),
	[`PATCH ${plugin}/{plugin_id}/settings`]: some('plugin:settings:saved'),
	[`PUT ${plugin}/{plugin_id}/settings`]: some('plugin:settings:saved'),
	[`POST ${plugin}/{plugin_id}/channel`]: some('plugin:channel'),
	[`POST ${plugin}/{plugin_id}/event`]: some('plugin:event'),
	[`POST ${plugin}`]: some('plugin:subscription:updated'),
	[`DELETE ${plugin}/{plugin_id}`]: some('plugin:subscription:updated'),
	[`POST ${plan}`]: some('plan:subscription:updated'),
	[`DELETE ${plan}`]: some('plan:subscription:updated'),
	'POST /v1/bucket/url/generate': some(
		...['upload', 'avatar', 'website', 'campaign', 'helpdesk', 'status', 'processing'].map(
			(kind) => `bucket:url:${kind}:generated`,
		),
	),
};

function removedInBatch({ people }: IDataObject): Made[] {
	return [[people ? 'people:profile:removed' : 'session:removed', {}]];
}

const patterns = Object.entries(causes).map(([route, cause]) => {
	const [method = '', path = ''] = route.split(' ');
	const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
	return { method, pattern, cause };
});

/** The events that a request causes; none for one that only reads, or whose effects are not known. */
export function effectsOf({ method, path, body = {} }: CrispRequest): Effect[] {
	if (method === 'GET' || method === 'HEAD') return [];
	for (const one of patterns) {
		const vars = one.method === method ? one.pattern.exec(path)?.groups : undefined;
		if (!vars) continue;
		const { website_id: website = '', ...ids } = Object.fromEntries(
			Object.entries(vars).map(([name, value]) => [name, decoded(value)]),
		);
		const targets = ids.session_id ? [ids.session_id] : ids.people_id ? [ids.people_id] : sessionsIn(body);
		return one.cause
			.of(body, ids)
			.flatMap(([event, fields]) => targets.map((target) => ({ event, website, target, fields })));
	}
	return [];
}

/** The conversations of a batch; one empty target where none are named. */
function sessionsIn({ sessions }: IDataObject): string[] {
	return Array.isArray(sessions) && sessions.length > 0 ? sessions.map(textIn) : [''];
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}
