import fc from 'fast-check';
import type { INode, NodeApiError } from 'n8n-workflow';
import { toEntries } from '../../nodes/Crisp/execute/output';
import { invalidIdAdvice, idIn } from '../../nodes/Crisp/form/locators';
import { op } from '../../nodes/Crisp/operations/operation';
import { envelopeOf } from '../../nodes/shared/api/envelope';
import { refusalError } from '../../nodes/shared/errors/apiErrors';
import { fingerprintFor, isOwnFingerprint } from '../../nodes/shared/events/fingerprint';
import { retryAfterOf } from '../../nodes/shared/api/rateLimiter';
import { expectNoPollution, inherited, json, recordOf, text } from './strangers';

const node = { name: 'Crisp', type: 'crisp' } as INode;
const picks = ['website', 'conversation', 'person', 'operator', 'inbox', 'personSegment', 'conversationData'] as const;

describe('a response', () => {
	const reason = fc.oneof(fc.constantFrom(...inherited, 'invalid_session', 'x_not_found'), text);
	const body = recordOf({ error: fc.boolean(), reason, data: recordOf({ message: text }) });

	it('becomes an error with advice, for any reason', () => {
		const status = fc.integer({ min: 300, max: 599 });
		fc.assert(
			fc.property(status, fc.oneof(body, json), (status, answer) => {
				const { reason, detail } = envelopeOf(answer);
				const error: NodeApiError = refusalError(node, { status, reason, detail, method: 'GET', path: '/v1/x' });
				expect(error.message).toMatch(/^(Crisp|The|What) .+\(/);
				expect(error.message.length).toBeLessThan(1_000);
				expect(error.description).toMatch(/GET \/v1\/x/);
			}),
		);
		expectNoPollution();
	});

	it('becomes items that are objects, for any data', () => {
		const [list, one] = ['GET /v1/website/{website_id}/conversations/{page_number}', 'GET /v1/website/{website_id}'];
		fc.assert(
			fc.property(fc.constantFrom(list, one), json, (route, data) => {
				for (const entry of toEntries(op(route as '', { action: 'Get' }), data)) {
					expect(typeof entry === 'object' && entry !== null && !Array.isArray(entry)).toBe(true);
				}
			}),
		);
		expectNoPollution();
	});

	it('has a Retry-After that is parsed to milliseconds or ignored', () => {
		fc.assert(
			fc.property(json, (header) => {
				const wait = retryAfterOf(header, 1_800_000_000_000);
				if (wait !== undefined) expect(wait).toBeGreaterThanOrEqual(0);
			}),
		);
	});
});

describe('a locator', () => {
	it('finds an ID or explains what to enter, for any input', () => {
		const given = fc.oneof(
			text,
			json,
			recordOf({ __rl: fc.constant(true), mode: fc.constantFrom('id', 'url'), value: text }),
		);
		fc.assert(
			fc.property(fc.constantFrom(...picks), given, (what, value) => {
				const id = idIn(what, value);
				if (typeof id !== 'string') return;
				expect(id).not.toBe('');
				const fault = invalidIdAdvice(what, id);
				if (fault !== undefined) expect(fault).toMatch(/^Choose the /);
				else if (what === 'website') expect(id).toMatch(/^[0-9a-f-]{36}$/i);
				else if (what === 'conversation') expect(id).toMatch(/^session_[\w-]+$/);
			}),
			{ numRuns: 500 },
		);
	});

	it('finds the ID in every URL of the app that contains it', () => {
		const rest = text.filter((one) => !/website|session_/.test(one));
		fc.assert(
			fc.property(fc.uuid(), fc.uuid(), rest, (website, session, more) => {
				const address = `https://app.crisp.chat/website/${website}/inbox/session_${session}/${more}`;
				const value = { __rl: true, mode: 'url', value: address };
				expect([idIn('website', value), idIn('website', address)]).toEqual([website, website]);
				expect(idIn('conversation', value)).toMatch(new RegExp(`^session_${session}`));
			}),
		);
	});
});

describe('a fingerprint', () => {
	const identity = fc.array(fc.oneof(text, fc.integer()), { maxLength: 6 });

	it('has fifteen digits, is deterministic, and is recognized by the n8n that generated it', () => {
		fc.assert(
			fc.property(text, identity, (instance, parts) => {
				const made = fingerprintFor(instance, parts);
				expect(String(made)).toMatch(/^[1-9]\d{14}$/);
				expect(Number.isSafeInteger(made)).toBe(true);
				expect(fingerprintFor(instance, parts)).toBe(made);
				expect(isOwnFingerprint(instance, made)).toBe(true);
			}),
		);
	});

	it('differs for different input, and is not recognized by another n8n', () => {
		let taken = 0;
		fc.assert(
			fc.property(text, text, identity, identity, (instance, other, one, two) => {
				if (JSON.stringify(one) !== JSON.stringify(two)) {
					expect(fingerprintFor(instance, one)).not.toBe(fingerprintFor(instance, two));
				}
				if (other !== instance && isOwnFingerprint(other, fingerprintFor(instance, one))) taken += 1;
			}),
		);
		// One in 100,000 is recognized by chance.
		expect(taken).toBeLessThan(3);
	});

	it('that is an arbitrary number is not recognized and does not throw', () => {
		fc.assert(fc.property(fc.double(), (number) => expect(isOwnFingerprint('instance', number)).toBe(false)));
	});
});
