import { list } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { parseRoute } from '../../../shared/api/route';
import { changeSegments } from '../support/segments';

const profile = parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}');

export const addPersonSegments: ComposedOperation = {
	action: 'Add segments to a person',
	description:
		'Give a contact segments and keep the ones it has. Costs one request where it has them already, else two; what somebody else changes between them is overwritten.',
	variables: ['website_id', 'people_id'],
	body: {
		segments: list('Segments to add; upper and lower case differ', {
			label: 'Segments to Add',
			required: true,
			picks: 'personSegment',
		}),
	},
	compose: async (composing) => await changeSegments(composing, profile, 'add'),
};

export const removePersonSegments: ComposedOperation = {
	action: 'Remove segments from a person',
	description:
		'Take segments from a contact and keep the others. Costs one request where it does not have them, else two; what somebody else changes between them is overwritten.',
	variables: ['website_id', 'people_id'],
	body: {
		segments: list('Segments to remove; upper and lower case differ', {
			label: 'Segments to Remove',
			required: true,
			picks: 'personSegment',
		}),
	},
	compose: async (composing) => await changeSegments(composing, profile, 'remove'),
};
