import { UserError, type IDataObject } from 'n8n-workflow';
import { ifThere } from '../../../shared/api/client';
import { fillPath, type Route } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';
import { isoTime, named, type NamedOutput } from '../../../shared/events/vocabulary';
import { Store } from '../../../shared/runtime/processState';
import type { Composing, OutputItem } from '../../operations/operation';
import { setAt } from '../../request/toWire';
import { Steps } from '../support/steps';
import { attemptOf, sendNoted } from '../../sending/attempts';

type IdName = 'article_id' | 'category_id' | 'section_id' | 'campaign_id' | 'template_id';

/** How Crisp creates something: empty, with a name, so that further requests fill it. */
export interface Creation {
	/** What errors call it: "article". */
	what: string;
	/** The field with its ID: in Crisp's answers, in the output, and in the form, to continue with it. */
	id: IdName;
	/** The label of the field of the form with the ID. */
	idLabel: string;
	/** Crisp's field with its name. */
	name: 'title' | 'name';
	list: Route;
	create: Route;
	one: Route;
	/** The path variables of `create`, by wire name. */
	place: readonly string[];
	/** Fields that `create` takes besides the name. */
	first?: readonly string[];
	/** The fields that a PATCH of `one` sets, by dotted name. */
	later: readonly string[];
	/** The query of `list` that finds it by its name. */
	search(name: string): IDataObject;
	/** The query of `list` for those that belong where the item wants it, such as its category. */
	within?(values: IDataObject): IDataObject;
	/** Whether an entry of the list is of the kind that is created; those of another kind are not found. */
	isSame?(entry: IDataObject, values: IDataObject): boolean;
	/** Whether nothing is set but what `create` takes, as after a creation whose answer was lost. */
	isUntouched(one: IDataObject): boolean;
	/** The steps after the fields are set. */
	finish?(making: Making): Promise<void>;
	/** The output; `read` is what Crisp has. */
	output(read: IDataObject, making: Making): Promise<NamedOutput> | NamedOutput;
}

/** One item, with the ID of what it creates or has found. */
export interface Making {
	composing: Composing;
	steps: Steps;
	id: string;
	/** The path of `one`. */
	path: string;
	/** Whether this operation created it, in this execution or in an earlier one that it continues. */
	isCreated: boolean;
}

/**
 * Creates something with all that the form has for it, or returns what exists by that name. Each request that changes
 * something is sent once, also if the item is retried; an error says what exists already, and how to continue.
 */
export async function createWhole(composing: Composing, creation: Creation): Promise<OutputItem[]> {
	const { values, client } = composing;
	const given = textIn(values[creation.id]);
	const isGiven = given !== '';
	const steps = stepsFor(composing, creation, isGiven ? given : undefined);
	const existing = isGiven ? undefined : await steps.follow(async () => await existingId(composing, creation));
	const isCreated = existing === undefined;
	const id = existing ?? (isGiven ? given : await createOnce(composing, steps, creation));
	const path = fillPath(creation.one, { ...placeOf(values, creation), [creation.id]: id });
	const making: Making = { composing, steps, id, path, isCreated };
	if (isCreated) {
		remember(composing, creation, id);
		await changeOnce(making, 'details', { path, body: bodyOf(values, creation.later) }, 'its fields were set');
		await creation.finish?.(making);
	}
	const json = await steps.follow(async () => {
		const there = Object(await ifThere(client.send({ method: 'GET', path }))) as IDataObject;
		// Crisp may not show yet what was just set.
		const set = isCreated ? bodyOf(values, [...(creation.first ?? []), ...creation.later]) : {};
		const known = { [creation.name]: values[creation.name], ...there, ...set };
		return await creation.output(known, making);
	});
	return [{ json: named({ ...json, created: isCreated, website_id: values.website_id, [creation.id]: id }) }];
}

/** Sends a PATCH as a step, unless there is nothing to change. */
export async function changeOnce(
	{ composing, steps }: Pick<Making, 'composing' | 'steps'>,
	name: string,
	{ path, body }: { path: string; body: IDataObject },
	text: string,
): Promise<void> {
	if (Object.keys(body).length === 0) return;
	const change = async () => await composing.client.send({ method: 'PATCH', path, body });
	await steps.take(name, change, () => ({ text }));
}

/** The given fields as Crisp nests them. */
export function bodyOf(values: IDataObject, names: readonly string[]): IDataObject {
	const body: IDataObject = {};
	for (const name of names) if (values[name] !== undefined) setAt(body, name, values[name]);
	return body;
}

function stepsFor(composing: Composing, { what, id, idLabel, name }: Creation, given: string | undefined): Steps {
	const { website_id, [name]: called } = composing.values;
	return new Steps(composing, { website_id, ...(given !== undefined && { [id]: given }) }, ({ [id]: made }) =>
		made === undefined
			? `Retry On Fail looks for it before it creates another. In another execution, look in Crisp whether there is an empty ${what} "${textIn(called)}", and set '${idLabel}' to its ID; if there is none, run the item again.`
			: `To continue in another execution, set '${idLabel}' to ${textIn(made)}.`,
	);
}

function placeOf(values: IDataObject, { place }: Creation): Record<string, string> {
	return Object.fromEntries(['website_id', ...place].map((name) => [name, textIn(values[name])]));
}

const nameIn = ({ values }: Composing, { name }: Creation) => textIn(values[name]).trim();

/** Where items of one run note what they created: lists may not show it yet. */
function notes({ shared }: Composing): Map<string, string> {
	return shared('what items created, by name', () => new Map<string, string>());
}

function noteKey(composing: Composing, creation: Creation): string {
	const { values } = composing;
	const name = nameIn(composing, creation);
	return JSON.stringify([creation.what, placeOf(values, creation), creation.within?.(values), values.type, name]);
}

function remember(composing: Composing, creation: Creation, id: string): void {
	notes(composing).set(noteKey(composing, creation), id);
}

/** The ID of what exists by this name. Looks once for each item: later it would find what the item itself created. */
async function existingId(composing: Composing, creation: Creation): Promise<string | undefined> {
	const { values } = composing;
	if (values.skip_if_it_exists !== true) return undefined;
	const found = await composing.once('existing', async () => {
		const noted = notes(composing).get(noteKey(composing, creation));
		return noted ?? (await findByName(composing, creation, creation.within?.(values)))[0] ?? '';
	});
	return found === '' ? undefined : found;
}

/** The IDs of those whose names are equal, without the spaces around them. */
async function findByName(composing: Composing, creation: Creation, within: IDataObject = {}): Promise<string[]> {
	const { values, client } = composing;
	const wanted = nameIn(composing, creation);
	const isWanted = (entry: unknown) => {
		const fields = Object(entry) as IDataObject;
		return textIn(fields[creation.name]).trim() === wanted && (creation.isSame?.(fields, values) ?? true);
	};
	const path = fillPath(creation.list, placeOf(values, creation));
	const request = { method: 'GET' as const, path, query: { ...creation.search(wanted), ...within } };
	const found = await client.list({ request, limit: Infinity, entry: creation.id, isWanted });
	return found.map((entry) => textIn((entry as IDataObject)[creation.id])).filter(Boolean);
}

/** What items created, so that no item takes what another one has made; kept as long as results of steps. */
const createdIds = new Store<true>({ name: 'IDs of what was created', maxEntries: 100_000, maxAge: 24 * 3_600_000 });

/** How much the clocks of Crisp and of this machine may differ, in milliseconds. */
const clockDifference = 60_000;

/** Creates it, and returns its ID. If the answer of an earlier try was lost, looks for what that has created. */
async function createOnce(composing: Composing, steps: Steps, creation: Creation): Promise<string> {
	const { values, client, clock } = composing;
	const path = fillPath(creation.create, placeOf(values, creation));
	const body = { [creation.name]: values[creation.name], ...bodyOf(values, creation.first ?? []) };
	const create = async () => {
		const attempt = await attemptOf(composing, 'create');
		const earlier = attempt.isUnanswered ? await ownOne(composing, creation, attempt.since) : undefined;
		if (earlier !== undefined) return earlier;
		if (!attempt.isUnanswered) attempt.since = clock.now();
		const answer = await sendNoted(attempt, async () => await client.send({ method: 'POST', path, body }));
		const id = textIn((Object(answer) as IDataObject)[creation.id]);
		return id === '' ? await requireOwnOne(composing, creation, attempt.since) : id;
	};
	const createKnown = async () => {
		const id = await create();
		createdIds.set(id, true);
		return id;
	};
	return await steps.take('create', createKnown, (id) => ({
		text: `${creation.what} ${id} was created`,
		made: { [creation.id]: id },
	}));
}

/**
 * The ID of what the item created at `since` or later. Throws a UserError if it is unclear whose it is: the fields of
 * what somebody else created must not be changed.
 */
async function ownOne(composing: Composing, creation: Creation, since = 0): Promise<string | undefined> {
	const found: Array<{ id: string; age: number }> = [];
	for (const id of await findByName(composing, creation)) {
		if (createdIds.has(id)) continue;
		const path = fillPath(creation.one, { ...placeOf(composing.values, creation), [creation.id]: id });
		const one = await ifThere(composing.client.send({ method: 'GET', path }));
		if (one === undefined || !creation.isUntouched(Object(one) as IDataObject)) continue;
		// Not a number if Crisp does not tell.
		const age = since - Date.parse(textIn(isoTime((Object(one) as IDataObject).created_at)));
		if (!(age > clockDifference)) found.push({ id, age });
	}
	const [first] = found;
	if (first === undefined || (found.length === 1 && first.age <= 0)) return first?.id;
	throw new UserError(
		`It is unclear which ${creation.what} this item created: ${found.map(({ id }) => id).join(', ')}`,
		{
			description: `Its answer was lost, and Crisp has a ${creation.what} with this name that may be another's. Nothing is changed. Look in Crisp, and set '${creation.idLabel}' to the ID of the empty one to continue with it, or delete it.`,
		},
	);
}

async function requireOwnOne(composing: Composing, creation: Creation, since?: number): Promise<string> {
	const found = await ownOne(composing, creation, since);
	if (found !== undefined) return found;
	throw new UserError(`Crisp did not return the ID of the new ${creation.what}`, {
		description: `Look for the ${creation.what} in Crisp, and set '${creation.idLabel}' to its ID to continue with it.`,
	});
}
