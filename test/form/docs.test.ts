import { readFileSync } from 'node:fs';
import { eventsPage } from '../../scripts/docs/eventsPage';
import { operationsPage } from '../../scripts/docs/operationsPage';

// If one of these fails, run `npm run docs`.
it.each([
	['docs/operations.md', operationsPage],
	['docs/events.md', eventsPage],
])('%s is up to date', (file, page) => {
	expect(readFileSync(file, 'utf8')).toBe(page());
});
