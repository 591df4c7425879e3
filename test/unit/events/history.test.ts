import { UserError, type IDataObject, type INode } from 'n8n-workflow';
import { LookupPauses } from '../../../nodes/shared/events/history/lookupPauses';
import { hasVisitorBefore, readStateRecords, stateBefore } from '../../../nodes/shared/events/history/messageHistory';
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
	/** Batches of three, the last one of exactly the given time included. */
	const crisp = (messages: IDataObject[]) => {
		const queries: IDataObject[] = [];
		const read = async (query: IDataObject) => {
			queries.push(query);
			const before = Number(query.timestamp_before ?? Infinity);
			return await Promise.resolve(messages.filter(({ timestamp }) => Number(timestamp) <= before).slice(-3));
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
		expect(queries).toEqual([{}, { timestamp_before: 3 }]);
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
