import { choice, group, number, text } from '../../../nodes/Crisp/operations/field';
import { toWire } from '../../../nodes/Crisp/request/toWire';

const field = group(
	{
		limit_type: choice(['after', 'at'], 'Kind', { fallback: 'after' }),
		resume_amount: number('Amount', { fallback: 45 }),
		note: text('Why'),
	},
	'A limit',
);
const read = (value: unknown) => toWire('limit_wait_time', field, value, 'UTC');

it.each([
	['the form', { values: { limitType: 'at', resumeAmount: 3 } }],
	['an object', { limit_type: 'at', resume_amount: '3' }],
	['JSON text', '{"limitType":"At","resumeAmount":3}'],
])('a group is read from %s', (_, value) => {
	expect(read(value)).toEqual({ limit_type: 'at', resume_amount: 3 });
});

it('has the defaults of its fields, if anything was added', () => {
	expect(read({ values: { note: 'late' } })).toEqual({ limit_type: 'after', resume_amount: 45, note: 'late' });
	for (const nothing of [{}, { values: {} }, '', '{}']) expect(read(nothing)).toEqual({});
	expect(read(undefined)).toBeUndefined();
});

it('is refused if it is no object, or has a value that its field does not take', () => {
	expect(() => read([1])).toThrow("'Limit Wait Time' is not an object");
	expect(() => read({ values: 7 })).toThrow("'Limit Wait Time' is not an object");
	expect(() => read('{')).toThrow("'Limit Wait Time' is not valid JSON");
	expect(() => read({ values: { limitType: 'later' } })).toThrow("'Limit Type' in 'Limit Wait Time' cannot be");
});
