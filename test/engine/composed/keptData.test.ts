import { NodeOperationError, type INodeParameters } from 'n8n-workflow';
import { composing, pairsOf } from '../../support/composedOperations';
import { locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, json, failure, asked, conversation, newConversation, personWith } = composing(sandbox);

afterEach(() => sandbox.current.moods.replace({}));

let people = 0;

async function newPerson(data: Record<string, string>) {
	const email = `kept-${++people}@example.org`;
	await run({ resource: 'person', operation: 'create', email, personNickname: 'K', additionalFields: {} });
	const person = personWith(email);
	Object.assign(person?.data ?? {}, data);
	return { email, target: { resource: 'person', peopleId: locator(String(person?.people_id)) }, person };
}

const updateMeta = (sessionId: string, updateFields: INodeParameters) => ({
	resource: 'conversation',
	operation: 'updateMeta',
	sessionId: locator(sessionId),
	updateFields,
});

describe.each(['merged', 'replaced'] as const)('custom data that Crisp would have %s', (mode) => {
	beforeEach(() => sandbox.current.moods.replace({ conversationData: mode, personData: mode }));

	it('of a conversation keeps the other keys', async () => {
		const session_id = await newConversation();
		conversation(session_id).meta.data = { plan: 'gold', vip: true };
		const made = await run(updateMeta(session_id, { data: pairsOf({ plan: 'silver' }), subject: 'Tea' }));
		expect(conversation(session_id).meta).toMatchObject({ data: { plan: 'silver', vip: true }, subject: 'Tea' });
		expect(made).toMatchObject([{ json: { success: true, website_id: shop, session_id }, pairedItem: { item: 0 } }]);
	});

	it('of a person keeps the other keys, with Update and with Upsert', async () => {
		const { email, target } = await newPerson({ plan: 'gold', vip: 'yes' });
		await run({ ...target, operation: 'updateData', data: pairsOf({ plan: 'silver' }) });
		expect(personWith(email)?.data).toEqual({ plan: 'silver', vip: 'yes' });
		const additionalFields = { data: pairsOf({ plan: 'bronze' }) };
		await run({ resource: 'person', operation: 'upsert', email, additionalFields });
		expect(personWith(email)?.data).toEqual({ plan: 'bronze', vip: 'yes' });
	});

	it('is not cleared by keys and values without any', async () => {
		const session_id = await newConversation();
		conversation(session_id).meta.data = { plan: 'gold' };
		for (const data of [{}, { rows: [] }, '={{ {} }}']) {
			await run(updateMeta(session_id, { data, subject: 'Tea' }));
			const error = await failure(updateMeta(session_id, { data }));
			expect([error.message, error.context.itemIndex]).toEqual(['There is nothing to update', 0]);
		}
		expect(conversation(session_id).meta.data).toEqual({ plan: 'gold' });
		const { email, target } = await newPerson({ plan: 'gold' });
		const error: Error = await failure({ ...target, operation: 'updateData', data: {} });
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error.message).toBe("'Custom Data' is empty");
		const batch = { resource: 'batch', operation: 'updateData', sessions: session_id, data: {} };
		expect((await failure(batch)).message).toBe("'Custom Data' is empty");
		expect(personWith(email)?.data).toEqual({ plan: 'gold' });
		// It is cleared by the operation that says so.
		for (const data of [{}, { rows: [] }, '={{ {} }}', '{}']) {
			personWith(email)!.data = { plan: 'gold' };
			await run({ ...target, operation: 'replaceData', data });
			expect(personWith(email)?.data).toEqual({});
		}
		personWith(email)!.data = { plan: 'gold' };
		const valueless = await failure({
			...target,
			operation: 'replaceData',
			data: pairsOf({ plan: '={{ $json.none }}' }),
		});
		expect(valueless.message).toBe("'Custom Data' is empty");
		expect(personWith(email)?.data).toEqual({ plan: 'gold' });
	});
});

it('details without custom data take one request, and an empty field is emptied with "Clear Empty Fields"', async () => {
	const session_id = await newConversation();
	conversation(session_id).meta.subject = 'Tea';
	expect(
		await asked(async () => await json({ ...updateMeta(session_id, { subject: '' }), options: { clearEmpty: true } })),
	).toEqual(['PATCH meta']);
	expect(conversation(session_id).meta.subject).toBe('');
});
