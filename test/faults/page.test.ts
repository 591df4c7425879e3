import { accountOf, type Seen } from './account';
import { checksOf, linesOf } from './mix/report';
import { Memory } from './mix/memory';
import type { Outcome } from './mix/run';
import { mixSection, tableSection } from './page';
import type { Judged } from './runTable';

const facts = { date: '2026-06-01', machine: 'A processor, 2 cores, 8 GB', versions: 'Node.js 24, n8n-core 2' };

const nothing: Seen = {
	requests: 0,
	struck: 0,
	lines: 0,
	answered: [],
	stored: 0,
	items: 0,
	executions: 0,
	said: new Set(),
	searched: 0,
};

describe('the observations of a fault', () => {
	it.each<[Partial<Seen>, string]>([
		[{}, ''],
		[{ requests: 1 }, '1 request'],
		[{ requests: 4, struck: 1, stored: 3, items: 3 }, '1 of 4 requests affected; 3 messages stored; 3 items returned'],
		[{ lines: 2, executions: 1_000 }, '2 connections; 1,000 executions started'],
		[{ answered: [401, 200], said: new Set(['It failed']) }, 'answered 401, 200; “It failed”'],
		[{ searched: 2 }, 'no secret in 2 places'],
	])('%j is described as: %s', (seen, words) => {
		expect(accountOf({ ...nothing, ...seen })).toBe(words);
	});
});

describe('the page of the faults', () => {
	const judged = (problem?: Error): Judged => ({
		where: 'REST',
		fault: { kind: 'cut', what: 'a | b', holds: 'delivered', strike: async () => undefined },
		account: '1 request',
		problem,
	});

	it('has a row for each fault, with its observations', () => {
		const section = tableSection({ judged: [judged()], rejections: [], seconds: 2 }, facts);
		expect(section).toContain('| REST | a \\| b | delivered | ✓ 1 request |');
		expect(section).toContain('- ✓ 1 of 1 faults held in 2 s');
		expect(section).toContain('- ✓ unhandled errors: 0');
	});

	it('shows failures', () => {
		const problem = new Error('The fault did not end\nat somewhere');
		const section = tableSection({ judged: [judged(problem)], rejections: [problem], seconds: 2 }, facts);
		expect(section).toContain('| ✗ The fault did not end |');
		expect(section).toContain('- ✗ 0 of 1 faults held');
		expect(section).toContain('- ✗ unhandled errors: 1');
	});

	it.each([
		[[], '| lost, written | 0 | ✓ |', '  ✓ lost, written: 0'],
		[['m-00001'], '| lost, written | 1 | ✗ |', '  ✗ lost, written: 1\n      m-00001'],
	])('shows the figures of a mix that lost %j', (lost, cells, printed) => {
		const mix = { seed: 7, seconds: 1_200, messages: 10_000, actions: 2_000 };
		const memory = new Memory();
		for (let sample = 0; sample < 4; sample++) memory.sample();
		const outcome: Outcome = {
			...{ mix, memory, seconds: 1_230, troubles: { one: 2, other: 3 }, left: {} },
			moods: { combinations: 4, met: { lists: ['fresh', 'cached'], pageSize: ['short'] } },
			...{ lost: { written: lost }, doubled: {}, failed: [], rejections: [] },
		};
		const checks = checksOf(outcome);
		const section = mixSection(mix, checks, facts);
		expect(section).toContain('`npm run test:faults -- --mix --full --seed 7`');
		expect(section).toContain(cells);
		expect(section).toContain('| faults injected | 5, of 2 kinds |  |');
		expect(section).toContain('| combinations of moods of the sandbox | 4 |  |');
		expect(section).toContain('| moods in them | lists cached/fresh, pageSize short |  |');
		expect(linesOf(checks).join('\n')).toContain(printed);
	});
});
