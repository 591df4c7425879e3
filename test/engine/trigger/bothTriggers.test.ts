import { NodeHelpers } from 'n8n-workflow';
import type { IDataObject, INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { readFileSync } from 'node:fs';
import { triggerProperties } from '../../../nodes/CrispTrigger/properties';
import { webhookProperties } from '../../../nodes/CrispWebhookTrigger/properties';
import { clock } from '../../../nodes/shared/runtime/clock';
import {
	derivedEvents,
	eventNamed,
	events,
	isIntegrationEvent,
	notInWebsiteHooks,
} from '../../../nodes/shared/events/catalogue';
import type { Sandbox } from '../../../sandbox';
import { HookedWorkflows } from '../../support/webhookRequests';
import { Workflows, until } from '../../support/triggerContext';
import { crispTrigger, crispWebhookTrigger, execute, nodeWith, workflowOf } from '../../support/n8nContext';
import { conversation, credentialFor, help, locator, notInstalled, person, shop } from '../../support/sandboxWorkspace';

/** A workflow gets the same events, however they arrive. */

type Way = 'realtime channel' | 'plugin hook' | 'website hook';

const realtime = Workflows.use();
const hooked = HookedWorkflows.use();

interface Stage {
	emitted(): IDataObject[];
	visitorWrites(content: unknown, more?: IDataObject): Promise<void>;
	announce(event: string, data: IDataObject, website?: string): void;
	/** Sets the segments of the conversation, as an operator does. */
	setSegments(segments: string[]): Promise<void>;
	/** Resolves when all events have arrived. */
	settled(): Promise<void>;
}

async function stageFor(
	way: Way,
	events: string[],
	filters: INodeParameters = {},
	websiteIds: string[] = [],
): Promise<Stage> {
	if (way === 'realtime channel') {
		const mark = 'website:update_visitors_count';
		const { emitted } = await realtime.activate([...events, mark], {
			filters,
			websiteIds,
			// With an accelerated clock, the deadline for fetching segments would expire on a busy machine.
			clock,
			// A plugin token, as the webhooks have.
			...(websiteIds.length > 0 && { credential: credentialFor(realtime.sandbox, 'plugin') }),
		});
		const isMark = ({ event }: IDataObject) => event === mark;
		return {
			emitted: () => emitted.filter((item) => !isMark(item)),
			visitorWrites: async (...what) => await realtime.visitorWrites(...what),
			announce: (event, data, website = shop) => realtime.sandbox.announce(event, website, data),
			setSegments: async (segments) => await setSegments(realtime.sandbox, segments),
			async settled() {
				const before = emitted.filter(isMark).length;
				realtime.sandbox.announce(mark, shop, {});
				await until(() => emitted.filter(isMark).length > before);
			},
		};
	}
	const kind = way === 'plugin hook' ? 'plugin' : 'website';
	const { emitted } = await hooked.activate(events, { kind, filters, websiteIds });
	return {
		emitted,
		visitorWrites: async (...what) => await hooked.visitorWrites(...what),
		announce: (event, data, website = shop) => hooked.sandbox.announce(event, website, data),
		setSegments: async (segments) => await setSegments(hooked.sandbox, segments),
		settled: async () => await hooked.sandbox.hooks.idle(),
	};
}

async function setSegments(sandbox: Sandbox, segments: string[]): Promise<void> {
	const sessionId = locator(conversation);
	const updateFields = { segments };
	const parameters = { resource: 'conversation', operation: 'updateMeta', sessionId, updateFields };
	await execute({ credential: credentialFor(sandbox), parameters });
}

describe.each<Way>(['realtime channel', 'plugin hook', 'website hook'])('over the %s', (way) => {
	it('each chosen event arrives, and no other', async () => {
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

	it('derived events arrive', async () => {
		const states = ['conversation:resolved', 'conversation:reopened'];
		const chosen = [...states, 'message:noted', 'message:chosen', 'session:sync:rating'];
		const stage = await stageFor(way, chosen);
		for (const state of ['pending', 'unresolved', 'resolved', 'unresolved', 'resolved']) {
			stage.announce('session:set_state', { session_id: conversation, state });
		}
		const message = { session_id: conversation, from: 'operator', content: 'for the team' };
		stage.announce('message:received', { ...message, type: 'note', fingerprint: 1 });
		stage.announce('message:received', { ...message, type: 'text', fingerprint: 2 });
		const choices = [{ value: 'a', label: 'A', selected: true }];
		stage.announce('message:updated', { session_id: conversation, fingerprint: 3, content: { id: 'q', choices } });
		stage.announce('session:sync:rating', { session_id: conversation, rating: { stars: 2, comment: 'Slow' } });
		await stage.settled();
		expect(stage.emitted().at(-1)?.data).toMatchObject({ rating: { stars: 2, comment: 'Slow' } });
		expect(stage.emitted().map(({ event, text, choice }) => [event, text ?? choice])).toEqual([
			['conversation:resolved', undefined],
			['conversation:reopened', undefined],
			['conversation:resolved', undefined],
			['message:noted', 'for the team'],
			['message:chosen', 'a'],
			['session:sync:rating', undefined],
		]);
	});

	it('only the selected message types arrive, of the selected website', async () => {
		const stage = await stageFor(way, ['message:send'], { messageTypes: ['file'] });
		const message = { session_id: conversation, from: 'user', content: 'words' };
		stage.announce('message:send', { ...message, type: 'text', fingerprint: 1 });
		stage.announce('message:send', { ...message, type: 'file', fingerprint: 2 });
		stage.announce('message:send', { ...message, type: 'file', fingerprint: 3 }, help);
		await stage.settled();
		expect(stage.emitted().map(({ fingerprint }) => fingerprint)).toEqual([2]);
	});

	it('only messages of the selected author and origins arrive', async () => {
		const filters = { author: 'user', origins: 'email, urn:crisp.im:whatsapp' };
		const stage = await stageFor(way, ['message:send', 'message:received', 'session:set_email'], filters);
		const message = { session_id: conversation, type: 'text', content: 'words' };
		const origins = ['chat', 'email', 'urn:crisp.im:whatsapp:0', 'urn:crisp.im:telegram:0'];
		origins.forEach((origin, fingerprint) => {
			stage.announce('message:send', { ...message, from: 'user', origin, fingerprint: fingerprint + 1 });
			stage.announce('message:received', { ...message, from: 'operator', origin, fingerprint: fingerprint + 11 });
		});
		stage.announce('session:set_email', { session_id: conversation, email: 'a@example.org' });
		await stage.settled();
		expect(stage.emitted().map(({ fingerprint, email }) => fingerprint ?? email)).toEqual([2, 3, 'a@example.org']);
	});

	it('the events of several websites arrive, and of no other', async () => {
		const stage = await stageFor(way, ['session:set_email'], {}, [shop, help]);
		for (const website of [shop, help, notInstalled]) {
			stage.announce('session:set_email', { session_id: conversation, email: `at@${website}` }, website);
		}
		await stage.settled();
		// A website hook belongs to one website.
		const brought = way === 'website hook' ? [shop] : [shop, help];
		expect(stage.emitted().map(({ email }) => email)).toEqual(brought.map((website) => `at@${website}`));
	});

	it('only conversations and people with a selected segment arrive', async () => {
		const stage = await stageFor(way, ['message:send', 'people:profile:created'], { segments: ['vip'] });
		const write = async (text: string) => {
			await stage.visitorWrites(text);
			// A webhook is called later than its event; by then, segments may have changed.
			await stage.settled();
		};
		await write('from somebody');
		await stage.setSegments(['vip', 'shop']);
		await write('from somebody important');
		await stage.setSegments(['shop']);
		await write('from somebody again');
		stage.announce('people:profile:created', { people_id: person });
		await stage.settled();
		expect(stage.emitted().map(({ text }) => text)).toEqual(['from somebody important']);
	});

	it('a new conversation that is answered is not reopened, and what is announced again starts nothing', async () => {
		const chosen = ['conversation:resolved', 'conversation:reopened', 'message:chosen', 'session:sync:rating'];
		const stage = await stageFor(way, chosen);
		const about = { session_id: 'session_00000000-0000-4000-8000-000000000042' };
		const rating = { stars: 2 };
		for (const state of ['unresolved', 'resolved', 'pending', 'resolved', 'resolved']) {
			stage.announce('session:set_state', { ...about, state });
		}
		const choices = [{ value: 'pro', label: 'Pro', selected: true }];
		for (const text of ['Which plan?', 'Thanks']) {
			stage.announce('message:updated', { ...about, fingerprint: 3, content: { id: 'plan', text, choices } });
			stage.announce('session:sync:rating', { ...about, rating });
		}
		await stage.settled();
		expect(stage.emitted().map(({ event }) => event)).toEqual([
			'conversation:resolved',
			'conversation:reopened',
			'conversation:resolved',
			'message:chosen',
			'session:sync:rating',
		]);
	});

	it.each([
		['main', 2],
		['another', 0],
	])('a change of the inbox that Crisp leaves empty is filtered by the one it has: %s', async (wanted, count) => {
		const stage = await stageFor(way, ['session:set_inbox'], { inboxes: [wanted] });
		for (const inbox_id of [null, '']) {
			stage.announce('session:set_inbox', { session_id: conversation, previous_inbox_id: null, inbox_id });
		}
		await stage.settled();
		expect(stage.emitted()).toHaveLength(count);
	});

	it('messages of bots are told by their origin, and named origins can be left out', async () => {
		const stage = await stageFor(way, ['message:received'], {
			ignoreAutomated: true,
			ignoreOrigins: 'urn:crisp.im:slack',
		});
		const message = { session_id: conversation, type: 'text', from: 'operator', content: 'words' };
		const origins = ['urn:crisp.im:bot:0', 'urn:acme:assistant:0', 'urn:crisp.im:slack:0', 'chat', 'email'];
		origins.forEach((origin, fingerprint) => stage.announce('message:received', { ...message, origin, fingerprint }));
		await stage.settled();
		expect(stage.emitted().map(({ data }) => (data as IDataObject).origin)).toEqual(['chat', 'email']);
	});

	it('the first message of a visitor arrives once', async () => {
		const stage = await stageFor(way, ['message:first']);
		await stage.visitorWrites('not the first here');
		await stage.visitorWrites('the first of all', { session_id: undefined });
		await stage.settled();
		expect(stage.emitted().map(({ event, text }) => [event, text])).toEqual([['message:first', 'the first of all']]);
	});

	it('a message arrives once even if Crisp sends it twice, and a repeatable event arrives twice', async () => {
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
		properties.filter(({ name }) => ['events', 'websiteIds', 'filters'].includes(name));

	it('offer the same events and filters', () => {
		const [choice, ...others] = shared(triggerProperties());
		// Only Crisp can start a webhook trigger.
		const byCrisp = (choice?.options as INodePropertyOptions[]).filter(
			({ value }) => !isIntegrationEvent(String(value)),
		);
		expect(shared(webhookProperties())).toEqual([{ ...choice, options: byCrisp }, ...others]);
		expect(shared(webhookProperties())).toHaveLength(3);
	});

	it.each([crispTrigger, crispWebhookTrigger])('show in the panel what they listen to, and nothing else', (trigger) => {
		const { description } = trigger;
		const all = [...events, ...derivedEvents].filter(({ isLegacy }) => !isLegacy);
		for (const chosen of [[], ['message:send', 'conversation:resolved'], all.map(({ name }) => name)]) {
			const node = nodeWith(description.name, { events: chosen });
			// n8n's editor evaluates display conditions in the same way.
			const { expression } = workflowOf(node);
			const shown = (description.hints ?? []).filter(({ displayCondition = '' }) =>
				expression.getSimpleParameterValue(node, displayCondition, 'internal', {}),
			);
			const told = all.filter(({ name }) => chosen.includes(name)).map(({ sentence }) => sentence);
			expect(shown.map(({ message }) => /: ([^:]+)$/.exec(message)?.[1]).sort()).toEqual(told.sort());
		}
	});

	it.each([crispTrigger, crispWebhookTrigger])(
		'show on the canvas what they listen to, in words',
		({ description }) => {
			const subtitleFor = (chosen: string[]) => {
				const node = nodeWith(description.name, { events: chosen });
				return workflowOf(node).expression.getSimpleParameterValue(node, description.subtitle, 'internal', {});
			};
			for (const { name, label, isLegacy } of [...events, ...derivedEvents]) {
				if (!isLegacy) expect(subtitleFor([name])).toBe(label.replace(' - ', ': '));
			}
			const several = ['message:send', 'of:tomorrow', 'conversation:resolved'];
			expect(subtitleFor(several)).toBe('Message: Sent by Visitor, of:tomorrow, Conversation: Resolved');
			expect(subtitleFor([])).toBe('');
		},
	);

	it('show legacy events, which are chosen under the options', () => {
		const { description } = crispTrigger;
		const options = { legacyEvents: ['billing:link:redirect'] };
		const node = nodeWith(description.name, { events: ['message:send'], options });
		const { expression } = workflowOf(node);
		const evaluate = (text = '') => expression.getSimpleParameterValue(node, text, 'internal', {});
		expect(evaluate(description.subtitle)).toBe('Message: Sent by Visitor, Legacy: Billing Link');
		const shown = (description.hints ?? []).filter(({ displayCondition }) => evaluate(displayCondition));
		expect(shown.map(({ message }) => /<b>(.+)<\/b>/.exec(message)?.[1])).toEqual([
			'Message: Sent by Visitor',
			'Legacy: Billing Link',
		]);
	});

	it('list the events that website hooks do not send, all of which exist, if one of them is chosen', () => {
		const properties = webhookProperties();
		const notice = properties.find(({ name }) => name === 'notCarriedNotice');
		const facts = JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as Array<{ event: string }>;
		const wire = facts.map(({ event }) => event);
		expect(notInWebsiteHooks.filter((name) => !wire.includes(name))).toEqual([]);
		for (const name of [...notInWebsiteHooks, 'conversation:assigned', 'conversation:unassigned']) {
			expect(notice?.displayName).toContain(eventNamed(name)?.label);
			expect(noticesFor('website', ['message:send', name])).toContain('notCarriedNotice');
			expect(noticesFor('plugin', ['message:send', name])).not.toContain('notCarriedNotice');
		}
		expect(noticesFor('website', ['message:send'])).toEqual(['websiteNotice']);
		expect(noticesFor('plugin', ['message:send'])).toEqual(['pluginNotice']);
		expect(noticesFor('plugin', ['campaign:running'])).toEqual(['pluginNotice', 'userEventsNotice']);

		function noticesFor(hook: string, chosen: string[]): string[] {
			const notices = properties.filter(({ type }) => type === 'notice');
			const isShown = (one: INodeProperties) => NodeHelpers.displayParameter({ hook, events: chosen }, one, null, null);
			return notices.filter(isShown).map(({ name }) => name);
		}
	});
});
