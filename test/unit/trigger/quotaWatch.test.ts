import type { IDataObject } from 'n8n-workflow';
import { QuotaWatch, type SavedQuota, type WatchedToken } from '../../../nodes/CrispTrigger/integration/quotaWatch';
import { countRequest } from '../../../nodes/shared/api/requestCount';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { FakeClock } from '../../support/fakeClock';

const hour = 3_600_000;

interface Beginning extends Partial<WatchedToken> {
	clock?: FakeClock;
	memory?: { quota?: SavedQuota };
}

function begin({ clock = new FakeClock(), memory = {}, ...token }: Beginning = {}) {
	const warnings: IDataObject[] = [];
	const hash = token.hash ?? 'token';
	const watch = new QuotaWatch({
		token: { tier: 'website', ...token, hash },
		websites: ['w'],
		clock,
		memory,
		onLow: (payload) => warnings.push(payload),
	});
	watch.begin();
	const send = (count: number) => {
		for (let one = 0; one < count; one++) countRequest(hash, clock.now());
	};
	return { clock, memory, warnings, watch, send };
}

/** What n8n has saved when it is started again: a process remembers nothing. */
function restart({ memory }: { memory: object }): { quota?: SavedQuota } {
	const saved = structuredClone(memory);
	resetProcessState();
	return saved;
}

describe('the warning before the daily quota', () => {
	it('comes when 80 % are used, once, and says what is known', () => {
		const { send, warnings, clock } = begin();
		send(7_999);
		expect(warnings).toEqual([]);
		send(500);
		expect(warnings).toEqual([
			{
				requests_used: 8_000,
				requests_quota: 10_000,
				requests_percent: 80,
				quota_used_up: false,
				counted_since: new Date(clock.now()).toISOString(),
				token_tier: 'website',
				website_ids: ['w'],
				timestamp: clock.now(),
			},
		]);
	});

	it.each<[string, Partial<WatchedToken>, number | undefined]>([
		['a website token', { tier: 'website' }, 8_000],
		['a plugin token', { tier: 'plugin' }, 4_000],
		['a plugin token with a raised quota', { tier: 'plugin', quota: 20_000 }, 16_000],
		['a development token', { tier: 'plugin', quota: 500 }, 400],
		['a user token, of which no quota is known', { tier: 'user' }, undefined],
		['a user token with a quota that was set', { tier: 'user', quota: 100 }, 80],
	])('of %s comes in time', (_, token, expected) => {
		const { send, warnings } = begin(token);
		send(20_000);
		expect(warnings.map(({ requests_used }) => requests_used)).toEqual(expected === undefined ? [] : [expected]);
	});

	it('comes again after a day, if the requests are still many', async () => {
		const { send, warnings, clock } = begin({ quota: 10 });
		for (let hours = 0; hours < 50; hours++) {
			send(1);
			await clock.advance(hour);
		}
		const times = warnings.map(({ timestamp }) => (Number(timestamp) - new FakeClock().now()) / hour);
		expect(times).toEqual([7, 31]);
	});

	it('comes when Crisp says so, even if little was counted: other programs use the token, too', () => {
		const { warnings, clock } = begin();
		countRequest('token', clock.now(), 'usedUp');
		countRequest('token', clock.now(), 'usedUp');
		expect(warnings).toMatchObject([{ requests_used: 0, requests_percent: 0, quota_used_up: true }]);
	});

	it('is not about another token', () => {
		const { warnings, clock } = begin({ quota: 10 });
		for (let one = 0; one < 50; one++) countRequest('another', clock.now());
		expect(warnings).toEqual([]);
	});

	it('does not come any more after the end', () => {
		const { warnings, send, watch } = begin({ quota: 10 });
		watch.close();
		send(50);
		expect(warnings).toEqual([]);
	});

	it('counts on after a restart of n8n, as far as it was saved', async () => {
		const first = begin({ quota: 100 });
		first.send(60);
		await first.clock.advance(hour);
		first.watch.save();
		first.send(5);
		const second = begin({ quota: 100, clock: first.clock, memory: restart(first) });
		second.send(19);
		expect(second.warnings).toEqual([]);
		second.send(1);
		expect(second.warnings).toMatchObject([{ requests_used: 80 }]);
	});

	it('comes once a day, also over restarts and for a trigger that is started again in the same process', () => {
		const first = begin({ quota: 10 });
		first.send(9);
		expect(first.warnings).toHaveLength(1);
		const again = begin({ quota: 10, clock: first.clock, memory: structuredClone(first.memory) });
		again.send(1);
		const later = begin({ quota: 10, clock: first.clock, memory: restart(again) });
		later.send(1);
		expect([again.warnings, later.warnings]).toEqual([[], []]);
	});

	it('does not count twice what several triggers have saved', () => {
		const [one, other] = [begin({ quota: 100 }), begin({ quota: 100 })];
		one.send(50);
		one.watch.close();
		other.watch.close();
		const saved = structuredClone([one.memory, other.memory]);
		resetProcessState();
		const later = saved.map((memory) => begin({ quota: 100, memory, clock: one.clock }));
		later[0]?.send(29);
		expect(later.map(({ warnings }) => warnings)).toEqual([[], []]);
		later[0]?.send(1);
		expect(later.map(({ warnings }) => warnings.length)).toEqual([1, 1]);
	});

	it('ignores what was saved for another token', () => {
		const first = begin({ quota: 10, hash: 'former' });
		first.send(9);
		const second = begin({ quota: 10, clock: first.clock, memory: restart(first) });
		second.send(7);
		expect(second.warnings).toEqual([]);
		second.send(1);
		expect(second.warnings).toHaveLength(1);
	});
});
