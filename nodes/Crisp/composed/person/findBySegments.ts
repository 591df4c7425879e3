import { list } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { personSummary } from '../../execute/summaries';
import { readPeople } from '../support/people';

/** One criterion per segment: within one criterion, Crisp matches any of several values. */
export const findBySegments: ComposedOperation = {
	action: 'Find people by segments',
	description: 'Retrieve the contacts that have all of these segments',
	variables: ['website_id'],
	isReadOnly: true,
	isList: true,
	body: { segments: list('Segments a person must have', { required: true, picks: 'personSegment' }) },
	simplify: personSummary,
	async compose({ values, client, limit }) {
		const segments = values.segments as string[];
		const criteria = segments.map((segment) => ({ criterion: 'segments', query: [segment] }));
		const found = await readPeople(client, String(values.website_id), criteria, limit);
		return found.map((json) => ({ json }));
	},
};
