import { invalid, type Answer } from '../http/answer';
import type { Person, Website } from '../state/state';
import { dateOf, type Query } from '../http/validate';
import { parseConditions, requireJoin, satisfies, valueAt } from '../workspace/filters';
import { profileView } from '../workspace/people';
import { listPage, type Call } from './call';

type Filter = (person: Person) => boolean;

export function listPeople(call: Call, website: Website): Answer {
	const { world, query } = call;
	requireJoin(query);
	const sorting = query.sort_field === 'created_at' ? world.moods.get('sortField') : 'accepted';
	if (sorting === 'refused') throw invalid('sort_field: created_at is not a field to sort by');
	const filters = [textFilter(query), conditionFilter(query), ...dateFilters(query)];
	const found = [...website.people.values()].filter((person) => filters.every((passes) => passes(person)));
	found.sort(orderOf(sorting === 'ignored' ? { sort_order: 'ascending' } : query));
	return listPage(call, found, profileView);
}

/** A fuzzy search like Crisp's: an email also matches other emails with the same part before the @. */
function textFilter({ search_text: search }: Query): Filter {
	if (!search) return () => true;
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	return ({ email, person }) => {
		const searched = `${email} ${String(person.nickname ?? '')}`.toLowerCase();
		return words.every((word) => searched.includes(word.split('@')[0] || word));
	};
}

function conditionFilter({ search_filter: filter, search_operator: join }: Query): Filter {
	if (!filter) return () => true;
	const conditions = parseConditions('search_filter', filter, ['people', 'company', 'event']);
	return (person) => satisfies(person, conditions, join);
}

function dateFilters(query: Query): Filter[] {
	const filters: Filter[] = [];
	const start = dateOf(query.filter_date_start ?? '');
	if (start !== undefined) filters.push(({ created_at }) => created_at >= start);
	const end = dateOf(query.filter_date_end ?? '');
	if (end !== undefined) filters.push(({ created_at }) => created_at <= end);
	return filters;
}

/** Default order: newest first. */
function orderOf({ sort_field: field = 'created_at', sort_order: order = 'descending' }: Query) {
	if (!/^(asc|desc)(ending)?$/.test(order)) {
		throw invalid('sort_order: must be ascending or descending');
	}
	const direction = order.startsWith('asc') ? 1 : -1;
	const path = SORT_FIELDS[field] ?? field;
	return (a: Person, b: Person) => direction * compare(valueAt(a, path), valueAt(b, path));
}

/** Crisp's reference names `nickname` as a field to sort by, without the object that has it; its app sorts by `active`. */
const SORT_FIELDS: Record<string, string> = { nickname: 'person.nickname', active: 'active.last' };

function compare(a: unknown, b: unknown): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	return String(a ?? '').localeCompare(String(b ?? ''));
}
