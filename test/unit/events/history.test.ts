import { UserError, type IDataObject, type INode } from 'n8n-workflow';
import { LookupPauses } from '../../../nodes/shared/events/history/lookupPauses';
import { markPartial } from '../../../nodes/shared/api/list';
import {
	hasVisitorBefore,
	readStateRecords,
	stateBefore,
	type ReadBatch,
} from '../../../nodes/shared/events/history/messageHistory';
import { refusalError } from '../../../nodes/shared/errors/apiErrors';
import { FakeClock } from '../../support/fakeClock';

const minute = 60_000;

describe('the state before an event, by what Crisp recorded', () => {
	it.each<[string, Array<[state: string, at: number]>, string, string | undefined]>([
		['nothing is recorded', [], 'resolved', undefined],
		['the change is not recorded yet', [['resolved', -5 * minute]], 'unresolved', 'resolved'],
		[
			'the change is recorded',
			[
				['resolved', -5 * minute],
				['unresolved', 0],
			],
			'unresolved',
			'resolved',
		],
		[
			'the change is recorded by a clock that is behind',
			[
				['resolved', -5 * minute],
				['unresolved', -9_000],
			],
			'unresolved',
			'resolved',
		],
		['only the change is recorded', [['unresolved', 0]], 'unresolved', undefined],
		[
			'nothing changed',
			[
				['unresolved', -9 * minute],
				['resolved', -5 * minute],
			],
			'resolved',
			'resolved',
		],
		[
			'a later change is recorded, too',
			[
				['resolved', -minute],
				['unresolved', 0],
				['resolved', 1_000],
			],
			'unresolved',
			'resolved',
		],
		[
			'the other open state followed',
			[
				['resolved', -minute],
				['pending', 0],
				['unresolved', 500],
			],
			'pending',
			'resolved',
		],
	])('%s', (_, records, state, expected) => {
		const read = records.map(([state, at]) => ({ state, at }));
		expect(stateBefore(read, { state, at: 0 })).toBe(expected);
	});
});

describe('the recorded changes of state', () => {
	const record = (timestamp: number, namespace: string): IDataObject => ({
		type: 'event',
		timestamp,
		content: { namespace, text: '' },
	});
	const text = (timestamp: number): IDataObject => ({
		type: 'text',
		from: 'user',
		timestamp,
		content: 'state:resolved',
	});
	/** Batches of three, with status 206 while more follow. Messages of exactly the given time are left out. */
	const crisp = (messages: IDataObject[]) => {
		const queries: IDataObject[] = [];
		const read = async (query: IDataObject) => {
			queries.push(query);
			const before = Number(query.timestamp_before ?? Infinity);
			const earlier = messages.filter(({ timestamp }) => Number(timestamp) < before);
			const batch = earlier.slice(-3);
			if (earlier.length > batch.length) markPartial(batch);
			return await Promise.resolve(batch);
		};
		return { read, queries };
	};

	it('are messages of type event with a namespace that names the state', async () => {
		const odd = [
			record(1, 'state:archived'),
			record(2, 'participant:added'),
			{ type: 'event', timestamp: 3 },
			{ timestamp: 4 },
		];
		const { read } = crisp([...odd, record(5, 'state:resolved'), record(6, 'state:unresolved'), text(7)]);
		expect(await readStateRecords(read)).toEqual([
			{ state: 'resolved', at: 5 },
			{ state: 'unresolved', at: 6 },
		]);
	});

	it('are read backwards until there are two, each once', async () => {
		const { read, queries } = crisp([
			record(1, 'state:resolved'),
			text(2),
			record(3, 'state:pending'),
			text(4),
			text(5),
		]);
		expect((await readStateRecords(read)).map(({ at }) => at)).toEqual([1, 3]);
		expect(queries).toEqual([{}, { timestamp_before: 4 }]);
	});

	it('are found if two of the same millisecond are on both sides of an edge', async () => {
		const { read } = crisp([record(1, 'state:resolved'), text(3), record(3, 'state:pending'), text(4), text(5)]);
		expect(await readStateRecords(read)).toEqual([
			{ state: 'resolved', at: 1 },
			{ state: 'pending', at: 3 },
		]);
	});

	it('of a long conversation cost three requests at most', async () => {
		const { read, queries } = crisp(Array.from({ length: 50 }, (_, index) => text(index)));
		expect(await readStateRecords(read)).toEqual([]);
		expect(queries).toHaveLength(3);
	});

	it('cost one request where nothing was written', async () => {
		const { read, queries } = crisp([]);
		expect(await readStateRecords(read)).toEqual([]);
		expect(queries).toHaveLength(1);
	});
});

describe('an earlier message of a visitor', () => {
	const operator = (fingerprint: number, timestamp: number) => ({ from: 'operator', fingerprint, timestamp });
	const visitor = (fingerprint: number, timestamp: number) => ({ from: 'user', fingerprint, timestamp });
	/** Batches of two, before a time. With status 206 while more follow, if `isPartialSaid`. */
	const batches =
		(messages: IDataObject[], { size = 2, isPartialSaid = true, isInclusive = false } = {}): ReadBatch =>
		async ({ timestamp_before: before }) => {
			const isEarlier = (time: number) => time < Number(before) || (isInclusive && time === before);
			const earlier = messages.filter(({ timestamp }) => isEarlier(Number(timestamp)));
			const batch = earlier.slice(-size);
			if (isPartialSaid && earlier.length > batch.length) markPartial(batch);
			return await Promise.resolve(batch);
		};
	const sent = { fingerprint: 9, timestamp: 900 };
	const twenty = Array.from({ length: 20 }, (_, index) => operator(100 + index, 300));

	it.each<[string, ReadBatch, boolean]>([
		[
			'of the same millisecond as the edge of a batch',
			batches([visitor(1, 300), operator(2, 300), operator(3, 400)]),
			true,
		],
		['behind a short batch that is not the last', batches([visitor(1, 100), operator(2, 300), operator(3, 400)]), true],
		['behind a full batch', batches([visitor(1, 100), ...twenty], { size: 20, isPartialSaid: false }), true],
		['of the same millisecond as the message', batches([visitor(1, 900)], { isInclusive: true }), false],
		['that is the message itself', batches([visitor(9, 800)]), false],
		['of an operator only', batches([operator(1, 100), ...twenty]), false],
	])('%s', async (_, read, isFound) => {
		expect(await hasVisitorBefore(read, sent, 1_000)).toBe(isFound);
	});

	it('is looked for in fifty batches at most', async () => {
		let count = 0;
		const read = async ({ timestamp_before: before }: IDataObject) => {
			const batch = [operator((count += 1), Number(before) - 2)];
			markPartial(batch);
			return await Promise.resolve(batch);
		};
		expect(await hasVisitorBefore(read, sent, 1_000)).toBe(false);
		expect(count).toBe(50);
	});
});

it('earlier messages of a visitor are looked for from now on if a message has no time', async () => {
	const queries: IDataObject[] = [];
	const read = async (query: IDataObject) => await Promise.resolve((queries.push(query), []));
	expect(await hasVisitorBefore(read, { fingerprint: 1 }, 500)).toBe(false);
	expect(queries).toEqual([{ timestamp_before: 500 }]);
});

describe('the pause after a failed request', () => {
	const node = { name: 'Crisp', type: 'crisp', typeVersion: 1 } as INode;
	const refusal = (status: number, reason = '') =>
		refusalError(node, { status, reason, detail: '', method: 'GET', path: '/' });
	const looked = { route: '/meta', website: 'w', subject: 's' };
	const others = {
		subject: { ...looked, subject: 't' },
		route: { ...looked, route: '/messages' },
		website: { ...looked, website: 'v' },
	};

	it.each<[string, Error, string[]]>([
		['an unknown conversation', refusal(404, 'conversation_not_found'), []],
		['a 404 of another server', refusal(404), []],
		['an invalid ID', refusal(400, 'invalid_data'), []],
		['an ID that no path can contain', new UserError("'session id' is empty"), []],
		['a missing scope', refusal(403, 'not_allowed'), ['subject']],
		['a plugin that is not installed', refusal(404, 'not_subscribed'), ['subject']],
		['a rate limit', refusal(429, 'rate_limited'), ['subject', 'route', 'website']],
		['a broken server', refusal(503), ['subject', 'route', 'website']],
		['a broken network', new Error('ECONNRESET'), ['subject', 'route', 'website']],
	])('%s', async (_, error, affected) => {
		const clock = new FakeClock();
		const pauses = new LookupPauses(() => clock.now());
		pauses.begin(error, looked);
		expect(pauses.has(looked)).toBe(true);
		expect(Object.entries(others).flatMap(([name, other]) => (pauses.has(other) ? [name] : []))).toEqual(affected);
		await clock.advance(60_000);
		expect([looked, ...Object.values(others)].some((one) => pauses.has(one))).toBe(false);
	});
});
