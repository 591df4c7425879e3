/** The names in an output with the kind of each value, such as `{ "session_id": "text", "created_at": "milliseconds" }`. */
export type Shape = Record<string, string>;

const deepest = 2;

/** The shape of all items together, so deep. A name that has values of several kinds is of the kind `any`. */
export function shapeOf(items: unknown[], depth = deepest): Shape {
	const shape: Shape = {};
	for (const item of items) note(shape, item, '', depth);
	return shape;
}

function note(shape: Shape, value: unknown, path: string, depth: number): void {
	if (path !== '') {
		const kind = kindOf(value);
		const before = shape[path] ?? 'null';
		shape[path] = before === 'null' || before === kind ? kind : kind === 'null' ? before : 'any';
	}
	if (depth <= 0 || typeof value !== 'object' || value === null) return;
	if (Array.isArray(value)) return value.forEach((entry) => note(shape, entry, `${path}[]`, depth - 1));
	for (const [name, inner] of Object.entries(value)) note(shape, inner, path ? `${path}.${name}` : name, depth - 1);
}

/** The kinds tell a time in ISO 8601 from other texts, and one in milliseconds from other numbers. */
function kindOf(value: unknown): string {
	if (value === null || value === undefined) return 'null';
	if (Array.isArray(value)) return 'list';
	if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) ? 'ISO time' : 'text';
	if (typeof value === 'number') return value >= 1e12 && value < 1e13 ? 'milliseconds' : 'number';
	return typeof value;
}

/** What is missing, or of another kind, in a shape of today, such as `state: text before, now missing`. More is allowed. */
export function lostIn(today: Shape, saved: Shape): string[] {
	return Object.entries(saved).flatMap(([path, kind]) => {
		const now = today[path] ?? 'missing';
		const isSame = now === kind || (kind === 'null' && now !== 'missing') || (kind === 'any' && now !== 'missing');
		return isSame ? [] : [`${path}: ${kind} before, now ${now}`];
	});
}
