import { Coverage, isOwn, isSameScope, type Scope } from '../../../nodes/CrispTrigger/catchUp/coverage';

const scope: Scope = {
	owner: ['i', 'w', 'n', 'api'],
	events: ['a', 'b'],
	websites: ['one', 'two'],
	filter: {},
	token: 't',
};
const published = 1_000;
const restarted = 5_000;
const mark = 4_000;
const saved = () => structuredClone(Coverage.beginning(scope, published).toSaved());
const from = (coverage: Coverage, name: string, website_id?: string) => {
	for (const at of [0, published, mark, restarted]) if (coverage.includes(name, { website_id }, at)) return at;
	return undefined;
};

it('starts for every event and website when the workflow is published', () => {
	const coverage = Coverage.beginning(scope, published);
	expect(coverage.since).toBe(published);
	expect(coverage.includes('a', { website_id: 'one' }, published - 1)).toBe(false);
	expect(coverage.includes('a', { website_id: 'one' }, published)).toBe(true);
});

it.each<[string, Partial<Scope>, Array<[event: string, website: string | undefined, since: number]>]>([
	[
		'nothing',
		{},
		[
			['a', 'one', published],
			['b', undefined, published],
		],
	],
	['a renewed token', { token: 'other' }, [['a', 'one', published]]],
	[
		'an added event',
		{ events: ['a', 'c'] },
		[
			['a', 'one', published],
			['c', 'one', restarted],
		],
	],
	[
		'an added website',
		{ websites: ['one', 'three'] },
		[
			['a', 'one', published],
			['a', 'three', restarted],
		],
	],
	['all websites instead of two', { websites: [] }, [['a', 'one', restarted]]],
	[
		'another filter',
		{ filter: { segments: ['vip'] } },
		[
			['a', 'one', mark],
			['b', 'two', mark],
		],
	],
])('is kept after a restart with a change of %s', (_, change, expected) => {
	const coverage = Coverage.resumed(saved(), { ...scope, ...change }, { now: restarted, mark });
	expect(expected.map(([event, website]) => [event, website, from(coverage, event, website)])).toEqual(expected);
	expect(coverage.since).toBe(Math.min(...expected.map(([, , since]) => since)));
});

it('is kept for one website of a token that had all', () => {
	const all = Coverage.beginning({ ...scope, websites: [] }, published).toSaved();
	expect(from(Coverage.resumed(all, scope, { now: restarted, mark }), 'a', 'one')).toBe(published);
	const ofOther = Coverage.resumed(all, { ...scope, token: 'other' }, { now: restarted, mark });
	expect(from(ofOther, 'a', 'one')).toBe(restarted);
});

it('never starts in the future, even if the clock was set back', () => {
	const coverage = Coverage.resumed(saved(), scope, { now: 500, mark });
	expect(coverage.includes('a', { website_id: 'one' }, 500)).toBe(true);
});

it('belongs to this node alone', () => {
	for (const index of scope.owner.keys()) {
		const owner = scope.owner.with(index, 'other');
		expect([isOwn(saved(), { ...scope, owner }), isSameScope(saved(), { ...scope, owner })]).toEqual([false, false]);
	}
	expect([isOwn(saved(), scope), isSameScope(saved(), scope)]).toEqual([true, true]);
	expect(isSameScope(saved(), { ...scope, events: ['a'] })).toBe(false);
	expect(isSameScope(saved(), { ...scope, websites: [] })).toBe(false);
});
