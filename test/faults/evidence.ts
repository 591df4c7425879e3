import { inspect } from 'node:util';

/** Where a secret was found. */
export interface Leak {
	where: string;
	secret: string;
	around: string;
}

/** How many characters around a secret are kept to show where it was found. */
const around = 60;

/**
 * Searches everything that a run produces for secrets: in plain form, as HTTP sends them, and as a URL contains them.
 * Keeps only the findings and the number of places searched.
 */
export class Evidence {
	readonly leaks: Leak[] = [];

	/** How many things were searched, by kind. */
	readonly counts: Record<string, number> = {};

	/** How many things were searched. */
	get total(): number {
		return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
	}

	private readonly forms = new Map<string, string>();

	/** Adds secrets to search for. Reports show only their names. */
	guard(secrets: Record<string, string>): void {
		for (const [name, secret] of Object.entries(secrets)) {
			for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
				this.forms.set(form, name);
			}
			this.forms.set(Buffer.from(secret).toString('base64').replace(/=+$/, ''), `${name}, in Base64`);
			this.forms.set(Buffer.from(secret).toString('hex'), `${name}, in hexadecimal digits`);
		}
	}

	/** The same for the user and password of HTTP Basic authentication. */
	guardPair(name: string, user: string, password: string): void {
		const basic = Buffer.from(`${user}:${password}`).toString('base64');
		// The part after the user name, which does not depend on what precedes it.
		this.forms.set(basic.slice(Math.ceil((user.length + 2) / 3) * 4).replace(/=+$/, ''), `${name}, as HTTP sends it`);
	}

	/** Searches a value, including its hidden parts, and returns it. */
	look<Thing>(where: string, thing: Thing): Thing {
		this.counts[where] = (this.counts[where] ?? 0) + 1;
		for (const text of [textsIn(thing), shown(thing), asJson(thing)]) this.search(where, text);
		return thing;
	}

	private search(where: string, text: string): void {
		for (const [form, secret] of this.forms) {
			const at = text.indexOf(form);
			if (at < 0) continue;
			const place = text.slice(Math.max(0, at - around), at + form.length + around).replace(form, '[HERE]');
			if (this.leaks.length < 100) this.leaks.push({ where, secret, around: place });
		}
	}
}

function shown(thing: unknown): string {
	return typeof thing === 'string' ? thing : inspect(thing, { depth: 12, showHidden: true, maxStringLength: Infinity });
}

function asJson(thing: unknown): string {
	try {
		return JSON.stringify(thing) ?? '';
	} catch {
		return '';
	}
}

/** Every text in a value: in hidden properties, prototypes, causes, symbols, maps and bytes. */
function textsIn(thing: unknown): string {
	const texts: string[] = [];
	const seen = new Set<unknown>();
	const left: unknown[] = [thing];
	for (let next = left.pop(); left.length > 0 || next !== undefined; next = left.pop()) {
		if (typeof next === 'string') texts.push(next);
		if (next instanceof Uint8Array) texts.push(Buffer.from(next).toString('latin1'));
		else if (typeof next === 'object' && next !== null && !seen.has(next)) {
			seen.add(next);
			left.push(...partsOf(next));
		}
	}
	return texts.join('\n');
}

function partsOf(thing: object): unknown[] {
	const entries = thing instanceof Map || thing instanceof Set ? [...thing].flat() : [];
	const own = Reflect.ownKeys(thing).flatMap((key) => {
		const value = Reflect.getOwnPropertyDescriptor(thing, key)?.value as unknown;
		return [typeof key === 'string' ? key : key.description, value];
	});
	return [...entries, ...own].filter((part) => part !== undefined && part !== null);
}

/** Searches every line of a log from now on, at all levels. */
export function watchLog(logger: object, evidence: Evidence): void {
	const levels = logger as Record<string, (...values: unknown[]) => void>;
	for (const level of ['error', 'warn', 'info', 'debug']) {
		const write = levels[level]?.bind(logger);
		levels[level] = (...values) => write?.(...evidence.look('log line', values));
	}
}

/** Searches everything that the process prints. */
export function watchOutput(evidence: Evidence): void {
	for (const stream of [process.stdout, process.stderr]) {
		const write = stream.write.bind(stream) as (...values: unknown[]) => boolean;
		stream.write = (...values: unknown[]) => write(...evidence.look('printed', values));
	}
}
