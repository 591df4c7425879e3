/** The types of the SDK's parameters in the notation of routes.json, and sample values of those types. */
export type Shape = string | { enum: string[] } | { arrayOf: Shape } | { anyOf: Shape[] } | { [name: string]: Shape };

/** A field of a body, according to the reference. */
export interface FieldFacts {
	type?: string;
	enum?: string[];
	required?: boolean;
}

export interface Call {
	call: string;
	params: Array<{ name: string; type: Shape; optional?: boolean }>;
}

const moment = '2026-01-31T00:00:00.000Z';
const later = '2026-02-28T00:00:00.000Z';

/** Sample values by name, for which the SDK's type is too general or contradicts the reference and its examples. */
const samples: Record<string, unknown> = {
	websiteID: '8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
	sessionID: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
	path: 'guides/some path',
	campaignType: 'one-shot',
	templateFormat: 'html',
	format: 'markdown',
	filterType: 'guides',
	peopleData: { data: { plan: 'gold' } },
	verify: { method: 'password', secret: 'some secret' },
	searchQuery: 'some animation',
	usage: { name: 'some messages', units: 250, price: 0.1 },
	date: moment,
	dateSince: moment,
	filterDateStart: moment,
	filterDateEnd: later,
	filter_date_start: moment,
	filter_date_end: later,
	timestampBefore: 1700000000001,
	timestampAfter: 1700000000002,
	timestampAround: 1700000000003,
	timestamp: 1700000000004,
	active: 1700000000005,
	searchOperator: 'and',
	searchOrder: 'ascending',
	searchFilter: '[{"model":"people","criterion":"email","operator":"eq","query":["a@b.co"]}]',
	gender: 'female',
	pageNumber: 1,
};

/** Sample values for parameters that the SDK only types as an object. */
const objects: Record<string, unknown[]> = {
	'website.generateAnalytics': [
		{
			metric: 'conversation',
			type: 'response_time',
			date: { from: moment, to: later, split: 'day', timezone: 'Europe/Paris' },
			aggregator: 'median',
			split_by: 'operator',
			filter: { operator: 'some operator' },
			if: { value: 1 },
			then: { value: 2 },
			raw_export: true,
		},
	],
	'website.assistExistingBrowsingSession': [
		{ action: 'start' },
		{ action: 'mouse', mouse: { x: 0, y: 784 } },
		{ action: 'click', click: { selector: 'a' } },
		{ action: 'scroll', scroll: { y: 10 } },
	],
	'website.transmitSignalingOnOngoingCallSession': [{ type: 'sdp', payload: { sdp: 'v=0' } }],
};

type Facts = Record<string, FieldFacts>;

const isEnum = (shape: object): shape is { enum: string[] } => 'enum' in shape && Array.isArray(shape.enum);
const isArray = (shape: object): shape is { arrayOf: Shape } => 'arrayOf' in shape;
const isAny = (shape: object): shape is { anyOf: Shape[] } => 'anyOf' in shape && Array.isArray(shape.anyOf);

/** A sample value for each alternative of a shape. */
function valuesOf(shape: Shape, name: string, facts: Facts): unknown[] {
	const known = facts[name]?.enum?.[0] ?? samples[name];
	if (known !== undefined && (typeof shape === 'string' || isAny(shape))) return [known];
	if (typeof shape === 'string') return [valueOf(shape, name)];
	if (isEnum(shape)) return shape.enum;
	if (isArray(shape)) return [[valuesOf(shape.arrayOf, name, facts)[0]]];
	if (isAny(shape)) return shape.anyOf.flatMap((alternative) => valuesOf(alternative, name, facts));
	return objectsOf(shape, facts);
}

function valueOf(type: string, name: string): unknown {
	if (type === 'string') return name === 'email' ? 'some@example.com' : `some ${name}`;
	if (type === 'number') return 7;
	if (type === 'boolean') return true;
	if (/^(object|Record|\{|WebsiteBatchDataPayload)/.test(type)) return { plan: 'gold' };
	if (type === 'never') return undefined;
	if (/^\d+$/.test(type)) return type;
	throw new Error(`No sample for the type ${type}`);
}

/** An object for each value of its `type`, so that every type of message is covered. */
function objectsOf(shape: { [name: string]: Shape }, facts: Facts): unknown[] {
	const isKind = (part?: Shape): part is { enum: string[] } => typeof part === 'object' && isEnum(part);
	const name = ['type', 'search_type'].find((key) => isKind(shape[key]));
	const kinds = name ? (shape[name] as { enum: string[] }).enum : [undefined];
	const inside = nestedFacts(shape);
	return kinds.map((kind) => {
		const entries = Object.entries(shape).map(([key, part]) => {
			const bare = key.replace('?', '');
			return [
				bare,
				bare === name ? kind : valuesOf(part, bare, bare in facts && !('type' in inside) ? facts : inside)[0],
			];
		});
		return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown;
	});
}

/** The allowed values of a nested `type`: the type of a sender, or of the action of a choice. */
function nestedFacts(shape: { [name: string]: Shape }): Facts {
	if ('user_id?' in shape) return { type: { enum: ['website', 'participant'] } };
	const isAction = 'target?' in shape && !('name?' in shape) && 'type?' in shape;
	return isAction ? { type: { enum: ['link', 'frame'] } } : {};
}

/** Argument lists for a call: with everything set, and with only what the reference requires. */
export function argumentLists({ call, params }: Call, facts: Facts): unknown[][] {
	const full = combine(
		params.map(({ name, type }) => (type === 'object' && objects[call]) || valuesOf(type, name, facts)),
	);
	const isLeftOut = (optional: boolean | undefined, name: string) => optional && !facts[name]?.required;
	const count = params.findIndex(({ optional, name }) => isLeftOut(optional, name));
	const required = full.map((list) =>
		list.slice(0, count < 0 ? list.length : count).map((value) => (call in objects ? value : requiredOf(value, facts))),
	);
	return [...full, ...required];
}

/** Reduces a body to the fields that the reference requires; keeps all if none is required. */
function requiredOf(value: unknown, facts: Facts): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const kept = Object.entries(value).filter(([name]) => facts[name]?.required);
	return kept.length > 0 ? Object.fromEntries(kept) : value;
}

/** Argument lists in which each argument takes each of its values once, while the others keep their first value. */
function combine(choices: unknown[][]): unknown[][] {
	const first = choices.map((values) => values[0]);
	const lists = [first];
	choices.forEach((values, index) => {
		for (const value of values.slice(1)) lists.push(first.map((other, at) => (at === index ? value : other)));
	});
	return lists;
}

/** A sample value for a field of the reference that no call of the SDK uses. */
export function sampleOf(name: string, { type = 'string', enum: values }: FieldFacts): unknown {
	if (values) return values[0];
	if (type.startsWith('array')) return ['some', name];
	return valueOf(type, name);
}
