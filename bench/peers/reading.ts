import type { INodeExecutionData } from 'n8n-workflow';

import { SHOP_ID } from '../../sandbox/state/seed';
import { execute, type Placed } from './engine';
import type { Host } from '../place/host';
import { crispNode, httpNode, names, vendorClient } from './peers';
import type { Place } from '../place/place';

/** The maximum that Crisp allows. */
export const PER_PAGE = 50;

/** A contender that reads the complete list of people. */
export interface Reader {
	name: string;
	/** Returns the IDs of all people, in the order of the list. */
	read(): Promise<string[]>;
}

export const returnAll = { resource: 'person', operation: 'getAll', returnAll: true, simplify: true, filters: {} };

export function readAhead({ host, workspace }: Place): Reader {
	const node = crispNode(host.freshCrisp(), returnAll);
	const { credential } = workspace;
	return {
		name: names.ours,
		read: async () => idsOf(await execute(host, node, { credential, items: [{}], isStrict: true })),
	};
}

const idsOf = (output: INodeExecutionData[]) => output.map(({ json }) => String(json.people_id));

/** The HTTP Request node with its own pagination: page after page until one is empty. */
export function httpPaginationNode(host: Host, url: string): Placed {
	const pageUrl = (page: string) => `${url}/v1/website/${SHOP_ID}/people/profiles/${page}?per_page=${PER_PAGE}`;
	return httpNode(host, {
		method: 'GET',
		url: pageUrl('1'),
		options: {
			pagination: {
				pagination: {
					paginationMode: 'responseContainsNextURL',
					nextURL: `=${pageUrl('{{ $pageCount + 1 }}')}`,
					paginationCompleteWhen: 'other',
					completeExpression: '={{ $response.body.data.length === 0 }}',
				},
			},
		},
	});
}

export function httpPagination({ host, workspace }: Place): Reader {
	const node = httpPaginationNode(host, workspace.url);
	const { credential } = workspace;
	return {
		name: names.httpPagination,
		async read() {
			const pages = await execute(host, node, { credential, items: [{}], isStrict: true });
			return pages.flatMap(({ json }) => (json.data as Array<{ people_id: string }>).map(({ people_id }) => people_id));
		},
	};
}

/** Crisp's SDK, page after page until one is empty; it supports Crisp's default page size only. */
export function sdkPages({ workspace }: Place): Reader {
	const { website } = vendorClient(workspace);
	return {
		name: "Crisp's SDK, page after page",
		async read() {
			const ids: string[] = [];
			for (let page = 1; ; page++) {
				const people = await website.listPeopleProfiles(workspace.websiteId, page);
				if (people.length === 0) return ids;
				ids.push(...people.map(({ people_id }) => people_id ?? ''));
			}
		},
	};
}
