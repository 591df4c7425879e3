import { invalid } from '../http/answer';

/** One condition of `search_filter`, or of `search_query` in its `filter` type. */
export interface Condition {
	model: string;
	criterion: string;
	operator: string;
	query: unknown[];
}

type Test = (actual: unknown[], wanted: unknown[]) => boolean;

const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase();
const some: Test = (actual, wanted) => actual.some((value) => wanted.some((w) => same(value, w)));
const compared =
	(passes: (difference: number) => boolean): Test =>
	(actual, wanted) =>
		actual.some((value) => passes(Number(value) - Number(wanted[0])));

const TESTS: Record<string, Test> = {
	eq: some,
	in: some,
	neq: (actual, wanted) => !some(actual, wanted),
	nin: (actual, wanted) => !some(actual, wanted),
	// As Crisp's own app sends it; where it looks within a value is inferred from the name.
	has: (actual, wanted) =>
		actual.some((value) => wanted.some((w) => String(value).toLowerCase().includes(String(w).toLowerCase()))),
	gte: compared((difference) => difference >= 0),
	lte: compared((difference) => difference <= 0),
	gt: compared((difference) => difference > 0),
	lt: compared((difference) => difference < 0),
};

/** Parses a list of conditions for these models; throws `invalid_data` with the parameter's name if it is invalid. */
export function parseConditions(name: string, json: string, models: string[]): Condition[] {
	let parsed: unknown;
	try {
		parsed = JSON.parse(json);
	} catch {
		throw invalid(`${name}: not JSON`);
	}
	if (!Array.isArray(parsed)) throw invalid(`${name}: must be an array of conditions`);
	for (const [index, condition] of (parsed as Array<Partial<Condition> | null>).entries()) {
		const at = `${name}[${index}]`;
		if (!models.includes(condition?.model ?? '')) {
			throw invalid(`${at}.model: must be one of ${models.join(', ')}`);
		}
		if (typeof condition?.criterion !== 'string') throw invalid(`${at}.criterion: required`);
		if (!((condition.operator ?? '') in TESTS)) throw invalid(`${at}.operator: unknown`);
		if (!Array.isArray(condition.query)) throw invalid(`${at}.query: must be an array`);
	}
	return parsed as Condition[];
}

export function satisfies(subject: object, conditions: Condition[], joinedBy: string | undefined): boolean {
	const holds = ({ criterion, operator, query }: Condition) =>
		TESTS[operator]?.(valuesAt(subject, criterion), query) ?? false;
	return joinedBy === 'or' ? conditions.some(holds) : conditions.every(holds);
}

function valuesAt(subject: object, path: string): unknown[] {
	const value = valueAt(subject, path);
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value];
}

export function valueAt(subject: object, path: string): unknown {
	let value: unknown = subject;
	// Shortcut for performance: called a hundred thousand times for every page of a long list.
	if (!path.includes('.')) return (subject as Record<string, unknown>)[path];
	for (const key of path.split('.')) {
		value = (value as Record<string, unknown> | undefined | null)?.[key];
	}
	return value;
}

export function requireJoin(query: Record<string, string>): void {
	const { search_operator: join } = query;
	if (join !== undefined && join !== 'and' && join !== 'or') {
		throw invalid('search_operator: must be "and" or "or"');
	}
}
