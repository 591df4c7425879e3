/**
 * Anything but text or a number becomes an empty text: payloads may contain anything, and no event may disturb others.
 */
export function textIn(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Anything but text or a number becomes NaN. `Number` could even throw: data may have a field called `valueOf`. */
export function numberIn(value: unknown): number {
	return typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
}
