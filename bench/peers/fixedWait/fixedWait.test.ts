import type { IDeferredPromise, IRun } from 'n8n-workflow';
import { createDeferredPromise } from 'n8n-workflow';

import { takesKeys } from '../../../nodes/shared/n8n/emit';
import { FIXED_WAIT, FixedWait } from './fixedWait';

interface Started {
	texts: unknown[];
	done?: IDeferredPromise<IRun>;
}

function gatheringInto(started: Started[]): { gathering: FixedWait; add(text: string): Promise<IRun> } {
	const gathering = new FixedWait(([items = []], _response, done) => {
		started.push({ texts: items.map(({ json }) => json.text), done });
	});
	const add = async (text: string) => {
		const done = createDeferredPromise<IRun>();
		gathering.emit([[{ json: { text } }]], undefined, done);
		return await done.promise;
	};
	return { gathering, add };
}

const run = {} as IRun;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('an event waits the whole time for others, whether an execution is running or not', () => {
	const started: Started[] = [];
	const { add } = gatheringInto(started);
	void add('a');
	jest.advanceTimersByTime(FIXED_WAIT.wait - 1);
	void add('b');
	expect(started).toEqual([]);
	jest.advanceTimersByTime(1);
	expect(started.map(({ texts }) => texts)).toEqual([['a', 'b']]);
	started[0]?.done?.resolve(run);
	void add('c');
	jest.advanceTimersByTime(FIXED_WAIT.wait - 1);
	expect(started).toHaveLength(1);
	jest.advanceTimersByTime(1);
	expect(started.map(({ texts }) => texts)).toEqual([['a', 'b'], ['c']]);
});

test('a full execution starts at once, and the next event waits again', () => {
	const started: Started[] = [];
	const { add } = gatheringInto(started);
	jest.advanceTimersByTime(10);
	for (let count = 0; count < FIXED_WAIT.size; count++) void add(`${count}`);
	expect(started.map(({ texts }) => texts.length)).toEqual([FIXED_WAIT.size]);
	jest.advanceTimersByTime(FIXED_WAIT.wait - 1);
	void add('next');
	jest.advanceTimersByTime(FIXED_WAIT.wait - 1);
	expect(started).toHaveLength(1);
	jest.advanceTimersByTime(1);
	expect(started[1]?.texts).toEqual(['next']);
});

test('every event of an execution is told when it has finished, or why it did not start', async () => {
	const started: Started[] = [];
	const { gathering, add } = gatheringInto(started);
	const finished = [add('a'), add('b')];
	gathering.flush();
	started[0]?.done?.resolve(run);
	expect(await Promise.all(finished)).toEqual([run, run]);
	const refused = Promise.allSettled([add('c'), add('d')]);
	gathering.flush();
	started[1]?.done?.reject(new Error('refused'));
	expect((await refused).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('what waits when the trigger ends starts at once, and nothing starts twice', () => {
	const started: Started[] = [];
	const { gathering, add } = gatheringInto(started);
	void add('a');
	gathering.flush();
	gathering.flush();
	jest.advanceTimersByTime(2 * FIXED_WAIT.wait);
	expect(started.map(({ texts }) => texts)).toEqual([['a']]);
});

test('the trigger sees that no deduplication key is passed on', () => {
	const { gathering } = gatheringInto([]);
	expect(takesKeys({ emit: gathering.emit as Parameters<typeof takesKeys>[0]['emit'] })).toBe(false);
});
