import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { valueOfExpression } from '../../shared/n8n/context';
import { isWebsiteId, valueIn, websiteInUrl } from '../form/locators';
import type { Parameters } from '../request/toWire';

/**
 * An expression that takes a value out of an object: `$json.session_id`, `$('Crisp Trigger').item.json["session_id"]`. In
 * a chain, nothing is calculated, so that the object is the one that holds the value.
 */
const start = /^\$(?:json|input|node(?=[.[])|\('[^'\\]*'\)|\("[^"\\]*"\))/;
const link = /^(?:\??\.([A-Za-z_]\w*)(?:\(\d*\))?|(?:\?\.)?\[(?:\d+|"([^"\\]*)"|'([^'\\]*)')\])/;

/** Objects in Crisp's data whose keys visitors choose; `data` is one unless it is the payload of an event. */
const free = new Set(['meta', 'content', 'events', 'custom_data', 'system', 'details']);

interface OfItem {
	itemIndex: number;
	/** The JSON of the item. */
	json(): unknown;
}

type Origins = Required<Pick<Parameters, 'websiteOf' | 'websiteOfItem' | 'isOfModel'>>;

/**
 * Where the values of an item come from. A `website_id` counts only if it is in the same object as the ID, and if a
 * visitor cannot have put it there.
 */
export function originsOf(context: IExecuteFunctions, { itemIndex, json }: OfItem): Origins {
	const known = new Map<string, unknown>();
	const evaluate = (expression: string): unknown => {
		if (!known.has(expression)) known.set(expression, valueOfExpression(context, `{{ ${expression} }}`, itemIndex));
		return known.get(expression);
	};
	const ofChain = (links: Link[]): unknown => {
		const [first, ...names] = links.map(({ name }) => name);
		// As for other expressions of this kind, n8n's engine would take most of the time of an item.
		const isPlain = first === '$json' && links.every(({ text, name }) => name !== '' && !text.endsWith(')'));
		return isPlain ? names.reduce<unknown>(ownOf, json()) : evaluate(links.map(({ text }) => text).join(''));
	};
	const rawOf = (path: string[]) => valueIn(rawAt(context, path));
	return {
		websiteOf(path, id) {
			const beside = websiteBeside(rawOf(path), ofChain);
			return isWebsiteId(beside) ? beside : websiteWith(json(), id);
		},
		websiteOfItem: () => ownOf(json(), 'website_id'),
		isOfModel: (path) => JSON.stringify(rawOf(path) ?? null).includes('$fromAI'),
	};
}

function rawAt(context: IExecuteFunctions, path: string[]): unknown {
	return path.reduce<unknown>(ownOf, context.getNode().parameters);
}

/** The `website_id` of the object that an expression takes its value from, or the website in its `conversation_url`. */
function websiteBeside(raw: unknown, ofChain: (links: Link[]) => unknown): unknown {
	// The last part is the ID itself.
	const holder = typeof raw === 'string' ? chainIn(raw)?.slice(0, -1) : undefined;
	if (!holder || holder.length === 0) return undefined;
	const inside = holder.slice(holder.findLastIndex(({ name }) => name === 'json' || name === '$json') + 1);
	if (inside.some(({ name }) => free.has(name))) return undefined;
	const data = inside.findIndex(({ name }) => name === 'data');
	if (data >= 0 && data < inside.length - 1) return undefined;
	// Beside the payload of an event is the name of the event.
	if (data >= 0 && typeof ofChain([...holder.slice(0, -1), linkTo('event')]) !== 'string') return undefined;
	return (
		ofChain([...holder, linkTo('website_id')]) ??
		websiteInUrl('conversation', ofChain([...holder, linkTo('conversation_url')]))
	);
}

const linkTo = (name: string): Link => ({ text: `.${name}`, name });

interface Link {
	text: string;
	name: string;
}

/** The parts of an expression that is a chain; undefined for any other expression or text. */
function chainIn(raw: string): Link[] | undefined {
	const code = /^=\s*\{\{([^{}]*)\}\}\s*$/.exec(raw)?.[1]?.trim();
	const [first] = (code && start.exec(code)) || [];
	if (code === undefined || first === undefined) return undefined;
	const links: Link[] = [{ text: first, name: first }];
	for (let rest = code.slice(first.length); rest !== '';) {
		const found = link.exec(rest);
		if (!found) return undefined;
		const [text, ...names] = found;
		links.push({ text, name: names.find((one) => one !== undefined) ?? '' });
		rest = rest.slice(text.length);
	}
	return links;
}

/**
 * The `website_id` of an item that has this ID, itself or in the payload of the event that it is; else the website in its
 * `conversation_url`, as lists with "Simplify" have it.
 */
function websiteWith(json: unknown, id: unknown): unknown {
	if (typeof id !== 'string' || id === '') return undefined;
	const payload = typeof ownOf(json, 'event') === 'string' ? ownOf(json, 'data') : undefined;
	const found = [json, payload].filter((one) => idNames.some((name) => ownOf(one, name) === id));
	const brought = found.flatMap((one) => [
		ownOf(one, 'website_id'),
		websiteInUrl('conversation', ownOf(one, 'conversation_url')),
	]);
	return brought.find(isWebsiteId);
}

/** The names under which items have the ID of a conversation or a person. */
const idNames = ['session_id', 'people_id'];

function ownOf(holder: unknown, name: string): unknown {
	const isHolder = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name);
	return isHolder ? (holder as IDataObject)[name] : undefined;
}
