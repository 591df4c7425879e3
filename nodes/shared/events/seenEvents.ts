import { namedIdentityText, type EventIdentity } from './identity';

/**
 * At least the latest 10,000 things seen, to tell what comes for the first time. By marks, most of which are numbers: to
 * make texts and look for those costs as much as all else that an event passes. In two generations: to take the oldest
 * out one by one makes V8 step over all that was taken out before.
 */
export class SeenEvents {
	private newer = new Generation();

	private older = new Generation();

	constructor(private readonly least = 10_000) {}

	/** Whether it was not seen yet; it is from now on. */
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

	/** Those whose mark another has, too. */
	private readonly others = new Set<string>();

	get size(): number {
		return this.byId.size + this.others.size;
	}

	has(identity: EventIdentity): boolean {
		const known = this.byId.get(identity.id);
		return known !== undefined && (isSame(known, identity) || this.others.has(namedIdentityText(identity)));
	}

	/** Whether it was not there. */
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
