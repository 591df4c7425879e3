import type { INodeParameters } from 'n8n-workflow';
import { operationFor } from '../../../nodes/Crisp/operations';
import { isComposed } from '../../../nodes/Crisp/operations/operation';
import { composing, named } from '../../support/composedOperations';
import { conversation, locator, operator, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { json } = composing(sandbox);

const sessionId = locator(conversation);
const text = { content: 'Hello' };
const file = 'https://files.example/tea.pdf';
const address = 'mira@quill-books.example';

/** Each composed operation with an output of its own; "Send and Wait for Reply" has a test of its own. */
const cases: Array<[resource: string, operation: string, fields: INodeParameters]> = [
	['conversation', 'assignToAvailable', { sessionId, additionalFields: { keep: true }, ifNoneAvailable: 'leave' }],
	['conversation', 'addSegments', { sessionId, segments: named('a') }],
	['conversation', 'removeSegments', { sessionId, segments: named('a') }],
	['conversation', 'createWithMessage', { ...text, additionalFields: { email: 'nell@example.org', nickname: 'Nell' } }],
	['conversation', 'getAllAwaiting', { filters: {} }],
	['conversation', 'getContext', { sessionId }],
	['conversation', 'getTranscript', { sessionId, format: 'text' }],
	['conversation', 'getTranscript', { sessionId, format: 'items' }],
	['conversation', 'resolveWithMessage', { sessionId, ...text }],
	['helpDesk', 'searchArticles', { searchQuery: 'shipping', helpDesk: 'knowledge_base' }],
	['message', 'sendFile', { sessionId, source: 'url', url: file, additionalFields: { type: 'application/pdf' } }],
	['person', 'addSegments', { peopleId: locator(address, 'email'), segments: named('a') }],
	['person', 'removeSegments', { peopleId: locator(address, 'email'), segments: named('a') }],
	['person', 'findByEmail', { email: address }],
	['person', 'findBySegments', { segments: named('vip') }],
	['person', 'upsert', { email: address, additionalFields: { personPhone: '+331' } }],
];

it.each(cases)('%s.%s returns the fields that it lists, in their order', async (resource, operation, fields) => {
	const row = operationFor(resource, operation);
	if (!isComposed(row)) throw new Error('The operation is a row of the table');
	const listed: readonly string[] = row.returns ?? Object.keys(row.simplify ?? {});
	const items = await json({ resource, operation, ...fields });
	expect(items.length).toBeGreaterThan(0);
	const isPart = operation === 'getTranscript';
	for (const item of items) {
		const names = Object.keys(item);
		expect(names).toEqual(listed.filter((name) => !isPart || names.includes(name)));
	}
});

it('"Operator - Get Many" names operators as every other output does', async () => {
	const found = await json({ resource: 'operator', operation: 'getAll' });
	expect(found.find(({ operator_id }) => operator_id === operator)).toEqual({
		operator_name: expect.stringMatching(/^\w+ \w+$/) as string,
		operator_email: expect.stringContaining('@') as string,
		role: expect.any(String) as string,
		job_title: expect.any(String) as string,
		availability: expect.any(String) as string,
		seat_type: 'operator',
		operator_id: operator,
	});
});

it('"Conversation - Get" and "Get Many" name the person, and lead to the conversation', async () => {
	const [one] = await json({ resource: 'conversation', operation: 'get', sessionId });
	expect(one).toMatchObject({
		name: 'Odile Marrow',
		email: 'odile@marrow.example',
		session_id: conversation,
		conversation_url: expect.stringContaining(conversation) as string,
		updated_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
	});
	const all = await json({ resource: 'conversation', operation: 'getAll', returnAll: true, filters: {} });
	expect(all.find(({ session_id }) => session_id === conversation)).toEqual(one);
});
