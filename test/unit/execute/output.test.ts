import { simplified, withTargets } from '../../../nodes/Crisp/execute/output';
import { op } from '../../../nodes/Crisp/operations/operation';

const path = { website_id: 'w', session_id: 's', fingerprint: '12' };

describe('the output of a write', () => {
	const remove = op('DELETE /v1/website/{website_id}/conversation/{session_id}/message/{fingerprint}', {
		action: 'Delete',
	});

	it('contains the IDs of the path, the fingerprint as a number', () => {
		const expected = { deleted: true, website_id: 'w', session_id: 's', fingerprint: 12 };
		expect(withTargets(remove, path, { deleted: true })).toEqual(expected);
	});

	it('keeps the name that Crisp uses', () => {
		expect(withTargets(remove, path, { session_id: 'other' })).toMatchObject({ session_id: 'other', website_id: 'w' });
	});

	it('shows no token', () => {
		const forget = op('DELETE /v1/website/{website_id}/visitors/token/{token_id}', { action: 'Forget' });
		expect(withTargets(forget, { website_id: 'w', token_id: 'secret' }, {})).toEqual({ website_id: 'w' });
	});
});

it('the output of a read is what Crisp returns', () => {
	const read = op('GET /v1/website/{website_id}/conversation/{session_id}', { action: 'Read' });
	expect(withTargets(read, path, { state: 'resolved' })).toEqual({ state: 'resolved' });
});

describe('the output of a write to a conversation', () => {
	const send = op('POST /v1/website/{website_id}/conversation/{session_id}/message', { action: 'Send' });
	const conversation = { website_id: 'w', session_id: 's' };
	const conversation_url = 'https://app.crisp.chat/website/w/inbox/s/';

	it('begins with the text of the message, and has the URL of the conversation', () => {
		const output = withTargets(send, conversation, { fingerprint: 12 }, { type: 'text', content: ' Hello\n' });
		expect(output).toEqual({ text: 'Hello', fingerprint: 12, ...conversation, conversation_url });
		expect(Object.keys(output)[0]).toBe('text');
	});

	it('has the name of a file as its text, and no text without content', () => {
		const content = { name: 'a.pdf', url: 'https://x/a.pdf' };
		expect(withTargets(send, conversation, {}, { type: 'file', content }).text).toBe('a.pdf');
		expect(withTargets(send, conversation, {}, { state: 'resolved' })).toEqual({ ...conversation, conversation_url });
		expect(withTargets(send, conversation, {}, null)).toEqual({ ...conversation, conversation_url });
	});

	it('has the URL of a new conversation, and none of a deleted one', () => {
		const create = op('POST /v1/website/{website_id}/conversation', { action: 'Create' });
		const remove = op('DELETE /v1/website/{website_id}/conversation/{session_id}', { action: 'Delete' });
		expect(withTargets(create, { website_id: 'w' }, { session_id: 's' })).toEqual({
			...conversation,
			conversation_url,
		});
		expect(withTargets(remove, conversation, { deleted: true })).toEqual({ deleted: true, ...conversation });
	});

	it('has the text of no other body, such as that of an article', () => {
		const save = op('PATCH /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', { action: 'Save' });
		const path = { website_id: 'w', locale: 'en', article_id: 'a' };
		expect(withTargets(save, path, {}, { content: 'Long text' })).toEqual(path);
	});
});

describe('a simplified entry', () => {
	it('has null for what is missing, IDs of the path, and times as ISO 8601', () => {
		const names = {
			name: 'person.nickname',
			phone: 'person.phone',
			updated_at: 'updated_at',
			website_id: 'website_id',
		};
		const entry = { person: { nickname: 'Nell' }, updated_at: 1_769_851_800_000, other: 1 };
		expect(simplified(entry, names, { website_id: 'w' })).toEqual({
			name: 'Nell',
			phone: null,
			updated_at: '2026-01-31T09:30:00.000Z',
			website_id: 'w',
		});
		expect(simplified({ website_id: 'own' }, { website_id: 'website_id' }, { website_id: 'w' })).toEqual({
			website_id: 'own',
		});
	});

	it('can be computed', () => {
		expect(simplified({ a: 1 }, { text: ({ a }, { b }) => `${String(a)}${b}` }, { b: '2' })).toEqual({ text: '12' });
	});
});
