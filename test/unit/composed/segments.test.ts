import type { IDataObject } from 'n8n-workflow';
import { changeSegments, type Change } from '../../../nodes/Crisp/composed/support/segments';
import type { Composing } from '../../../nodes/Crisp/operations/operation';
import { parseRoute } from '../../../nodes/shared/api/route';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock } from '../../support/fakeClock';

const route = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/meta');

/** Runs the node against a Crisp whose reads keep returning the initial segments, as a cache may. */
function overCache(segments: string[]) {
	const written: unknown[] = [];
	let shared = new Map<string, unknown>();
	const clock = new FakeClock();
	let isRefusing = false;
	const send = async ({ method, body }: CrispRequest) => {
		if (method === 'GET') return await Promise.resolve({ segments });
		if (isRefusing) throw new Error('refused');
		written.push((body as IDataObject).segments);
		return {};
	};
	const change = async (how: Change, ...asked: string[]) => {
		const composing = {
			values: { website_id: 'w', session_id: 's', segments: asked },
			client: { send },
			clock,
			once: async (_: string, step: () => Promise<unknown>) => await step(),
			shared: (name: string, make: () => unknown) => {
				if (!shared.has(name)) shared.set(name, make());
				return shared.get(name);
			},
		};
		return await changeSegments(composing as unknown as Composing, route, how);
	};
	return {
		change,
		written,
		clock,
		refuse: (isSo: boolean) => (isRefusing = isSo),
		/** Begins another execution, which shares no values with the one before. */
		beginRun: () => (shared = new Map()),
	};
}

describe('segments that earlier items of a run changed', () => {
	it('are kept even if Crisp does not show them yet', async () => {
		const { change, written } = overCache(['old']);
		await change('add', 'a');
		const [made] = await change('add', 'b');
		expect(written).toEqual([
			['old', 'a'],
			['old', 'a', 'b'],
		]);
		expect(made?.json).toEqual({
			segments: ['old', 'a', 'b'],
			changed: true,
			conversation_url: 'https://app.crisp.chat/website/w/inbox/s/',
			...{ website_id: 'w', session_id: 's' },
		});
	});

	it('stay removed even if Crisp still shows them', async () => {
		const { change, written } = overCache(['a', 'b', 'c']);
		await change('remove', 'a');
		await change('remove', 'b');
		expect(written).toEqual([['b', 'c'], ['c']]);
	});

	it('do not include those that could not be written', async () => {
		const { change, written, refuse } = overCache(['old']);
		refuse(true);
		await expect(change('add', 'a')).rejects.toThrow('refused');
		refuse(false);
		await change('add', 'b');
		expect(written).toEqual([['old', 'b']]);
	});
});

describe('segments that another execution changed', () => {
	it('are kept while Crisp may not show the change yet, and what it shows counts afterwards', async () => {
		const { change, written, clock, beginRun } = overCache(['old', 'gone']);
		await change('add', 'a');
		await clock.advance(5_000);
		beginRun();
		await change('remove', 'gone');
		await clock.advance(9_000);
		beginRun();
		await change('add', 'b');
		expect(written).toEqual([
			['old', 'gone', 'a'],
			['old', 'a'],
			['old', 'a', 'b'],
		]);
		await clock.advance(15_000);
		beginRun();
		await change('add', 'c');
		expect(written.at(-1)).toEqual(['old', 'gone', 'c']);
	});

	it('can be changed back at once', async () => {
		const { change, written, beginRun } = overCache(['old']);
		await change('add', 'a');
		beginRun();
		await change('add', 'b');
		beginRun();
		const [made] = await change('remove', 'a');
		expect(made?.json).toMatchObject({ changed: true, segments: ['old', 'b'] });
		expect(written).toHaveLength(3);
	});
});
