import type { INodeParameters } from 'n8n-workflow';
import { execute, type Execution } from '../../support/n8nContext';
import { control } from '../../support/visitor';
import { conversation, credentialFor, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const run = async (parameters: INodeParameters = {}, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current, 'plugin'),
		parameters: { resource: 'conversation', operation: 'getAllAwaiting', returnAll: true, ...parameters },
		...more,
	});

const sessionsIn = (given: Awaited<ReturnType<typeof run>>) => given.map(({ json }) => String(json.session_id));

const session = (n: number) => conversation.replace(/\d$/, `${n}`);

describe('conversations awaiting a reply', () => {
	it('are returned with who waits and for how long, the longest first', async () => {
		const given = await run();
		const minutes = given.map(({ json }) => Number(json.waiting_minutes));
		expect(minutes).toEqual([...minutes].sort((a, b) => b - a));
		expect(sessionsIn(given)).toContain(conversation);
		const mine = given.find(({ json }) => json.session_id === conversation);
		expect(mine?.json).toEqual({
			session_id: conversation,
			website_id: shop,
			name: 'Odile Marrow',
			email: 'odile@marrow.example',
			verified: false,
			last_message: 'That would save my week, thank you!',
			waiting_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
			waiting_minutes: expect.any(Number) as number,
			assigned_operator_id: expect.any(String) as string,
			inbox_id: null,
			conversation_url: expect.stringMatching(/^https:\/\/app\.crisp\.chat\/website\/.*\/inbox\/session_/) as string,
		});
		expect(given.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
	});

	it('are neither answered nor resolved; a note is not an answer', async () => {
		const { session_id } = await control(sandbox.current, 'visitor/message', { text: 'Anybody?' });
		const id = String(session_id);
		const message = { resource: 'message', operation: 'send', sessionId: locator(id), content: 'Yes' };
		const credential = credentialFor(sandbox.current, 'plugin');
		const send = async (type: string) => await execute({ credential, parameters: { ...message, type } });
		await send('note');
		expect(sessionsIn(await run())).toContain(id);
		await send('text');
		expect(sessionsIn(await run())).not.toContain(id);
		await control(sandbox.current, 'visitor/message', { text: 'Thanks', session_id });
		expect(sessionsIn(await run())).toContain(id);
		const state = { resource: 'conversation', operation: 'setState', sessionId: locator(id), state: 'resolved' };
		await execute({ credential, parameters: state });
		expect(sessionsIn(await run())).not.toContain(id);
	});

	it('are filtered by time, inbox and assignee', async () => {
		const all = await run();
		const long = all.filter(({ json }) => Number(json.waiting_minutes) >= 30);
		expect(long.length).toBeGreaterThan(0);
		expect(long.length).toBeLessThan(all.length);
		expect(sessionsIn(await run({ filters: { waitingMinutes: 30 } }))).toEqual(sessionsIn(long));
		const alone = await run({ filters: { assignedTo: locator('unassigned') } });
		expect(alone.map(({ json }) => json.assigned_operator_id)).toEqual(alone.map(() => null));
		expect(sessionsIn(alone)).toContain(session(4));
		const { requests } = sandbox.current;
		await run({ filters: { assignedTo: locator(operator) } });
		expect(requests.at(-1)?.query).toMatchObject({ filter_assigned: operator, filter_not_resolved: '1' });
		const billing = await run({ filters: { filterInboxId: locator('e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f01') } });
		expect(sessionsIn(billing)).toEqual([session(4)]);
	});

	it('take one request while the list starts with waiting conversations', async () => {
		for (let n = 0; n < 60; n++) await control(sandbox.current, 'visitor/message', { text: `${n}` });
		const before = sandbox.current.requests.length;
		const given = await run({ returnAll: false, limit: 5 });
		expect(given).toHaveLength(5);
		expect(sandbox.current.requests.length - before).toBe(1);
		const queries = sandbox.current.requests.slice(before).map(({ query }) => query);
		expect(queries[0]).toMatchObject({ order_date_waiting: '1', filter_not_resolved: '1' });
		expect((await run()).length).toBeGreaterThanOrEqual(60);
	});

	it('fail the item that names an unknown website, while the others are returned', async () => {
		const websiteId = locator('={{ $json.website }}');
		const items = [{ website: '00000000-0000-4000-8000-000000000000' }, { website: shop }];
		const given = await run({ websiteId }, { items, onError: 'continueRegularOutput' });
		expect(given[0]?.error).toBeDefined();
		expect(given[1]?.pairedItem).toEqual({ item: 1 });
	});
});
