import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';
import { allowedOperators, readOperators } from '../../../nodes/Crisp/composed/support/operators';
import { assignToAvailable } from '../../../nodes/Crisp/composed/conversation/assignToAvailable';
import { listSearch } from '../../../nodes/Crisp/methods/listSearch';
import type { Composing } from '../../../nodes/Crisp/operations/operation';
import { operatorFinder } from '../../../nodes/Crisp/request/operatorEmails';
import { clientFor } from '../../../nodes/shared/api/client';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { nodeWith } from '../../support/n8nContext';

/** The kinds of seat in Crisp's list of operators, and whether the nodes take them for an operator. */
const seats: Array<[string, IDataObject, boolean]> = [
	['an operator', { type: 'operator' }, true],
	['a seat without a type', {}, true],
	['a seat whose type is null', { type: null }, true],
	['a seat whose type is empty', { type: '' }, true],
	['a pending invitation', { type: 'invite' }, false],
	['a sandbox seat', { type: 'sandbox' }, false],
	['a seat of another type', { type: 'robot' }, false],
];

const details = {
	user_id: 'a4c32c68-be91-4e29-b05a-976e93abbe3f',
	first_name: 'Juno',
	last_name: 'Basil',
	email: 'juno@thistle-tea.example',
	availability: 'online',
};

const website = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const session = 'session_36ba3566-9651-4790-afc8-ffedbccc317f';

/** The input of a composed operation on a website whose only seat is this one; also returns what was changed. */
function begin(seat: IDataObject, values: IDataObject) {
	const changes: unknown[] = [];
	const shared = new Map<string, unknown>();
	const client = clientFor(async ({ method, path, body }: CrispRequest) => {
		if (method === 'PATCH') changes.push(body);
		return await Promise.resolve(path.endsWith('/operators/list') ? [{ ...seat, details }] : []);
	});
	const composing = {
		values: { website_id: website, session_id: session, ...values },
		client,
		node: nodeWith('crisp', {}),
		once: async (_: string, step: () => Promise<unknown>) => await step(),
		shared: (name: string, make: () => unknown) => {
			if (!shared.has(name)) shared.set(name, make());
			return shared.get(name);
		},
	} as unknown as Composing;
	return { composing, changes };
}

describe.each(seats)('%s', (_, seat, isOperator) => {
	it(`is ${isOperator ? '' : 'not '}assigned a conversation`, async () => {
		const { composing, changes } = begin(seat, { if_none_available: 'leave' });
		const [made] = await assignToAvailable.compose(composing);
		const assigned_operator_id = isOperator ? details.user_id : null;
		expect(made?.json).toMatchObject({ assigned: isOperator, assigned_operator_id });
		expect(changes).toEqual(isOperator ? [{ assigned: { user_id: details.user_id } }] : []);
	});

	it.each([details.user_id, details.email])(
		`can${isOperator ? '' : 'not'} be named in Only Operators: %s`,
		async (one) => {
			const { composing } = begin(seat, { operators: [one] });
			const allowed = readOperators(composing).then(async (all) => await allowedOperators(composing, all));
			if (isOperator) expect((await allowed).map(({ user_id }) => user_id)).toEqual([details.user_id]);
			else await expect(allowed).rejects.toThrow(`'Only Operators': no operator of this website is "${one}"`);
		},
	);

	it(`is ${isOperator ? '' : 'not '}offered in the list of operators`, async () => {
		const context = {
			getNode: () => nodeWith('crisp', {}),
			getCredentials: async () =>
				await Promise.resolve({
					tier: 'plugin',
					identifier: 'i',
					key: 'sandbox-k',
					baseUrl: 'https://api.example.com',
					websiteId: website,
				}),
			getCurrentNodeParameter: () => undefined,
			helpers: {
				httpRequestWithAuthentication: async () =>
					await Promise.resolve({
						statusCode: 200,
						headers: {},
						body: { error: false, reason: 'listed', data: [{ ...seat, details }] },
					}),
			},
		} as unknown as ILoadOptionsFunctions;
		const { results } = await listSearch.searchOperators.call(context);
		const offered = { name: 'Juno Basil (juno@thistle-tea.example)', value: details.user_id };
		expect(results).toEqual(isOperator ? [offered] : []);
	});

	it(`is ${isOperator ? '' : 'not '}found by email`, async () => {
		const find = operatorFinder(async () => await Promise.resolve([{ ...seat, details }]));
		const found = find(website, 'Juno@Thistle-Tea.example', 'Operator');
		if (isOperator) expect(await found).toBe(details.user_id);
		else await expect(found).rejects.toThrow("'Operator': no operator of this website has the email");
	});
});
