import { createHash } from 'node:crypto';

/** The latest things told, each under a name; the oldest are forgotten. */
export class BoundedMap<Value> {
	private readonly values = new Map<string, Value>();

	constructor(private readonly most = 10_000) {}

	get(name: string): Value | undefined {
		return this.values.get(name);
	}

	has(name: string): boolean {
		return this.values.has(name);
	}

	get size(): number {
		return this.values.size;
	}

	/** Makes it the latest. */
	set(name: string, value: Value): void {
		this.values.delete(name);
		this.keep(name, value);
	}

	/** What was told before stays where it is in the order. */
	keep(name: string, value: Value): void {
		this.values.set(name, value);
		if (this.values.size <= this.most) return;
		const oldest = this.values.keys().next();
		if (!oldest.done) this.values.delete(oldest.value);
	}

	/** The latest so many, the oldest of them first. */
	last(count: number): Array<[string, Value]> {
		return [...this.values].slice(-count);
	}

	delete(name: string): void {
		this.values.delete(name);
	}

	clear(): void {
		this.values.clear();
	}
}

/** What tells an event from every other, where it can only happen once. */
export interface EventIdentity {
	/** The event's name. */
	name: string;
	website: string;
	/** The conversation, where the event is of one. */
	session: string;
	/** What it is among its like: a fingerprint, or the ID of a person. */
	id: string | number;
}

/**
 * At least the latest 10,000 things seen, to tell what comes for the first time. By marks, most of which are numbers: to
 * make texts and look for those costs as much as all else that an event passes. In two generations: to take the oldest
 * out one by one makes V8 step over all that was taken out before.
 */
export class SeenEvents {
	private young = new Generation();

	private old = new Generation();

	constructor(private readonly least = 10_000) {}

	/** Whether it was not seen yet; it is from now on. */
	isNew(identity: EventIdentity): boolean {
		if (this.old.has(identity) || !this.young.add(identity)) return false;
		if (this.young.size >= this.least) {
			this.old = this.young;
			this.young = new Generation();
		}
		return true;
	}

	has(identity: EventIdentity): boolean {
		return this.young.has(identity) || this.old.has(identity);
	}
}

class Generation {
	private readonly byMark = new Map<EventIdentity['id'], EventIdentity>();

	/** Those whose mark another has, too. */
	private readonly others = new Set<string>();

	get size(): number {
		return this.byMark.size + this.others.size;
	}

	has(identity: EventIdentity): boolean {
		const known = this.byMark.get(identity.id);
		return known !== undefined && (isSame(known, identity) || this.others.has(fullTextOf(identity)));
	}

	/** Whether it was not there. */
	add(identity: EventIdentity): boolean {
		const known = this.byMark.get(identity.id);
		if (known === undefined) {
			this.byMark.set(identity.id, identity);
			return true;
		}
		const { size } = this.others;
		return !isSame(known, identity) && this.others.add(fullTextOf(identity)).size > size;
	}
}

function isSame(one: EventIdentity, { name, website, session }: EventIdentity): boolean {
	return one.name === name && one.session === session && one.website === website;
}

/** The same for the same thing in every process, and another for every other. */
export function fullTextOf(identity: EventIdentity): string {
	return `${identity.name} ${textOf(identity)}`;
}

/** What tells it from others of its name. None of Crisp's IDs has a space in it, but an event may hold any text for one. */
export function textOf({ website, session, id }: EventIdentity): string {
	return [website, session, String(id)].map(withoutSpaces).join(' ');
}

function withoutSpaces(part: string): string {
	return part.replace(/[ %]/g, encodeURIComponent);
}

/** Ten characters that tell one of some thousands from the others, for what is saved. */
export function shortHash(identity: string): string {
	return createHash('sha256').update(identity).digest('base64').slice(0, 10);
}
