/** In place of the random IDs of the sandbox: the same ones in the same order, so that what is written again is the same. */

let count = 0;

/** Begins again. */
export function resetIds(): void {
	count = 0;
}

function nextId(): string {
	count += 1;
	return `f1f0ed1d-0000-4000-8000-${String(count).padStart(12, '0')}`;
}

for (const name of ['crypto', 'node:crypto']) {
	jest.mock(name, () => ({ ...jest.requireActual<object>(name), randomUUID: () => nextId() }));
}
