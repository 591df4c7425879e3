import { withTargets } from '../../../nodes/Crisp/execute/output';
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
