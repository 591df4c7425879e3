import type { IBinaryKeyData, IDataObject, INode } from 'n8n-workflow';
import type { Clock } from '../../shared/runtime/clock';
import type { Client } from '../../shared/api/client';
import type { Files } from '../files/binaryFiles';
import { choice, picker, secret, text, type Fields } from './field';
import { parseRoute, type Route, type VariablesOf } from '../../shared/api/route';

/** The cells that table rows and composed operations share: what the form needs to know. */
interface Cells {
	/** What it does, in the words of a menu and of an AI agent: "Send a message". */
	action: string;
	/** More than the action says, such as its consequences. */
	description?: string;
	/** The one tier whose credentials may do this, where Crisp says that it is only one. */
	tier?: 'plugin' | 'user';
	/**
	 * What a plugin token needs, without `read` or `write`; where not given, the resource's. Empty where
	 * Crisp does not say.
	 */
	scope?: string;
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

interface TableRow extends Cells {
	/** Sent in the body whatever the user sets. */
	fixed?: IDataObject;
	/** What identifies an entry of a list; a bare string becomes an object with this name. */
	entry?: string;
	/** Whether the list takes `per_page`. */
	isSized?: boolean;
}

export interface TableOperation extends TableRow {
	route: Route;
	variables: string[];
}

/** What a composed operation gets to work with, for one item. */
export interface Composing {
	/** What the user set, by wire name, path variables among it. */
	values: IDataObject;
	client: Client;
	/** The most entries the user wants; infinite with "Return All". */
	limit: number;
	clock: Clock;
	/** Aborts when the execution is cancelled: nothing is to be waited for any more. */
	signal?: AbortSignal;
	/**
	 * Sends a message as "Message - Send" does, once however often the item is run, and gives its
	 * fingerprint. The part tells several messages of one item apart. The body has to be the same each time.
	 */
	sendMessage(session: string, body: IDataObject, part?: string): Promise<number>;
	/**
	 * Takes a step once however often the item is run, and gives what it gave. For what must not happen
	 * twice and has no fingerprint; the name tells several steps of one item apart.
	 */
	once<Result>(name: string, step: () => Promise<Result>): Promise<Result>;
	/** What all items of this run of the node share under a name; made by the first that asks. */
	shared<Value>(this: void, name: string, make: () => Value): Value;
	/** What errors name as the node they come from. */
	node: INode;
	/** What the workflow's dates are in, as an IANA name. */
	timezone: string;
	/** The item itself, for what lets it pass through. */
	input: OutputItem;
	/** Whether a node of this n8n sent the message of a fingerprint; by chance true for one in 100,000 others. */
	isOwn(fingerprint: number): boolean;
	files: Files;
}

/** One item of the output. */
export interface OutputItem {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

export interface ComposedOperation extends Cells {
	variables: string[];
	/** Whether the form offers "Return All" and "Limit". */
	isList?: boolean;
	/** Whether it changes nothing, so that items need not wait for each other. */
	isReadOnly?: boolean;
	/** The field that tells what it changes, where no variable does: items of the same value keep their order. */
	target?: string;
	compose(this: void, composing: Composing): Promise<OutputItem[]>;
}

export type Operation = TableOperation | ComposedOperation;

export interface Resource extends Pick<Cells, 'tier' | 'scope'> {
	name: string;
	/** Shown with the name in the list of resources. */
	description?: string;
	operations: Record<string, Operation>;
}

/**
 * What each variable of a path is to a user. A route with a variable that is not here, and not
 * described in its row, does not compile.
 */
export const pathFields = {
	website_id: picker('website', 'The website to act on. Leave empty for the default website of the credential.'),
	session_id: picker('conversation', 'The conversation to act on', { label: 'Conversation', required: true }),
	people_id: picker('person', 'The person to act on', { label: 'Person', required: true }),
	user_id: picker('operator', 'The operator to act on', { label: 'Operator', required: true }),
	fingerprint: text('Identifies the message within its conversation', {
		label: 'Message Fingerprint',
		required: true,
		example: '524653764345',
	}),
	inbox_id: picker('inbox', 'The inbox to act on', { required: true }),
	team_id: picker('team', 'The team to act on', { required: true }),
	campaign_id: picker('campaign', 'The campaign to act on', { required: true }),
	template_id: picker('template', 'The campaign template to act on', { required: true }),
	plugin_id: picker('plugin', 'The plugin to act on', { required: true }),
	locale: picker('locale', 'The language of the help desk', { required: true }),
	article_id: picker('article', 'The article to act on', { required: true }),
	category_id: picker('category', 'The category to act on', { required: true }),
	section_id: picker('section', 'The section to act on', { required: true }),
	content_type: choice(['articles', 'guides', 'news', 'references'], 'The part of the knowledge base', {
		required: true,
		fallback: 'articles',
	}),
	path: text('Where it is in the tree: slugs with slashes between them', {
		required: true,
		example: 'getting-started/install',
	}),
	call_id: text('Identifies the call', { required: true, example: 'call_35a0c062-72fa-4095-a2a0-f9911d47ee56' }),
	browsing_id: text('Identifies the browsing session', {
		required: true,
		example: 'browsing_05a9392d-ff3f-45e7-b021-1179c45668fa',
	}),
	original_id: text('Identifies the original; a message has it in its field "original"', { required: true }),
	spam_id: text('Identifies the spam', { required: true }),
	token_id: secret('Token of the chatbox of a visitor', { label: 'Visitor Token', required: true }),
	block_rule: text('Name of the rule that blocked the visitors', { required: true }),
	redirection_id: text('Identifies the redirection', { required: true }),
	change_id: text('Identifies the change', { required: true }),
	entity_id: text('Identifies the page', { label: 'Page ID', required: true }),
} satisfies Fields;

type Described = keyof typeof pathFields | 'page_number';

/** A row of the table: the route as Crisp's reference prints it, then what cannot be derived from it. */
export function op<const Template extends string, const Cell extends TableRow>(
	template: Template,
	row: Cell & (Exclude<VariablesOf<Template>, Described> extends keyof Cell['path'] ? unknown : never),
): TableOperation {
	const route = parseRoute(template);
	return { ...row, route, variables: route.variables };
}

/** Names a group of operations in the words of Crisp's interface; the keys become the operations. */
export function resource(
	name: string,
	operations: Record<string, Operation>,
	more: Pick<Resource, 'description' | 'tier' | 'scope'> = {},
): Resource {
	return { name, operations, ...more };
}

/** What a user reads of an operation: what it does, and what the credential needs for it. */
export function descriptionOf(operation: Operation, resource: Resource): string {
	const { tier = resource.tier, scope = resource.scope } = operation;
	const parts = [operation.description ?? operation.action];
	if (tier) parts.push(`Needs a credential of tier ${tier}`);
	if (scope) parts.push(`Plugin scope: ${scope} (${accessOf(operation)})`);
	if (parts.length === 1) return parts[0] as string;
	return parts.map((part) => `${part.replace(/\.$/, '')}.`).join(' ');
}

/** Composed operations that write read, too, at least whether a message arrived. */
function accessOf(operation: Operation): string {
	if (isComposed(operation)) return operation.isReadOnly ? 'read' : 'read and write';
	return operation.route.method === 'GET' || operation.route.method === 'HEAD' ? 'read' : 'write';
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
