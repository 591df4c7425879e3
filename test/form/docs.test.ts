import { readFileSync } from 'node:fs';
import { operationsPage } from '../../scripts/docs';

it('docs/operations.md says what the table says', () => {
	// Where this fails: npm run docs.
	expect(readFileSync('docs/operations.md', 'utf8')).toBe(operationsPage());
});
