import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { fieldsInOrder } from '../../../nodes/Crisp/form/order';
import { fieldsOf, type FormField } from '../../../nodes/Crisp/request/fieldsOf';
import { resources } from '../../../nodes/Crisp/operations';
import { operationName } from '../../../nodes/Crisp/form/properties';
import { crisp, nodeWith, workflowOf } from '../../support/n8nContext';

const { properties } = crisp.description;
const [resourceList] = properties.filter(({ name }) => name === 'resource');
const listed = (resourceList?.options as INodePropertyOptions[]).map(({ value }) => String(value));

const operationsOf = (resource: string): string[] => {
	const [list] = properties.filter(
		({ name, displayOptions }) => name === 'operation' && displayOptions?.show?.resource?.includes(resource),
	);
	return (list?.options as INodePropertyOptions[]).map(({ value }) => String(value));
};

describe('the order of the lists', () => {
	it('begins with the resources of most workflows, and ends with what few need', () => {
		expect([...listed].sort()).toEqual(Object.keys(resources).sort());
		expect(listed.slice(0, 4)).toEqual(['message', 'conversation', 'person', 'operator']);
		const last = listed.slice(-12);
		expect(last).toEqual(expect.arrayContaining(['websiteSetting', 'userSession', 'planSubscription', 'suggestion']));
	});

	it.each([
		['message', ['send', 'sendAndWait', 'sendFile', 'getAll']],
		['conversation', ['getContext', 'createWithMessage', 'setState']],
		['person', ['upsert', 'findByEmail']],
	])('begins for %s with the everyday operations', (resource, first) => {
		expect(operationsOf(resource).slice(0, first.length)).toEqual(first);
		expect([...operationsOf(resource)].sort()).toEqual(Object.keys(resources[resource]?.operations ?? {}).sort());
	});

	it('offers ten everyday actions among the first twenty-nine of the node panel', () => {
		const panel = listed.flatMap((resource) => operationsOf(resource).map((key) => `${resource}/${key}`));
		const everyday = [
			'message/send',
			'message/sendAndWait',
			'conversation/getContext',
			'conversation/createWithMessage',
			'conversation/setState',
			'conversation/assign',
			'conversation/addSegments',
			'conversation/getAll',
		];
		expect(everyday.filter((one) => panel.indexOf(one) >= 29)).toEqual([]);
	});

	it('sorts the fields of a collection by label, New Segments after Segments, and rare ones last', () => {
		const collections = properties.filter(({ type, name }) => type === 'collection' && name !== 'options');
		const labels = collections.map(({ options = [] }) => (options as INodeProperties[]).map((one) => one.displayName));
		const isBreak = (one: string, before = '') => before.localeCompare(one) > 0 && one !== 'New Segments';
		const breaks = labels.map((list) => list.filter((one, index) => isBreak(one, list[index - 1])));
		expect(breaks.filter((found) => found.length > 1)).toEqual([]);
		const [profile] = labels.filter((list) => list.includes('Company Market Cap'));
		expect(profile?.indexOf('Company Market Cap')).toBeGreaterThan(profile?.indexOf('Website URL') ?? Infinity);
		expect(profile?.indexOf('Company Latitude (Degrees)')).toBeGreaterThan(profile?.indexOf('Phone') ?? Infinity);
	});

	const inForms = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.entries(operations).map(([key, operation]) => ({
			title: `${resource}.${key}`,
			fields: fieldsInOrder(fieldsOf(operation).filter(({ isOptional }) => isOptional)),
		})),
	);

	it('has what continues an earlier run, origins, senders by ID and JSON after everyday fields, in every form', () => {
		const continues = ({ field }: FormField) => /\bearlier run\b/.test(field.description);
		const isSpecial = (one: FormField) => continues(one) || /^(user\.(type|user_id)|origin)$|_json$/.test(one.name);
		const specials = inForms.flatMap(({ fields }) => fields.filter(isSpecial));
		expect(specials.filter(continues).length).toBeGreaterThanOrEqual(9);
		const early = inForms.flatMap(({ title, fields }) => {
			const lastEveryday = fields.findLastIndex(({ field }) => !field.isRare);
			return fields
				.slice(0, lastEveryday + 1)
				.filter(isSpecial)
				.map(({ label }) => `${title}: ${label}`);
		});
		expect(early).toEqual([]);
	});

	it('has at most thirteen fields without the rare ones where there are more than thirty', () => {
		const long = inForms.filter(({ title, fields }) => fields.length > 30 && !title.startsWith('person.'));
		expect(long.map(({ title }) => title).sort()).toEqual(['helpDesk.updateSettings', 'websiteSetting.update']);
		for (const { fields } of long) {
			const everyday = fields.filter(({ field }) => !field.isRare);
			expect(everyday.length).toBeLessThanOrEqual(13);
			expect(everyday.map(({ label }) => label)).toContain('Name');
			expect(fields.slice(0, everyday.length)).toEqual(everyday);
		}
	});

	it.each([
		['getAll', false],
		['count', false],
		['getAllStatistics', false],
		['get', true],
		['exists', true],
		['getContext', true],
		['send', true],
		['update', true],
	])('offers options for %s: %p', (operation, isOffered) => {
		const options = properties.find(({ name }) => name === 'options');
		expect(options?.displayOptions?.hide?.operation?.includes(operation)).toBe(!isOffered);
	});
});

/** What n8n shows under the node for these values. */
function subtitleOf(resource: string, operation: string): unknown {
	const node = nodeWith('crisp', { resource, operation });
	const { subtitle } = crisp.description;
	return workflowOf(node).expression.getSimpleParameterValue(node, subtitle, 'internal', {});
}

describe('the subtitle', () => {
	const all = Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.keys(operations).map((key) => ({ resource, key })),
	);

	it.each([
		['message', 'send', 'Send: Message'],
		['message', 'sendAndWait', 'Send and Wait for Response: Message'],
		['conversation', 'getContext', 'Get Context: Conversation'],
		['conversation', 'getAll', 'Get Many: Conversation'],
		['conversation', 'updateMeta', 'Update Details: Conversation'],
		['person', 'upsert', 'Create or Update: Person'],
		['operator', 'delete', 'Remove: Operator'],
		['person', 'delete', 'Delete: Person'],
		['pluginSubscription', 'getAllActive', 'Get Many of All Websites: Plugin Subscription'],
		['operator', 'getAllActive', 'Get Many Last Active: Operator'],
		['analytics', 'generate', 'Generate: Analytics Report'],
	])('of %s and %s is "%s"', (resource, key, words) => {
		expect(subtitleOf(resource, key)).toBe(words);
	});

	it('is the name of the operation and of the resource in the form, for every operation', () => {
		const wrong = all.flatMap(({ resource, key }) => {
			const { name, operations } = resources[resource] as (typeof resources)[string];
			const expected = `${operationName(key, operations[key] as (typeof operations)[string])}: ${name}`;
			const given = subtitleOf(resource, key);
			return given === expected ? [] : [{ given, expected }];
		});
		expect(all.length).toBeGreaterThan(290);
		expect(wrong).toEqual([]);
	});

	it('is shorter than a list of all names', () => {
		expect(String(crisp.description.subtitle).length).toBeLessThan(4_500);
	});
});
