import {
	isUncertain,
	markUncertain,
	noAnswerError,
	refusalError,
	refusalOf,
} from '../../../nodes/shared/errors/apiErrors';
import { partialResultOf, withPartialResult } from '../../../nodes/shared/errors/partialResult';
import { nodeWith } from '../../support/n8nContext';

const node = nodeWith('crisp', {});
const done = { message: 'Already done: a.', advice: 'Run it again.', result: { session_id: 'session_1' } };

describe('an error with what was done before it', () => {
	it('adds sentences and IDs, and leaves an error that items share as it is', () => {
		const error = markUncertain(noAnswerError(node, 'No answer.', 'Look.'));
		const failure = withPartialResult(node, error, done);
		expect([failure.message, failure.description]).toEqual(['No answer. Already done: a.', 'Look. Run it again.']);
		expect(partialResultOf(failure)).toEqual({ session_id: 'session_1' });
		expect([error.message, error.description, partialResultOf(error)]).toEqual(['No answer.', 'Look.', {}]);
	});

	it('is as uncertain as the error, and reports the same response of Crisp', () => {
		const refusal = { status: 400, reason: 'invalid_data', detail: '' };
		const error = refusalError(node, { ...refusal, method: 'POST', path: '/v1' });
		const refused = withPartialResult(node, error, done);
		expect([isUncertain(refused), refusalOf(refused)]).toEqual([false, refusal]);
		const lost = withPartialResult(node, markUncertain(noAnswerError(node, 'No answer', 'Look.')), done);
		expect(isUncertain(lost)).toBe(true);
	});

	it('keeps what was added before, and its message where nothing is added', () => {
		const first = withPartialResult(node, new Error('It failed.'), done);
		const second = withPartialResult(node, first, { message: '', advice: '', result: { fingerprint: 7 } });
		expect(partialResultOf(second)).toEqual({ session_id: 'session_1', fingerprint: 7 });
		expect(second.message).toBe('It failed. Already done: a.');
		expect(second.description).toBe('Run it again.');
	});
});
