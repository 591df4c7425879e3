import { namedIdentityText, type EventIdentity } from './identity';

/**
 * Seen events: deduplicates at least the latest 10,000 events. Keyed by ID, which is mostly a number: building and
 * looking up text keys would cost as much as the rest of the work for an event. Rotated in two generations: deleting
 * the oldest entries of a Map one by one is slow in V8.
 */
export class SeenEvents {
	private newer = new Generation();

	private older = new Generation();

	constructor(private readonly least = 10_000) {}

	/** Whether an event is new; marks it as seen. */
	isNew(identity: EventIdentity): boolean {
		if (this.older.has(identity) || !this.newer.add(identity)) return false;
		if (this.newer.size >= this.least) {
			this.older = this.newer;
			this.newer = new Generation();
		}
		return true;
	}

	has(identity: EventIdentity): boolean {
		return this.newer.has(identity) || this.older.has(identity);
	}
}

class Generation {
	private readonly byId = new Map<EventIdentity['id'], EventIdentity>();

	/** The identities whose ID is already used by another one. */
	private readonly others = new Set<string>();

	get size(): number {
		return this.byId.size + this.others.size;
	}

	has(identity: EventIdentity): boolean {
		const known = this.byId.get(identity.id);
		return known !== undefined && (isSame(known, identity) || this.others.has(namedIdentityText(identity)));
	}

	/** Adds an identity. Returns whether it was new. */
	add(identity: EventIdentity): boolean {
		const known = this.byId.get(identity.id);
		if (known === undefined) {
			this.byId.set(identity.id, identity);
			return true;
		}
		const { size } = this.others;
		return !isSame(known, identity) && this.others.add(namedIdentityText(identity)).size > size;
	}
}

function isSame(one: EventIdentity, { name, website, session }: EventIdentity): boolean {
	return one.name === name && one.session === session && one.website === website;
}
