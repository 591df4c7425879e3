import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { readByEmail } from '../../../nodes/Crisp/composed/support/people';
import { segmentsIn } from '../../../nodes/Crisp/composed/support/segments';
import { simplified } from '../../../nodes/Crisp/execute/output';
import { resources } from '../../../nodes/Crisp/operations';
import { events } from '../../../nodes/shared/events/catalogue';
import { toOutput } from '../../../nodes/shared/events/output';
import { clientFor } from '../../../nodes/shared/api/client';
import { readByTime, readPages } from '../../../nodes/shared/api/pages';
import { message as anyMessage, payload } from '../../property/messages';
import { json, nested, objectOf, recordOf, text } from '../../property/strangers';
import { ok, serve } from '../../support/servers/servedTransport';
import { messagesOf, messagesIn } from './formatParser';
import { awaiting, contextOf, email, itemsOf, message, replyTo, session, transcriptOf } from './reading';

/**
 * What a visitor sets has any shape: nested thousands of levels deep, empty places in lists, objects in place of texts. No
 * operation fails, so that no visitor can keep a team from reading a conversation, and each text keeps its format.
 */

const { numRuns = 100 } = fc.readConfigureGlobal() ?? {};

/** More levels than `JSON.stringify` can take. */
const deep = fc
	.tuple(fc.integer({ min: 6_000, max: 12_000 }), fc.constantFrom(undefined, 'a', 'text', 'toJSON'))
	.map(([levels, name]) => nested(levels, name));
const hostile = fc.oneof(
	{ weight: 4, arbitrary: json },
	{ weight: 2, arbitrary: deep },
	{ weight: 1, arbitrary: fc.constantFrom<unknown>(null, undefined, '', 0, NaN, true, [], {}) },
);
const hostileObject = objectOf(hostile, ['nickname', 'email', 'user_id', 'content', 'type', 'from']);
const words = fc.oneof(text, hostile);
const listOf = (one: fc.Arbitrary<unknown>) => fc.oneof(fc.array(fc.oneof(one, hostile), { maxLength: 4 }), hostile);

const meta = recordOf({
	nickname: words,
	email: fc.oneof(fc.constant(email), words),
	subject: words,
	segments: listOf(text),
	data: fc.oneof(hostileObject, hostile),
});
const content = recordOf({
	text: words,
	name: words,
	url: words,
	value: words,
	namespace: words,
	duration: hostile,
	choices: listOf(recordOf({ value: words, label: words, selected: fc.oneof(fc.boolean(), hostile) })),
	targets: listOf(
		recordOf({ title: words, description: words, actions: listOf(recordOf({ label: words, url: words })) }),
	),
});
const said = fc
	.tuple(anyMessage, recordOf({ content: fc.oneof(content, hostile), user: hostile, type: words, timestamp: hostile }))
	.map(([one, more]): IDataObject => ({ ...message({}), ...one, ...(more as IDataObject) }));
const list = fc.array(fc.oneof({ weight: 4, arbitrary: said }, { weight: 1, arbitrary: hostile }), { maxLength: 5 });
const asMessages = (values: unknown[]) => values as IDataObject[];

const conversation = recordOf({
	is_verified: fc.constant(true),
	verifications: listOf(recordOf({ identity: fc.constant('email'), annotation: fc.constant(email) })),
	meta,
	state: words,
	assigned: fc.oneof(recordOf({ user_id: words }), hostile),
	created_at: hostile,
	updated_at: hostile,
	preview_message: fc.oneof(recordOf({ type: words, from: words, excerpt: words, user: hostile }), hostile),
}) as fc.Arbitrary<IDataObject>;
const verified = { is_verified: true, verifications: [], people_id: 'p' };

it('Get Context makes a text in its format', async () => {
	const person = recordOf({
		person: fc.oneof(hostileObject, hostile),
		segments: listOf(text),
		notepad: words,
		company: hostile,
	});
	await fc.assert(
		fc.asyncProperty(
			conversation,
			list,
			person,
			hostile,
			conversation,
			fc.boolean(),
			async (one, messages, record, data, other, isListed) => {
				const own = { meta: { ...Object(one.meta), email } as IDataObject };
				const { context, output } = await contextOf(
					{
						conversation: { ...one, ...verified, ...own },
						messages: asMessages(messages),
						person: record as IDataObject,
						data: data as IDataObject,
						others: { session_2: other, session_3: Object(data) as IDataObject },
						sessions: isListed ? ['session_2', data, 'session_3'] : data,
					},
					{
						include_notes: true,
						include_events: true,
						max_conversations: 2,
						max_characters: 20_000,
						trust_unverified: true,
					},
				);
				expect(context.isWellFormed()).toBe(true);
				expect(context.length).toBeLessThanOrEqual(20_000);
				const found = messagesOf(context);
				expect(found.length).toBe(output.messages);
			},
		),
		{ numRuns: numRuns * 2 },
	);
});

it.each(['text', 'markdown'])('Get Transcript as %s has each message', async (format) => {
	await fc.assert(
		fc.asyncProperty(list, async (messages) => {
			const values = { include_notes: true, include_events: true, format };
			const transcript = await transcriptOf(asMessages(messages), values);
			expect(transcript.isWellFormed()).toBe(true);
			const items = await itemsOf(asMessages(messages), values);
			expect(items.every((item) => ['user', 'operator', null].includes(item.from as string))).toBe(true);
			if (format === 'text' && transcript !== '') messagesIn(transcript.split('\n'));
		}),
		{ numRuns: numRuns * 2 },
	);
});

it('Get Many Awaiting Reply has each conversation in which the visitor waits', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(conversation, hostile), { maxLength: 4 }), async (conversations) => {
			const waiting = { session_id: session, state: 'unresolved', waiting_since: 1, preview_message: { from: 'user' } };
			// A page as long as Crisp's, so that the next one may follow.
			const found = await awaiting([...conversations, ...Array<null>(20).fill(null), waiting]);
			expect(found.map(({ session_id }) => session_id)).toContain(session);
		}),
		{ numRuns: numRuns * 2 },
	);
});

it('Send and Wait for Reply takes the first reply of the visitor', async () => {
	const asked = fc.constantFrom('text', 'note', 'picker', 'field');
	await fc.assert(
		fc.asyncProperty(asked, list, content, async (type, messages, changed) => {
			const values = { type, reply_from: 'anyone', 'content.choices': [{ value: 'a', label: 'A' }] };
			const question = message({ from: 'operator', type, content: changed as IDataObject });
			const last = message({ from: 'operator', content: 'the last one' });
			const reply = await replyTo(values, [...messages, last], question);
			expect(typeof reply?.text).toBe('string');
		}),
		{ numRuns },
	);
});

it('a person is found by email, and segments are read, among entries of any shape', async () => {
	const person = { people_id: 'p', email: email.toUpperCase() };
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(recordOf({ email: words }), hostile), { maxLength: 4 }), async (others) => {
			const people = [...others, person];
			const send = async ({ path }: { path: string }) => await Promise.resolve(path.endsWith('/1') ? people : []);
			expect(await readByEmail(clientFor(send), 'w', ` ${email} `)).toContainEqual(person);
			expect(segmentsIn({ segments: [...others, 'vip'] as string[] })).toContain('vip');
		}),
		{ numRuns },
	);
});

it('Simplify makes an item of each entry', () => {
	const summaries = Object.values(resources).flatMap(({ operations }) =>
		Object.values(operations).flatMap((operation) =>
			'simplify' in operation && operation.simplify ? [operation.simplify] : [],
		),
	);
	expect(summaries.length).toBeGreaterThan(5);
	fc.assert(
		fc.property(fc.constantFrom(...summaries), fc.oneof(said, conversation, hostileObject), (simplify, entry) => {
			const path = { website_id: 'w', session_id: session };
			expect(Object.keys(simplified(entry as IDataObject, simplify, path))).toEqual(Object.keys(simplify));
		}),
		{ numRuns: numRuns * 5 },
	);
});

it('a trigger makes an output of each event', () => {
	const names = events.map(({ name }) => name);
	fc.assert(
		fc.property(fc.constantFrom(...names), fc.oneof(payload, said, hostileObject), (name, event) => {
			const output = toOutput(name, event as IDataObject);
			expect(output.event).toBe(name);
			if ('from' in output && name.startsWith('message:')) expect(['user', 'operator']).toContain(output.from);
		}),
		{ numRuns: numRuns * 5 },
	);
});

it('an empty place of a list is no entry', async () => {
	const entries = [null, { fingerprint: 1, timestamp: 1 }, undefined, { fingerprint: 2, timestamp: 2 }];
	const request = { method: 'GET' as const, path: '/{page_number}' };
	const byTime = await readByTime(async () => await Promise.resolve(entries), { request, limit: Infinity });
	expect(byTime).toEqual([entries[1], entries[3]]);
	const send = async ({ path }: { path: string }) => await Promise.resolve(path === '/1' ? [...entries] : []);
	expect(await readPages(send, { request, limit: Infinity })).toEqual([entries[1], entries[3]]);
});

it('of an answer of Crisp, what is nested too deeply is replaced: all that reads it can serialize it', async () => {
	const data = (levels: number) => ({ meta: { data: { a: nested(levels, 'a'), b: [nested(levels)], c: 'kept' } } });
	const read = async (levels: number) => {
		const { open } = serve(() => ok(data(levels)));
		return await open()({ method: 'GET', path: '/v1/website/w' });
	};
	expect(() => JSON.stringify(data(12_000))).toThrow(RangeError);
	const answer = JSON.stringify(await read(12_000));
	expect(answer).toContain('"(nested too deeply)"');
	expect(answer).toContain('"c":"kept"');
	expect(await read(100)).toEqual(data(100));
});
