import { list } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { parseRoute } from '../../../shared/api/route';
import { changeSegments } from '../support/segments';

const meta = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/meta');

export const addConversationSegments: ComposedOperation = {
	action: 'Add segments to a conversation',
	description:
		'Give a conversation segments and keep the ones it has. Costs one request where it has them already, else two; what somebody else changes between them is overwritten.',
	variables: ['website_id', 'session_id'],
	body: {
		segments: list('Segments to add; upper and lower case differ', {
			label: 'Segments to Add',
			required: true,
			picks: 'conversationSegment',
		}),
	},
	compose: async (composing) => await changeSegments(composing, meta, 'add'),
};

export const removeConversationSegments: ComposedOperation = {
	action: 'Remove segments from a conversation',
	description:
		'Take segments from a conversation and keep the others. Costs one request where it does not have them, else two; what somebody else changes between them is overwritten.',
	variables: ['website_id', 'session_id'],
	body: {
		segments: list('Segments to remove; upper and lower case differ', {
			label: 'Segments to Remove',
			required: true,
			picks: 'conversationSegment',
		}),
	},
	compose: async (composing) => await changeSegments(composing, meta, 'remove'),
};
