import { readFileSync } from 'node:fs';
import { eventsPage } from '../../scripts/docs/eventsPage';
import { operationsPage } from '../../scripts/docs/operationsPage';

// Where one of these fails: npm run docs.
it.each([
	['docs/operations.md', operationsPage],
	['docs/events.md', eventsPage],
])('%s says what the nodes have', (file, page) => {
	expect(readFileSync(file, 'utf8')).toBe(page());
});
