import { readFileSync } from 'node:fs';
import { eventsPage } from '../../scripts/docs/eventsPage';
import { loopsPage } from '../../scripts/docs/loopsPage';
import { operationsPage } from '../../scripts/docs/operationsPage';
import { outputNamesPage } from '../../scripts/docs/outputNamesPage';

// If one of these fails, run `npm run docs`.
it.each([
	['docs/operations.md', operationsPage],
	['docs/events.md', eventsPage],
	['docs/output-names.md', outputNamesPage],
	['docs/loops.md', loopsPage],
])('%s is up to date', (file, page) => {
	expect(readFileSync(file, 'utf8')).toBe(page());
});
