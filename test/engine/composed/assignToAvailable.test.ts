import type { INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const { run, json, failure, asked, conversation, website } = composing(sandbox);

const [juno, pim, ines, rafe] = [1, 2, 3, 4].map((n) => `a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a0${n}`) as [
	string,
	string,
	string,
	string,
];

/** Makes these operators the only ones who are online. */
function online(...operators: string[]) {
	for (const operator of website().operators) {
		operator.availability = operators.includes(operator.user_id) ? 'online' : 'offline';
	}
}

const creating = { resource: 'conversation', operation: 'createWithMessage', from: 'user', content: 'Hello' };

/** Creates conversations, assigned to an operator if one is given. */
async function conversations(count: number, assigned?: string): Promise<string[]> {
	const additionalFields = assigned ? { assignedUserId: locator(assigned) } : {};
	const made = await json({ ...creating, additionalFields }, { items: Array.from({ length: count }, () => ({})) });
	return made.map(({ session_id }) => String(session_id));
}

const assigning = (additionalFields: INodeParameters = {}, more: INodeParameters = {}): INodeParameters => ({
	resource: 'conversation',
	operation: 'assignToAvailable',
	sessionId: locator('={{ $json.session_id }}'),
	ifNoneAvailable: 'fail',
	additionalFields,
	...more,
});

const itemsOf = (sessions: string[]) => sessions.map((session_id) => ({ session_id }));
const assignees = (sessions: string[]) => sessions.map((session) => conversation(session).assigned?.user_id);

/** The number of conversations of each operator, by ID. */
function shares(sessions: string[]) {
	const all = assignees(sessions);
	return Object.fromEntries([juno, pim, ines, rafe].map((one) => [one, all.filter((id) => id === one).length]));
}

beforeEach(() => {
	for (const one of website().conversations.values()) {
		if (one.state !== 'resolved') one.assigned = null;
	}
});

describe('assigning a conversation to an available operator', () => {
	it('chooses the operator with the fewest unresolved conversations', async () => {
		online(juno, pim, ines);
		await conversations(2, juno);
		await conversations(1, ines);
		await conversations(3, pim);
		const done = await conversations(5, ines);
		for (const session of done) conversation(session).state = 'resolved';
		const [session_id = ''] = await conversations(1);
		const made = await run(assigning(), { items: [{ session_id }] });
		expect(assignees([session_id])).toEqual([ines]);
		const answer = {
			...{ session_id, website_id: shop, assigned: true, changed: true, assigned_operator_id: ines },
			...{ assigned_operator_name: 'Ines Clove', assigned_operator_email: 'ines@thistle-tea.example' },
			conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session_id}/`,
		};
		expect(made).toEqual([{ json: answer, pairedItem: { item: 0 } }]);
	});

	it('spreads the items of one run, and evens out the workloads', async () => {
		online(juno, pim, ines);
		await conversations(3, juno);
		const sessions = await conversations(12);
		const made = await run(assigning(), { items: itemsOf(sessions) });
		expect(shares(sessions)).toEqual({ [juno]: 2, [pim]: 5, [ines]: 5, [rafe]: 0 });
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual(sessions.map((_, item) => ({ item })));
	});

	it('takes one request per item, one for the list of operators, and one for each operator', async () => {
		online(juno, pim);
		const sessions = await conversations(10);
		const requests = await asked(async () => await run(assigning(), { items: itemsOf(sessions) }));
		const count = (wanted: string) => requests.filter((request) => request === wanted).length;
		expect(['GET list', 'GET conversations', 'PATCH routing'].map(count)).toEqual([1, 2, 10]);
		online(rafe);
		expect(await asked(async () => await run(assigning(), { items: itemsOf(sessions) }))).not.toContain(
			'GET conversations',
		);
	});

	it('chooses, of operators with equal workloads, the one who has waited longest', async () => {
		online(juno, pim, ines);
		const order: unknown[] = [];
		for (let turn = 0; turn < 6; turn++) {
			const [session = ''] = await conversations(1);
			await run(assigning(), { items: [{ session_id: session }] });
			order.push(assignees([session])[0]);
			conversation(session).state = 'resolved';
		}
		expect(new Set(order.slice(0, 3)).size).toBe(3);
		expect(order.slice(3)).toEqual(order.slice(0, 3));
	});

	it('chooses only named operators, by ID or email, and only members of the team and the inbox', async () => {
		online(juno, pim, ines, rafe);
		await conversations(1, ines);
		const [team] = website().teams;
		const [inbox, shared] = website().inboxes;
		if (shared) Object.assign(shared, { operators: [], teams: [team?.team_id] });
		const limits: Array<[INodeParameters, string]> = [
			[{ operators: `RAFE@thistle-tea.example, ${rafe}` }, rafe],
			[{ teamId: locator(team?.team_id ?? '') }, pim],
			[{ inboxId: locator(inbox?.inbox_id ?? '') }, juno],
			[{ inboxId: locator(shared?.inbox_id ?? ''), operators: ines }, ines],
			[{ teamId: locator(team?.team_id ?? ''), inboxId: locator(inbox?.inbox_id ?? '') }, ines],
		];
		for (const [limit, expected] of limits) {
			const sessions = await conversations(1);
			await run(assigning(limit), { items: itemsOf(sessions) });
			expect(assignees(sessions)).toEqual([expected]);
		}
		const error = await failure(assigning({ operators: 'zoe@example.org' }), { items: [{ session_id: 'session_1' }] });
		expect(error.message).toBe(`'Only Operators': no operator of this website has the email "zoe@example.org"`);
	});

	it('fails if nobody is online, or leaves the conversation unchanged', async () => {
		online(rafe);
		const sessions = await conversations(1);
		const [team] = website().teams;
		const limit = { teamId: locator(team?.team_id ?? '') };
		const error = await failure(assigning(limit), { items: itemsOf(sessions) });
		expect(error.message).toBe('No operator is available (candidates: 2, online: 0)');
		expect(error.description).toContain("'If No Operator Is Available'");
		expect(error.context.itemIndex).toBe(0);
		const made = await run(assigning(limit, { ifNoneAvailable: 'leave' }), { items: itemsOf(sessions) });
		expect(made).toMatchObject([{ json: { assigned: false, assigned_operator_id: null }, pairedItem: { item: 0 } }]);
		expect(assignees(sessions)).toEqual([undefined]);
	});

	it('can keep the current assignment', async () => {
		online(juno, pim);
		const sessions = await conversations(1, ines);
		const [kept] = await json(assigning({ keep: true }), { items: itemsOf(sessions) });
		expect(kept).toMatchObject({
			assigned: true,
			changed: false,
			assigned_operator_id: ines,
			assigned_operator_name: 'Ines Clove',
		});
		expect(assignees(sessions)).toEqual([ines]);
		const [free = ''] = await conversations(1);
		const [given] = await json(assigning({ keep: true, silent: true }), { items: [{ session_id: free }] });
		expect(given).toMatchObject({ changed: true });
		expect(sandbox.current.requests.at(-1)?.body).toMatchObject({ silent: true });
	});

	it('does not reassign when n8n runs the items again', async () => {
		online(juno, pim);
		const sessions = await conversations(3);
		sandbox.current.faults.fail({ status: 400, match: new RegExp(`PATCH .*${sessions[2]}`) });
		const again = { items: itemsOf(sessions), executionId: 'assigning' };
		await failure(assigning(), again);
		const before = assignees(sessions);
		expect(before[2]).toBeUndefined();
		expect(
			(await asked(async () => await run(assigning(), again))).filter((name) => name.startsWith('PATCH')),
		).toHaveLength(1);
		expect(assignees(sessions).slice(0, 2)).toEqual(before.slice(0, 2));
		expect(Math.abs((shares(sessions)[juno] ?? 0) - (shares(sessions)[pim] ?? 0))).toBe(1);
	});

	it('continues with the other items if one conversation is unknown, which adds to no workload', async () => {
		online(juno, pim);
		const [one = '', two = ''] = await conversations(2);
		const items = itemsOf(['session_unknown', one, two]);
		const made = await run(assigning(), { items, onError: 'continueRegularOutput' });
		expect(made.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(made[0]?.json.error).toContain('conversation_not_found');
		expect(made.slice(1).map(({ json: { assigned } }) => assigned)).toEqual([true, true]);
	});
});
