import { Gathering } from '../../../nodes/CrispTrigger/starts/gathering';
import { StartsPerMinute, type KeptEvent } from '../../../nodes/CrispTrigger/starts/releasePolicy';
import { StartQueues } from '../../../nodes/CrispTrigger/starts/startQueues';
import { FakeClock } from '../../support/fakeClock';

const pause = 3_000;

interface Beginning {
	most?: number;
	isExempt?: (name: string) => boolean;
}

function begin({ most, isExempt = () => false }: Beginning = {}) {
	const clock = new FakeClock();
	const stop = new AbortController();
	const begun = clock.now();
	/** When each execution began, in milliseconds, and the texts of its events. */
	const started: Array<[number, ...unknown[]]> = [];
	const limited: unknown[] = [];
	const start = (kept: Array<Pick<KeptEvent, 'event'>>) => {
		started.push([clock.now() - begun, ...kept.map(({ event }) => event.payload.content)]);
	};
	const queues = new StartQueues({
		clock,
		signal: stop.signal,
		policy: new Gathering(pause, most === undefined ? undefined : new StartsPerMinute(most)),
		isExempt: ({ name }) => isExempt(name),
		release: start,
		read: async () => await Promise.reject(new Error('nothing is left')),
		pass: () => undefined,
		onTrouble: (error) => limited.push(error),
		onKept: ({ payload }) => limited.push(payload.content),
	});
	const hear = (content: string, { name = 'message:send', session = 's' } = {}) => {
		const payload = { website_id: 'w', session_id: session, content };
		const event = { name, payload };
		if (queues.mayStart(event, clock.now(), false)) start([{ event }]);
	};
	return { clock, stop, queues, started, limited, hear };
}

it('what a visitor writes until a pause starts one execution, in order', async () => {
	const { clock, hear, started, limited } = begin();
	for (const text of ['Hello', 'my order', 'has not come']) {
		hear(text);
		await clock.advance(2_000);
	}
	expect(started).toEqual([]);
	await clock.advance(2_000);
	hear('Are you there?');
	await clock.advance(10_000);
	expect(started).toEqual([
		[7_000, 'Hello', 'my order', 'has not come'],
		[11_000, 'Are you there?'],
	]);
	expect([limited, clock.sleeping]).toEqual([[], 0]);
});

it('a visitor who never pauses is answered after five times as long', async () => {
	const { clock, hear, started } = begin();
	for (let second = 0; second < 30; second++) {
		hear(String(second));
		await clock.advance(1_000);
	}
	expect(started.map(([time]) => time)).toEqual([15_000, 30_000]);
	expect(started[0]).toHaveLength(16);
});

it('conversations do not wait for each other', async () => {
	const { clock, hear, started } = begin();
	hear('a1', { session: 'a' });
	await clock.advance(2_000);
	hear('b1', { session: 'b' });
	await clock.advance(1_000);
	hear('b2', { session: 'b' });
	await clock.advance(5_000);
	expect(started).toEqual([
		[3_000, 'a1'],
		[6_000, 'b1', 'b2'],
	]);
});

it('other events of the conversation start their own execution, in their place', async () => {
	const { clock, hear, started } = begin();
	hear('an operator', { name: 'message:received' });
	hear('1');
	hear('2');
	hear('resolved', { name: 'conversation:resolved' });
	hear('3');
	await clock.advance(10_000);
	expect(started).toEqual([
		[0, 'an operator'],
		[3_000, '1', '2'],
		[3_000, 'resolved'],
		[3_000, '3'],
	]);
});

it('at most a hundred messages share an execution', async () => {
	const { clock, hear, started } = begin();
	for (let number = 0; number < 250; number++) hear(String(number));
	await clock.advance(10_000);
	expect(started.map((one) => one.length - 1)).toEqual([100, 100, 50]);
	expect(started.flatMap(([, ...texts]) => texts)).toEqual(Array.from({ length: 250 }, (_, number) => String(number)));
});

it('what the limit of starts holds back is gathered, too', async () => {
	const { clock, hear, started, limited } = begin({ most: 2 });
	for (let number = 0; number < 10; number++) {
		hear(String(number));
		await clock.advance(5_000);
	}
	await clock.advance(120_000);
	expect(started).toEqual([
		[3_000, '0'],
		[8_000, '1'],
		[63_000, '2', '3', '4', '5', '6', '7', '8', '9'],
	]);
	expect(limited[0]).toBe('2');
});

it('what the loop brake counts is not gathered', async () => {
	const { clock, hear, started } = begin({ isExempt: (name) => name === 'message:send' });
	hear('own 1');
	hear('own 2');
	await clock.advance(0);
	expect(started).toEqual([
		[0, 'own 1'],
		[0, 'own 2'],
	]);
});

it('a clock that is set back delays nothing', async () => {
	const { clock, hear, started } = begin();
	hear('1');
	await clock.advance(1_000);
	jest.spyOn(clock, 'now').mockReturnValue(clock.now() - 3_600_000);
	await clock.advance(2_000);
	expect(started.map(([, ...texts]) => texts)).toEqual([['1']]);
});

it('when the trigger ends, what waits for more starts the workflow, but not what the limit holds back', async () => {
	const { clock, stop, queues, hear, started } = begin({ most: 1 });
	hear('1');
	await clock.advance(5_000);
	hear('2');
	hear('3', { session: 'other' });
	hear('4', { session: 'other' });
	queues.finish();
	stop.abort();
	await clock.advance(120_000);
	expect(started).toEqual([
		[3_000, '1'],
		[5_000, '3', '4'],
	]);
});
