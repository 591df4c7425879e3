import { list } from '../../operations/field';
import { newSegments } from '../../operations/fields/newSegments';
import type { ComposedOperation } from '../../operations/operation';
import { parseRoute } from '../../../shared/api/route';
import { changeSegments, returns } from '../support/segments';

const profile = parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}');

export const addPersonSegments: ComposedOperation = {
	action: 'Add segments to a person',
	description: 'Add segments without removing existing ones',
	note: 'Takes one request if nothing changes, otherwise two. A change by somebody else between the two is overwritten.',
	variables: ['website_id', 'people_id'],
	body: {
		segments: list('Segments to add; upper and lower case differ', {
			label: 'Segments to Add',
			required: true,
			orElse: 'new_segments',
			picks: 'personSegment',
		}),
		new_segments: newSegments({ required: true, orElse: 'segments' }),
	},
	returns: returns.person,
	compose: async (composing) => await changeSegments(composing, profile, 'add'),
};

export const removePersonSegments: ComposedOperation = {
	action: 'Remove segments from a person',
	description: 'Remove segments and keep the others',
	note: 'Takes one request if nothing changes, otherwise two. A change by somebody else between the two is overwritten.',
	variables: ['website_id', 'people_id'],
	body: {
		segments: list('Segments to remove; upper and lower case differ', {
			label: 'Segments to Remove',
			required: true,
			picks: 'personSegment',
		}),
	},
	returns: returns.person,
	compose: async (composing) => await changeSegments(composing, profile, 'remove'),
};
