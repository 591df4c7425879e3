import type { INodeParameters } from 'n8n-workflow';
import { CrispApi } from '../../credentials/CrispApi.credentials';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../support/n8nContext';
import { unseenAlone } from './support/coverage';
import { requestWith, type SavedCredential } from './support/credentials';
import { formOf, missingIn, type SavedField } from './support/forms';
import { savedIn, savedVersions } from './support/place';

/** The forms that saved workflows and credentials belong to: docs/compatibility.md. */

const forms: Record<string, SavedField[]> = {
	...Object.fromEntries(
		Object.entries({ crisp, crispMemory, crispTrigger, crispWebhookTrigger }).map(([name, { description }]) => [
			name,
			formOf(description.properties),
		]),
	),
	crispApi: formOf(new CrispApi().properties),
};

describe.each(savedVersions())('of what version %s saved', (version) => {
	const saved = savedIn<Record<string, SavedField[]>>(version, 'forms.json');

	it.each(Object.keys(saved))('%s still has every field, with its type, default, values and modes', (name) => {
		expect(missingIn(forms[name] ?? [], saved[name] ?? [])).toEqual([]);
	});

	const credentials = savedIn<SavedCredential[]>(version, 'credentials.json');

	it.each(credentials.map((one) => [one.name, one] as const))(
		'the credential %s still signs requests',
		async (_, one) => {
			expect(one.type).toBe(new CrispApi().name);
			const names = (forms.crispApi ?? []).map(({ name }) => name);
			expect(Object.keys(one.data).filter((name) => !names.includes(name))).toEqual([]);
			expect(await requestWith(one.data)).toEqual(one.request);
		},
	);

	it('has each field of the credential in one of its tiers', () => {
		const shown = ({ show: { tier } = {} }: SavedField) =>
			credentials.filter(({ data }) => tier?.includes(data.tier) ?? true).map(({ data }) => data as INodeParameters);
		expect((saved.crispApi ?? []).filter((field) => unseenAlone([field], shown(field)).length > 0)).toEqual([]);
	});

	it.each(Object.entries({ crisp, crispMemory, crispTrigger, crispWebhookTrigger }))(
		'%s still has its name and the version 1',
		(name, { description }) => {
			expect(description.name).toBe(name);
			expect([description.version].flat()).toContain(1);
		},
	);
});

describe('the comparison of forms', () => {
	const of = (field: Partial<SavedField>): SavedField[] => [{ name: 'state', type: 'options', ...field }];
	const show = { resource: ['a'], operation: ['x', 'y'] };
	const operations = (values: string[]): SavedField[] => [{ name: 'operation', type: 'options', values }];

	it.each<[string, SavedField[], SavedField[], string[]]>([
		['another field', [...of({}), ...of({ name: 'more' })], of({}), []],
		['a missing field', [], of({}), ['state: not there']],
		['another type', of({ type: 'string' }), of({}), ['state: of the type string, before options']],
		['another default', of({ default: 1 }), of({ default: 2 }), ['state: has the default 1, before 2']],
		['a further value', of({ values: ['a', 'b'] }), of({ values: ['b'] }), []],
		['a missing value', of({ values: ['a'] }), of({ values: ['b'] }), ['state: lacks the value b']],
		['a missing mode', of({ modes: ['id'] }), of({ modes: ['list'] }), ['state: lacks the mode list']],
		['a field in it', of({ fields: [] }), of({ fields: of({ name: 'in' }) }), ['state in: not there']],
		[
			'one field for two',
			[...of({ show: { ...show, operation: ['x'] } }), ...of({ show: { ...show, operation: ['y'] } })],
			of({ show }),
			[],
		],
		['one operation less', of({ show: { ...show, operation: ['x'] } }), of({ show }), ['a/y state: not there']],
		[
			'another condition',
			of({ show: { ...show, type: ['text'] } }),
			of({ show }),
			['a/x state: not there', 'a/y state: not there'],
		],
		[
			'a value with which it is hidden now',
			[...operations(['x', 'y']), ...of({ hide: { operation: ['x', 'y'] } })],
			[...operations(['x', 'y']), ...of({ hide: { operation: ['x'] } })],
			['state: hidden with operation y'],
		],
		[
			'no value that came later',
			[...operations(['x', 'z']), ...of({ hide: { operation: ['x', 'z'] } })],
			[...operations(['x']), ...of({ hide: { operation: ['x'] } })],
			[],
		],
		['a field that is shown more often', of({}), of({ hide: { operation: ['x'] } }), []],
	])('finds %s', (_, today, saved, faults) => {
		expect(missingIn(today, saved)).toEqual(faults);
	});
});
