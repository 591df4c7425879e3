import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `test/e2e/firstWorkflow.e2e.ts` counts the clicks of each step; here is the sum. */

const guide = readFileSync(join(__dirname, '../../../docs/guides/your-first-workflow.md'), 'utf8');
const steps = [...guide.matchAll(/^## (\d)\. (.+) \((\d+) clicks?\)$/gm)];
const clicks = steps.map(([, , name, count]) => [name, Number(count)] as const);
const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

describe('docs/guides/your-first-workflow.md', () => {
	it('numbers its steps', () => {
		expect(steps.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6]);
	});

	it('says how many clicks it takes, with and without a credential', () => {
		const [, all, fewer] = /It takes (\d+) clicks and .*?; (\d+) clicks if n8n already has/s.exec(guide) ?? [];
		const withCredential = clicks.filter(([name]) => name !== 'Connect Crisp').map(([, count]) => count);
		expect([Number(all), Number(fewer)]).toEqual([sum(clicks.map(([, count]) => count)), sum(withCredential)]);
	});
});
