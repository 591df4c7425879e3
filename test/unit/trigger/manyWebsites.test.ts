import type { INode } from 'n8n-workflow';
import { PollRound } from '../../../nodes/CrispTrigger/polling/pollRound';
import { refusalError } from '../../../nodes/shared/errors/apiErrors';
import { Stage } from '../../support/manyWebsites/stage';

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let stage: Stage;
const begin = (count: number) => (stage = new Stage(count));
afterEach(async () => {
	await stage.end();
	expect(stage.clock.sleeping).toBe(0);
});

const everywhere = ({ crisp }: Stage) => crisp.ids.map((id) => String(crisp.write(id).content));
const sorted = (texts: unknown[]) => [...texts].map(String).sort();

describe('a reconnect of a token with a thousand websites', () => {
	it('costs at most 50 requests at once, does not list the websites, and reads those with recent events first', async () => {
		const { crisp, clock } = begin(1_000);
		const { delivered } = await stage.publish({ events: ['message:send', 'people:profile:created'] });
		await clock.advance(minute);
		const recent = Array.from({ length: 20 }, (_, index) => crisp.id(40 * index));
		for (const id of recent) stage.writeLive(id);
		delivered.length = 0;
		const missed: string[] = [];
		const back = await stage.gap(() => {
			for (const id of [...recent.slice(-5), crisp.id(999)]) missed.push(String(crisp.write(id).content));
		});
		await clock.advance(5 * second);
		expect(sorted(delivered)).toEqual(sorted(missed.slice(0, 5)));
		await clock.advance(5 * second);
		expect(crisp.countSince(back)).toBeLessThanOrEqual(48);
		expect(crisp.countSince(back)).toBeGreaterThanOrEqual(45);
		expect(crisp.countSince(back, '/websites/all/')).toBe(0);
		await clock.advance(2 * day);
		expect(sorted(delivered)).toEqual(sorted(missed));
	});

	it('never sends more than 50 requests at once, however much was missed on one website', async () => {
		const { crisp, clock } = begin(30);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		for (const id of crisp.ids) stage.writeLive(id);
		delivered.length = 0;
		const missed: string[] = [];
		const back = await stage.gap(() => {
			for (const id of crisp.ids)
				for (let count = 0; count < 120; count++) missed.push(String(crisp.write(id, count).content));
		});
		await clock.advance(5 * second);
		// One more is sent for the address of the realtime channel.
		expect(crisp.countSince(back)).toBe(48);
		await clock.advance(hour);
		expect(sorted(delivered)).toEqual(sorted(missed));
	});

	it('delays live events for a few seconds only, even if Crisp does not answer', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		stage.writeLive(crisp.id(7));
		crisp.beforeAnswer = async (path) => (path.includes('/website/') ? await clock.sleep(30 * second) : undefined);
		await stage.gap();
		stage.writeLive(crisp.id(8));
		await clock.advance(5 * second);
		expect(delivered).toEqual(['m1', 'm2']);
		crisp.beforeAnswer = () => undefined;
		await clock.advance(minute);
	});

	it('delivers what a cache hid from the first reading', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		stage.writeLive(crisp.id(7));
		const back = await stage.gap();
		// It was written in the gap, and is listed only now.
		const late = crisp.write(crisp.id(7));
		late.timestamp = back - 5 * second;
		await clock.advance(minute);
		expect(delivered).toEqual(['m1', 'm2']);
		expect(clock.now() - back).toBeLessThan(2 * minute);
	});
});

describe('quiet websites', () => {
	it('are read in one round a day, however often the connection is lost, and nothing is lost or duplicated', async () => {
		const { crisp, clock } = begin(200);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		const begun = clock.now();
		const written: string[] = [];
		for (let count = 0; count < 10; count++) {
			await stage.gap(() => written.push(...everywhere(stage)));
			await clock.advance(hour);
		}
		const ofDay = crisp.countSince(begun, '/conversations/') + crisp.countSince(begun, '/websites/all/');
		expect(ofDay).toBeLessThanOrEqual(200 + 11 + 10 * (50 + 24));
		await clock.advance(2 * day);
		expect(delivered).toHaveLength(written.length);
		expect(sorted(delivered)).toEqual(sorted(written));
	});

	it('cost about 1,050 requests a day with their list, and nothing once nothing is to be read', async () => {
		const { crisp, clock } = begin(1_000);
		await stage.publish();
		const begun = clock.now() - second;
		await stage.gap();
		await clock.advance(23 * hour);
		expect(crisp.countSince(begun)).toBe(1_000 + 51);
		// The list of the next day shows that no website was added before the gap.
		await clock.advance(2 * hour);
		expect(crisp.countSince(begun)).toBe(1_000 + 2 * 51);
		await clock.advance(5 * day);
		expect(crisp.countSince(begun)).toBe(1_000 + 2 * 51);
	});

	it('are not read again for a second workflow, which gets everything that it missed', async () => {
		const { crisp, clock } = begin(200);
		const first = await stage.publish({ name: 'first' });
		await clock.advance(minute);
		const published = clock.now();
		const other = await stage.publish({ name: 'other', events: ['message:send', 'message:received'] });
		expect(crisp.countSince(published)).toBe(0);
		const written: string[] = [];
		const back = await stage.gap(() => written.push(...everywhere(stage)));
		await clock.advance(20 * hour);
		expect(crisp.countSince(back, '/conversations/')).toBe(200);
		for (const { delivered } of [first, other]) expect(sorted(delivered)).toEqual(sorted(written));
	});

	it('do not cost a second workflow the states of their conversations, either', async () => {
		const { crisp, clock } = begin(200);
		const events = ['conversation:resolved'];
		await stage.publish({ name: 'first', events });
		await clock.advance(3 * hour);
		expect(crisp.countSince(0, '/conversations/')).toBe(200);
		const published = clock.now();
		await stage.publish({ name: 'other', events });
		await clock.advance(3 * day);
		expect(crisp.countSince(published, '/conversations/')).toBe(0);
	});

	it('are read after a restart of n8n, if they were not read before it', async () => {
		const { crisp, clock } = begin(300);
		const first = await stage.publish();
		await clock.advance(minute);
		const written: string[] = [];
		await stage.gap(() => written.push(...everywhere(stage)));
		await clock.advance(5 * minute);
		// The watermark passes the gap.
		for (let count = 0; count < 2; count++) {
			stage.writeLive(crisp.id(280));
			await clock.advance(second);
		}
		const before = first.delivered.length;
		expect(before).toBeGreaterThan(100);
		expect(before).toBeLessThan(200);
		expect(JSON.stringify(first.saved()).length).toBeLessThan(2_500);
		await stage.end();
		// Another process: nothing but the static data is left.
		const { resetProcessState } = jest.requireActual<{ resetProcessState(): void }>(
			'../../../nodes/shared/runtime/processState',
		);
		resetProcessState();
		await clock.advance(hour);
		const missed = everywhere(stage);
		const restarted = clock.now();
		const second_ = await stage.publish({ memory: first.saved() });
		// The websites with recent events come first, at once.
		expect(crisp.countSince(restarted, `${crisp.id(280)}/conversations/`)).toBe(1);
		expect(crisp.countSince(restarted, '/conversations/')).toBeGreaterThan(15);
		await clock.advance(3 * hour);
		expect(crisp.countSince(restarted, '/conversations/')).toBeLessThanOrEqual(300 + 2 * 24);
		const all = [...first.delivered, ...second_.delivered];
		expect(sorted(all)).toEqual(sorted([...written, 'm301', 'm302', ...missed]));
	});

	it('do not repeat what was delivered over the connection long before, in batches without keys', async () => {
		const { crisp, clock } = begin(300);
		const { delivered } = await stage.publish({ batch: { size: 100, wait: 100 } });
		await clock.advance(minute);
		// Shortly before the gap, and shortly after it: the overlap of the catch-up.
		for (const id of crisp.ids.slice(100)) stage.writeLive(id);
		await clock.advance(second);
		await stage.gap();
		for (const id of crisp.ids.slice(100)) stage.writeLive(id);
		// So many events that the process forgets the ones above.
		await clock.advance(5 * minute);
		for (let count = 0; count < 25_000; count++) stage.writeLive(crisp.id(200 + (count % 10)), count);
		await clock.advance(day);
		expect(delivered).toHaveLength(25_400);
		expect(new Set(delivered).size).toBe(25_400);
	});

	it('are read over more days if they need more requests, and the log says so', async () => {
		const { crisp, clock } = begin(1_000);
		const { delivered } = await stage.publish({ events: ['message:send', 'people:profile:created'] });
		await clock.advance(minute);
		const written: string[] = [];
		const back = await stage.gap(() => written.push(...everywhere(stage)));
		await clock.advance(23 * hour);
		expect(crisp.countSince(back)).toBeLessThanOrEqual(2 * 1_100);
		expect(stage.warnings).toEqual([
			'[n8n-nodes-crisp] Crisp Trigger: Missed events of websites on which little happens are read later than within a day: the trigger goes on as the daily quota allows, and misses none (1000 websites need at least 2000 requests, at most 1100 a day: about 2 days).',
		]);
		await clock.advance(3 * day);
		expect(sorted(delivered)).toEqual(sorted(written));
	});

	it('wait while the quota is used up, and the log says so', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		const written: string[] = [];
		crisp.beforeAnswer = () => {
			throw new Error('The daily quota of this token seems to be used up');
		};
		await stage.gap(() => written.push(...everywhere(stage)));
		const failing = clock.now();
		await clock.advance(6 * hour);
		expect(crisp.countSince(failing)).toBeLessThan(20);
		expect(stage.warnings[0]).toContain('(The daily quota of this token seems to be used up).');
		crisp.beforeAnswer = () => undefined;
		await clock.advance(3 * hour);
		expect(stage.warnings.at(-1)).toContain('Websites on which little happens are read within a day again after');
		expect(sorted(delivered)).toEqual(sorted(written));
	});

	it('are read soon if a visitor writes on them', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		await stage.gap();
		await clock.advance(hour);
		// All of them were read today.
		await stage.gap(() => void everywhere(stage));
		await clock.advance(10 * minute);
		expect(delivered).toEqual([]);
		stage.writeLive(crisp.id(89));
		await clock.advance(2 * second);
		expect(delivered).toEqual(['m101', 'm90']);
	});
});

describe('websites that change', () => {
	const gone = ({ crisp }: Stage, id: string) => {
		crisp.beforeAnswer = (path) => {
			if (!path.includes(id)) return;
			const refusal = { status: 404, reason: 'not_subscribed', detail: '', method: 'GET' as const, path, secrets: [] };
			throw refusalError({ name: 'Crisp Trigger' } as INode, refusal as unknown as Parameters<typeof refusalError>[1]);
		};
	};

	it('do not stop the others if the plugin was removed from them', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		stage.writeLive(crisp.id(3));
		gone(stage, crisp.id(3));
		await stage.gap(() => {
			for (const id of crisp.ids.filter((one) => one !== crisp.id(3))) crisp.write(id);
		});
		await clock.advance(hour);
		expect(delivered).toHaveLength(100);
		expect(stage.warnings).toHaveLength(1);
		expect(stage.warnings[0]).toContain(`Missed events of the website ${crisp.id(3)} could not be fetched`);
	});

	it('do not stop the others of a few chosen ones, either', async () => {
		const { crisp } = begin(3);
		const { delivered } = await stage.publish({ websites: crisp.ids });
		gone(stage, crisp.id(0));
		await stage.gap(() => {
			for (const id of crisp.ids.slice(1)) crisp.write(id);
		});
		expect(delivered).toEqual(['m1', 'm2']);
	});

	it('join when an event of them arrives', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		const added = crisp.addWebsite();
		stage.writeLive(added);
		await stage.gap(() => crisp.write(added));
		await clock.advance(5 * second);
		expect(delivered).toEqual(['m1', 'm2']);
	});

	it('join with the list of the next day, with what was missed on them before', async () => {
		const { crisp, clock } = begin(100);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		const added = crisp.addWebsite();
		await stage.gap(() => crisp.write(added));
		await clock.advance(20 * hour);
		expect(delivered).toEqual([]);
		await clock.advance(5 * hour);
		expect(delivered).toEqual(['m1']);
	});
});

describe('polling', () => {
	it('sends few requests in each round, for the websites with recent events, and loses nothing', async () => {
		const { crisp, clock } = begin(200);
		const { delivered, receiver } = await stage.publish();
		await clock.advance(minute);
		const recent = crisp.ids.slice(0, 8);
		for (const id of recent) stage.writeLive(id);
		receiver.disconnected();
		const written: string[] = [];
		const ofRecent: string[] = [];
		const costs: number[] = [];
		const lists: number[] = [];
		for (let round = 0; round < 20; round++) {
			await clock.advance(15 * minute);
			for (const id of recent.slice(0, 2)) ofRecent.push(String(crisp.write(id).content));
			written.push(...ofRecent.slice(-2), String(crisp.write(crisp.id(50 + round)).content));
			const begun = clock.now();
			await receiver.poll(new PollRound());
			costs.push(crisp.countSince(begun));
			lists.push(crisp.countSince(begun) - crisp.countSince(begun, '/messages'));
			expect(delivered).toEqual(expect.arrayContaining(ofRecent));
		}
		expect(Math.max(...lists)).toBeLessThanOrEqual(10);
		expect(Math.max(...costs)).toBeLessThanOrEqual(30);
		receiver.connected();
		await clock.advance(2 * day);
		expect(sorted(delivered.slice(8))).toEqual(sorted(written));
		expect(crisp.countSince(0, '/conversations/')).toBeLessThan(20 * 10 + 3 * 200);
	});
});

describe('up to 25 websites', () => {
	it('are listed and all read at once after a gap, and again when the cache has expired', async () => {
		const { crisp, clock } = begin(25);
		const { delivered } = await stage.publish();
		await clock.advance(minute);
		const written: string[] = [];
		const back = await stage.gap(() => written.push(...everywhere(stage)));
		expect(sorted(delivered)).toEqual(sorted(written));
		expect(crisp.countSince(back, '/conversations/')).toBe(25);
		expect(crisp.countSince(back, '/websites/all/')).toBe(3);
		await clock.advance(day);
		expect(crisp.countSince(back, '/conversations/')).toBe(50);
	});
});

describe('chosen websites', () => {
	it('are treated as those of a token if there are many, and no others are read', async () => {
		const { crisp, clock } = begin(200);
		const websites = crisp.ids.slice(0, 100);
		const { delivered } = await stage.publish({ websites });
		await clock.advance(minute);
		const other = crisp.id(150);
		stage.writeLive(other);
		const written: string[] = [];
		const back = await stage.gap(() => written.push(...everywhere(stage)));
		await clock.advance(3 * day);
		expect(sorted(delivered)).toEqual(sorted(written.slice(0, 100)));
		expect(crisp.countSince(back)).toBe(200);
		expect(crisp.countSince(back, '/websites/all/') + crisp.countSince(back, other)).toBe(0);
	});
});
