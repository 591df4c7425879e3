import type { IDataObject } from 'n8n-workflow';
import { awaitReply } from '../../../nodes/Crisp/composed/support/awaitReply';
import type { Composing } from '../../../nodes/Crisp/operations/operation';
import { clientFor } from '../../../nodes/shared/api/client';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { FakeClock } from '../../support/fakeClock';

/** Waits for a reply to message 0 of a conversation with these messages, which Crisp returns in batches of 40. */
async function replyAmong(messages: IDataObject[], { isInclusive = false } = {}) {
	const clock = new FakeClock();
	const asked: CrispRequest[] = [];
	const send = async (request: CrispRequest) => {
		asked.push(request);
		const { timestamp_before: before = Infinity, timestamp_after: after = -Infinity } = (request.query ?? {}) as Record<
			string,
			number
		>;
		if (!request.path.endsWith('/messages')) {
			return await Promise.resolve(messages.find(({ fingerprint }) => fingerprint === 0));
		}
		const isWithin = (distance: number) => distance > 0 || (isInclusive && distance === 0);
		// Of the messages after a time, it returns the newest, which is the harder case.
		return messages
			.filter(({ timestamp }) => isWithin(before - Number(timestamp)) && isWithin(Number(timestamp) - after))
			.slice(-40);
	};
	const composing = {
		client: clientFor(send),
		clock,
		values: { website_id: 'w', session_id: 's', reply_from: 'user' },
		isOwn: () => false,
	} as unknown as Composing;
	const waiting = awaitReply(composing, { fingerprint: 0, until: clock.now() + 10_000 });
	await clock.advance(10_000);
	return { reply: await waiting, requests: asked.length };
}

const message = (fingerprint: number, from: string): IDataObject => ({
	fingerprint,
	from,
	type: 'text',
	content: `m${fingerprint}`,
	timestamp: 1_000 + Math.floor(fingerprint / 3),
});

describe('the reply', () => {
	it.each([1, 2, 39, 40, 41, 90])('is found with %d messages after the first one', async (count) => {
		for (const isInclusive of [true, false]) {
			const messages = Array.from({ length: count }, (_, index) => message(index + 2, 'user'));
			const conversation = [message(0, 'operator'), message(1, 'operator'), ...messages];
			expect((await replyAmong(conversation, { isInclusive })).reply).toMatchObject({ text: 'm2', fingerprint: 2 });
		}
	});

	it('costs one request each time, no matter what was said before the question', async () => {
		const earlier = Array.from({ length: 100 }, (_, index) => ({
			...message(-1_000 + index, 'user'),
			timestamp: 500 + index,
		}));
		const { reply, requests } = await replyAmong([...earlier, message(0, 'operator')]);
		expect(reply).toBeUndefined();
		// Every two seconds, and the question itself once.
		expect(requests).toBe(6);
	});
});
