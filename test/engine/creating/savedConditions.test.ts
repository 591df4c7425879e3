import type { INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';
import { createForm } from './createForm';

/** Conditions that Crisp keeps: those of inboxes and of campaigns, as the form has them and as Crisp gets them. */

const sandbox = useSandbox();
const composed = composing(sandbox);
const { website } = composed;
/** Crisp accepts inboxes and campaigns from users only. */
const asUser = () => ({ credential: credentialFor(sandbox.current, 'user') });
const run = async (parameters: INodeParameters) => await composed.run(parameters, asUser());
const failure = async (parameters: INodeParameters) => await composed.failure(parameters, asUser());

const rows = (...given: object[]) => ({ rows: given }) as unknown as INodeParameters;
const name = (value: string) => locator(value, 'name');

describe('an inbox', () => {
	const inbox = { resource: 'inbox', operation: 'create', name: 'Wholesale', emoji: '⭐', order: 9 };
	const created = async (additionalFields: INodeParameters) => {
		const [made] = await run({ ...inbox, additionalFields });
		expect(made?.pairedItem).toEqual({ item: 0 });
		return website().inboxes.find(({ inbox_id }) => inbox_id === made?.json.inbox_id);
	};
	const wholesale = { model: 'session', criterion: 'segments', operator: 'eq', query: ['wholesale'] };
	const json = [{ model: 'session', criterion: 'meta.email', operator: 'neq', query: ['a@b.co'] }];

	it.each([
		[{ criterion: 'segments', query: 'wholesale' }, wholesale],
		[
			{ criterion: 'segments', operator: 'neq', query: ' vip , wholesale ' },
			{ ...wholesale, operator: 'neq', query: ['vip', 'wholesale'] },
		],
		[
			{ criterion: 'data.orders', operator: 'gte', query: '12' },
			{ ...wholesale, criterion: 'data.orders', operator: 'gte', query: ['12'] },
		],
	])('with the row %j has the condition %j', async (row, condition) => {
		expect(await created({ conditions: rows(row) })).toMatchObject({ conditions: [condition] });
	});

	it("has the conditions of the rows and of Crisp's own list, of which one is enough", async () => {
		const given = {
			conditions: rows({ criterion: 'segments', query: 'wholesale' }),
			conditionsJson: JSON.stringify(json),
		};
		expect(await created({ ...given, operator: 'or' })).toMatchObject({
			conditions: [wholesale, ...json],
			operator: 'or',
		});
		expect(await created({ conditionsJson: json as never })).toMatchObject({ conditions: json });
	});

	it.each([
		[{ conditions: rows({ criterion: 'segments' }) }, "Row 1 of 'Conditions' has no 'Value'"],
		[{ conditions: rows({ query: 'vip' }) }, "Row 1 of 'Conditions' has no 'Field'"],
		[
			{ conditions: rows({ criterion: 'segments', operator: 'has', query: 'v' }) },
			"'Condition' in row 1 of 'Conditions' cannot be \"has\"",
		],
		[{ conditionsJson: '{"model":"session"}' }, "'Conditions (JSON)' is not a list of conditions"],
	])('is not created with %j', async (additionalFields, message) => {
		const before = website().inboxes.length;
		expect(String(await failure({ ...inbox, additionalFields: additionalFields as never }))).toContain(message);
		expect(website().inboxes.length).toBe(before);
	});
});

describe('a campaign', () => {
	const stored = (campaign: string) => website().campaigns.find((one) => one.name === campaign);
	const create = async (campaign: string, type: string, more: INodeParameters) => {
		await run(createForm({ resource: 'campaign', operation: 'create', type, name: campaign }, more));
		return stored(campaign);
	};
	const plan = { criterion: 'data', key: name('plan'), operator: 'has', query: 'gold, silver' };
	const planSent = { model: 'people', criterion: 'data.plan', operator: 'has', query: ['gold', 'silver'] };
	const event = { model: 'event', criterion: 'order', operator: 'eq', query: ['paid'] };

	it('goes to the people who meet the rows and the list', async () => {
		const fields = { recipientsConditions: rows(plan), recipientsConditionsJson: JSON.stringify([event]) };
		expect((await create('Gold', 'one-shot', fields))?.recipients).toEqual({ filter: [planSent, event] });
	});

	it('is delivered to the people who meet the rows when its event happens', async () => {
		const fields = { flowLaunchEvent: 'order', flowConditions: rows(plan) };
		const flow = { launch_event: 'order', assert_filter: [planSent] };
		expect((await create('Paid', 'automated', fields))?.flow).toMatchObject(flow);
	});

	it('gets other conditions by an update, and loses them by an empty list', async () => {
		const made = await create('Changing', 'one-shot', { recipientsConditions: rows(plan) });
		const update = async (recipientsConditions: unknown, options: INodeParameters = {}) => {
			const updateFields = { recipientsConditions } as INodeParameters;
			const campaignId = locator(String(made?.campaign_id));
			await run({ resource: 'campaign', operation: 'update', campaignId, updateFields, options });
			return stored('Changing')?.recipients.filter;
		};
		const email = { criterion: 'email', operator: 'eq', query: 'a@b.co' };
		expect(await update(rows(email))).toEqual([{ model: 'people', ...email, query: ['a@b.co'] }]);
		expect(await update(rows(), { clearEmpty: true })).toEqual([]);
	});
});
