import { list } from '../../operations/field';
import { newSegments } from '../../operations/fields/newSegments';
import type { ComposedOperation } from '../../operations/operation';
import { parseRoute } from '../../../shared/api/route';
import { changeSegments, returns } from '../support/segments';

const meta = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/meta');

export const addConversationSegments: ComposedOperation = {
	action: 'Add segments to a conversation',
	description: 'Add segments without removing existing ones',
	note: 'Takes one request if nothing changes, otherwise two. A change by somebody else between the two is overwritten.',
	variables: ['website_id', 'session_id'],
	body: {
		segments: list('Segments to add; upper and lower case differ', {
			label: 'Segments to Add',
			required: true,
			orElse: 'new_segments',
			picks: 'conversationSegment',
		}),
		new_segments: newSegments({ required: true, orElse: 'segments' }),
	},
	returns: returns.conversation,
	compose: async (composing) => await changeSegments(composing, meta, 'add'),
};

export const removeConversationSegments: ComposedOperation = {
	action: 'Remove segments from a conversation',
	description: 'Remove segments and keep the others',
	note: 'Takes one request if nothing changes, otherwise two. A change by somebody else between the two is overwritten.',
	variables: ['website_id', 'session_id'],
	body: {
		segments: list('Segments to remove; upper and lower case differ', {
			label: 'Segments to Remove',
			required: true,
			picks: 'conversationSegment',
		}),
	},
	returns: returns.conversation,
	compose: async (composing) => await changeSegments(composing, meta, 'remove'),
};
