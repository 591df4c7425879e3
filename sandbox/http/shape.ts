import { createHash } from 'crypto';
import { added, deleted, listed, processing, resolved, updated, type Answer } from './answer';
import type { Route } from './routes';

const ENTRIES = 2;

/** A fixed time, so that the responses are always the same. */
const SOME_TIME = Date.UTC(2026, 0, 15, 9, 30);

/**
 * Generates a response for a route that the sandbox keeps no state for: the response type of Crisp's SDK, filled with
 * sample values that depend on the request only.
 */
export function answerByShape(route: Route, vars: Record<string, string>): Answer {
	if (route.method === 'GET' || route.method === 'HEAD') return read(route, vars);
	if (route.method === 'POST') return create(route, vars);
	if (route.isAsynchronous) return processing();
	return route.method === 'DELETE' ? deleted() : updated();
}

function read(route: Route, vars: Record<string, string>): Answer {
	const page = Number(vars.page_number ?? 1);
	const isList = vars.page_number !== undefined || listedShape(route) !== undefined;
	if (!isList) return resolved(route.returns ? fill(route.returns, '', 0, vars) : { ...vars });
	if (page > 1) return listed([]);
	const entry = listedShape(route) ?? entryShape(route);
	const entries = Array.from({ length: ENTRIES }, (_, index) => fill(entry, 'entry', index, vars));
	return listed(entries);
}

function create(route: Route, vars: Record<string, string>): Answer {
	const data = route.returns ? fill(route.returns, '', 0, vars) : {};
	return route.isAsynchronous ? processing(data) : added(data);
}

function listedShape(route: Route): unknown {
	const { returns } = route;
	return typeof returns === 'object' ? returns.arrayOf : undefined;
}

/** Guesses the entries of undocumented lists: `.../articles/{page_number}` has entries with an `article_id`. */
function entryShape(route: Route): Record<string, string> {
	const names = route.path.split('/').filter((part) => part !== 'list' && !part.startsWith('{'));
	const plural = names[names.length - 1] ?? 'entries';
	const singular = plural.replace(/ies$/, 'y').replace(/s$/, '');
	return { [`${singular}_id`]: 'string', name: 'string', created_at: 'number' };
}

function fill(shape: unknown, name: string, index: number, vars: Record<string, string>): unknown {
	if (typeof shape === 'string') return scalar(shape, name, index, vars);
	if (typeof shape !== 'object' || shape === null) return null;
	const { arrayOf, anyOf, enum: allowed } = shape as Record<string, unknown>;
	if (Array.isArray(allowed)) return allowed[index % allowed.length];
	if (Array.isArray(anyOf)) return fill(anyOf[0], name, index, vars);
	if (arrayOf !== undefined) {
		const isNamedType = typeof arrayOf === 'string' && /^[A-Z]/.test(arrayOf);
		return isNamedType ? [] : [fill(arrayOf, name.replace(/s$/, ''), index, vars)];
	}
	const filled = Object.entries(shape).map(([key, inner]) => {
		const wireName = toWireName(key);
		return [wireName, fill(inner, wireName, index, vars)];
	});
	return Object.fromEntries(filled);
}

/** A few types of the SDK use `userID?` although the API uses `user_id`. */
const toWireName = (key: string) =>
	key
		.replace(/\?$/, '')
		.replace(/ID$/, '_id')
		.replace(/[a-z][A-Z]/g, ([lower, upper]) => `${lower}_${upper?.toLowerCase()}`);

function scalar(type: string, name: string, index: number, vars: Record<string, string>): unknown {
	if (type === 'boolean') return index % 2 === 0;
	if (type === 'number') return numberFor(name, index);
	if (type !== 'string') return {};
	return index === 0 && vars[name] !== undefined ? vars[name] : textFor(name, index);
}

function numberFor(name: string, index: number): number {
	return /(_at|timestamp|since|last)$/.test(name) ? SOME_TIME + index * 1000 : index + 1;
}

function textFor(name: string, index: number): string {
	if (/(^|_)id$/.test(name)) return uuidOf(name, index);
	if (/email$/.test(name)) return `someone${index + 1}@example.com`;
	if (/(url|image|avatar|logo|icon)$/.test(name)) return `https://files.example/${name}-${index + 1}`;
	if (/domain$/.test(name)) return `site${index + 1}.example`;
	if (/(_until|_date|^since|expire_at)$/.test(name)) return new Date(SOME_TIME).toISOString();
	if (/locale$/.test(name)) return index === 0 ? 'en' : 'fr';
	return `${name || 'value'} ${index + 1}`;
}

function uuidOf(name: string, index: number): string {
	const hex = createHash('sha256').update(`${name}#${index}`).digest('hex');
	const part = (from: number, to: number) => hex.slice(from, to);
	return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
}
