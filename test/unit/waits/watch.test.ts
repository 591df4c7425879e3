import { Followed, messageOf, noteOf, referenceOf, settled } from './waitNotes';

const { url } = referenceOf();

describe('a trigger that hears the note of a wait', () => {
	it('tells n8n once of each note of an operator', async () => {
		const followed = new Followed();
		followed.watch.observe('message:received', noteOf(referenceOf()));
		expect(followed.requests).toEqual([]);
		const answer = messageOf();
		followed.watch.observe('message:received', answer);
		followed.watch.observe('message:received', answer);
		await settled();
		expect(followed.requests).toMatchObject([
			{ method: 'POST', url, body: { nudge: true }, disableFollowRedirect: true },
		]);
		followed.watch.observe('message:received', messageOf());
		await settled();
		expect(followed.requests).toHaveLength(2);
		expect(followed.read).toEqual([]);
	});

	it('tells n8n of what the visitor does, if the visitor is asked', async () => {
		const followed = new Followed();
		followed.watch.observe('message:received', noteOf(referenceOf({ ask: 'visitor' })));
		followed.watch.observe('message:received', messageOf());
		await settled();
		expect(followed.requests).toEqual([]);
		followed.watch.observe('message:send', messageOf({ type: 'text', from: 'user' }));
		const content = { id: 'n8n-wait', text: 'Size?', choices: [{ value: 'l', selected: true }] };
		followed.watch.observe('message:updated', messageOf({ type: undefined, from: undefined, content }));
		await settled();
		expect(followed.urls).toEqual([url, url]);
	});

	it('leaves other conversations alone', async () => {
		const followed = new Followed();
		followed.watch.observe('message:received', noteOf(referenceOf()));
		followed.watch.observe('message:received', messageOf({ session_id: 'session_2' }));
		await settled();
		expect(followed.requests).toEqual([]);
	});

	it('forgets a wait that is decided, or that n8n no longer has', async () => {
		const followed = new Followed();
		const note = noteOf(referenceOf());
		followed.watch.observe('message:received', note);
		const decided = noteOf(referenceOf({ decision: { by: 'reply', at: 1 } }));
		const { fingerprint } = note;
		followed.watch.observe('message:updated', { ...decided, fingerprint, type: undefined, from: undefined });
		expect(followed.watch.size).toBe(0);
		followed.watch.observe('message:received', noteOf(referenceOf()));
		followed.answers = [{ statusCode: 409, body: { message: 'The execution "12" has finished already.' } }];
		followed.watch.observe('message:received', messageOf());
		await settled();
		expect(followed.watch.size).toBe(0);
	});

	it('reports an answer to an execution that n8n has ended with an error', async () => {
		const failed: string[] = [];
		const followed = new Followed({}, { onFailed: ({ message }) => failed.push(message) });
		followed.watch.observe('message:received', noteOf(referenceOf()));
		followed.answers = [{ statusCode: 409, body: { message: 'The execution "12" has finished with error.' } }];
		followed.watch.observe('message:received', messageOf());
		await settled();
		expect([failed, followed.watch.size]).toEqual([['The execution "12" has finished with error.'], 0]);
	});

	it('tries again while n8n is still storing the wait', async () => {
		const followed = new Followed();
		followed.answers = [
			{ statusCode: 409, body: { message: 'The execution "12" is running already.' } },
			new Error('connect ECONNREFUSED'),
			{ statusCode: 200, body: { resumed: true } },
		];
		followed.watch.observe('message:received', noteOf(referenceOf()));
		followed.watch.observe('message:received', messageOf());
		await settled();
		await followed.clock.advance(1_000);
		await followed.clock.advance(2_000);
		await settled();
		expect(followed.requests).toHaveLength(3);
		expect([followed.watch.size, followed.troubles]).toEqual([0, []]);
	});

	it('reports an n8n that it does not reach, and keeps the wait', async () => {
		const followed = new Followed();
		followed.answers = [new Error('connect ECONNREFUSED')];
		followed.watch.observe('message:received', noteOf(referenceOf()));
		followed.watch.observe('message:received', messageOf());
		for (let minute = 0; minute < 12; minute++) await followed.clock.advance(60_000);
		expect(followed.troubles.map((error) => error?.message)).toEqual(['connect ECONNREFUSED']);
		expect(followed.watch.size).toBe(1);
		expect(followed.requests.length).toBeLessThan(12);
	});
});

describe('a trigger that does not know the wait', () => {
	it('looks for it when an operator writes a note, at most once a minute', async () => {
		const followed = new Followed();
		followed.messages = [noteOf(referenceOf())];
		followed.watch.observe('message:received', messageOf());
		await settled();
		expect(followed.urls).toEqual([url]);
		expect(followed.read).toEqual(['session_1']);
		const other = new Followed();
		for (let n = 0; n < 5; n++) other.watch.observe('message:received', messageOf());
		await settled();
		expect(other.read).toHaveLength(1);
		await other.clock.advance(60_000);
		other.watch.observe('message:received', messageOf());
		await settled();
		expect(other.read).toHaveLength(2);
	});

	it('does not read anything for the messages of visitors', async () => {
		const followed = new Followed();
		followed.watch.observe('message:send', messageOf({ type: 'text', from: 'user' }));
		followed.watch.observe('message:updated', messageOf({ content: { id: 'size', choices: [] } }));
		await settled();
		expect(followed.read).toEqual([]);
	});
});

describe('after a restart', () => {
	it('tells n8n of the waits that were saved, as their answers may have come in between', async () => {
		const before = new Followed();
		before.watch.observe('message:received', noteOf(referenceOf()));
		const saved = JSON.parse(JSON.stringify(before.memory)) as { waits: unknown };
		const after = new Followed(saved);
		const begun = after.watch.begin();
		await settled();
		expect(after.requests).toEqual([]);
		await after.clock.advance(5_000);
		await begun;
		expect(after.urls).toEqual([url]);
	});

	it('tells n8n again if the trigger starts again minutes later', async () => {
		const saved = { waits: undefined as unknown };
		const before = new Followed(saved);
		const again = referenceOf({ url: 'https://n8n.example/webhook-waiting/77/node?signature=ab77' });
		before.watch.observe('message:received', noteOf(again));
		const told = [];
		for (const pause of [0, 120_000]) {
			const one = new Followed(JSON.parse(JSON.stringify(saved)) as { waits: unknown });
			await one.clock.advance(pause);
			const begun = one.watch.begin();
			await one.clock.advance(5_000);
			await begun;
			told.push(one.urls.length);
		}
		expect(told).toEqual([1, 1]);
	});

	it('tells n8n of two at a time, and does not wait for one that fails', async () => {
		const before = new Followed();
		for (let n = 0; n < 6; n++) {
			before.watch.observe('message:received', noteOf(referenceOf({ url: `${url}&n=${n}`, session: `session_${n}` })));
		}
		let underWay = 0;
		let most = 0;
		const done: string[] = [];
		const send = async ({ url: asked }: { url: string }) => {
			most = Math.max(most, ++underWay);
			await Promise.resolve();
			underWay -= 1;
			if (asked.endsWith('n=0')) return { statusCode: 500 };
			done.push(asked);
			return { statusCode: 200, body: { resumed: true } };
		};
		const after = new Followed(before.memory, { send });
		void after.watch.begin();
		await after.clock.advance(5_000);
		await settled();
		expect([most, done.length]).toEqual([2, 5]);
	});

	it('ignores what was saved without its proof', async () => {
		const before = new Followed();
		before.watch.observe('message:received', noteOf(referenceOf()));
		const text = JSON.stringify(before.memory).replaceAll('n8n.example', 'evil.example');
		for (const memory of [
			JSON.parse(text) as { waits: unknown },
			{ waits: 7 },
			{ waits: [null, {}, { reference: 1 }] },
		]) {
			const after = new Followed(memory);
			await after.watch.begin();
			expect([after.watch.size, after.requests]).toEqual([0, []]);
		}
	});

	it('tells n8n at once of a wait that is read later', async () => {
		const followed = new Followed();
		followed.watch.observe('message:received', noteOf(referenceOf()), true);
		await settled();
		expect(followed.urls).toEqual([url]);
	});
});

describe('the end of the time', () => {
	it('is told to n8n, once, and ends what is remembered', async () => {
		const followed = new Followed();
		const until = followed.clock.now() + 7 * 24 * 3_600_000;
		followed.watch.observe('message:received', noteOf(referenceOf({ until })));
		await followed.clock.advance(until - followed.clock.now() - 1);
		expect(followed.requests).toEqual([]);
		await followed.clock.advance(1);
		await settled();
		expect(followed.urls).toEqual([url]);
		expect([followed.watch.size, followed.memory.waits, followed.clock.alarms]).toEqual([0, [], 0]);
	});

	it('of waits that follow each other is told for each', async () => {
		const followed = new Followed();
		const now = followed.clock.now();
		const waits = [3, 1, 2].map((hours) =>
			referenceOf({ url: `${url}&n=${hours}`, until: now + hours * 3_600_000, session: `session_${hours}` }),
		);
		for (const wait of waits) followed.watch.observe('message:received', noteOf(wait));
		for (let hour = 0; hour < 3; hour++) {
			await followed.clock.advance(3_600_000);
			await settled();
		}
		expect(followed.urls).toEqual([1, 2, 3].map((hours) => `${url}&n=${hours}`));
	});
});

it('keeps at most 500 waits', () => {
	const followed = new Followed();
	for (let n = 0; n < 505; n++)
		followed.watch.observe('message:received', noteOf(referenceOf({ url: `${url}&n=${n}` })));
	expect(followed.watch.size).toBe(500);
});
