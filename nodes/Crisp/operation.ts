import type { IDataObject } from 'n8n-workflow';
import type { Client } from './client';
import { picker, type Fields } from './field';
import { parseRoute, type Route, type VariablesOf } from './route';

/** The cells that table rows and composed operations share: what the form needs to know. */
interface Cells {
	/** What it does, in the words of a menu and of an AI agent: "Send a message". */
	action: string;
	/** More than the action says: consequences, needed tier or scope. */
	description?: string;
	/** Shown instead of the name derived from the key. */
	name?: string;
	/** Path variables described otherwise than in `pathFields`. */
	path?: Fields;
	query?: Fields;
	/** By dotted name: `person.nickname`. The empty name is the body itself. */
	body?: Fields;
	/** What "Simplify" keeps of each entry, by dotted name, best first; at most ten. */
	simplify?: string[];
}

interface Row extends Cells {
	/** Sent in the body whatever the user sets. */
	fixed?: IDataObject;
	/** What identifies an entry of a list; a bare string becomes an object with this name. */
	entry?: string;
	/** Whether the list takes `per_page`. */
	isSized?: boolean;
}

export interface TableOperation extends Row {
	route: Route;
	variables: string[];
}

/** What a composed operation gets: its fields by their wire name, and a client for its requests. */
export interface Composing {
	values: IDataObject;
	client: Client;
	/** The most entries the user wants; infinite with "Return All". */
	limit: number;
}

export interface ComposedOperation extends Cells {
	variables: string[];
	/** Whether the form offers "Return All" and "Limit". */
	isList?: boolean;
	/** Whether it changes nothing, so that items need not wait for each other. */
	isReadOnly?: boolean;
	compose(this: void, composing: Composing): Promise<IDataObject[]>;
}

export type Operation = TableOperation | ComposedOperation;

export interface Resource {
	name: string;
	operations: Record<string, Operation>;
}

/**
 * What each variable of a path is to a user. A route with a variable that is not here, and not
 * described in its row, does not compile.
 */
export const pathFields = {
	website_id: picker(
		'website',
		'The website to act on. Leave empty for the default website of the credential.',
		{
			label: 'Website',
		},
	),
	session_id: picker('conversation', 'The conversation to act on', { label: 'Conversation', required: true }),
	people_id: picker('person', 'The person to act on', { label: 'Person', required: true }),
	user_id: picker('operator', 'The operator to act on', { label: 'Operator', required: true }),
} satisfies Fields;

type Described = keyof typeof pathFields | 'page_number';

/** A row of the table: the route as Crisp's reference prints it, then what cannot be derived from it. */
export function op<const Template extends string, const Cell extends Row>(
	template: Template,
	row: Cell & (Exclude<VariablesOf<Template>, Described> extends keyof Cell['path'] ? unknown : never),
): TableOperation {
	const route = parseRoute(template);
	return { ...row, route, variables: route.variables };
}

/** Names a group of operations in the words of Crisp's interface; the keys become the operations. */
export function resource(name: string, operations: Record<string, Operation>): Resource {
	return { name, operations };
}

export function isComposed(operation: Operation): operation is ComposedOperation {
	return 'compose' in operation;
}

/** Whether the answer is many things, so that the form offers "Return All" and "Limit". */
export function isList(key: string, operation: Operation): boolean {
	if (isComposed(operation)) return operation.isList ?? false;
	return operation.route.isPaged || key.startsWith('getAll');
}

/** Whether the list is read backwards in time, from the newest entry, as messages are. */
export function isTimed(operation: TableOperation): boolean {
	return 'timestamp_before' in (operation.query ?? {});
}
