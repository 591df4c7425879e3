import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import { triggerProperties } from '../../nodes/CrispTrigger/form';
import { webhookProperties } from '../../nodes/CrispWebhookTrigger/form';
import { notInWebsiteHooks } from '../../nodes/shared/events';
import { HookedWorkflows } from './hooked';
import { Workflows, until } from './listening';
import { conversation, help, shop } from './workspace';

/** What happens in Crisp is the same for a workflow, whichever way it comes. */

type Way = 'realtime channel' | 'plugin hook' | 'website hook';

const realtime = Workflows.use();
const hooked = HookedWorkflows.use();

interface Stage {
	emitted(): IDataObject[];
	visitorWrites(content: unknown, more?: IDataObject): Promise<void>;
	announce(event: string, data: IDataObject, website?: string): void;
	/** Resolves when everything has come that will. */
	settled(): Promise<void>;
}

async function stageFor(way: Way, events: string[], filters: INodeParameters = {}): Promise<Stage> {
	if (way === 'realtime channel') {
		const mark = 'website:update_visitors_count';
		const { emitted } = await realtime.activate([...events, mark], { filters });
		const isMark = ({ event }: IDataObject) => event === mark;
		return {
			emitted: () => emitted.filter((item) => !isMark(item)),
			visitorWrites: async (...what) => await realtime.visitorWrites(...what),
			announce: (event, data, website = shop) => realtime.sandbox.announce(event, website, data),
			async settled() {
				realtime.sandbox.announce(mark, shop, {});
				await until(() => emitted.some(isMark));
			},
		};
	}
	const kind = way === 'plugin hook' ? 'plugin' : 'website';
	const { emitted } = await hooked.activate(events, { kind, filters });
	return {
		emitted,
		visitorWrites: async (...what) => await hooked.visitorWrites(...what),
		announce: (event, data, website = shop) => hooked.sandbox.announce(event, website, data),
		settled: async () => await hooked.sandbox.hooks.idle(),
	};
}

describe.each<Way>(['realtime channel', 'plugin hook', 'website hook'])('over the %s', (way) => {
	it('comes each chosen event, and no other', async () => {
		const stage = await stageFor(way, ['message:send', 'people:profile:created']);
		await stage.visitorWrites('Is my order on its way?');
		stage.announce('session:set_state', { session_id: conversation, state: 'resolved' });
		stage.announce('people:profile:created', { people_id: 'p1', email: 'a@example.org' });
		await stage.settled();
		expect(stage.emitted()).toMatchObject([
			{
				event: 'message:send',
				text: 'Is my order on its way?',
				from: 'user',
				website_id: shop,
				session_id: conversation,
				conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
				data: { type: 'text', content: 'Is my order on its way?' },
			},
			{ event: 'people:profile:created', people_id: 'p1', email: 'a@example.org', data: { website_id: shop } },
		]);
	});

	it('come the events that people think in', async () => {
		const chosen = ['conversation:resolved', 'conversation:reopened', 'message:noted', 'message:chosen'];
		const stage = await stageFor(way, chosen);
		for (const state of ['pending', 'unresolved', 'resolved', 'unresolved', 'resolved']) {
			stage.announce('session:set_state', { session_id: conversation, state });
		}
		const message = { session_id: conversation, from: 'operator', content: 'for the team' };
		stage.announce('message:received', { ...message, type: 'note', fingerprint: 1 });
		stage.announce('message:received', { ...message, type: 'text', fingerprint: 2 });
		const choices = [{ value: 'a', label: 'A', selected: true }];
		stage.announce('message:updated', { session_id: conversation, fingerprint: 3, content: { id: 'q', choices } });
		await stage.settled();
		expect(stage.emitted().map(({ event, text, choice }) => [event, text ?? choice])).toEqual([
			['conversation:reopened', undefined],
			['conversation:resolved', undefined],
			['conversation:reopened', undefined],
			['conversation:resolved', undefined],
			['message:noted', 'for the team'],
			['message:chosen', 'a'],
		]);
	});

	it('come only the types of message that are asked for, of the website that is', async () => {
		const stage = await stageFor(way, ['message:send'], { messageTypes: ['file'] });
		const message = { session_id: conversation, from: 'user', content: 'words' };
		stage.announce('message:send', { ...message, type: 'text', fingerprint: 1 });
		stage.announce('message:send', { ...message, type: 'file', fingerprint: 2 });
		stage.announce('message:send', { ...message, type: 'file', fingerprint: 3 }, help);
		await stage.settled();
		expect(stage.emitted().map(({ fingerprint }) => fingerprint)).toEqual([2]);
	});

	it('comes a message once, though Crisp tells it twice, and what may happen twice, twice', async () => {
		const stage = await stageFor(way, ['message:send', 'session:set_email']);
		const message = { session_id: conversation, from: 'user', type: 'text', content: 'hi', fingerprint: 9 };
		for (let time = 0; time < 2; time++) {
			stage.announce('message:send', message);
			stage.announce('session:set_email', { session_id: conversation, email: `${time}@example.org` });
		}
		await stage.settled();
		expect(stage.emitted().map(({ event }) => event)).toEqual([
			'message:send',
			'session:set_email',
			'session:set_email',
		]);
	});
});

describe('the forms of both triggers', () => {
	const shared = (properties: ReturnType<typeof triggerProperties>) =>
		properties.filter(({ name }) => ['events', 'websiteId', 'filters'].includes(name));

	it('let the same events and filters be chosen', () => {
		expect(shared(webhookProperties())).toEqual(shared(triggerProperties()));
		expect(shared(webhookProperties())).toHaveLength(3);
	});

	it('say of the website hook what it does not carry, each an event there is', () => {
		const notice = webhookProperties().find(({ name }) => name === 'websiteNotice');
		const facts = JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as Array<{ event: string }>;
		for (const name of notInWebsiteHooks) {
			expect(facts.map(({ event }) => event)).toContain(name);
			expect(notice?.displayName).toContain(`(${name})`);
		}
		for (const name of ['conversation:assigned', 'conversation:unassigned']) {
			expect(notice?.displayName).toContain(`(${name})`);
		}
	});
});
