import fc from 'fast-check';
import { fitted, headOf, type Context } from '../../nodes/Crisp/composed/support/contextText';
import { entryOf } from '../../nodes/Crisp/composed/support/messageText';
import { message } from './messages';
import { json, objectOf, recordOf, text } from './strangers';

const timezone = 'Europe/Paris';
const { numRuns = 100 } = fc.readConfigureGlobal() ?? {};
const lineEnd = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

describe('a message in a transcript', () => {
	it('never fails, and cannot imitate a message of another author', () => {
		fc.assert(
			fc.property(message, (one) => {
				const [first = '', ...others] = entryOf(one, timezone).split(lineEnd);
				expect(first).toMatch(/^\[[^\]]*\] (?:Visitor|Operator|Bot|Note|Event|Unknown)(?: "|: )/);
				expect(others.filter((line) => !line.startsWith('| '))).toEqual([]);
			}),
			{ numRuns: numRuns * 3 },
		);
	});

	it('cannot break out of its quotation or of a link in Markdown', () => {
		fc.assert(
			fc.property(message, (one) => {
				const [first = '', ...others] = entryOf(one, timezone, 'markdown').split(lineEnd);
				expect(first).toMatch(/^\*\*(?:Visitor|Operator|Bot|Note|Event|Unknown)\*\*(?: |, )/);
				expect(others.filter((line) => !line.startsWith('> '))).toEqual([]);
			}),
			{ numRuns: numRuns * 3 },
		);
		const file = fc.record({ name: text, url: fc.webUrl() });
		fc.assert(
			fc.property(file, ({ name, url }) => {
				const entry = entryOf({ type: 'file', from: 'user', content: { name, url } }, timezone, 'markdown');
				const [, line = ''] = entry.split('\n');
				// Exactly one link, whose text ends at the first unescaped bracket.
				expect(line).toMatch(/^> \[(?:[^\\[\]]|\\.)+\]\([^()\s]+\)$/u);
			}),
		);
	});
});

const metas = ['nickname', 'email', 'phone', 'subject', 'segments', 'data'];
const about = fc.record({
	conversation: recordOf({ state: text, assigned: objectOf(text), created_at: fc.nat(), meta: objectOf(json, metas) }),
	person: recordOf({
		person: objectOf(json),
		company: objectOf(json),
		segments: fc.array(text),
		email: text,
		notepad: text,
	}),
	data: objectOf(json),
}) as fc.Arbitrary<Pick<Context, 'conversation' | 'person' | 'data'>>;

describe('the context for a language model', () => {
	it('has at most the allowed length, no half characters, and the newest message, for any record and messages', () => {
		const most = fc.integer({ min: 2_000, max: 6_000 });
		fc.assert(
			fc.property(about, fc.array(message, { maxLength: 8 }), most, fc.boolean(), (known, messages, most, is) => {
				const context = { ...known, messages, isWhole: is, others: messages, isVerified: is, hasNotes: !is };
				const head = headOf(context, { most, timezone });
				const made = fitted(head, messages, { most, timezone, isWhole: is });
				expect(made.context.length).toBeLessThanOrEqual(most);
				expect(made.kept > 0).toBe(messages.length > 0);
				expect(made.context.isWellFormed()).toBe(true);
			}),
		);
	});

	it('has one labelled line per value, so that no value can imitate another line', () => {
		fc.assert(
			fc.property(about, fc.array(message, { maxLength: 2 }), fc.boolean(), (known, messages, is) => {
				const context = { ...known, messages, isWhole: true, others: messages, isVerified: is, hasNotes: is };
				const head = headOf(context, { most: 8_000, timezone });
				const line =
					/^(# Conversation$|# Notes of the team on the person$|# Person(?:, not verified)?$|# Other conversations |# Stated in this conversation$|- \[|\| |\(\d+ more lines? left out\)$|Roles, times, |State: |Started: |Assigned to: |Email of the visitor: |Subject: |Segments: |Custom data: |Name: |Email: |Phone: |Address: |Company: |Job: |Place: |About: |$)/;
				expect(head.split(lineEnd).filter((one) => !line.test(one))).toEqual([]);
			}),
		);
	});
});
