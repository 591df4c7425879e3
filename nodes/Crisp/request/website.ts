import { UserError, type IDataObject } from 'n8n-workflow';
import { idIn, isGiven, isWebsiteId, websiteInUrl } from '../form/locators';
import type { Picks } from '../operations/field';
import type { Operation } from '../operations/operation';
import type { Reading } from './buildRequest';
import { fieldsOf, pathFieldOf, type FormField } from './fieldsOf';
import { entryPicks, listEntries } from './lists';
import { toWire } from './toWire';

/** Which website an item acts on. */
export interface Website {
	id: string;
	/** What it was taken from: the field Website, the URL in a field, the object with the ID, or the credential. */
	from: 'chosen' | 'url' | 'item' | 'default';
}

/** A website that a field brings along. */
interface Brought {
	id: string;
	label: string;
}

/** A value that identifies what an item acts on, and the parameter that it comes from. */
interface Target {
	what: Picks;
	label: string;
	/** The name of the parameter; in a collection, after that of the collection. */
	path: string[];
	given: unknown;
}

/**
 * The website of an item. In this order: the one in the field Website; that of the URL by which a conversation or a person
 * was chosen; the `website_id` of the object that an expression takes the ID from; the default website of the
 * credential. `given` has the values of other fields, which decide what the form shows. Throws a UserError if there is
 * none, and if two fields bring different ones.
 */
export function websiteFor(
	operation: Operation,
	reading: Reading,
	isShown: (one: FormField) => boolean = () => true,
): Website {
	const { parameters, defaultWebsite } = reading;
	const { parameter, label, field } = pathFieldOf(operation, 'website_id');
	const targets = targetsOf(operation, reading, isShown);
	const urls = targets.flatMap(({ what, label, path, given }): Array<Brought & { isOfModel: boolean }> => {
		const id = websiteInUrl(what, given);
		return id === undefined ? [] : [{ id, label, isOfModel: parameters.isOfModel?.(path) ?? false }];
	});
	if (parameters.isGiven(parameter)) {
		const id = String(toWire('website_id', field, parameters.get(parameter), parameters.timezone, label) ?? '');
		// An expression without a value must not act on another website: only an empty field means one.
		if (id === '') throw emptyWebsite(label, reading);
		const other = urls.find((one) => !isSame(one.id, id));
		if (other) throw otherThanChosen(label, id, other);
		return { id, from: 'chosen' };
	}
	const ofUrls = onlyOne(urls, label, 'are URLs of different websites');
	if (ofUrls) {
		const isForModel = urls.some(({ isOfModel }) => isOfModel) && !isSame(ofUrls.id, defaultWebsite);
		if (isForModel) throw chosenByModel(label, ofUrls);
		return { id: ofUrls.id, from: 'url' };
	}
	const ofItem = onlyOne(broughtByItem(targets, reading), label, 'come from items of different websites');
	if (ofItem) return { id: ofItem.id, from: 'item' };
	if (defaultWebsite === '') throw emptyWebsite(label, reading);
	return { id: defaultWebsite, from: 'default' };
}

/** What decides the website: the conversations; without any, the people; without any, what the path identifies. */
function broughtByItem(targets: Target[], { parameters }: Reading): Brought[] {
	const ranks: Array<(what: Picks) => boolean> = [
		(what) => what === 'conversation',
		(what) => what === 'person',
		(what) => what !== 'conversation' && what !== 'person',
	];
	const deciding = ranks.map((isMeant) => targets.filter(({ what }) => isMeant(what))).find((some) => some.length > 0);
	return (deciding ?? []).flatMap(({ what, label, path, given }) => {
		const id = parameters.websiteOf?.(path, idIn(what, given));
		return isWebsiteId(id) ? [{ id: id.toLowerCase(), label }] : [];
	});
}

function onlyOne(brought: Brought[], label: string, how: string): Brought | undefined {
	const [first, ...others] = brought;
	const other = others.find(({ id }) => id !== first?.id);
	if (!first || !other) return first;
	const labels = [...new Set([first.label, other.label])].map((one) => `'${one}'`).join(' and ');
	throw new UserError(`'${label}' is empty, and ${labels} ${how}`, {
		description: `One is of website ${first.id}, another of ${other.id}. Choose '${label}', and act on one website per item.`,
	});
}

const inPath: Picks[] = ['operator', 'inbox', 'team', 'campaign', 'template', 'article', 'category', 'section'];

function targetsOf(operation: Operation, reading: Reading, isShown: (one: FormField) => boolean): Target[] {
	const { parameters, collection } = reading;
	const optional = (parameters.get(collection) ?? {}) as IDataObject;
	return fieldsOf(operation)
		.filter(isShown)
		.flatMap((one): Target[] => {
			const { name, parameter, label, field, isOptional, place } = one;
			const what = field.kind === 'list' ? entryPicks(name, field) : field.kind === 'picker' ? field.picks : undefined;
			const isTarget =
				what === 'conversation' || what === 'person' || (what && place === 'path' && inPath.includes(what));
			if (!isTarget) return [];
			const raw = isOptional ? optional[parameter] : parameters.get(parameter);
			const path = isOptional ? [collection, parameter] : [parameter];
			const all = field.kind === 'list' ? listEntries(raw) : [raw];
			return all.filter(isGiven).map((given) => ({ what, label, path, given }));
		});
}

function isSame(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

function emptyWebsite(label: string, { parameters }: Reading): UserError {
	const ofItem = parameters.websiteOfItem?.();
	return new UserError(`'${label}' is empty`, {
		description: isWebsiteId(ofItem)
			? `Set it to {{ $json.website_id }}, which this item has, or set 'Default Website ID' in the credential.`
			: `Choose a website, check that the expression has a value for this item, or leave the field empty and set 'Default Website ID' in the credential.`,
	});
}

function otherThanChosen(label: string, chosen: string, { id, label: field }: Brought): UserError {
	return new UserError(`'${label}' and the URL in '${field}' are of different websites`, {
		description: `'${label}' is ${chosen}, and the URL is of ${id}. Leave '${label}' empty to use the website of the URL, or choose one of that website in '${field}'.`,
	});
}

function chosenByModel(label: string, { id, label: field }: Brought): UserError {
	return new UserError(`The model gave a URL of another website in '${field}'`, {
		description: `It is of website ${id}. A model cannot choose the website by a URL: choose '${label}', or let the model define '${label}', too.`,
	});
}
