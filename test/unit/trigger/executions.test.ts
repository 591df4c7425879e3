import { Executions } from '../../../nodes/CrispTrigger/delivery/executions';
import type { SelectedEvent } from '../../../nodes/shared/events/pipeline';
import { FakeClock, settled } from '../../support/fakeClock';

interface Beginning {
	size?: number;
	wait?: number;
	/** How long an execution runs, in milliseconds. */
	duration?: number;
	/** Whether n8n reports when an execution has finished. */
	reportsEnd?: boolean;
}

function begin({ size = 100, wait = 250, duration = 100, reportsEnd = true }: Beginning = {}) {
	const clock = new FakeClock();
	const stop = new AbortController();
	const begun = clock.now();
	/** When each execution began, in milliseconds, and its events. */
	const started: Array<[number, ...unknown[]]> = [];
	const marks: number[] = [];
	const executions = new Executions({
		clock,
		batch: { size, wait },
		signal: stop.signal,
		reportsEnd: () => reportsEnd,
		async start({ events, markBefore }) {
			started.push([clock.now() - begun, ...events.map(({ payload }) => payload.number)]);
			marks.push(markBefore);
			if (reportsEnd) await clock.sleep(duration);
		},
	});
	const add = (number: number, payload = {}) => {
		const event: SelectedEvent = { name: 'message:send', payload: { number, ...payload } };
		executions.add(event, { markBefore: number });
	};
	return { clock, stop, executions, started, marks, add };
}

it('an event after a pause starts an execution at once', async () => {
	const { clock, started, add } = begin();
	add(1);
	await clock.advance(1_000);
	add(2);
	expect(started).toEqual([
		[0, 1],
		[1_000, 2],
	]);
	await clock.advance(1_000);
	expect(clock.sleeping).toBe(0);
});

it('events that arrive while an execution runs share the next one, which starts when it has finished', async () => {
	const { clock, started, marks, add } = begin();
	for (const number of [1, 2, 3]) {
		add(number);
		await clock.advance(10);
	}
	await clock.advance(500);
	expect(started).toEqual([
		[0, 1],
		[100, 2, 3],
	]);
	// The watermark covers neither of the two.
	expect(marks).toEqual([1, 2]);
});

it('an event does not wait longer than set for executions that take long', async () => {
	const { clock, started, add } = begin({ duration: 60_000 });
	add(1);
	await clock.advance(100);
	add(2);
	await clock.advance(249);
	expect(started).toEqual([[0, 1]]);
	add(3);
	await clock.advance(1);
	expect(started).toEqual([
		[0, 1],
		[350, 2, 3],
	]);
});

it('a full execution starts although others run', () => {
	const { started, add } = begin({ size: 3 });
	for (let number = 1; number <= 8; number++) add(number);
	expect(started).toEqual([
		[0, 1],
		[0, 2, 3, 4],
		[0, 5, 6, 7],
	]);
});

it('what would take too much memory starts although others run', () => {
	const { started, add } = begin();
	for (let number = 1; number <= 5; number++) add(number, { content: 'x'.repeat(9_000_000) });
	expect(started).toEqual([
		[0, 1],
		[0, 2, 3, 4],
	]);
});

it('the next execution starts when all have finished, not only one of them', async () => {
	const { clock, started, add } = begin({ size: 2 });
	add(1);
	await clock.advance(50);
	for (const number of [2, 3, 4]) add(number);
	await clock.advance(50);
	expect(started).toEqual([
		[0, 1],
		[50, 2, 3],
	]);
	await clock.advance(50);
	expect(started.at(-1)).toEqual([150, 4]);
});

it('where n8n does not report when an execution has finished, events wait as long as set', async () => {
	const { clock, started, add } = begin({ reportsEnd: false });
	add(1);
	await settled();
	add(2);
	await clock.advance(100);
	add(3);
	await clock.advance(1_000);
	expect(started).toEqual([
		[0, 1],
		[250, 2, 3],
	]);
	expect(clock.sleeping).toBe(0);
});

it('without batches, each event starts its own execution, however many run', () => {
	const { started, add } = begin({ size: 1, wait: 0 });
	for (const number of [1, 2, 3]) add(number);
	expect(started).toEqual([
		[0, 1],
		[0, 2],
		[0, 3],
	]);
});

it('nothing starts by itself once the trigger has ended', async () => {
	const { clock, stop, executions, started, add } = begin();
	for (const number of [1, 2]) add(number);
	executions.flush();
	add(3);
	stop.abort();
	await clock.advance(100);
	expect(started).toEqual([
		[0, 1],
		[0, 2],
	]);
});
