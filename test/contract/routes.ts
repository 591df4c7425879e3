import { readFileSync } from 'node:fs';
import { isComposed, type TableOperation } from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import type { Call, FieldFacts } from './samples';

/** What reference and vendor's SDK say of a route; gathered apart from the table that is held against it. */
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

/** Every operation of the table, without those that are composed of several. */
export const rows: Row[] = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		isComposed(operation) ? [] : [{ resource, key, operation }],
	),
);

export const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

export function rowsOf(route: RouteFacts): Row[] {
	return rows.filter(({ operation }) => nameOf(operation.route) === nameOf(route));
}

/**
 * One operation under two addresses. The notes say to follow the vendor's SDKs; what the fields are
 * stands at the address that the reference prints.
 */
export const twins: Record<string, string> = {
	'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}/signaling':
		'PATCH /v1/website/{website_id}/conversation/{session_id}/call/{call_id}',
	'PATCH /v1/website/{website_id}/operators/email': 'POST /v1/website/{website_id}/operators/email',
};

/** The facts of a route, with the fields that stand at its twin. */
export function bodyOf(route: RouteFacts): Record<string, FieldFacts> {
	const twin = routes.find((other) => twins[nameOf(other)] === nameOf(route));
	return route.body ?? twin?.body ?? {};
}
