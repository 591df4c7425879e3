/** What is neither text nor number is none: an event may hold anything, and no event may disturb others. */
export function textIn(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** No number for anything else, of which `Number` may even throw: data may have a field called `valueOf`. */
export function numberIn(value: unknown): number {
	return typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
}
