import type { IDataObject } from 'n8n-workflow';
import type { Client } from '../../../shared/api/client';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { isSameEmail } from './identity';

export interface Criterion {
	/** The name of a field, such as `email`. */
	criterion: string;
	query: string[];
}

/** The people with exactly this email, at most one. Crisp's search may match more, so that its results are filtered. */
export async function readByEmail(client: Client, website: string, email: string): Promise<IDataObject[]> {
	const wanted = email.trim();
	const found = await readPeople(client, website, [{ criterion: 'email', query: [wanted] }], 100);
	return found.filter(({ email: one }) => isSameEmail(one, wanted));
}

const profiles = parseRoute('GET /v1/website/{website_id}/people/profiles/{page_number}');

/** Reads the people that meet all criteria. The format of the filter is that of Crisp's own SDK. */
export async function readPeople(
	client: Client,
	website: string,
	criteria: Criterion[],
	limit: number,
): Promise<IDataObject[]> {
	const filter = criteria.map(({ criterion, query }) => ({ model: 'people', criterion, operator: 'eq', query }));
	const people = await client.list({
		request: {
			method: 'GET',
			path: fillPath(profiles, { website_id: website }),
			query: { search_filter: JSON.stringify(filter), search_operator: 'and' },
		},
		limit,
		entry: 'people_id',
		isSized: true,
	});
	return people as IDataObject[];
}
