import type { IDataObject } from 'n8n-workflow';
import { clientFor } from '../../../nodes/shared/api/client';
import { getAllAwaiting } from '../../../nodes/Crisp/composed/conversation/getAllAwaiting';
import type { Composing } from '../../../nodes/Crisp/operations/operation';
import { FakeClock } from '../../support/fakeClock';

const clock = new FakeClock();

const waiting = (minutes: number, more: IDataObject = {}): IDataObject => ({
	session_id: `session_${minutes}`,
	state: 'unresolved',
	waiting_since: clock.now() - minutes * 60_000,
	preview_message: { from: 'user', type: 'text' },
	...more,
});

const answered = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({
		session_id: `session_answered_${index}`,
		state: 'unresolved',
		waiting_since: null,
		preview_message: { from: 'operator', type: 'text' },
	}));

/** Reads the conversations awaiting a reply from a list in this order; also returns how many pages were read. */
async function read(list: IDataObject[], values: IDataObject = {}) {
	let pages = 0;
	const client = clientFor(async ({ path, query }) => {
		pages += 1;
		const size = Number(query?.per_page);
		const page = Number(path.split('/').at(-1));
		return list.slice((page - 1) * size, page * size);
	});
	const composing = { values: { website_id: 'w', ...values }, client, clock, limit: Infinity } as unknown as Composing;
	const made = await getAllAwaiting.compose(composing);
	return { sessions: made.map(({ json }) => json.session_id), pages };
}

describe('the list of conversations awaiting a reply', () => {
	it('is not read further once conversations appear that are not waiting', async () => {
		const list = [waiting(90), waiting(5), ...answered(500)];
		expect(await read(list)).toEqual({ sessions: ['session_90', 'session_5'], pages: 1 });
	});

	it('is not read further once conversations appear that have not waited long enough', async () => {
		const list = [waiting(90), ...Array.from({ length: 300 }, (_, index) => waiting(80 - index / 10))];
		const { sessions, pages } = await read(list, { waiting_minutes: 85 });
		expect(sessions).toEqual(['session_90']);
		expect(pages).toBe(1);
	});

	it('is read to its end, in any order that Crisp returns it, if no waiting conversation has been found yet', async () => {
		expect((await read([...answered(120), waiting(90)])).sessions).toEqual(['session_90']);
	});

	it('does not end at an answered conversation for which Crisp still reports a waiting time', async () => {
		const still = waiting(60, { session_id: 'session_still', preview_message: { from: 'operator', type: 'text' } });
		const list = [waiting(90), ...Array.from({ length: 49 }, () => still), waiting(30)];
		expect((await read(list)).sessions).toEqual(['session_90', 'session_30']);
	});

	it('does not count a note or an event as an answer', async () => {
		const noted = waiting(9, { preview_message: { from: 'operator', type: 'note' } });
		const resolved = waiting(8, { state: 'resolved' });
		expect((await read([noted, resolved])).sessions).toEqual(['session_9']);
	});
});
