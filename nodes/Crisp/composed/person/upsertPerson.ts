import { NodeApiError, type IDataObject } from 'n8n-workflow';
import { asNodeError } from '../../../shared/errors/apiErrors';
import { simplified } from '../../execute/output';
import { email, pairs } from '../../operations/field';
import type { OutputName } from '../../../shared/events/vocabulary';
import type { ComposedOperation, Composing, Simplify } from '../../operations/operation';
import { newSegments } from '../../operations/fields/newSegments';
import { name, profile, segments } from '../../operations/fields/personProfile';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { setAt } from '../../request/toWire';
import { filledData } from '../support/filledData';
import { updateData } from '../support/keptData';
import { readByEmail } from '../support/people';
import { changedInRun, changedList, noteRecentChanges, segmentsIn, withRecentChanges } from '../support/segments';
import { Steps } from '../support/steps';

const written = {
	'person.nickname': { ...name, description: "Full name of the person; without one, a new person gets the email's" },
	...profile,
	segments: {
		...segments,
		label: 'Segments to Add',
		description: 'Segments to add to the ones the person has',
		isClearable: false,
	},
	new_segments: newSegments(),
};

/** The fields of the person in the output; only fields that need no further request. */
const summary = {
	name: 'person.nickname',
	email: 'email',
	phone: 'person.phone',
	company: 'company.name',
	segments: 'segments',
	created: 'created',
	country: 'person.geolocation.country',
	website_id: 'website_id',
	people_id: 'people_id',
} satisfies Simplify;

export const upsertPerson: ComposedOperation = {
	action: 'Create a person or update the one with the same email',
	// n8n's lint rules fix this sentence.
	description: 'Create a new contact, or update the current one if it already exists (upsert)',
	note: 'Takes two requests, three with custom data, five if the person has other custom data.',
	scope: 'website:people:profiles, website:people:data',
	variables: ['website_id'],
	target: 'email',
	changesFields: true,
	body: {
		email: email('Email of the person; upper and lower case are the same', { required: true }),
		...written,
		data: pairs('Keys to set in the custom data of the person; the others stay', {
			label: 'Custom Data',
			picks: 'personData',
		}),
	},
	returns: Object.keys(summary) as OutputName[],
	async compose(composing) {
		const { values, client } = composing;
		const steps = new Steps(composing, { website_id: values.website_id, email: values.email }, adviceFor);
		const saved = await steps.take(
			'profile',
			async () => simplified(await save(composing), summary),
			({ people_id, created }) => ({
				text: `person ${String(people_id)} was ${created ? 'created' : 'updated'}`,
				made: { people_id, created },
			}),
		);
		// With "Clear Empty Fields", an empty text empties what is there; a new person has nothing.
		const data = saved.created ? filledData(values.data) : (values.data as IDataObject | undefined);
		if (data && Object.keys(data).length > 0) {
			const path = fillPath(dataRoute, { website_id: String(values.website_id), people_id: String(saved.people_id) });
			const body = { data };
			const set = async () =>
				saved.created ? await client.send({ method: 'PATCH', path, body }) : await updateData(composing, path, body);
			await steps.take('data', set, () => ({ text: 'its custom data was set' }));
		}
		return [{ json: { ...saved } }];
	},
};

function adviceFor(): string {
	return 'To continue in another execution, run the item with the same email: no second person is created.';
}

const people = parseRoute('POST /v1/website/{website_id}/people/profile');
const one = parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}');
const dataRoute = parseRoute('PATCH /v1/website/{website_id}/people/data/{people_id}');

/** Creates or updates the person and returns it, with `created`: whether it is new. */
async function save(composing: Composing): Promise<IDataObject> {
	const { values, client } = composing;
	const website_id = String(values.website_id);
	const address = String(values.email).trim();
	const [found] = await readByEmail(client, website_id, address);
	if (found) return await update(composing, found);
	const person = { email: address, ...changesIn(values, isFilled) };
	setAt(person, 'person.nickname', values['person.nickname'] || address.split('@')[0]);
	try {
		const made = await client.send({ method: 'POST', path: fillPath(people, { website_id }), body: person });
		return { ...person, ...(made as IDataObject), website_id, created: true };
	} catch (error) {
		const isTaken = error instanceof NodeApiError && error.httpCode === '409';
		if (!isTaken) throw asNodeError(composing.node, error);
		// Somebody else created the person in between, or the search does not find a new person yet.
		const path = fillPath(one, { website_id, people_id: address });
		return await update(composing, (await client.send({ method: 'GET', path })) as IDataObject);
	}
}

async function update(composing: Composing, found: IDataObject): Promise<IDataObject> {
	const { values, client } = composing;
	const website_id = String(values.website_id);
	const people_id = String(found.people_id);
	const path = fillPath(one, { website_id, people_id });
	const changes = changesIn(values);
	const added = changedInRun(composing, path);
	const asked = segmentsIn(changes);
	const segments = withRecentChanges(composing, path, segmentsIn(found));
	if (asked.length > 0) changes.segments = changedList(segments, [...added, ...asked], 'add');
	if (Object.keys(changes).length > 0) await client.send({ method: 'PATCH', path, body: changes });
	for (const segment of asked) added.add(segment);
	noteRecentChanges(composing, path, { change: 'add', asked });
	return { ...merged(found, changes), people_id, website_id, created: false };
}

function changesIn(values: IDataObject, isSent: (value: unknown) => boolean = isGiven): IDataObject {
	const changes: IDataObject = {};
	for (const field of Object.keys(written)) {
		if (isSent(values[field])) setAt(changes, field, values[field]);
	}
	return changes;
}

const isGiven = (value: unknown) => value !== undefined;

/** Whether there is a value: with "Clear Empty Fields", a new person has nothing to empty. */
function isFilled(value: unknown): boolean {
	return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Merges as Crisp does: objects by their keys; anything else is replaced. */
function merged(before: IDataObject, changes: IDataObject): IDataObject {
	const result = { ...before };
	for (const [key, value] of Object.entries(changes)) {
		const old = result[key];
		result[key] = isObject(old) && isObject(value) ? merged(old, value) : value;
	}
	return result;
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
