import type { IDataObject } from 'n8n-workflow';
import { getAllAwaiting } from '../../../nodes/Crisp/composed/conversation/getAllAwaiting';
import { getContext } from '../../../nodes/Crisp/composed/conversation/getContext';
import { getTranscript } from '../../../nodes/Crisp/composed/conversation/getTranscript';
import { downloadFile } from '../../../nodes/Crisp/composed/message/downloadFile';
import { awaitReply } from '../../../nodes/Crisp/composed/support/awaitReply';
import { roleOf } from '../../../nodes/Crisp/composed/support/messageText';
import { simplified, withTargets } from '../../../nodes/Crisp/execute/output';
import { message as messages } from '../../../nodes/Crisp/operations/message';
import type { ComposedOperation, Composing, Simplify, TableOperation } from '../../../nodes/Crisp/operations/operation';
import { buildRequest, readFields } from '../../../nodes/Crisp/request/buildRequest';
import { fieldsOf } from '../../../nodes/Crisp/request/fieldsOf';
import { clientFor } from '../../../nodes/shared/api/client';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { EventEnricher } from '../../../nodes/shared/events/enrichment';
import { passes, type Filter } from '../../../nodes/shared/events/selection/filter';
import { isOwnFingerprint } from '../../../nodes/shared/events/fingerprint';
import { toOutput } from '../../../nodes/shared/events/output';
import { EventPipeline } from '../../../nodes/shared/events/pipeline';
import { SeenEvents } from '../../../nodes/shared/events/seenEvents';
import { FakeClock } from '../../support/fakeClock';
import { ownKey, sentAt, session, shapes, website, type Filtered, type MessageShape } from './messageShapes';

const ids = { website_id: website, session_id: session, inbox_id: null, timestamp: sentAt };
const conversation_url = `https://app.crisp.chat/website/${website}/inbox/${session}/`;
const payloadOf = ({ message }: MessageShape): IDataObject => ({ ...ids, ...message });

const open: Filter = {
	websites: [],
	inboxes: [],
	segments: [],
	messageTypes: [],
	origins: [],
	ignoresOwn: false,
	ignoresAutomated: false,
	ownKey,
};

const filters: Record<Filtered, Partial<Filter>> = {
	visitors: { author: 'user' },
	operators: { author: 'operator' },
	texts: { messageTypes: ['text'] },
	notes: { messageTypes: ['note'] },
	chat: { origins: ['chat'] },
	'no bots': { ignoresAutomated: true },
	'not own': { ignoresOwn: true },
};

type Serve = (request: CrispRequest) => unknown;

/** What a composed operation gets, with answers from a function. Waiting takes no time and is never repeated. */
function composing(values: IDataObject, serve: Serve, more: Partial<Composing> = {}): Composing {
	const clock = { ...new FakeClock(), now: () => sentAt, sleep: async () => await Promise.resolve() };
	const client = clientFor(async (request) => await Promise.resolve(serve(request)));
	const given = { website_id: website, session_id: session, ...values };
	const isOwn = ({ fingerprint }: IDataObject) => isOwnFingerprint(ownKey, Number(fingerprint));
	return { values: given, client, clock, isOwn, timezone: 'UTC', limit: Infinity, ...more } as unknown as Composing;
}

const run = async (operation: ComposedOperation, values: IDataObject, serve: Serve, more?: Partial<Composing>) =>
	(await operation.compose(composing(values, serve, more))).map(({ json }) => json);

const table = shapes.map((shape) => [shape.title, shape] as const);
const stored = shapes.flatMap((shape) => (shape.stored ? [[shape.title, shape, shape.stored] as const] : []));

describe.each(table)('%s', (_, shape) => {
	const payload = payloadOf(shape);
	const { event } = shape;

	it('leaves the trigger with these flat fields', () => {
		expect(toOutput(event, payload)).toEqual({
			event,
			website_id: website,
			session_id: session,
			fingerprint: shape.message.fingerprint,
			timestamp: sentAt,
			sent_at: '2026-01-31T09:30:00.000Z',
			conversation_url,
			data: payload,
			...shape.output,
		});
	});

	it.each(Object.entries(filters) as Array<[Filtered, Partial<Filter>]>)('and the filter "%s"', (name, filter) => {
		expect(passes(event, payload, { ...open, ...filter })).toBe(!shape.excludedBy.includes(name));
	});

	it('is delivered once, unless it is an update', () => {
		const clock = new FakeClock();
		const enricher = new EventEnricher({
			clock,
			needs: { segments: false, first: false },
			isKept: false,
			open: async () => await Promise.reject(new Error('not needed')),
			onFailure: () => undefined,
		});
		const selection = { events: [event], websites: [], filter: open };
		const states = new ConversationStates(clock);
		const pipeline = new EventPipeline({ selection, states, enricher, seen: new SeenEvents() });
		const accepted = [
			payload,
			{ ...payload, fingerprint: String(payload.fingerprint) },
			{ ...payload, fingerprint: 1 },
		];
		const isUpdate = event === 'message:updated';
		const counts = accepted.map((one) => pipeline.accept({ name: event, payload: one })?.length);
		expect(counts).toEqual([1, isUpdate ? 1 : undefined, 1]);
	});

	it.each(['get', 'update', 'updateContent', 'delete'])('is what "Message - %s" acts on', (key) => {
		const operation = messages.operations[key] as TableOperation;
		const { fingerprint } = shape.message;
		for (const given of [fingerprint, String(fingerprint)]) {
			const { request, path } = buildRequest(operation, readingOf({ fingerprint: given, content: '{}' }));
			expect(request.path).toBe(`/v1/website/${website}/conversation/${session}/message/${fingerprint}`);
			const output = withTargets(operation, path, { success: true });
			expect(output.fingerprint).toBe(key === 'get' ? undefined : fingerprint);
		}
	});

	it.each(['markRead', 'markDelivered'])('is what "Message - %s" names', (key) => {
		const { fingerprint } = shape.message;
		const fields = {
			from: 'operator',
			fingerprints: [fingerprint],
			additionalFields: { fingerprints: `${fingerprint}` },
		};
		const { request } = buildRequest(messages.operations[key] as TableOperation, readingOf(fields));
		expect(request.body).toMatchObject({ fingerprints: [fingerprint] });
	});
});

function readingOf(fields: IDataObject) {
	const all: IDataObject = { websiteId: website, sessionId: session, ...fields };
	const parameters = { get: (name: string) => all[name], isGiven: () => true, timezone: 'UTC' };
	return { parameters, defaultWebsite: '', collection: 'additionalFields' };
}

describe.each(stored)('%s, read over REST,', (_, shape, expected) => {
	const payload = payloadOf(shape);
	const { fingerprint } = shape.message;

	it('has this role', () => {
		expect(roleOf(payload)).toBe(expected.role);
	});

	it('is in the transcript, as text and as an item', async () => {
		const all = { include_notes: true, include_events: true };
		const [text] = await run(getTranscript, { format: 'text', ...all }, () => [payload]);
		expect(text?.transcript).toBe(`[2026-01-31 09:30] ${expected.entry}`);
		const [item] = await run(getTranscript, { format: 'items', ...all }, () => [payload]);
		expect(item).toEqual({
			session_id: session,
			website_id: website,
			conversation_url,
			operator_id: shape.output.operator_id ?? null,
			fingerprint,
			timestamp: sentAt,
			sent_at: '2026-01-31T09:30:00.000Z',
			...{ choice: null, choice_label: null, answer: null },
			...expected.item,
		});
	});

	it('is in the context, unless it is a note', async () => {
		const serve: Serve = ({ path }) => (path.endsWith('/messages') ? [payload] : { state: 'pending' });
		const [json] = await run(getContext, { max_characters: 4_000, max_conversations: 0 }, serve);
		expect(String(json?.context).includes(expected.entry)).toBe(expected.role !== 'Note');
	});

	const replyTo = async (type: string, reply_from: string) => {
		const about = { ...ids, fingerprint: 1_000, timestamp: sentAt - 1 };
		const question = { ...about, type, from: 'operator', content: '?' };
		const serve: Serve = ({ path }) => (path.endsWith('/messages') ? [question, payload] : question);
		return await awaitReply(composing({ reply_from, type }, serve), { fingerprint: 1_000, until: sentAt });
	};

	it.each(['user', 'operator', 'anyone'] as const)('ends the wait for a reply of: %s', async (reply_from) => {
		const wanted = expected.role === 'Note' ? undefined : expected.replies[reply_from];
		expect(await replyTo('text', reply_from)).toEqual(wanted && { ...wanted, fingerprint, timestamp: sentAt });
		const fromOperator = expected.replies.operator;
		expect(await replyTo('note', reply_from)).toEqual(
			fromOperator && { ...fromOperator, fingerprint, timestamp: sentAt },
		);
	});

	it('counts as a message of the visitor, or does not', async () => {
		const enricher = new EventEnricher({
			clock: new FakeClock(),
			needs: { segments: false, first: true },
			isKept: false,
			open: async () => await Promise.resolve(async () => await Promise.resolve([payload])),
			onFailure: (error) => expect(error).toBeUndefined(),
		});
		const later = { ...ids, fingerprint: 2_000, timestamp: sentAt + 1 };
		expect(await enricher.enrich('message:send', later)).toEqual({ isFirst: !expected.isVisitors });
		const again = { ...payload, fingerprint: String(fingerprint), session_id: `${session}-again` };
		expect(await enricher.enrich('message:send', again)).toEqual({ isFirst: true });
	});

	it('leaves the visitor waiting as the last message, or does not', async () => {
		const conversation = { session_id: session, state: 'unresolved', waiting_since: 1, preview_message: payload };
		const found = await run(getAllAwaiting, {}, ({ path }) => (path.endsWith('/1') ? [conversation] : []));
		expect(found).toHaveLength(expected.isAwaiting ? 1 : 0);
	});

	it('has a file to download, or an error that names its type', async () => {
		const download = async () => await Promise.resolve({ bytes: Buffer.from('x') });
		const files = { download, make: async () => await Promise.resolve({}) } as unknown as Composing['files'];
		const fields = { source: 'message', fingerprint: String(fingerprint), outputPropertyName: 'data' };
		const body = fieldsOf(downloadFile).filter(({ place }) => place === 'body');
		const values = Object.fromEntries(readFields(body, readingOf(fields))) as IDataObject;
		const asked: string[] = [];
		const serve: Serve = ({ path }) => {
			asked.push(path);
			return payload;
		};
		const found = run(downloadFile, values, serve, { files });
		if (expected.file) expect((await found)[0]).toMatchObject({ file_url: expected.file, fingerprint });
		else {
			await expect(found).rejects.toThrow(
				`The message ${fingerprint} holds no file: it is of type ${expected.typeInError}`,
			);
		}
		expect(asked).toEqual([`/v1/website/${website}/conversation/${session}/message/${fingerprint}`]);
	});

	it('is an entry of Get Many, with the same names as in a transcript', () => {
		const { simplify } = messages.operations.getAll as TableOperation;
		const entry = simplified(payload, simplify as Simplify);
		const { automated, ...said } = expected.item;
		expect(typeof automated).toBe('boolean');
		expect(entry).toEqual({
			...said,
			sent_at: '2026-01-31T09:30:00.000Z',
			conversation_url,
			session_id: session,
			fingerprint,
		});
	});
});

describe('a question that the visitor answered in place', () => {
	const offered = [
		{ value: 'wait', label: 'I can wait' },
		{ value: 'resend', label: 'Send again' },
		{ value: 'bare', label: '' },
	];

	it.each<[string, IDataObject, string, IDataObject | undefined]>([
		[
			'a picker without type and from',
			payloadOf(shapes.at(-1) as MessageShape),
			'picker',
			{ text: 'Send again', choice: 'resend', choice_label: 'Send again' },
		],
		[
			'a picker whose choice has no label',
			{ ...ids, fingerprint: -42, content: { choices: [{ value: 'bare', selected: true }] } },
			'picker',
			{ text: 'bare', choice: 'bare', choice_label: 'bare' },
		],
		[
			'a field without type',
			{ ...ids, fingerprint: -42, content: { text: 'Order?', value: '10482' } },
			'field',
			{ text: '10482' },
		],
		['a field without an answer', { ...ids, fingerprint: -42, content: { text: 'Order?' } }, 'field', undefined],
		['a question of another type', { ...ids, fingerprint: -42, content: { value: 'x' } }, 'text', undefined],
	])('%s', async (_, question, type, expected) => {
		const serve: Serve = ({ path }) => (path.endsWith('/messages') ? [question] : question);
		const asked = { reply_from: 'user', type, 'content.choices': offered };
		const reply = await awaitReply(composing(asked, serve), { fingerprint: -42, until: sentAt });
		expect(reply).toEqual(expected && { ...expected, from: 'user', fingerprint: -42 });
	});
});

describe('a fingerprint that is not a whole number', () => {
	const inPath = Object.entries(messages.operations).filter(([, { variables }]) => variables.includes('fingerprint'));

	it('is part of the path of four operations', () => {
		expect(inPath.map(([key]) => key)).toEqual(['delete', 'get', 'update', 'updateContent']);
	});

	it.each(['1.5', 1.5, 'abc', '1e3', '12345678901234567890', '--5', '5-'])('is refused: %p', (fingerprint) => {
		for (const [, operation] of inPath) {
			expect(() => buildRequest(operation as TableOperation, readingOf({ fingerprint, content: '{}' }))).toThrow(
				`'Message Fingerprint' is not a fingerprint: ${JSON.stringify(fingerprint)}`,
			);
		}
	});
});
