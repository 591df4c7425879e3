import { startSandbox, type Sandbox } from '../../../sandbox';
import { SHOP_ID } from '../../../sandbox/state/seed';
import { call, control } from '../client';

const NOW = Date.UTC(2026, 5, 17, 12);
const DAY = 86_400_000;
const WEBSITE = `/v1/website/${SHOP_ID}`;

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox({ page: false, clock: () => NOW });
});
afterEach(() => sandbox.close());

const shop = () => [...(sandbox.state.websites.get(SHOP_ID)?.conversations.values() ?? [])];
const at = (days: number) => new Date(NOW - days * DAY).toISOString();

interface Point {
	period: string;
	value: number;
	split_by?: string;
	unique_hits: number;
}

async function report(metric: string, type: string, more: object = {}, date: object = {}): Promise<Point[]> {
	const body = { metric, type, date: { from: at(30), to: at(0), ...date }, ...more };
	const { data, status } = await call(sandbox, 'plugin', `POST ${WEBSITE}/analytics/generate`, body);
	expect(status).toBe(201);
	return data as Point[];
}

const total = (points: Point[]) => points.reduce((sum, { value }) => sum + value, 0);

describe('analytics', () => {
	test('count the conversations of each day, and days without any', async () => {
		const points = await report('conversation', 'total', {}, { split: 'day' });
		expect(points).toHaveLength(31);
		for (const { period, value } of points) {
			const began = Date.parse(period);
			const own = shop().filter(
				({ created_at }) => created_at >= began && created_at < began + DAY && created_at >= NOW - 30 * DAY,
			);
			expect({ period, value }).toEqual({ period, value: own.length });
		}
		expect(total(points)).toBeGreaterThan(5);
		expect(points.some(({ value }) => value === 0)).toBe(true);
	});

	test('change with what happens', async () => {
		const before = total(await report('conversation', 'visitor_messages'));
		await control(sandbox, '/visitor/message', { text: 'Hello' });
		expect(total(await report('conversation', 'visitor_messages'))).toBe(before + 1);
		const authors = await Promise.all(
			['messages', 'operator_messages'].map(async (type) => await report('conversation', type)),
		);
		expect(total(authors[0] ?? [])).toBe(before + 1 + total(authors[1] ?? []));
	});

	test('have weeks from Monday, months, hours and a single period', async () => {
		const periods = async (split?: string, from = at(30)) =>
			(await report('conversation', 'total', {}, { split, from })).map(({ period }) => period);
		expect(await periods('week', at(9))).toEqual(['2026-06-08T00:00:00.000Z', '2026-06-15T00:00:00.000Z']);
		expect(await periods('month')).toEqual(['2026-05-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z']);
		expect(await periods('hour', at(1))).toHaveLength(25);
		expect(await periods()).toEqual([at(30)]);
	});

	test('aggregate durations', async () => {
		const answered = shop().filter(({ messages }) => messages.some(({ from }) => from === 'operator'));
		for (const [index, conversation] of answered.entries()) {
			const [first, second] = conversation.messages;
			if (!first || !second) throw new Error('The seed has conversations of one message only');
			const minutes = index === 0 ? 30 : index;
			conversation.messages = [
				{ ...first, from: 'user', timestamp: conversation.created_at },
				{ ...second, from: 'operator', timestamp: conversation.created_at + minutes * 60_000 },
			];
		}
		const by = async (aggregator?: string) =>
			((await report('conversation', 'response_time', { aggregator }))[0]?.value ?? 0) / 60_000;
		const minutes = [...Array.from({ length: answered.length - 1 }, (_, index) => index + 1), 30];
		const sum = minutes.reduce((one, other) => one + other);
		const half = (minutes.length - 1) / 2;
		const median = ((minutes[Math.floor(half)] ?? 0) + (minutes[Math.ceil(half)] ?? 0)) / 2;
		expect([await by('minimum'), await by('maximum'), await by('sum')]).toEqual([1, 30, sum]);
		expect(await by('median')).toBeCloseTo(median);
		expect(await by()).toBeCloseTo(sum / minutes.length, 3);
	});

	test('are divided by a key', async () => {
		const points = await report('conversation', 'total', { split_by: 'state' });
		const states = points.map(({ split_by, value }) => [split_by, value]);
		const stored = shop().map(({ state }) => state);
		const expected = [...new Set(stored)].map((state) => [state, stored.filter((one) => one === state).length]);
		expect(states.sort()).toEqual(expected.sort());
	});

	test('are 0 for what the sandbox keeps nothing of', async () => {
		expect(await report('campaign_sent', 'total')).toMatchObject([{ value: 0 }]);
	});

	test.each([
		[{ from: 'yesterday', to: at(0) }, 'date.from: must be a date'],
		[{ from: at(0), to: at(1) }, 'date.to: must not be before date.from'],
	])('refuse the dates %j', async (date, message) => {
		const body = { metric: 'conversation', type: 'total', date };
		const { status, data } = await call(sandbox, 'plugin', `POST ${WEBSITE}/analytics/generate`, body);
		expect({ status, data }).toEqual({ status: 400, data: { message } });
	});
});

describe('visitors', () => {
	const read = async <Data>(path: string) =>
		(await call(sandbox, 'plugin', `GET ${WEBSITE}/visitors/${path}`)).data as Data;

	test('are those whose chatbox is open', async () => {
		const ids = async () => (await read<Array<{ session_id: string }>>('list/1')).map(({ session_id }) => session_id);
		const online = shop().filter(({ availability }) => availability === 'online');
		expect((await ids()).sort()).toEqual(online.map(({ session_id }) => session_id).sort());
		const { session_id } = (await control(sandbox, '/visitor/message', { text: 'Hello' })) as { session_id: string };
		expect(await ids()).toContain(session_id);
		expect(await read('count')).toEqual({ count: online.length + 1, active: online.length + 1, limited: false });
		await control(sandbox, '/visitor/leave', { session_id });
		expect(await ids()).not.toContain(session_id);
	});

	test('are on the map where the list has them', async () => {
		for (let count = 0; count < 4; count++) await control(sandbox, '/visitor/message', { text: 'Hello' });
		const list = await read<Array<{ session_id: string; geolocation: object }>>('list/1');
		const map =
			await read<Array<{ geolocation: object; visitors: { count: number; sessions: Array<{ session_id: string }> } }>>(
				'map',
			);
		const placed = map.flatMap(({ geolocation, visitors }) =>
			visitors.sessions.map(({ session_id }) => ({ session_id, geolocation })),
		);
		const expected = list.map(({ session_id, geolocation }) => ({ session_id, geolocation }));
		const byId = (one: { session_id: string }, other: { session_id: string }) =>
			one.session_id < other.session_id ? -1 : 1;
		expect(placed.sort(byId)).toEqual(expected.sort(byId));
		expect(map.every(({ visitors }) => visitors.count === visitors.sessions.length)).toBe(true);
	});
});
