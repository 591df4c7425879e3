import { ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { referenceIn, referenceInText, referenceText } from '../../../nodes/shared/waits/reference';
import { noteOf, ownKey, place, referenceOf } from './waitNotes';

it('is read from a private note of this n8n', () => {
	const reference = referenceOf({ until: 5, decision: { by: 'link', at: 4, given: { text: 'Größe 😀' } } });
	expect(referenceIn(ownKey, noteOf(reference), place)).toEqual(reference);
	expect(referenceIn(ownKey, noteOf(referenceOf()), place)).toEqual(referenceOf());
});

it.each([
	['a message of a visitor', { type: 'text', from: 'user' }],
	['a public message', { type: 'text' }],
	['a note that a visitor claims to have written', { from: 'user' }],
	['a note with a fingerprint of others', { fingerprint: 12 }],
	['a note without a text', { content: { text: 'x' } }],
	['a very long note', { content: `${'x'.repeat(60_000)}${String(noteOf(referenceOf()).content)}` }],
])('is not read from %s', (_, more) => {
	expect(referenceIn(ownKey, noteOf(referenceOf(), more), place)).toBeUndefined();
});

it.each([
	['of another key', noteOf(referenceOf(), {}, ownKeyOf({ key: 'other' }, 'instance')), place],
	['of another n8n', noteOf(referenceOf(), {}, ownKeyOf({ key: 'key' }, 'other')), place],
	['of another conversation', noteOf(referenceOf()), { ...place, session: 'session_2' }],
	['of another website', noteOf(referenceOf()), { ...place, website: 'other' }],
])('is not read if the proof is %s', (_, { content }, where) => {
	expect(referenceInText(ownKey, String(content), where)).toBeUndefined();
});

it('is not read if the address, the decision or the proof is changed', () => {
	const text = `[n8n](${referenceText(ownKey, referenceOf())})`;
	const payloadOf = (of: string) => of.split('crisp-wait.')[1]?.split('.')[0] ?? '';
	const payload = payloadOf(text);
	const decided = payloadOf(referenceText(ownKey, referenceOf({ decision: { by: 'link', at: 1 } })));
	for (const changed of [
		text.replace('n8n.example', 'evil.example'),
		text.replace('wait=0.0', 'wait=0.1'),
		text.replace(payload, decided),
		text.replace(/\w\)$/, (end) => (end === 'A)' ? 'B)' : 'A)')),
	]) {
		expect(changed).not.toBe(text);
		expect(referenceInText(ownKey, changed, place)).toBeUndefined();
	}
});
