import { Refusal, invalid, type Answer } from '../http/answer';
import type { MoodReader } from '../moods/moods';
import type { Conversation, Website } from '../state/state';
import type { Query } from '../http/validate';
import { dateOf } from '../http/validate';
import { conversationView, isListed, unreadOf } from '../workspace/conversations';
import { parseConditions, requireJoin, satisfies } from '../workspace/filters';
import { listPage, type Call } from './call';

type Filter = (conversation: Conversation) => boolean;

export function listConversations(call: Call, website: Website): Answer {
	const { query } = call;
	requireJoin(query);
	const filters = [...flagFilters(query), ...valueFilters(query), searchFilter(query)];
	const found = [...website.conversations.values()].filter((conversation) =>
		filters.every((passes) => passes(conversation)),
	);
	found.sort(orderOf(query, call.world.moods));
	return listPage(call, found, conversationView);
}

const FLAG_FILTERS: Record<string, Filter> = {
	filter_unread: (conversation) => unreadOf(conversation).operator > 0,
	filter_resolved: ({ state }) => state === 'resolved',
	filter_not_resolved: ({ state }) => state !== 'resolved',
	filter_unassigned: ({ assigned }) => assigned === null,
	filter_mention: ({ mentions }) => mentions.length > 0,
};

function flagFilters(query: Query): Filter[] {
	const wanted = Object.entries(FLAG_FILTERS).filter(([name]) => query[name] === '1');
	const filters = wanted.map(([, passes]) => passes);
	return query.include_empty === '1' ? filters : [...filters, isListed];
}

function valueFilters(query: Query): Filter[] {
	const filters: Filter[] = [];
	const { filter_assigned: assignee, filter_inbox_id: inbox } = query;
	if (assignee) filters.push(({ assigned }) => assigned?.user_id === assignee);
	if (inbox) filters.push(({ inbox_id }) => inbox_id === inbox);
	const start = dateOf(query.filter_date_start ?? '');
	if (start !== undefined) filters.push(({ updated_at }) => updated_at >= start);
	const end = dateOf(query.filter_date_end ?? '');
	if (end !== undefined) filters.push(({ updated_at }) => updated_at <= end);
	return filters;
}

function searchFilter(query: Query): Filter {
	const { search_query: search, search_type: type = 'text' } = query;
	if (!search) return () => true;
	refuseLongSearch(search, type);
	if (type === 'text') return (conversation) => textOf(conversation).includes(search.toLowerCase());
	if (type === 'segment') {
		return ({ meta }) => meta.segments.some((segment) => segment.toLowerCase() === search.toLowerCase());
	}
	if (type !== 'filter') throw invalid('search_type: must be one of text, segment, filter');
	const conditions = parseConditions('search_query', search, ['session', 'people', 'event']);
	// Conditions may address the fields in `meta` with or without that prefix.
	return (conversation) => satisfies({ ...conversation.meta, ...conversation }, conditions, query.search_operator);
}

/** Crisp refuses a query that is too long; from which length on is an assumption. */
const LONGEST_SEARCH = 200;

/** Conditions are longer than what people type, so that the limit is not assumed for them. */
function refuseLongSearch(search: string, type: string): void {
	if (type === 'filter' || search.length <= LONGEST_SEARCH) return;
	throw new Refusal(400, 'search_query_too_long', `search_query: must have at most ${LONGEST_SEARCH} characters`);
}

function textOf({ meta, messages }: Conversation): string {
	const said = messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
	return [meta.nickname, meta.email, meta.subject, ...said].join('\n').toLowerCase();
}

type Order = (a: Conversation, b: Conversation) => number;

/** Default order: latest update first. With order_date_waiting, the longest waiting visitor comes first. */
function orderOf(query: Query, moods: MoodReader): Order {
	if (query.order_date_waiting === '1') {
		const since = ({ waiting_since }: Conversation) => waiting_since ?? Infinity;
		return (a, b) => (since(a) === since(b) ? 0 : since(a) - since(b));
	}
	if (query.order_date_created === '1') return (a, b) => b.created_at - a.created_at;
	if (query.order_date_updated === '1' && moods.get('listOrder') === 'other')
		return (a, b) => a.created_at - b.created_at;
	return (a, b) => b.updated_at - a.updated_at;
}
