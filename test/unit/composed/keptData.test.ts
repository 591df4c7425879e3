import type { IDataObject } from 'n8n-workflow';
import { person } from '../../../nodes/Crisp/operations/people';
import type { ComposedOperation, Composing } from '../../../nodes/Crisp/operations/operation';
import { conversation } from '../../../nodes/Crisp/operations/conversation';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { FakeClock } from '../../support/fakeClock';

interface Habits {
	/** Whether PATCH keeps the keys that it does not have. */
	mode: 'merged' | 'replaced';
	/** How long an answer to GET is cached, in milliseconds. */
	cache?: number;
	/** How long GET does not show a change, in milliseconds. */
	lag?: number;
}

let conversations = 0;

/** A conversation with custom data in a Crisp with these habits; time passes while the node waits. */
function detailsOf(before: IDataObject, { mode, cache = 0, lag = 0 }: Habits) {
	const clock = new FakeClock();
	const session_id = `session_${++conversations}`;
	const states = [{ at: -Infinity, data: before }];
	const latest = () => states.at(-1)?.data ?? {};
	const requests: CrispRequest[] = [];
	const steps = new Map<string, unknown>();
	let cached: { at: number; data: IDataObject } | undefined;
	let failures: Array<{ method: string; after: number; error: Error }> = [];
	/** What somebody else replaces the data by after each write. */
	let replacement: IDataObject | undefined;
	/** Somebody else sets keys, as Crisp's own app does: the others stay. */
	const set = (data: IDataObject) => states.push({ at: clock.now(), data });
	const send = async ({ method, path, body }: CrispRequest) => {
		requests.push({ method, path, body });
		const failure = failures.find((one) => one.method === method && one.after-- === 0);
		if (failure) throw failure.error;
		if (method === 'GET') {
			const seen = states.filter(({ at }) => at + lag <= clock.now()).at(-1);
			if (!cached || clock.now() - cached.at >= cache) cached = { at: clock.now(), data: { ...seen?.data } };
			return await Promise.resolve({ nickname: 'N', data: { ...cached.data } });
		}
		const data = body?.data as IDataObject | undefined;
		if (data && replacement) set(replacement);
		else if (data) set(mode === 'merged' && Object.keys(data).length > 0 ? { ...latest(), ...data } : data);
		return {};
	};
	const update = async (values: IDataObject, operation = conversation.operations.updateMeta) => {
		const composing = {
			values: { website_id: 'w', session_id, people_id: session_id, ...values },
			client: { send },
			clock,
			async once(name: string, step: () => Promise<unknown>) {
				if (!steps.has(name)) steps.set(name, await step());
				return steps.get(name);
			},
		} as unknown as Composing;
		const outcome = (operation as ComposedOperation).compose(composing).then(
			(made) => ({ made: made.map(({ json }) => json) }),
			(error: Error) => ({ error }),
		);
		await clock.advance(120_000);
		return await outcome;
	};
	return {
		update,
		set: (data: IDataObject) => set({ ...latest(), ...data }),
		data: latest,
		clock,
		afterWrite: (data: IDataObject) => (replacement = data),
		methods: () => requests.splice(0).map(({ method }) => method),
		requests,
		/** A request with this method fails, after some that do not. */
		failNext: (method: string, after: number) =>
			(failures = [...failures, { method, after, error: new Error(`${method} failed`) }]),
	};
}

const modes: Habits[] = (['merged', 'replaced'] as const).flatMap((mode) => [
	{ mode, cache: 0, lag: 0 },
	{ mode, cache: 0, lag: 3_000 },
	{ mode, cache: 10_000, lag: 0 },
	{ mode, cache: 10_000, lag: 1_500 },
]);

describe.each(modes)('custom data, $mode by Crisp (cache $cache, lag $lag)', (habits) => {
	it('keeps the keys that are not set', async () => {
		const { update, data } = detailsOf({ plan: 'gold', vip: true, note: '' }, habits);
		const { made } = (await update({ data: { plan: 'silver', order_id: 7 } })) as { made: IDataObject[] };
		expect(data()).toEqual({ plan: 'silver', order_id: 7, vip: true, note: '' });
		expect(made).toMatchObject([{ success: true, website_id: 'w', session_id: expect.any(String) as string }]);
	});

	it('keeps them if the values were set already', async () => {
		const { update, data } = detailsOf({ plan: 'gold', vip: true }, habits);
		await update({ data: { plan: 'gold' } });
		expect(data()).toEqual({ plan: 'gold', vip: true });
	});

	it('keeps them if a key is emptied', async () => {
		const { update, data } = detailsOf({ plan: 'gold', vip: true }, habits);
		await update({ data: { plan: '' } });
		expect(data()).toEqual({ plan: '', vip: true });
	});

	it('keeps them for a person', async () => {
		const { update, data } = detailsOf({ plan: 'gold', vip: true }, habits);
		await update({ data: { plan: 'silver' } }, person.operations.updateData);
		expect(data()).toEqual({ plan: 'silver', vip: true });
	});

	it('keeps what a colleague changed after the update', async () => {
		const { update, data, set, clock } = detailsOf({ plan: 'gold', vip: true }, habits);
		clock.alarm(2_500, () => set({ vip: false }));
		await update({ data: { plan: 'silver' } });
		// If Crisp has replaced the data by then, the colleague's value is all that is known of the key.
		expect(data()).toMatchObject({ plan: 'silver', vip: expect.any(Boolean) as boolean });
		if (habits.mode === 'merged') expect(data()).toEqual({ plan: 'silver', vip: false });
	});

	it('keeps them if the update fails in between and is retried', async () => {
		for (const method of ['PATCH', 'GET']) {
			const { update, data, failNext } = detailsOf({ plan: 'gold', vip: true }, habits);
			// The first GET is the one before the update.
			failNext(method, method === 'GET' ? 1 : 0);
			const first = await update({ data: { plan: 'silver' } });
			expect(first).toHaveProperty('error.message', expect.stringContaining(`${method} failed`));
			await update({ data: { plan: 'silver' } });
			expect(data()).toEqual({ plan: 'silver', vip: true });
		}
	});

	it('is not written if the user set none', async () => {
		const { update, data, requests } = detailsOf({ plan: 'gold' }, habits);
		await update({ subject: 'Tea' });
		expect([data(), requests.map(({ method, body }) => [method, body])]).toEqual([
			{ plan: 'gold' },
			[['PATCH', { subject: 'Tea' }]],
		]);
	});
});

describe('an update of custom data', () => {
	it.each<[string, IDataObject, Habits['mode'], string[]]>([
		['where there was none', {}, 'replaced', ['GET', 'PATCH']],
		['of all keys', { plan: 'gold' }, 'replaced', ['GET', 'PATCH']],
		['of some keys', { vip: true }, 'merged', ['GET', 'PATCH', 'GET']],
		['of some keys, if the others vanish', { vip: true }, 'replaced', ['GET', 'PATCH', 'GET', 'PATCH', 'GET']],
	])('%s takes these requests', async (_, before, mode, expected) => {
		const { update, methods } = detailsOf(before, { mode });
		await update({ data: { plan: 'silver' } });
		expect(methods()).toEqual(expected);
	});

	it('writes only what the user set, where Crisp keeps the others', async () => {
		const { update, requests } = detailsOf({ vip: true }, { mode: 'merged', cache: 10_000 });
		await update({ data: { plan: 'silver' } });
		const bodies = requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
		expect(bodies).toEqual([{ data: { plan: 'silver' } }]);
	});

	it('restores the latest values of the keys that are there, and only the vanished ones from before', async () => {
		const { update, requests, set, clock } = detailsOf({ vip: true }, { mode: 'replaced', cache: 10_000 });
		clock.alarm(500, () => set({ other: 'by a colleague', plan: 'changed by a colleague' }));
		await update({ data: { plan: 'silver' } });
		const bodies = requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
		expect(bodies.slice(0, 2)).toEqual([
			{ data: { plan: 'silver' } },
			{ data: { vip: true, other: 'by a colleague', plan: 'changed by a colleague' } },
		]);
	});

	it('ends if others replace the data again and again', async () => {
		const { update, methods, afterWrite } = detailsOf({ vip: true }, { mode: 'replaced' });
		afterWrite({ another: 1 });
		await update({ data: { plan: 'silver' } });
		expect(methods().length).toBeLessThan(30);
	});

	it('is not sent again when n8n runs a finished item again', async () => {
		const { update, methods, set, data } = detailsOf({ vip: true }, { mode: 'merged' });
		const first = await update({ data: { plan: 'silver' } });
		methods();
		set({ plan: 'gold' });
		expect([await update({ data: { plan: 'silver' } }), methods()]).toEqual([first, []]);
		expect(data()).toMatchObject({ plan: 'gold' });
	});

	it('without any field fails', async () => {
		const { update, methods } = detailsOf({ vip: true }, { mode: 'merged' });
		const { error } = (await update({})) as { error: Error };
		expect([error.message, methods()]).toEqual(['There is nothing to update', []]);
	});
});
