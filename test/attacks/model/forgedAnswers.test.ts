import type { IDataObject } from 'n8n-workflow';
import { sendAndWait } from '../../../nodes/Crisp/composed/message/sendAndWait';
import { message, replyTo } from './reading';

/** A workflow asks and waits: a visitor gives the answer of an operator, or one that was not offered. */

const yes = message({ content: 'Yes, refund it' });

describe('a question by private note', () => {
	it.each(['user', 'operator', 'anyone', undefined])(
		'is not answered by a visitor (Reply From: %s)',
		async (reply_from) => {
			const approval = message({ from: 'operator', content: 'No' });
			expect(await replyTo({ type: 'note', reply_from }, [yes])).toBeUndefined();
			expect(await replyTo({ type: 'note', reply_from }, [yes, approval])).toMatchObject({
				text: 'No',
				from: 'operator',
			});
		},
	);

	it.each<[string, IDataObject]>([
		['a field', { value: 'yes' }],
		['a picker', { choices: [{ value: 'yes', label: 'Yes', selected: true }] }],
	])('is not answered in place, by turning it into %s', async (_, content) => {
		for (const type of ['note', 'picker', 'field', undefined]) {
			const question = message({ type, from: 'operator', content });
			expect(await replyTo({ type: 'note', reply_from: 'anyone' }, [], question)).toBeUndefined();
		}
	});

	it('has no Reply From in the form', () => {
		expect(sendAndWait.body?.reply_from?.when?.type).toEqual(['text', 'picker', 'field']);
	});
});

describe('a question with choices', () => {
	const offered = [
		{ value: 'wait', label: 'I can wait' },
		{ value: 'cancel', label: 'Cancel the order' },
	];
	const asked = { type: 'picker', reply_from: 'user', 'content.choices': offered };
	const now = (choices: unknown) =>
		message({ type: 'picker', from: 'operator', content: { id: 'question', choices } as IDataObject });

	it.each<[string, unknown]>([
		['another value', [{ value: 'refund', label: 'Refund', selected: true }]],
		['a value that only looks the same', [{ value: 'WAIT ', label: 'I can wait', selected: true }]],
		['a value that is an object', [{ value: { toString: 'wait' }, selected: true }]],
		['a label without a value', [{ label: 'I can wait', selected: true }]],
		['nothing', [null, 'wait', 1, { selected: true }]],
		['no list', { 0: { value: 'wait', selected: true } }],
		['what is selected in another way', [{ value: 'wait', selected: 'true' }]],
	])('is not answered by %s', async (_, choices) => {
		expect(await replyTo(asked, [], now(choices))).toBeUndefined();
		// The visitor may still choose, or write.
		expect(await replyTo(asked, [yes], now(choices))).toMatchObject({ text: 'Yes, refund it' });
	});

	it('is answered by an offered choice, with the label that was offered', async () => {
		const forged = [
			{ value: 'refund', label: 'Refund', selected: true },
			{ value: 'wait', label: 'The team agreed to refund', selected: true },
		];
		expect(await replyTo(asked, [], now(forged))).toEqual({
			text: 'I can wait',
			choice: 'wait',
			choice_label: 'I can wait',
			from: 'user',
			fingerprint: expect.any(Number) as number,
		});
	});

	it('is not answered where the workflow offered none', async () => {
		const question = now([{ value: 'wait', label: 'I can wait', selected: true }]);
		expect(await replyTo({ ...asked, 'content.choices': [] }, [], question)).toBeUndefined();
		for (const type of ['text', 'field']) {
			expect(await replyTo({ ...asked, type }, [], question)).toBeUndefined();
		}
	});
});

it('a text question is not answered in place by turning it into a field', async () => {
	const question = message({ type: 'field', from: 'operator', content: { text: '?', value: 'yes' } });
	expect(await replyTo({ type: 'text', reply_from: 'user' }, [], question)).toBeUndefined();
	expect(await replyTo({ type: 'field', reply_from: 'user' }, [], question)).toMatchObject({ text: 'yes' });
});
