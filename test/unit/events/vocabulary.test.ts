import { resources } from '../../../nodes/Crisp/operations';
import { isComposed, type Operation } from '../../../nodes/Crisp/operations/operation';
import { derivedEvents, events, integrationEvents } from '../../../nodes/shared/events/catalogue';
import { eventOutputNames, toOutput } from '../../../nodes/shared/events/output';
import { isoTime, isTimeName, outputNames } from '../../../nodes/shared/events/vocabulary';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';

const vocabulary = Object.keys(outputNames);

const operations = Object.entries(resources).flatMap(([resource, { operations: rows }]) =>
	Object.entries(rows).map(([key, row]): [string, Operation] => [`${resource}.${key}`, row]),
);
const simplifying = operations.flatMap(([title, { simplify }]) => (simplify ? [[title, simplify] as const] : []));
const composed = operations.flatMap(([title, row]) => (isComposed(row) ? [[title, row] as const] : []));

const inOrder = (names: readonly string[]) => [...names].sort((a, b) => vocabulary.indexOf(a) - vocabulary.indexOf(b));

describe('the names of output fields', () => {
	it('each have one meaning', () => {
		const meanings = Object.values(outputNames);
		expect(meanings.filter((meaning, index) => meanings.indexOf(meaning) !== index)).toEqual([]);
	});

	it.each(simplifying)('with "Simplify" of %s are in the vocabulary, in its order', (_, simplify) => {
		const names = Object.keys(simplify);
		expect(names.filter((name) => !vocabulary.includes(name))).toEqual([]);
		expect(names).toEqual(inOrder(names));
	});

	it('are the same for the same value of Crisp, within each resource', () => {
		const names = new Map<string, string>();
		for (const [title, simplify] of simplifying) {
			for (const [name, source] of Object.entries(simplify)) {
				if (typeof source !== 'string') continue;
				const value = `${title.split('.')[0]} ${source}`;
				expect([value, names.get(value) ?? name]).toEqual([value, name]);
				names.set(value, name);
			}
		}
	});

	it('of a person, a visitor and a conversation are the same', () => {
		const sourceOf = (title: string, name: string) => Object.fromEntries(simplifying)[title]?.[name as 'name'];
		const titles = ['person.get', 'conversation.get', 'visitor.getAll', 'knowledgeBase.getAllFeedbacks'];
		expect(titles.map((title) => [sourceOf(title, 'name'), sourceOf(title, 'email')])).toEqual([
			['person.nickname', 'email'],
			['meta.nickname', 'meta.email'],
			['nickname', 'email'],
			['session.nickname', 'session.email'],
		]);
	});

	it('of each composed operation are listed, in the order of the vocabulary, unless it returns what Crisp or n8n gave', () => {
		const unnamed = composed.filter(([, { returns, simplify }]) => !returns && !simplify).map(([title]) => title);
		expect(unnamed.sort()).toEqual(['conversation.updateMeta', 'message.keepTyping', 'person.updateData']);
		for (const [title, { returns = [] }] of composed) expect([title, returns]).toEqual([title, inOrder(returns)]);
	});

	it('of each composed operation about one conversation lead to this conversation', () => {
		for (const [title, { returns, variables }] of composed) {
			if (!returns || !variables.includes('session_id')) continue;
			const missing = ['conversation_url', 'session_id', 'website_id'].filter(
				(name) => !returns.includes(name as 'text'),
			);
			expect([title, missing]).toEqual([title, []]);
		}
	});

	it.each([...events, ...derivedEvents, ...integrationEvents].map(({ name }) => name))(
		'of the trigger are these for %s',
		(name) => {
			const { data, ...flat } = toOutput(name, sampleOf(name, Date.UTC(2026, 0, 31)));
			expect(data).toBeDefined();
			expect(Object.keys(flat)).toEqual(inOrder(Object.keys(flat)));
			expect(Object.keys(flat).filter((key) => !eventOutputNames.includes(key as 'text'))).toEqual([]);
		},
	);

	it('of the trigger are in the order of the vocabulary', () => {
		expect(eventOutputNames).toEqual(inOrder(eventOutputNames));
	});
});

describe('the output of an event', () => {
	const now = Date.UTC(2026, 0, 31, 9, 30);
	const of = (name: string, more = {}) => toOutput(name, { ...sampleOf(name, now), ...more });

	it('names the visitor and the operator by their own names', () => {
		expect(of('message:send')).toMatchObject({ name: 'Nathan Smith', from: 'user' });
		expect(of('message:send')).not.toHaveProperty('operator_name');
		const operator = { operator_name: 'Juno Basil', operator_id: expect.any(String) as string, from: 'operator' };
		expect(of('message:received')).toMatchObject(operator);
		expect(of('message:received')).not.toHaveProperty('name');
		expect(of('message:compose:receive')).toMatchObject(operator);
		expect(of('session:set_opened')).toMatchObject({ operator_name: 'Juno Basil' });
		expect(of('website:update_operators_availability')).toMatchObject({ operator_id: expect.any(String) as string });
	});

	it('has the details of the conversation by the names of "Conversation - Get"', () => {
		expect(of('session:set_nickname')).toMatchObject({ name: 'Nathan Smith' });
		expect(of('session:set_phone').phone).toEqual(expect.any(String));
		expect(of('session:set_subject')).toMatchObject({ subject: 'Order 10482 has not arrived' });
		expect(of('session:set_segments')).toMatchObject({ segments: ['customer', 'delivery'] });
		expect(of('session:set_state')).toMatchObject({ state: 'resolved' });
		expect(of('session:set_routing').assigned_operator_id).toEqual(expect.any(String));
		expect(of('session:sync:rating')).toMatchObject({ stars: 5, comment: 'Fast and friendly' });
	});

	it('has the time of a message as text and as milliseconds', () => {
		expect(of('message:send')).toMatchObject({ sent_at: '2026-01-31T09:30:00.000Z', timestamp: now });
		for (const timestamp of [NaN, Infinity, 1e300, 'soon', {}, null]) {
			expect(of('message:send', { timestamp })).not.toHaveProperty('sent_at');
		}
	});

	it('has the address of a visitor who writes by email, which Crisp gives as the ID of the author', () => {
		const user = { user_id: 'nell@example.org', nickname: 'Nell' };
		expect(of('message:send', { user })).toMatchObject({ name: 'Nell', email: 'nell@example.org' });
		expect(of('message:received', { user })).not.toHaveProperty('email');
	});

	it('has the URL of a file', () => {
		const content = { name: 'a.pdf', url: 'https://x/a.pdf', type: 'application/pdf' };
		expect(of('message:send', { type: 'file', content })).toMatchObject({ text: 'a.pdf', file_url: 'https://x/a.pdf' });
	});

	it('calls only the type of a message "type", and only its side "from"', () => {
		expect(of('message:send')).toMatchObject({ type: 'text' });
		for (const name of ['session:error', 'message:compose:send', 'bucket:url:upload:generated', 'email:track:view']) {
			expect(of(name)).not.toHaveProperty('type');
		}
		expect(of('bucket:url:upload:generated')).not.toHaveProperty('from');
	});
});

describe('a time', () => {
	it.each([
		['milliseconds', 1_769_851_800_000, '2026-01-31T09:30:00.000Z'],
		['milliseconds as text', '1769851800000', '2026-01-31T09:30:00.000Z'],
		['ISO 8601 with an offset', '2026-01-31T10:30:00+01:00', '2026-01-31T09:30:00.000Z'],
		['nothing', undefined, null],
		['an empty text', '', null],
		['a text that is no time', 'soon', 'soon'],
		['a number beyond all dates', 1e300, 1e300],
	])('given as %s becomes UTC in ISO 8601, or stays as it is', (_, given, expected) => {
		expect(isoTime(given)).toBe(expected);
	});

	it('is what names with these endings hold', () => {
		expect(vocabulary.filter(isTimeName)).toEqual(vocabulary.filter((name) => /(_at|_since)$/.test(name)));
		expect(isTimeName('timestamp')).toBe(false);
	});
});
