import type { IDataObject } from 'n8n-workflow';
import { fitted } from '../../../nodes/Crisp/composed/support/contextText';

const message = (content: string, index: number): IDataObject => ({
	type: 'text',
	from: 'user',
	content,
	timestamp: 1_800_000_000_000 + index * 60_000,
	user: { nickname: 'Mira' },
});

const timezone = 'UTC';

describe('a text with a maximum length', () => {
	it('never exceeds the maximum, regardless of its content', () => {
		const contents = ['a', 'word '.repeat(30), '😀'.repeat(300), 'x'.repeat(5_000)];
		for (const most of [2_000, 2_001, 2_777, 8_000]) {
			for (const count of [0, 1, 5, 40]) {
				for (const content of contents) {
					for (const head of ['', 'About', 'h'.repeat(1_300)]) {
						const messages = Array.from({ length: count }, (_, index) => message(content, index));
						const { context, kept } = fitted(head, messages, { most, timezone, isWhole: count % 2 === 0 });
						expect(context.length).toBeLessThanOrEqual(most);
						expect(context.isWellFormed()).toBe(true);
						expect(kept > 0).toBe(count > 0);
					}
				}
			}
		}
	});

	it.each([
		[true, ''],
		[false, ', and any before'],
	])('keeps the newest messages and reports how many it omits (all are there: %p)', (isWhole, end) => {
		const messages = Array.from({ length: 40 }, (_, index) => message(`Line ${index}`, index));
		const { context, kept } = fitted('About', messages, { most: 800, timezone, isWhole });
		expect(context).toMatch(/Line 39$/);
		expect(context).not.toContain(`Line ${39 - kept}\n`);
		expect(context).toContain(`Line ${40 - kept}\n`);
		expect(context).toContain(`(left out here: ${40 - kept} messages${end})`);
	});

	it('omits nothing if everything fits', () => {
		const { context, kept } = fitted('About', [message('One', 0), message('Two', 1)], {
			most: 600,
			timezone,
			isWhole: true,
		});
		expect(kept).toBe(2);
		expect(context).toBe(
			'About\n\n# Latest messages, the newest last\n[2027-01-15 08:00] Visitor "Mira": One\n[2027-01-15 08:01] Visitor "Mira": Two',
		);
	});

	it('says that messages before the first one may exist', () => {
		const { context } = fitted('About', [message('One', 0)], { most: 600, timezone, isWhole: false });
		expect(context).toContain('\n(left out here: any messages before)\n[');
	});

	it('cuts a message that needs more than half of the room', () => {
		const { context, kept } = fitted('About', [message('One', 0), message('y'.repeat(900), 1)], {
			most: 500,
			timezone,
			isWhole: true,
		});
		expect(kept).toBe(2);
		expect(context).toMatch(/: One\n.*: y+…$/);
	});
});
