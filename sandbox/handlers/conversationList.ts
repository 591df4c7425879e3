import { invalid, listed, type Answer } from '../http/answer';
import type { Conversation, Website } from '../state/state';
import type { Query } from '../http/validate';
import { dateOf } from '../http/validate';
import { conversationView, isListed, unreadOf } from '../workspace/conversations';
import { pageOf, parseConditions, requireJoin, satisfies } from '../workspace/filters';
import type { Call } from './call';

type Filter = (conversation: Conversation) => boolean;

export function listConversations({ query, vars }: Call, website: Website): Answer {
	requireJoin(query);
	const filters = [...flagFilters(query), ...valueFilters(query), searchFilter(query)];
	const found = [...website.conversations.values()].filter((conversation) =>
		filters.every((passes) => passes(conversation)),
	);
	found.sort(orderOf(query));
	return listed(pageOf(found, vars.page_number, query.per_page).map(conversationView));
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
	if (type === 'text') return (conversation) => textOf(conversation).includes(search.toLowerCase());
	if (type === 'segment') {
		return ({ meta }) => meta.segments.some((segment) => segment.toLowerCase() === search.toLowerCase());
	}
	if (type !== 'filter') throw invalid('search_type: must be one of text, segment, filter');
	const conditions = parseConditions('search_query', search, ['session', 'people', 'event']);
	// Conditions may address the fields in `meta` with or without that prefix.
	return (conversation) => satisfies({ ...conversation.meta, ...conversation }, conditions, query.search_operator);
}

function textOf({ meta, messages }: Conversation): string {
	const said = messages.map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
	return [meta.nickname, meta.email, meta.subject, ...said].join('\n').toLowerCase();
}

type Order = (a: Conversation, b: Conversation) => number;

/** Default order: latest update first. With order_date_waiting, the longest waiting visitor comes first. */
function orderOf(query: Query): Order {
	if (query.order_date_waiting === '1') {
		const since = ({ waiting_since }: Conversation) => waiting_since ?? Infinity;
		return (a, b) => (since(a) === since(b) ? 0 : since(a) - since(b));
	}
	if (query.order_date_created === '1') return (a, b) => b.created_at - a.created_at;
	return (a, b) => b.updated_at - a.updated_at;
}
