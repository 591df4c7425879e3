import type { IDataObject } from 'n8n-workflow';
import { BoundedMap } from '../../runtime/boundedMap';
import { textIn } from '../../runtime/coerce';
import { chosenIn } from '../derived';
import { shortHash } from '../identity';

/** By the hash of a message or conversation: the hashes of the selected choices, or of the rating. */
export type SavedAnnounced = Record<string, string>;

/** What is saved: n8n saves it with events, and copies it into executions. */
const maxSaved = { entries: 300, characters: 15_000 };
/** The number of selected choices of a message that are told apart. */
const mostChoices = 100;

/** The events of which some only repeat a value, with what they repeat. */
export const announcedEvents = ['message:updated', 'session:sync:rating'];

/**
 * Remembers the last choices of each picker and the last rating of each conversation. Crisp's events contain the present
 * value, also where only something else has changed, such as the text of a picker.
 */
export class AnnouncedValues {
	private readonly known = new BoundedMap<string>();

	private isSaved = false;

	constructor(private readonly memory: { announced?: SavedAnnounced } = {}) {
		for (const [key, value] of Object.entries(memory.announced ?? {})) this.known.set(key, value);
	}

	/** Records the choices that a message has after an update. Returns those that it did not have before. */
	newChoices(payload: IDataObject): IDataObject[] {
		if (!hasChoices(payload)) return [];
		const chosen = chosenIn(payload).slice(0, mostChoices);
		const key = keyOf('choice', payload, textIn(payload.fingerprint));
		const before = this.known.get(key)?.split(' ') ?? [];
		if (chosen.length > 0 || before.length > 0) this.set(key, chosen.map(hashOfChoice).join(' '));
		return chosen.filter((choice) => !before.includes(hashOfChoice(choice)));
	}

	/** Records the rating of a conversation. Returns whether it differs from the last one. */
	isNewRating(payload: IDataObject): boolean {
		const { stars, comment } = Object(payload.rating) as IDataObject;
		const rating = shortHash(JSON.stringify([textIn(stars), textIn(comment)]));
		const key = keyOf('rating', payload);
		const isNew = this.known.get(key) !== rating;
		this.set(key, rating);
		return isNew;
	}

	/** Copies the values to the static data, which n8n saves with the next event. */
	save(): void {
		if (this.isSaved) return;
		this.isSaved = true;
		let characters = 0;
		const latest = this.known.last(maxSaved.entries).reverse();
		const few = latest.filter(([key, value]) => (characters += key.length + value.length) <= maxSaved.characters);
		this.memory.announced = Object.fromEntries(few.reverse());
	}

	private set(key: string, value: string): void {
		this.known.set(key, value);
		this.isSaved = false;
	}
}

function hasChoices({ content }: IDataObject): boolean {
	return Array.isArray((Object(content) as IDataObject).choices);
}

/** A choice is identified by its value: its label may be edited. */
function hashOfChoice({ value, label }: IDataObject): string {
	return shortHash(textIn(value) || `label ${textIn(label)}`);
}

function keyOf(kind: string, { website_id, session_id }: IDataObject, ...more: string[]): string {
	return shortHash(JSON.stringify([kind, textIn(website_id), textIn(session_id), ...more]));
}
