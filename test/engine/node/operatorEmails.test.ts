import { execute } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const assign = { resource: 'conversation', operation: 'assign', sessionId: locator(conversation) };

/** The first operator of the sandbox, as the API returns it. */
async function anOperator() {
	const [operator] = await execute({
		credential: credentialFor(sandbox.current),
		parameters: { resource: 'operator', operation: 'getAll', simplify: true },
	});
	const { operator_id, operator_email } = operator?.json ?? {};
	return { user_id: String(operator_id), email: String(operator_email) };
}

describe('an operator given by email', () => {
	it('is looked up, once for all items', async () => {
		const { user_id, email } = await anOperator();
		const before = sandbox.current.requests.length;
		await execute({
			credential: credentialFor(sandbox.current),
			parameters: { ...assign, assignedUserId: locator(email.toUpperCase(), 'email') },
			items: [{}, {}],
		});
		const requests = sandbox.current.requests.slice(before);
		expect(requests.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'PATCH']);
		expect(requests.at(-1)?.body).toEqual({ assigned: { user_id } });
	});

	it('is looked up in a filter too', async () => {
		const { user_id, email } = await anOperator();
		await execute({
			credential: credentialFor(sandbox.current),
			parameters: { resource: 'conversation', operation: 'getAll', filters: { assignedTo: locator(email, 'email') } },
		});
		expect(sandbox.current.requests.at(-1)?.query).toMatchObject({ filter_assigned: user_id });
	});

	it('is refused if no operator has it', async () => {
		const run = execute({
			credential: credentialFor(sandbox.current),
			parameters: { ...assign, assignedUserId: locator('nobody@example.com', 'email') },
		});
		await expect(run).rejects.toThrow('\'Operator\': no operator of this website has the email "nobody@example.com"');
	});
});
