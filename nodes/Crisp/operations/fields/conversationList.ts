import { choice, picker, text, type Field, type Fields } from '../field';
import { conversationConditions, conversationConditionsAsJson } from './conditions';
import { oneSwitch } from './switches';

/** Filters of the list of conversations, for which Crisp has several switches each. */

/** Words, a segment or conditions: Crisp takes one of them at a time. */
export const conversationSearch: Fields = {
	search_query: text('Words to search for in messages, names, emails and subjects', { sentAs: searchOf('text') }),
	segment: picker('conversationSegment', 'Only conversations with this segment', { sentAs: searchOf('segment') }),
	conditions: conversationConditions(searchOf('filter')),
	conditions_json: conversationConditionsAsJson(searchOf('filter')),
};

function searchOf(search_type: 'text' | 'segment' | 'filter') {
	const wire = (search_query: unknown) => ({ search_type, search_query: search_query as string });
	return { names: ['search_type', 'search_query'], wire: (value: unknown) => wire(value) };
}

/** The value of "Assigned To" for conversations without an operator. */
export const unassigned = 'unassigned';

export const assignedTo: Field = picker('assignee', 'Only conversations of this operator, or those without one', {
	label: 'Assigned To',
	sentAs: {
		names: ['filter_assigned', 'filter_unassigned'],
		wire: (operator) => (operator === unassigned ? { filter_unassigned: 1 } : { filter_assigned: operator as string }),
	},
});

/** Crisp's list cannot tell pending conversations from unresolved ones. */
export const status = oneSwitch(
	'filter_',
	{ any: 'Any', not_resolved: 'Unresolved or Pending', resolved: 'Resolved' },
	'Whether only resolved conversations are returned, or only others',
);

export const sortBy: Field = choice(
	{ updated: 'Last Change', created: 'Creation', waiting: 'Longest Waiting' },
	'Which conversations come first: with the latest change, the newest, or with the visitor who waits longest',
	{
		label: 'Sort By',
		sentAs: {
			names: ['order_date_updated', 'order_date_created', 'order_date_waiting'],
			wire: (value) => ({ [`order_date_${String(value)}`]: 1 }),
		},
	},
);
