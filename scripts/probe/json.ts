/** Values of Crisp's answers, in which any field may have any type or be missing. */
export type Json = Record<string, unknown>;

export const objectIn = (value: unknown): Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

export const entriesIn = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectIn) : []);

/** The number, or NaN. */
export const numberIn = (value: unknown): number => (typeof value === 'number' ? value : NaN);
