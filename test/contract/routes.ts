import { readFileSync } from 'node:fs';
import type { Fields } from '../../nodes/Crisp/operations/field';
import type { Operation, TableOperation } from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import type { Call, FieldFacts } from './samples';

/** A route in Crisp's reference and SDK; collected independently of the operations table that it is compared with. */
export interface RouteFacts {
	id: string;
	title: string;
	method: string;
	path: string;
	query?: string[];
	body?: Record<string, FieldFacts>;
	sdk?: Call[];
	seed?: string[];
	note?: string;
}

export interface Row {
	resource: string;
	key: string;
	operation: TableOperation;
}

export const routes = JSON.parse(readFileSync('sandbox/data/routes.json', 'utf8')) as RouteFacts[];

const isRow = (operation: Operation): operation is TableOperation => 'route' in operation;

/** All operations of the table, except those that are composed of several requests without a row. */
export const rows: Row[] = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) => (isRow(operation) ? [{ resource, key, operation }] : [])),
);

/** The names of Crisp that the fields of a form are sent under. */
export const wireNames = (fields: Fields = {}) =>
	Object.entries(fields).flatMap(([name, { sentAs }]) => sentAs?.names ?? [name]);

export const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

export function rowsOf(route: RouteFacts): Row[] {
	return rows.filter(({ operation }) => nameOf(operation.route) === nameOf(route));
}

/**
 * Operations with two paths. According to the notes, the path of Crisp's SDKs is the right one; the fields are
 * documented at the path in the reference.
 */
export const twins: Record<string, string> = {
	'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}/signaling':
		'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}',
	'PATCH /v1/website/{website_id}/operators/email': 'POST /v1/website/{website_id}/operators/email',
};

/**
 * Routes that only a composed operation sends requests to. That these are right is tested against the sandbox, which checks
 * each request by the same facts (test/engine/creating).
 */
export const composedRoutes: Record<string, string> = {
	'POST /v1/website/{website_id}/campaign': 'campaign.create',
	'POST /v1/website/{website_id}/campaign/{campaign_id}/dispatch': 'campaign.dispatch',
	'POST /v1/website/{website_id}/campaigns/template': 'campaignTemplate.create',
	'POST /v1/website/{website_id}/helpdesk/locale/{locale}/article': 'classicArticle.create',
	'POST /v1/website/{website_id}/helpdesk/locale/{locale}/category': 'classicCategory.create',
	'POST /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section': 'classicSection.create',
	'POST /v1/website/{website_id}/helpdesk/tree/path/{locale}/{content_type}/{path}': 'knowledgeBase.create',
};

/** The body fields of a route, or of its twin if only that is documented. */
export function bodyOf(route: RouteFacts): Record<string, FieldFacts> {
	const twin = routes.find((other) => twins[nameOf(other)] === nameOf(route));
	return route.body ?? twin?.body ?? {};
}
