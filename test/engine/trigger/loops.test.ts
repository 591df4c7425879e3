import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { usualMaxStarts } from '../../../nodes/shared/events/loops/loopBrake';
import type { MoodValues } from '../../../sandbox';
import { triggerContext } from '../../support/n8nContext';
import { credentialFor, operator, shop } from '../../support/sandboxWorkspace';
import { inConversation, MoodyWorkspace, sending } from '../../moods/workspace';

/** A workflow that does something in the conversation of each event that starts it. */
interface Loop {
	event: string;
	/** What a visitor or operator does first, so that the workflow starts. */
	begin(workspace: MoodyWorkspace, session: string): Promise<unknown>;
	act: IDataObject;
	filters?: IDataObject;
}

const pick = (value: string) => ({ __rl: true, mode: 'id', value });
const rows = (...entries: IDataObject[]) => ({ rows: entries });

const details = (updateFields: IDataObject) => inConversation('updateMeta', { updateFields });
const byVisitor = (meta: IDataObject) => async (workspace: MoodyWorkspace, session: string) =>
	await workspace.visitorSets(session, meta);
const byOperator = (method: string, path: string, body: object) => async (workspace: MoodyWorkspace, session: string) =>
	await workspace.inApp(method, `conversation/${session}/${path}`, body);

/** The choice of a picker that a visitor has clicked. */
const chosen = { id: 'plan', text: 'Thanks', choices: [{ value: 'pro', label: 'Pro', selected: true }] };

const loops: Loop[] = [
	{
		event: 'message:send',
		begin: async (workspace, session) => await workspace.visitorWrites(session, 'Hello'),
		act: sending({ content: 'As a visitor', additionalFields: { from: 'user' } }),
		filters: {},
	},
	{
		event: 'message:received',
		begin: async (workspace, session) => await workspace.operatorWrites(session, 'Hello'),
		act: sending({ content: 'As an operator' }),
	},
	{
		event: 'session:set_data',
		begin: byVisitor({ data: { plan: 'gold' } }),
		act: details({ data: rows({ key: 'bot', value: 'off' }) }),
	},
	{ event: 'session:set_nickname', begin: byVisitor({ nickname: 'Una' }), act: details({ nickname: 'Una B.' }) },
	{
		event: 'session:set_email',
		begin: byVisitor({ email: 'una@example.org' }),
		act: details({ email: 'una.b@example.org' }),
	},
	{
		event: 'session:set_subject',
		begin: byOperator('PATCH', 'meta', { subject: 'Order' }),
		act: details({ subject: 'Order 12' }),
	},
	{
		event: 'session:set_segments',
		begin: byOperator('PATCH', 'meta', { segments: ['vip'] }),
		act: inConversation('addSegments', { segments: ['seen'] }),
	},
	{
		event: 'session:set_state',
		begin: byOperator('PATCH', 'state', { state: 'resolved' }),
		act: inConversation('setState', { state: 'resolved' }),
	},
	{
		event: 'conversation:resolved',
		begin: byOperator('PATCH', 'state', { state: 'resolved' }),
		act: inConversation('setState', { state: 'resolved' }),
	},
	{
		event: 'session:set_state',
		begin: byOperator('PATCH', 'state', { state: 'resolved' }),
		act: inConversation('setState', { state: 'pending' }),
	},
	{
		event: 'conversation:assigned',
		begin: byOperator('PATCH', 'routing', { assigned: { user_id: operator } }),
		act: inConversation('assign', { assignedUserId: pick(operator) }),
	},
	{
		event: 'session:set_block',
		begin: byOperator('PATCH', 'block', { blocked: true }),
		act: inConversation('setBlock', { blocked: true }),
	},
	{
		event: 'message:chosen',
		begin: async (workspace, session) => {
			const { choices, ...content } = chosen;
			const open = { ...content, choices: choices.map((choice) => ({ ...choice, selected: false })) };
			const message = { type: 'picker', from: 'operator', origin: 'chat', content: open, fingerprint: 77 };
			await workspace.inApp('POST', `conversation/${session}/message`, message);
			await workspace.inApp('PATCH', `conversation/${session}/message/77`, { content: chosen });
		},
		act: {
			resource: 'message',
			operation: 'updateContent',
			sessionId: pick('={{ $json.session }}'),
			fingerprint: '77',
			content: JSON.stringify({ ...chosen, text: 'You chose Pro' }),
		},
	},
];

const moods: Array<Partial<MoodValues>> = [{ unchangedState: 'silent' }, { unchangedState: 'announced' }];

/** Lets the workflow act on each start, as often as `most`, until nothing more comes; returns the number of starts. */
async function startsOf(loop: Loop, values: Partial<MoodValues>, { isElsewhere = false, most = 6, filters = {} } = {}) {
	const workspace = await MoodyWorkspace.open(values, 20);
	const [session = ''] = workspace.conversations(1);
	const { context, attach, emitted } = triggerContext({
		credential: credentialFor(workspace.sandbox),
		parameters: {
			events: [loop.event],
			filters: { ...loop.filters, ...filters },
			options: {},
			websiteIds: [shop],
		} as INodeParameters,
		activation: 'activate',
	});
	const { time } = workspace;
	const response = await time.during(activateTrigger(context, { clock: time }));
	attach();
	try {
		await loop.begin(workspace, session);
		for (let done = 0; done < most; done++) {
			await time.pass(1_000);
			if (emitted.length <= done) break;
			// What another workflow does is not its own. The same holds for a worker, of which the main process knows nothing.
			await workspace.run(loop.act, [{ session }], isElsewhere ? 'another workflow' : undefined);
		}
		await time.pass(3_000);
		return emitted.length;
	} finally {
		await response.closeFunction?.();
		await workspace.close();
	}
}

describe.each(moods)('where unchanged states are $unchangedState, a workflow does not start itself', (values) => {
	it.each(loops)('on $event by what it does', async (loop) => {
		expect(await startsOf(loop, values)).toBe(1);
	});

	it.each(loops.filter(({ event }) => event.startsWith('message:')))(
		'on $event by what a worker or another workflow does',
		async (loop) => {
			expect(await startsOf(loop, values, { isElsewhere: true })).toBe(1);
		},
	);

	it.each(loops.filter(({ event }) => event.startsWith('session:') || event.startsWith('conversation:')))(
		'on $event more than once by what a worker or another workflow does',
		async (loop) => {
			expect(await startsOf(loop, values, { isElsewhere: true })).toBeLessThanOrEqual(2);
		},
	);
});

it('starts itself no more than the brake allows, where nothing else ends the loop', async () => {
	const loop: Loop = {
		event: 'session:set_subject',
		begin: byOperator('PATCH', 'meta', { subject: 'Order' }),
		act: details({ subject: '={{ $now.toMillis() }} {{ $execution.id }}' }),
	};
	const filters = { loopBrake: 3 };
	expect(await startsOf(loop, {}, { isElsewhere: true, most: 8, filters })).toBe(3);
	expect(usualMaxStarts).toBeGreaterThan(3);
});
