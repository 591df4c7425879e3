import type { Token } from '../http/access';
import { listed, type Answer } from '../http/answer';
import { conversationIn, personIn, type Conversation, type Person, type Website } from '../state/state';
import type { Body, Query } from '../http/validate';
import type { World } from '../state/world';
import { pageOf } from '../workspace/pages';

/** A REST call that was validated: the route, token, query and body are valid. */
export interface Call {
	world: World;
	token: Token;
	vars: Record<string, string>;
	query: Query;
	body: Body;
	/** Set for every route with a {website_id}. */
	website?: Website;
}

export type Handler = (call: Call) => Answer;

/** Handlers by `METHOD /path`, as in routes.json. */
export type Handlers = Record<string, Handler>;

export const inWebsite =
	(handle: (call: Call, website: Website) => Answer): Handler =>
	(call) => {
		if (!call.website) throw new Error('This route has no {website_id}');
		return handle(call, call.website);
	};

export const inConversation = (handle: (call: Call, conversation: Conversation, website: Website) => Answer): Handler =>
	inWebsite((call, website) => handle(call, conversationIn(website, call.vars.session_id ?? ''), website));

export const ofPerson = (handle: (call: Call, person: Person, website: Website) => Answer): Handler =>
	inWebsite((call, website) => handle(call, personIn(website, call.vars.people_id ?? ''), website));

/** The requested page of a list, with each entry as `view` shows it. */
export function listPage<Entry>(
	{ world, query, vars }: Call,
	all: Entry[],
	view: (entry: Entry) => unknown = (entry) => entry,
): Answer {
	const { entries, hasMore } = pageOf(world.moods, all, Number(vars.page_number ?? 1), Number(query.per_page ?? 20));
	return listed(entries.map(view), tellsMore(world, hasMore));
}

/** Whether the status of a list says that more follows. */
export const tellsMore = ({ moods }: World, hasMore: boolean) => hasMore && moods.get('pageStatus') === 'partial';

/** The operator of a user token; tokens of plugins and websites have no operator. */
export const operatorOf = ({ token, world }: Call): string | undefined =>
	token.tier === 'user' ? world.state.account.user_id : undefined;
