import { getEventListeners } from 'node:events';
import { clock } from '../../../nodes/shared/runtime/clock';

const anHour = 3_600_000;

describe('sleeping', () => {
	it('ends when its time is over', async () => {
		await clock.sleep(1);
		await clock.sleep(1, new AbortController().signal);
	});

	it('ends at once when it is aborted, before or during the sleep, and does not fail', async () => {
		const stop = new AbortController();
		const sleeping = clock.sleep(anHour, stop.signal);
		stop.abort();
		await sleeping;
		await clock.sleep(anHour, stop.signal);
	});

	it('leaves no listeners on a signal that outlives it, however many sleep at the same time', async () => {
		const stop = new AbortController();
		await clock.sleep(1, stop.signal);
		const sleeping = Array.from({ length: 50 }, async () => await clock.sleep(anHour, stop.signal));
		// Node.js warns if there are more than ten.
		expect(getEventListeners(stop.signal, 'abort').length).toBeLessThanOrEqual(1);
		stop.abort();
		await Promise.all(sleeping);
	});
});

describe('an alarm', () => {
	it('fires once its time is over, and not before', async () => {
		const begun = Date.now();
		await new Promise<void>((resolve) => clock.alarm(10, resolve));
		expect(Date.now() - begun).toBeGreaterThanOrEqual(10);
	});

	it('that is cancelled does not fire, while others of the same second do', async () => {
		const rung: string[] = [];
		const takeBack = clock.alarm(10, () => rung.push('taken back'));
		const others = ['one', 'other'].map(
			async (name) => await new Promise<void>((resolve) => clock.alarm(10, () => resolve(void rung.push(name)))),
		);
		takeBack();
		await Promise.all(others);
		expect(rung).toEqual(['one', 'other']);
	});

	it('does not keep the process alive', () => {
		const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
		const before = timers();
		clock.alarm(anHour, () => undefined);
		expect(timers()).toBe(before);
	});
});
