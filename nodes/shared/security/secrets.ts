import type { CrispRequest } from '../api/types';

/** Keeps secrets out of errors and logs. */

const hidden = '…';

/** Names of fields in a body whose values are secret, as the last word of a name: `password`, `verify.secret`. */
const secretName =
	/(^|[^a-z])(pass|password|passphrase|passwd|secret|secrets|token|tokens|jwt|key|signature|signed|credential|credentials|otp|code|authorization|cookie)$/i;

/** Segments of a path after which a secret comes, in any route that there may be. */
const secretSegment = /(?<=\/(?:tokens?|secrets?|keys?|passwords?|signatures?)\/)[^/?#]+/gi;

/** How many fields of a request are searched; requests with more have lists of sessions or profiles. */
const mostFields = 10_000;

/** What may hold secrets in a request. */
type Hiding = Pick<CrispRequest, 'secrets' | 'query' | 'body'>;

/** What is needed of a request to show it. */
export type Shown = Omit<CrispRequest, 'method'> & { method: string };

/** The method and the path of a request, as an error may show them: without secrets, without the query. */
export function shownRequest(request: Shown): string {
	return `${request.method} ${withoutSecrets(request.path.replace(secretSegment, hidden), request)}`;
}

/** Longer than any text of Crisp; other servers may return anything. */
const longest = 300;

/**
 * A text of a server about a request, in which it may repeat what was sent: without the secrets of the request, and cut
 * after 300 characters. Cut before, the beginning of a secret could remain.
 */
export function concealed(text: string, request: Hiding): string {
	return withoutSecrets(text, request).slice(0, longest).toWellFormed();
}

function withoutSecrets(text: string, { secrets = [], query, body }: Hiding): string {
	const all = [...new Set([...secrets, ...secretsIn({ query, body })])].flatMap(spellingsOf);
	// The longest first: a secret may be a part of another one.
	all.sort((one, other) => other.length - one.length);
	return all.reduce(replaced, text);
}

/** The values in a request that their names call secret; a query may have JSON texts. */
function secretsIn(request: unknown): string[] {
	const found: string[] = [];
	const nests = new Map<object, boolean>();
	const note = (value: unknown, isSecret: boolean) => {
		const inner = jsonIn(value);
		if (typeof inner === 'object' && inner !== null) nests.set(inner, isSecret || nests.get(inner) === true);
		else if (isSecret && (typeof value === 'string' || typeof value === 'number')) found.push(String(value));
	};
	note(request, false);
	let left = mostFields;
	// The map grows while it is read.
	for (const [nest, isSecret] of nests) {
		for (const [name, value] of Object.entries(nest)) {
			if (left-- <= 0) return found;
			note(value, isSecret || secretName.test(name.replace(/([a-z])([A-Z])/g, '$1_$2')));
		}
	}
	return found;
}

function jsonIn(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}

/** A secret as it is, as in JSON and in a JSON text inside of JSON, and each of them as in a path and in a form. */
function spellingsOf(secret: string): string[] {
	const whole = secret.toWellFormed();
	const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
	const written = [secret, whole, inJson(secret), inJson(inJson(secret))];
	const encoded = written.map((one) => encodeURIComponent(one.toWellFormed()));
	const inForms = encoded.map((one) => one.replaceAll('%20', '+'));
	return [...new Set([...written, ...encoded, ...inForms])].filter((one) => one.trim() !== '');
}

/** A short secret is replaced only where it stands alone: otherwise it would remove letters of other words. */
function replaced(text: string, secret: string): string {
	if (secret.length > 3) return text.replaceAll(secret, hidden);
	const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
	return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gu'), hidden);
}
