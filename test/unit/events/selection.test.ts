import { readSelection } from '../../../nodes/shared/events/selection/selection';
import { nodeWith } from '../../support/n8nContext';

const read = (filters: object) =>
	readSelection(
		{
			getNode: () => nodeWith('crispTrigger', {}),
			getInstanceId: () => 'instance',
			getNodeParameter: (name: string, fallback?: unknown) =>
				name === 'filters' ? filters : name === 'events' ? ['message:send'] : fallback,
		},
		{ tier: 'website', identifier: 'i', key: 'k', baseUrl: 'https://api.crisp.chat', websiteId: 'w' },
	);

describe('the switches of the filters', () => {
	it.each<[unknown, boolean]>([
		[true, true],
		[false, false],
		['true', true],
		['True', true],
		['TRUE', true],
		[' yes ', true],
		['on', true],
		[1, true],
		['1', true],
		['false', false],
		['FALSE', false],
		['no', false],
		['off', false],
		[0, false],
	])('read %p', (given, expected) => {
		const { ignoresOwn, ignoresAutomated } = read({ ignoreOwn: given, ignoreAutomated: given }).filter;
		expect([ignoresOwn, ignoresAutomated]).toEqual([expected, expected]);
	});

	it.each([undefined, null, '', 'maybe', {}])('are as without the filter if the value is %p', (given) => {
		const { ignoresOwn, ignoresAutomated } = read({ ignoreOwn: given, ignoreAutomated: given }).filter;
		expect([ignoresOwn, ignoresAutomated]).toEqual([true, false]);
	});

	it.each<[unknown, number]>([
		[undefined, 60],
		[5, 5],
		['5', 5],
		[0, 0],
		[-3, 0],
	])('read the number of starts %p', (loopBrake, expected) => {
		expect(read({ loopBrake }).maxLoopStarts).toBe(expected);
	});
});
