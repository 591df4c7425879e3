import { randomUUID } from 'crypto';
import { Refusal } from '../http/answer';
import { personByEmail, type Conversation, type Person, type Scalar, type Website } from '../state/state';
import { announceIn, type World } from '../state/world';
import { without } from './view';

/** The fields of a person in a request. Missing fields stay unchanged, or are empty in a new profile. */
export interface PersonCard {
	email?: string;
	person?: Record<string, unknown>;
	company?: Record<string, unknown>;
	segments?: string[];
	notepad?: string;
	active?: number;
}

export function createPerson(world: World, website: Website, card: PersonCard): Person {
	const email = card.email ?? '';
	refuseTakenEmail(website, email);
	const person = personFrom(card, world.clock());
	website.people.set(person.people_id, person);
	const { people_id } = person;
	world.announcer.announce('people:profile:created', website.website_id, { people_id, email });
	return person;
}

/** Builds a person; the caller has to add it to a website. */
export function personFrom(card: PersonCard, now: number): Person {
	return {
		people_id: randomUUID(),
		...profileFrom(card, now),
		email: card.email ?? '',
		score: 0,
		created_at: now,
		updated_at: now,
		data: {},
		events: [],
		isSubscribed: true,
	};
}

function profileFrom(card: PersonCard, now: number) {
	return {
		person: card.person ?? {},
		company: card.company ?? {},
		segments: [...new Set(card.segments ?? [])],
		notepad: card.notepad ?? '',
		active: { now: false, last: card.active ?? now },
	};
}

function refuseTakenEmail(website: Website, email: string, owner?: Person): void {
	const holder = personByEmail(website, email);
	if (holder && holder !== owner) throw new Refusal(409, 'people_exists');
}

/** Overwrites the whole profile; data and events are stored separately and stay. */
export function replacePerson(world: World, website: Website, person: Person, card: PersonCard): void {
	refuseTakenEmail(website, card.email ?? '', person);
	Object.assign(person, profileFrom(card, world.clock()), { email: card.email ?? '' });
	announceUpdate(world, website, person, card);
}

export function patchPerson(world: World, website: Website, person: Person, card: PersonCard): void {
	if (card.email !== undefined) {
		refuseTakenEmail(website, card.email, person);
		person.email = card.email;
	}
	if (card.person) person.person = merged(person.person, card.person);
	if (card.company) person.company = merged(person.company, card.company);
	if (card.segments) person.segments = [...new Set(card.segments)];
	if (card.notepad !== undefined) person.notepad = card.notepad;
	if (card.active !== undefined) person.active = { now: false, last: card.active };
	announceUpdate(world, website, person, card);
}

/** Merges objects recursively; all other values are replaced. */
export function merged(base: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
	const result = { ...base };
	for (const [key, value] of Object.entries(changes)) {
		const before = result[key];
		result[key] = isRecord(before) && isRecord(value) ? merged(before, value) : value;
	}
	return result;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function announceUpdate(world: World, website: Website, person: Person, card: PersonCard): void {
	person.updated_at = world.clock();
	const { people_id, email, updated_at } = person;
	const update = { updated_at, person: card.person ?? {} };
	world.announcer.announce('people:profile:updated', website.website_id, { people_id, email, update });
}

export function removePerson(world: World, website: Website, person: Person): void {
	website.people.delete(person.people_id);
	for (const conversation of website.conversations.values()) {
		if (conversation.people_id === person.people_id) conversation.people_id = null;
	}
	const { people_id } = person;
	world.announcer.announce('people:profile:removed', website.website_id, { people_id });
}

export function setPersonData(world: World, person: Person, data: Record<string, Scalar>): void {
	person.data = data;
	person.updated_at = world.clock();
}

/** Binds a conversation to the person with its email, and creates that person if necessary. */
export function bindPerson(world: World, website: Website, conversation: Conversation): void {
	const { email, nickname } = conversation.meta;
	const person = personByEmail(website, email) ?? createPerson(world, website, { email, person: { nickname } });
	if (conversation.people_id === person.people_id) return;
	conversation.people_id = person.people_id;
	announceIn(world, conversation, 'people:bind:session', { people_id: person.people_id });
}

export const profileView = (person: Person) => without(person, 'data', 'events', 'isSubscribed');
