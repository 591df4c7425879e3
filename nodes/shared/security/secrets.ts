import type { CrispRequest } from '../api/types';
import { SpelledText, type Range } from './spellings';

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

/** How much of a text is searched. */
const mostSearched = 20_000;

/**
 * A text of a server about a request, in which it may repeat what was sent: without the secrets of the request, and cut
 * after 300 characters. Cut before, the beginning of a secret could remain.
 */
export function concealed(text: string, request: Hiding): string {
	const isCut = text.length > mostSearched;
	return withoutSecrets(text.slice(0, mostSearched), request, isCut).slice(0, longest).toWellFormed();
}

/** With `isCut`, the beginning of a secret at the end of the text is replaced, too. */
function withoutSecrets(text: string, { secrets = [], query, body }: Hiding, isCut = false): string {
	const all = [...secrets, ...secretsIn({ query, body })].flatMap((secret) => [secret, secret.toWellFormed()]);
	const wanted = new Set(all.filter((secret) => secret.trim() !== ''));
	if (wanted.size === 0) return text;
	const spelled = new SpelledText(text, isCut);
	const ranges = [...wanted].flatMap((secret) =>
		spelled.find(secret).filter((range) => isSecretAt(text, secret, range)),
	);
	return withoutRanges(text, ranges);
}

/** A short secret is replaced only where it stands alone: otherwise it would remove letters of other words. */
function isSecretAt(text: string, secret: string, [start, end]: Range): boolean {
	if (secret.length > 3) return true;
	return (
		!/[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, start - 2), start)) &&
		!/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2))
	);
}

/** A text with … in place of each range; ranges that overlap are one. */
function withoutRanges(text: string, ranges: Range[]): string {
	let shown = '';
	let from = 0;
	for (const [start, end] of ranges.sort(([one], [other]) => one - other)) {
		if (start >= from) shown += text.slice(from, start) + hidden;
		from = Math.max(from, end);
	}
	return shown + text.slice(from);
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
