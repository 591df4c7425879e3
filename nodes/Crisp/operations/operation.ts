import type { IBinaryKeyData, IDataObject, INode } from 'n8n-workflow';
import type { Clock } from '../../shared/runtime/clock';
import type { Client } from '../../shared/api/client';
import type { Waiting } from '../waiting/ask';
import type { Files } from '../files/binaryFiles';
import { choice, fingerprint, identifier, picker, secret, type Fields } from './field';
import type { OutputName } from '../../shared/events/vocabulary';
import type { Needs } from '../../shared/errors/tierAdvice';
import { parseRoute, type Route, type VariablesOf } from '../../shared/api/route';

/** Computes a field of the simplified output from Crisp's entry and from the path variables of the request. */
export type Computed = (entry: IDataObject, path: Record<string, string>) => unknown;

/**
 * The output with "Simplify": each field by its name in the vocabulary, with the dotted name of its value in Crisp's
 * entry, or with a function. Times are converted to ISO 8601.
 */
export type Simplify = { [Name in OutputName]?: string | Computed };

/** What table rows and composed operations have in common: everything the form is derived from. */
interface Cells {
	/** What it does, for the node panel and for an AI agent: "Send a message". */
	action: string;
	/** More than the action says, such as its consequences; at most 90 characters, without scopes, tiers and costs. */
	description?: string;
	/** What the reference of the operations adds: what it costs, how it works. Sentences. */
	note?: string;
	/** The only tier whose tokens may do this, if Crisp documents that it is only one. */
	tier?: 'plugin' | 'user';
	/**
	 * The scope that a plugin token needs, without `read` or `write`; by default the scope of the resource. Empty if
	 * Crisp does not document it.
	 */
	scope?: string;
	/** Shown instead of the name derived from the key. */
	name?: string;
	/** Path variables that differ from their description in `pathFields`. */
	path?: Fields;
	query?: Fields;
	/** By dotted name: `person.nickname`. The empty name is the body itself. */
	body?: Fields;
	/** The fields of each entry with "Simplify", in their order: what people read first. At most ten. */
	simplify?: Simplify;
}

/**
 * What the node sends when n8n runs it again in the same execution, as _Retry On Fail_ does with all items. `always`: the
 * request, as Crisp has the same afterwards. `unanswered`: the request only if it was not answered; Crisp refuses a second
 * one, or a second one does little harm. `never`: nothing that Crisp may have executed, as people would notice it twice.
 */
export type Resends = 'always' | 'unanswered' | 'never';

interface TableRow extends Cells {
	/** By default, `never` for POST, `unanswered` for DELETE and `always` for all other methods. */
	resends?: Resends;
	/** Always sent in the body. */
	fixed?: IDataObject;
	/** What identifies an entry of a list; a bare string becomes an object with this name. */
	entry?: string;
	/** Whether the list takes `per_page`. */
	isSized?: boolean;
	/**
	 * What of the answer is secret: Crisp's name, and the name in the output, by which n8n hides it. The name has to be one
	 * that no other output of the node has. Dotted names stay the same. The empty name is the answer itself.
	 */
	secretOutputs?: Record<string, string>;
}

export interface TableOperation extends TableRow {
	route: Route;
	variables: string[];
}

/** What a composed operation can use, for one item. */
export interface Composing {
	/** The values that the user set, by wire name; includes path variables. */
	values: IDataObject;
	client: Client;
	/** The value of "Limit"; infinite with "Return All". */
	limit: number;
	clock: Clock;
	/** Aborts when the execution is cancelled; every wait has to end then. */
	signal?: AbortSignal;
	/**
	 * Sends a message like "Message - Send" and returns its fingerprint. Idempotent when the item is retried, provided
	 * that the body is the same each time. If it stays unclear whether Crisp received it, the error hands over the
	 * fingerprint (`partialResultOf`), with which another execution can find it.
	 */
	sendMessage(session: string, body: IDataObject, how?: SendingOf): Promise<number>;
	/**
	 * Runs a step once and returns its result, also when the item is retried. For changes that must not happen twice
	 * and have no fingerprint. The name distinguishes several steps of one item.
	 */
	once<Result>(name: string, step: () => Promise<Result>): Promise<Result>;
	/** A value that all items of this run of the node share under a name; created on first use. */
	shared<Value>(this: void, name: string, make: () => Value): Value;
	/** The node, for errors. */
	node: INode;
	/** The timezone of the workflow, as an IANA name. */
	timezone: string;
	/** The input item, for operations that pass it through. */
	input: OutputItem;
	/** Whether a node of this n8n sent a message of the conversation; by chance true for one in 524,288 with a random fingerprint. */
	isOwn(message: IDataObject): boolean;
	files: Files;
	/** Waits in n8n's database, for the one operation that can; see `nodes/Crisp/waiting`. */
	waiting?: Waiting;
}

/** How a composed operation sends a message. */
export interface SendingOf {
	/** Whether the message begins a conversation: then its fingerprint is the same in every execution. */
	isFirst?: boolean;
	/** The fingerprint that an earlier execution gave the message. */
	fingerprint?: number;
	/** Whether an earlier execution may have sent it: then it is sent only if the conversation does not have it. */
	mayBeThere?: boolean;
	/** Names the message among several of an item. */
	part?: string;
	/** The field of the output that has the fingerprint; by default `fingerprint`. */
	field?: 'fingerprint' | 'question_fingerprint' | 'note_fingerprint';
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
	/** Whether it changes nothing, so that items do not need a lane. */
	isReadOnly?: boolean;
	/** Whether it changes fields of what is there; by default, if its key begins with `update`. */
	changesFields?: boolean;
	/** The field that identifies what it changes, if no path variable does: items with the same value share a lane. */
	target?: string;
	/**
	 * The fields of its output, in their order; an item may lack some of them. Left out if "Simplify" names them, or if
	 * the output is Crisp's answer or the input item.
	 */
	returns?: readonly OutputName[];
	compose(this: void, composing: Composing): Promise<OutputItem[]>;
}

export type Operation = TableOperation | ComposedOperation;

export interface Resource extends Pick<Cells, 'tier' | 'scope'> {
	name: string;
	/** Shown with the name in the list of resources. */
	description?: string;
	operations: Record<string, Operation>;
}

/** The parts of the knowledge base. */
export const contentTypes = ['articles', 'guides', 'news', 'references'];

/**
 * The form field of each path variable. A route with a variable that is neither here nor in its row does not compile.
 */
export const pathFields = {
	website_id: picker(
		'website',
		'The website to act on. Leave empty for the one that comes with the conversation or person, in its URL or as website_id of the same item, and otherwise the default website of the credential.',
	),
	session_id: picker('conversation', 'The conversation to act on', { label: 'Conversation', required: true }),
	people_id: picker('person', 'The person to act on', { label: 'Person', required: true }),
	user_id: picker('operator', 'The operator to act on', { label: 'Operator', required: true }),
	fingerprint: fingerprint('Identifies the message within its conversation', {
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
	content_type: choice(contentTypes, 'The part of the knowledge base', { required: true, fallback: 'articles' }),
	path: identifier('Where it is in the tree: slugs with slashes between them', {
		required: true,
		example: 'getting-started/install',
	}),
	call_id: picker('call', 'The call to act on', { required: true }),
	browsing_id: picker('browsing', 'The browsing session to act on', { label: 'Browsing Session', required: true }),
	original_id: identifier('Identifies the original; a message has it in its field "original"', { required: true }),
	spam_id: picker('spam', 'The spam to act on', { required: true }),
	token_id: secret('Token of the chatbox of a visitor', { label: 'Visitor Token', required: true, isIdentifier: true }),
	block_rule: identifier('Name of the rule that blocked the visitors', { required: true }),
	redirection_id: picker('redirection', 'The redirection to act on', { required: true }),
	change_id: picker('change', 'The change to act on', { required: true }),
	entity_id: picker('page', 'The page to act on', { label: 'Page', required: true }),
} satisfies Fields;

type Described = keyof typeof pathFields | 'page_number';

/** Defines a row of the table: the route as Crisp's reference prints it, then what cannot be derived from it. */
export function op<const Template extends string, const Cell extends TableRow>(
	template: Template,
	row: Cell & (Exclude<VariablesOf<Template>, Described> extends keyof Cell['path'] ? unknown : never),
): TableOperation {
	const route = parseRoute(template);
	return { ...row, route, variables: route.variables };
}

/** Defines a resource, named as in Crisp's interface; the keys become the values of "Operation". */
export function resource(
	name: string,
	operations: Record<string, Operation>,
	more: Pick<Resource, 'description' | 'tier' | 'scope'> = {},
): Resource {
	return { name, operations, ...more };
}

/** The description of an operation in the form: one line, since n8n cuts it in the list of operations. */
export function descriptionOf({ description, action }: Operation): string {
	return description ?? action;
}

/** The only tier that may call an operation, and the scope that a plugin token needs; undefined where there is none. */
export function tierAndScope(operation: Operation, resource: Pick<Resource, 'tier' | 'scope'>) {
	const { tier = resource.tier, scope = resource.scope } = operation;
	// Only plugin tokens have scopes.
	return { tier, scope: tier === 'user' || scope === '' ? undefined : scope };
}

/** What an operation needs of a token: its only tier, or the scope of a plugin token with the access in brackets. */
export function tokenNeeds(operation: Operation, resource: Pick<Resource, 'tier' | 'scope'>): Needs {
	const { tier, scope } = tierAndScope(operation, resource);
	return { ...(tier && { tier }), ...(scope && { scope: `${scope} (${accessOf(operation)})` }) };
}

/** Composed operations that write also read: at least to check whether a message arrived. */
export function accessOf(operation: Operation): string {
	if (isComposed(operation)) return operation.isReadOnly ? 'read' : 'read and write';
	return operation.route.method === 'GET' || operation.route.method === 'HEAD' ? 'read' : 'write';
}

export function isComposed(operation: Operation): operation is ComposedOperation {
	return 'compose' in operation;
}

/** Whether it changes fields of what is there, so that the option "Clear Empty Fields" applies. */
export function changesFields(key: string, operation: Operation): boolean {
	return key.startsWith('update') || (isComposed(operation) && operation.changesFields === true);
}

/** What of a row is sent again when n8n runs the node again. Messages have fingerprints instead: see `sendOnce`. */
export function resendsOf({ route, resends }: TableOperation): Resends {
	return resends ?? (route.method === 'POST' ? 'never' : route.method === 'DELETE' ? 'unanswered' : 'always');
}

/** Whether the answer is a list, so that the form offers "Return All" and "Limit". */
export function isList(key: string, operation: Operation): boolean {
	if (isComposed(operation)) return operation.isList ?? false;
	return operation.route.isPaged || key.startsWith('getAll');
}

/** Whether the list is read backwards in time, from the newest entry, as messages are. */
export function isTimed(operation: TableOperation): boolean {
	return 'timestamp_before' in (operation.query ?? {});
}
