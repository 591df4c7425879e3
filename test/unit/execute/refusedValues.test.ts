import { labelIn } from '../../../nodes/Crisp/execute/refusedValues';
import { resources } from '../../../nodes/Crisp/operations';
import type { Operation } from '../../../nodes/Crisp/operations/operation';
import { fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';

const fields = (resource: string, operation: string) =>
	fieldsOf(resources[resource]?.operations[operation] as Operation);

it.each([
	// As seen in the real Crisp.
	['message', 'send', 'FIELD_PROPERTIES:ISSUE_PATTERN', 'Properties'],
	['message', 'send', 'properties: names with an underscore are refused', 'Properties'],
	['message', 'send', 'properties.order_id: the name does not match the pattern', 'Properties'],
	['conversation', 'updateMeta', 'nickname: must not be empty', 'Name'],
	['conversation', 'updateMeta', 'FIELD_NICKNAME:ISSUE_LENGTH', 'Name'],
	['person', 'update', 'person.nickname: must be a string', 'Name'],
	['person', 'update', 'FIELD_PERSON_NICKNAME:ISSUE_TYPE', 'Name'],
	['person', 'update', 'nickname: must be a string', 'Name'],
	// Several of the form, or none.
	['person', 'update', 'FIELD_PERSON:ISSUE_TYPE', undefined],
	['person', 'update', 'name', undefined],
	['person', 'update', 'unknown: is not known', undefined],
	['person', 'update', '', undefined],
	['person', 'update', 'Invalid data', undefined],
	['person', 'update', 'the field nickname: is wrong', undefined],
])('%s %s: "%s" is about %s', (resource, operation, detail, expected) => {
	expect(labelIn(detail, fields(resource, operation))).toBe(expected);
});

it('finds each field of each operation by its own name, unless another is called the same', () => {
	for (const [resource, { operations }] of Object.entries(resources)) {
		for (const key of Object.keys(operations)) {
			const all = fields(resource, key);
			for (const { name, label } of all) {
				const isShared = all.filter((one) => one.name === name).length > 1;
				if (name !== '' && !isShared) expect([key, labelIn(`${name}: no`, all)]).toEqual([key, label]);
			}
		}
	}
});
