import type { Field } from '../operations/field';

/**
 * The order of the lists in the form. n8n shows resources, operations and fields in the order of the description, in the
 * node panel as well as in the form: see docs/decisions/0022-order-of-the-lists.md.
 */

/** Resources that most workflows use, in this order; the others follow by name. */
const everydayResources = [
	'message',
	'conversation',
	'person',
	'operator',
	'inbox',
	'team',
	'helpDesk',
	'knowledgeBase',
	'classicArticle',
	'campaign',
	'batch',
	'analytics',
];

/** Resources that few workflows use; they come last, by name. */
const rareResources = [
	'browsingSession',
	'call',
	'planSubscription',
	'pluginConnection',
	'pluginSubscription',
	'spam',
	'suggestion',
	'userAccount',
	'userSession',
	'verification',
	'website',
	'websiteSetting',
];

/** Operations that most workflows use, by resource, in this order; the others follow by name. */
const everydayOperations: Record<string, string[]> = {
	message: ['send', 'sendAndWait', 'sendFile', 'getAll', 'downloadFile', 'update', 'keepTyping'],
	conversation: [
		'getContext',
		'createWithMessage',
		'setState',
		'resolveWithMessage',
		'assign',
		'assignToAvailable',
		'addSegments',
		'updateMeta',
		'getAll',
		'getAllAwaiting',
		'get',
		'getTranscript',
	],
	person: ['upsert', 'findByEmail', 'get', 'getAll', 'addSegments', 'update', 'updateData', 'addEvent'],
	helpDesk: ['searchArticles'],
	knowledgeBase: ['create', 'getAll', 'getContent', 'replaceContent', 'updateDetails'],
	classicArticle: ['create', 'getAll', 'get', 'update', 'publish'],
	campaign: ['create', 'dispatch', 'getAll', 'getAllStatistics'],
	call: ['start'],
	website: ['get', 'getAvailability'],
	operator: ['getAll', 'getAllAvailabilities'],
};

interface Named {
	name: string;
}

/** Sorts resources as the form shows them; each entry is the key with the resource. */
export function resourcesInOrder<Entry extends Named>(entries: Array<[string, Entry]>): Array<[string, Entry]> {
	const last = everydayResources.length;
	const rankOf = (key: string) => (rareResources.includes(key) ? last + 1 : rankIn(everydayResources, key));
	return [...entries].sort(([a, x], [b, y]) => rankOf(a) - rankOf(b) || x.name.localeCompare(y.name));
}

/** Sorts the options of "Operation" as the form shows them. */
export function operationsInOrder<Option extends Named & { value: string }>(
	resource: string,
	options: Option[],
): Option[] {
	const everyday = everydayOperations[resource] ?? [];
	const rankOf = ({ value }: Option) => rankIn(everyday, value);
	return [...options].sort((a, b) => rankOf(a) - rankOf(b) || a.name.localeCompare(b.name));
}

/** Sorts the fields of a collection: by label, and rare ones last. A list that joins another one follows it. */
export function fieldsInOrder<Labelled extends { name: string; label: string; field: Field }>(
	fields: Labelled[],
): Labelled[] {
	const rankOf = ({ field }: Labelled) => Number(field.isRare ?? false);
	const leading = ({ field: { kind, sentAs } }: Labelled) =>
		kind === 'list' ? fields.find(({ name }) => sentAs?.names.includes(name)) : undefined;
	const placeOf = (one: Labelled) => {
		const first = leading(one);
		return first ? `${first.label}\u{10FFFF}` : one.label;
	};
	return [...fields].sort((a, b) => rankOf(a) - rankOf(b) || placeOf(a).localeCompare(placeOf(b)));
}

/** Sorts the values of a choice: as the table has them if that is on purpose or they are few, otherwise by name. */
export function choicesInOrder<Option extends Named>({ isOrdered }: Field, options: Option[]): Option[] {
	return isOrdered || options.length < 5 ? options : [...options].sort((a, b) => a.name.localeCompare(b.name));
}

function rankIn(first: string[], key: string): number {
	const index = first.indexOf(key);
	return index < 0 ? first.length : index;
}
