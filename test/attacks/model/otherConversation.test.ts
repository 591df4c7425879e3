import type { IDataObject, ISupplyDataFunctions } from 'n8n-workflow';
import { settingsOf } from '../../../nodes/CrispMemory/settings';
import type { Credential } from '../../../nodes/shared/api/transport';
import { nodeWith } from '../../support/n8nContext';

/**
 * n8n asks a memory for the first item of an agent, and uses it for all. Attack: a visitor writes at the same time as another
 * one, so that both are items of one execution, and asks the agent what was said.
 */

const website_id = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const item = (session: string, more: IDataObject = {}) => ({ website_id, session_id: `session_${session}`, ...more });

/** What an agent with these items is given. */
function settingsFor(items: IDataObject[]) {
	const parameters = {
		websiteId: '={{ $json.website_id }}',
		sessionId: '={{ $json.session_id }}',
		leaveOut: '={{ $json.fingerprint }}',
		options: {},
	};
	const context = {
		getNode: () => nodeWith('crispMemory', parameters),
		getTimezone: () => 'UTC',
		getNodeParameter: (name: keyof typeof parameters, index: number) =>
			name === 'options' ? {} : items[index]?.[parameters[name].slice(10, -3)],
		getWorkflowDataProxy: (index: number) => ({ $json: items[index], $input: { all: () => items } }),
	};
	return settingsOf(context as unknown as ISupplyDataFunctions, 0, {} as Credential);
}

it('items of one conversation get it, each without the messages of all', () => {
	const { values, leftOut } = settingsFor([item('1', { fingerprint: 7 }), item('1', { fingerprint: -8 })]);
	expect(values).toMatchObject(item('1'));
	expect([...leftOut]).toEqual([7, -8]);
});

it.each([
	['the second', [item('1'), item('2')]],
	['the last of many', [...Array.from({ length: 150 }, () => item('1')), item('2')]],
	['one in between', [item('1'), item('2'), item('1')]],
	['one of another website', [item('1'), { ...item('1'), website_id: website_id.replace('8', '9') }]],
])('items of several conversations get none, if %s is of another', (_, items) => {
	expect(() => settingsFor(items)).toThrow('The items of the agent are of several conversations');
});

it.each([
	[item('1'), {}],
	[item('1'), item('1', { session_id: '' })],
	[item('1'), item('1', { website_id: null })],
])('an item that does not say of which conversation it is gets none, either', (...items) => {
	expect(() => settingsFor(items)).toThrow(/'(Conversation|Website)' is empty/);
});
