import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../nodes/shared/runtime/clock';
import {
	ownedMap,
	processStores,
	resetProcessState,
	sizeInCharacters,
	Store,
} from '../../../nodes/shared/runtime/processState';

const second = 1_000;

/** A fake clock with the two functions that a store uses. */
function fakeTime() {
	let now = 1_000_000;
	const alarms: Array<{ at: number; ring: () => void }> = [];
	const clock: Pick<Clock, 'now' | 'alarm'> = {
		now: () => now,
		alarm(milliseconds, ring) {
			alarms.push({ at: now + milliseconds, ring });
			return () => undefined;
		},
	};
	return {
		clock,
		alarms,
		pass(milliseconds: number) {
			now += milliseconds;
			for (const alarm of alarms.splice(0)) {
				if (alarm.at <= now) alarm.ring();
				else alarms.push(alarm);
			}
		},
	};
}

describe('a store', () => {
	it('drops the oldest entries beyond its count', () => {
		const store = new Store<number>({ name: 'count', maxEntries: 3, maxAge: second });
		for (const value of [1, 2, 3, 4, 5]) store.set(`k${value}`, value);
		expect(['k1', 'k2', 'k3', 'k4', 'k5'].map((key) => store.get(key))).toEqual([undefined, undefined, 3, 4, 5]);
	});

	it('drops the oldest entries beyond its size, also if a value is replaced by a larger one', () => {
		const store = new Store<string>({
			name: 'size',
			maxEntries: 99,
			maxAge: second,
			maxSize: 30,
			sizeOf: sizeInCharacters,
		});
		for (const key of ['a', 'b', 'c']) store.set(key, 'x'.repeat(8));
		expect(store.size).toBe(3);
		store.set('c', 'x'.repeat(18));
		expect([store.get('a'), store.get('b')?.length, store.get('c')?.length]).toEqual([undefined, 8, 18]);
		store.set('d', 'x'.repeat(99));
		expect(store.size).toBe(0);
	});

	it('forgets entries that are too old, and removes them by a timer', () => {
		const time = fakeTime();
		const store = new Store<string>({ name: 'age', maxEntries: 9, maxAge: 5 * second }, time.clock);
		store.set('secret', 'key');
		time.pass(4 * second);
		store.set('later', 'other');
		expect(store.get('secret')).toBe('key');
		time.pass(1 * second);
		expect([store.size, store.get('secret'), store.get('later')]).toEqual([1, undefined, 'other']);
		time.pass(5 * second);
		expect([store.size, time.alarms]).toEqual([0, []]);
	});

	it.each([
		[true, 'value'],
		[undefined, undefined],
	])('keeps entries longer if their use renews them (%p)', (isRenewedByUse, expected) => {
		const time = fakeTime();
		const store = new Store<string>({ name: 'use', maxEntries: 9, maxAge: 5 * second, isRenewedByUse }, time.clock);
		store.set('key', 'value');
		for (let count = 0; count < 3; count++) {
			time.pass(3 * second);
			store.get('key');
		}
		expect(store.get('key')).toBe(expected);
	});

	it('creates a value once', () => {
		const store = new Store<object>({ name: 'made', maxEntries: 9, maxAge: second });
		expect(store.getOrSet('key', () => ({}))).toBe(store.getOrSet('key', () => ({})));
	});
});

it('all stores can be cleared at once, for tests', () => {
	const store = new Store<number>({ name: 'reset', maxEntries: 9, maxAge: second });
	const owned = ownedMap<number>('reset by its owner');
	store.set('key', 1);
	owned.set('key', 1);
	resetProcessState();
	expect([store.size, owned.size]).toEqual([0, 0]);
});

const root = join(__dirname, '../../../');
const files = readdirSync(join(root, 'nodes'), { recursive: true, encoding: 'utf8' }).filter((name) =>
	name.endsWith('.ts'),
);
const textOf = (name: string) => readFileSync(join(root, 'nodes', name), 'utf8');

it('no module keeps process state outside the stores, except in WeakMaps', () => {
	const stateful = /^(export )?(let |const \w+(: [^=]+)? = new (Map|Set|BoundedMap|SeenEvents)(<.*>)?\(\);)/m;
	// A counter, and the list of the stores themselves.
	expect(files.filter((name) => stateful.test(textOf(name))).sort()).toEqual([
		'Crisp/composed/support/workload.ts',
		'shared/runtime/processState.ts',
	]);
});

it('docs/architecture.md lists every store with its bounds', () => {
	for (const name of files) if (/new Store|ownedMap/.test(textOf(name))) jest.requireActual(join(root, 'nodes', name));
	const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
	const named = processStores().filter(({ name }) => name.includes(' '));
	expect(named.length).toBeGreaterThan(8);
	for (const { name, bounds } of named) {
		if (name !== 'reset by its owner') expect(page).toContain(`| ${name} | ${bounds} |`);
	}
});
