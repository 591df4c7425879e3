import { shop } from '../support/sandboxWorkspace';
import { MoodyWorkspace } from './workspace';

const minute = 60_000;

interface Plan {
	mood: 'free' | 'plus';
	/** The shortest time in which the plan allows 500 conversations, in minutes. */
	shortest: number;
}

it.each<Plan>([
	{ mood: 'free', shortest: 73.5 },
	{ mood: 'plus', shortest: 12 },
])('500 conversations are created on the plan "$mood", none twice, all complete', async ({ mood, shortest }) => {
	const workspace = await MoodyWorkspace.open({ planQuota: mood });
	try {
		const { conversations } = workspace.sandbox.state.websites.get(shop) ?? {};
		const known = new Set(conversations?.keys());
		const begun = workspace.time.now();
		const items = Array.from({ length: 500 }, (_, number) => ({ text: `text ${number}`, name: `Visitor ${number}` }));
		const made = await workspace.run(
			{
				resource: 'conversation',
				operation: 'createWithMessage',
				from: 'user',
				content: '={{ $json.text }}',
				additionalFields: { nickname: '={{ $json.name }}' },
			},
			items,
		);
		const minutes = (workspace.time.now() - begun) / minute;
		expect(minutes).toBeGreaterThanOrEqual(shortest);
		expect(minutes).toBeLessThan(2 * shortest);
		const created = [...(conversations?.keys() ?? [])].filter((session) => !known.has(session));
		expect(created).toHaveLength(500);
		for (const [index, { session_id }] of made.entries()) {
			expect(workspace.texts(session_id)).toEqual([items[index]?.text]);
			expect(workspace.conversation(session_id).meta.nickname).toBe(items[index]?.name);
		}
		const refused = workspace.sandbox.requests.filter(({ status }) => status === 423).length;
		// Those under way when the quota was met, and one for each pause.
		expect(refused).toBeLessThan(150);
	} finally {
		await workspace.close();
	}
});
