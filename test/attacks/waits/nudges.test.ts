import { referenceText } from '../../../nodes/shared/waits/reference';
import { ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { Followed, messageOf, noteOf, ownKey, place, referenceOf, settled } from '../../unit/waits/waitNotes';

/** What makes a trigger send requests, and where to. */

const evil = referenceOf({ url: 'http://169.254.169.254/latest/meta-data?signature=1' });

it.each([
	['a visitor writes', messageOf({ type: 'text', from: 'user', content: `[x](${referenceText('guess', evil)})` })],
	['an operator writes', noteOf(evil, {}, 'guess')],
	['another n8n writes', noteOf(evil, {}, ownKeyOf({ key: 'key' }, 'other n8n'))],
	['is copied from another conversation', noteOf({ ...evil, session: 'session_2' }, { session_id: place.session })],
])('a reference that %s sends no request to its address', async (_, note) => {
	const followed = new Followed();
	followed.messages = [note];
	followed.watch.observe('message:received', note);
	followed.watch.observe('message:send', note);
	followed.watch.observe('message:updated', note);
	followed.watch.observe('message:received', messageOf());
	await settled();
	expect([followed.watch.size, followed.urls]).toEqual([0, []]);
});

it('a changed message of another cannot end a wait', async () => {
	const followed = new Followed();
	followed.watch.observe('message:received', noteOf(referenceOf()));
	const decided = noteOf(referenceOf({ decision: { by: 'link', at: 1 } }));
	followed.watch.observe('message:updated', { ...decided, fingerprint: 77 });
	followed.watch.observe('message:send', { ...decided, from: 'user', type: 'text' });
	await settled();
	expect(followed.watch.size).toBe(1);
});

it('a flood of changed pickers reads a conversation once a minute', async () => {
	const followed = new Followed();
	for (let n = 0; n < 500; n++) {
		followed.watch.observe('message:updated', messageOf({ content: { id: 'n8n-wait', choices: [], n } }));
	}
	await settled();
	expect(followed.read).toHaveLength(1);
});

it('a flood of conversations is remembered within bounds', async () => {
	const followed = new Followed();
	for (let n = 0; n < 2_000; n++) {
		followed.watch.observe(
			'message:received',
			noteOf(referenceOf({ session: `session_${n}`, url: `${evil.url}&n=${n}` })),
		);
	}
	await settled();
	expect(followed.watch.size).toBe(500);
	expect(JSON.stringify(followed.memory).length).toBeLessThan(1_000_000);
});

it('events of any shape disturb nothing', async () => {
	const followed = new Followed();
	followed.watch.observe('message:received', noteOf(referenceOf()));
	for (const value of [null, 7, [], {}, 'text', { toString: 1 }, Number.NaN]) {
		for (const name of ['message:send', 'message:received', 'message:updated', 'session:removed']) {
			const given = {
				website_id: value,
				session_id: value,
				content: value,
				fingerprint: value,
				user: value,
				type: value,
			};
			expect(() => followed.watch.observe(name, given as never)).not.toThrow();
			expect(() =>
				followed.watch.observe(name, { ...given, website_id: 'site', session_id: 's' } as never),
			).not.toThrow();
		}
	}
	await settled();
	expect(ownKey).toHaveLength(64);
});
