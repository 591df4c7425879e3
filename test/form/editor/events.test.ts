import type { INodePropertyOptions } from 'n8n-workflow';
import { triggerProperties } from '../../../nodes/CrispTrigger/properties';
import { webhookProperties } from '../../../nodes/CrispWebhookTrigger/properties';
import { derivedEvents, events, integrationEvents, type CrispEvent } from '../../../nodes/shared/events/catalogue';
import { eventSentences } from '../../../nodes/shared/events/eventSentences';
import { eventTitles } from '../../../nodes/shared/events/eventTitles';
import { crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';
import { legacyProperty } from '../../../nodes/shared/events/selection/selectionForm';

/** Each event explains itself in the lists, in the node panel and while a trigger listens. */

const all = [...events, ...derivedEvents, ...integrationEvents];

/** The most characters that the lists show without cutting them. */
const longest = 110;

/** Names as Crisp's API has them: `message:send`, `session_id`. */
const wireName = /\w:\w|\w_\w/;

describe('the texts of the events', () => {
	it('are there for each event, and for no others', () => {
		const names = all.map(({ name }) => name).sort();
		expect(Object.keys(eventSentences).sort()).toEqual(names);
		expect(Object.keys(eventTitles).sort()).toEqual(names);
	});

	it.each(all)('$label: a sentence in plain words says what happens', ({ sentence }: CrispEvent) => {
		expect(sentence).toMatch(/^[A-Z0-9].*[\w)']$/);
		expect(sentence.split(' ').length).toBeGreaterThan(2);
		expect(sentence).not.toMatch(wireName);
	});

	it.each(all)('$label: the node panel has an English phrase', ({ title, isLegacy }: CrispEvent) => {
		expect(title).toMatch(/^On [a-z][\w -]+$/);
		expect(title).not.toMatch(/ (by|for|in)$|\bfirst by\b/);
		if (!isLegacy) expect(title).not.toMatch(/legacy/i);
	});

	it('differ from one event to another', () => {
		for (const texts of [eventSentences, eventTitles]) {
			expect(new Set(Object.values(texts)).size).toBe(all.length);
		}
	});
});

describe('while a test waits', () => {
	it.each([crispTrigger, crispWebhookTrigger])('$description.displayName says what to do in Crisp now', (trigger) => {
		const { eventTriggerDescription = '', triggerPanel } = trigger.description;
		expect(eventTriggerDescription).toMatch(/write as a visitor in your/);
		const { activationHint, executionsHelp } = triggerPanel as Record<string, object | string>;
		expect(JSON.stringify([activationHint, executionsHelp])).toMatch(/write as a visitor/);
	});
});

describe.each([
	['Crisp Trigger', triggerProperties()],
	['Crisp Webhook Trigger', webhookProperties()],
])('the list of events of %s', (_, properties) => {
	const options = properties.find(({ name }) => name === 'events')?.options as INodePropertyOptions[];

	it('is the one that n8n makes the triggers of its node panel of', () => {
		// The first property with one of these labels: `getNodeTriggers` in n8n's editor.
		const found = properties.find(({ displayName }) => /^(events?|trigger on)$/i.test(displayName));
		expect(found?.options).toBe(options);
		for (const { action, value } of options) expect(action).toBe(eventTitles[String(value)]);
	});

	it('has no legacy events, so that the node panel has none', () => {
		const legacy = (legacyProperty.options as INodePropertyOptions[]).map(({ value }) => value);
		expect(legacy).toHaveLength(4);
		expect(options.filter(({ value }) => legacy.includes(value))).toEqual([]);
	});

	it('describes each event in one short sentence, with the token that it needs', () => {
		for (const { name, value, description = '' } of options) {
			const { tiers = [] } = all.find((event) => event.name === value) ?? {};
			expect({ name, isShort: description.length <= longest }).toEqual({ name, isShort: true });
			expect(description).not.toMatch(wireName);
			expect(description.includes('token only')).toBe(tiers.length < 3);
		}
	});
});
