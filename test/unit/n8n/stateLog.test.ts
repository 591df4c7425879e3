import { StateLog } from '../../../nodes/shared/n8n/log';
import { FakeClock } from '../../support/fakeClock';

const minute = 60_000;
const hour = 60 * minute;

function begin() {
	const clock = new FakeClock();
	const lines: string[] = [];
	const states = new StateLog({ warn: (text) => lines.push(text) }, clock);
	/** Keeps the state for `time`, reporting it at the given interval. */
	const last = async (time: number, every: number) => {
		for (let left = time; left > 0; left -= every) {
			states.begin('down', 'It is down.');
			await clock.advance(every);
		}
	};
	return { clock, lines, states, last };
}

describe('a lasting state', () => {
	it('is logged once, then hourly with its duration, and once when it ends', async () => {
		const { lines, states, last } = begin();
		await last(3 * hour, 5_000);
		states.end('down', 'It is up again');
		expect(lines).toEqual([
			'It is down.',
			'It is down. This has lasted for 1 hour.',
			'It is down. This has lasted for 2 hours.',
			'It is up again after 3 hours.',
		]);
	});

	it('is logged at most twice an hour if it starts and ends repeatedly', async () => {
		const { clock, lines, states } = begin();
		for (let second = 0; second < 3600; second += 6) {
			states.begin('down', 'It is down.');
			await clock.advance(2_000);
			states.end('down', 'It is up again');
			await clock.advance(4_000);
		}
		expect(lines).toEqual(['It is down.', 'It is up again after 2 seconds.']);
	});

	it('is logged again within the hour if it lasts more than a minute', async () => {
		const { clock, lines, states, last } = begin();
		await last(2_000, 1_000);
		states.end('down', 'It is up again');
		await clock.advance(10 * minute);
		await last(2 * hour, 10_000);
		expect(lines.slice(2)).toEqual([
			'It is down. This has lasted for 1 minute.',
			'It is down. This has lasted for 1 hour.',
		]);
	});

	it('is tracked separately from other states', async () => {
		const { lines, states } = begin();
		states.begin('a', 'A.');
		states.begin('b', 'B.');
		states.forget('a');
		states.end('a', 'No A');
		states.end('b', 'No B');
		states.end('never', 'Never');
		expect(lines).toEqual(['A.', 'B.', 'No B after 1 second.']);
	});
});

it('logs a repeated event once an hour, with its count', async () => {
	const { clock, lines, states } = begin();
	for (let count = 0; count < 1_000; count++) states.tell('refused', 'Refused.');
	await clock.advance(hour);
	states.tell('refused', 'Refused.');
	await clock.advance(hour);
	states.tell('refused', 'Refused.');
	expect(lines).toEqual(['Refused.', 'Refused. This happened 999 more times since the last line.', 'Refused.']);
});
