import { PollRound } from '../../../../nodes/CrispTrigger/polling/pollRound';
import type { CrispRequest } from '../../../../nodes/shared/api/transport';
import { settled } from '../../../support/fakeClock';

const list: CrispRequest = { method: 'GET', path: '/v1/website/w/conversations/1', query: { per_page: 50 } };
const messages: CrispRequest = { method: 'GET', path: '/v1/website/w/conversation/s/messages' };

/** A function that sends, whose answers come when the test says so. */
function sending() {
	const sent: Array<{ path: string; resolve(answer: unknown): void; reject(error: Error): void }> = [];
	const send = async ({ path }: CrispRequest) =>
		await new Promise((resolve, reject) => sent.push({ path, resolve, reject }));
	return { sent, send };
}

it('a request that several workflows need is sent once, and all get its answer', async () => {
	const round = new PollRound();
	const { sent, send } = sending();
	const answers = Promise.all([1, 2, 3].map(async () => await round.share(send)(list)));
	await settled();
	expect(sent).toHaveLength(1);
	sent[0]?.resolve(['a']);
	expect(await answers).toEqual([['a'], ['a'], ['a']]);
	expect(await round.share(send)(list)).toEqual(['a']);
	void round.share(send)({ ...list, query: { per_page: 20 } });
	void round.share(send)(messages);
	await settled();
	expect([round.requests, round.lists]).toEqual([3, 2]);
});

it('a request fails for all of them, if Crisp does not answer', async () => {
	const round = new PollRound();
	const { sent, send } = sending();
	const answers = Promise.allSettled([1, 2].map(async () => await round.share(send)(list)));
	await settled();
	sent[0]?.reject(new Error('down'));
	expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
	expect(sent).toHaveLength(1);
});

it('a request of a workflow that ends is sent again by the others', async () => {
	const round = new PollRound();
	const { sent, send } = sending();
	const [first, second] = [new AbortController(), new AbortController()];
	const ended = round.share(send, first.signal)(list);
	const others = Promise.all([1, 2].map(async () => await round.share(send, second.signal)(list)));
	await settled();
	first.abort();
	sent[0]?.reject(new Error('The execution was cancelled'));
	await expect(ended).rejects.toThrow('cancelled');
	await settled();
	expect(sent).toHaveLength(2);
	sent[1]?.resolve(['a']);
	expect(await others).toEqual([['a'], ['a']]);
});
