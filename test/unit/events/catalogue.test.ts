import { recoveries } from '../../../scripts/docs/recovery';
import { readFileSync } from 'node:fs';
import { triggerProperties } from '../../../nodes/CrispTrigger/properties';
import { legacyProperty } from '../../../nodes/shared/events/selection/selectionForm';
import {
	derivedEvents,
	eventNamed,
	everydayEvents,
	events,
	integrationEvents,
	legacyEvents,
	sourceEventsOf,
	messageTypes,
} from '../../../nodes/shared/events/catalogue';

interface EventFacts {
	event: string;
	tiers: string[];
	in: string[];
	seed?: string[];
}

const facts = JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[];

describe('the catalogue of events', () => {
	it('contains every event of the reference and no other', () => {
		expect(events.map(({ name }) => name).sort()).toEqual(facts.map(({ event }) => event).sort());
		expect(events).toHaveLength(86);
	});

	it.each(facts)('$event is available to the tiers that the reference lists', ({ event, tiers, in: sources }) => {
		const known = eventNamed(event);
		const isGuess = sources.every((source) => source === 'seed');
		expect(known?.isLegacy ?? false).toBe(isGuess);
		// The tiers of events from the original wrapper are unknown, so the catalogue lists every tier for them.
		expect([...(known?.tiers ?? [])].sort()).toEqual(isGuess ? ['plugin', 'user', 'website'] : [...tiers].sort());
	});

	it('has a unique label for each event', () => {
		const labels = events.map(({ label }) => label);
		expect(new Set(labels).size).toBe(labels.length);
		for (const label of labels) expect(label).toMatch(/^[A-Z][A-Za-z ]+ - [A-Z][A-Za-z ]+$/);
	});

	it('covers the 75 names of the original wrapper; message variants are covered by the message type filter', () => {
		const names = facts.flatMap(({ seed = [] }) => seed);
		expect(names).toHaveLength(75);
		for (const name of names) {
			const [event = '', type] = name.split('/');
			expect(eventNamed(event)).toBeDefined();
			if (type) expect(messageTypes).toContain(type);
		}
	});

	it('has derived events, each based on an event that Crisp sends', () => {
		const wire = facts.map(({ event }) => event);
		for (const { name, of, label } of derivedEvents) {
			expect(wire).not.toContain(name);
			expect(wire).toContain(of);
			expect(label).toMatch(/^[A-Z][A-Za-z ]+ - [A-Z][A-Za-z ]+$/);
		}
		expect(sourceEventsOf(['conversation:resolved', 'session:set_state', 'message:send'])).toEqual([
			'session:set_state',
			'message:send',
		]);
	});

	it('has events that the node makes itself, which Crisp is never asked for', () => {
		const wire = facts.map(({ event }) => event);
		for (const { name, label, of } of integrationEvents) {
			expect(wire).not.toContain(name);
			expect([name.split(':')[0], of]).toEqual(['integration', undefined]);
			expect(label).toMatch(/^Integration - [A-Z][A-Za-z ]+$/);
			expect(sourceEventsOf(['message:send', name])).toEqual(['message:send']);
		}
	});

	it('has the event that starts with a new conversation under these words, and leads to it from the one that does not', () => {
		const [choice] = triggerProperties();
		const options = choice?.options as Array<{ name: string; value: string; description: string }>;
		const found = options.filter(({ name }) => /new conversation/i.test(name));
		expect(found.map(({ value }) => value)).toEqual(['message:first']);
		const initiated = options.find(({ value }) => value === 'session:request:initiated');
		expect(initiated?.description).toContain(`for new conversations, choose '${found[0]?.name}'`);
	});

	it('is what the trigger offers: everyday events first, then by label, and legacy events apart', () => {
		const [choice] = triggerProperties();
		const options = choice?.options as Array<{ name: string; value: string }>;
		const isEveryday = ({ value }: { value: string }) => everydayEvents.includes(value);
		const made = [...derivedEvents, ...integrationEvents].map(({ name }) => name);
		const wire = facts.map(({ event }) => event).filter((name) => !legacyEvents.includes(name));
		expect(options.map(({ value }) => value).sort()).toEqual([...wire, ...made].sort());
		expect(options.filter(isEveryday).map(({ value }) => value)).toEqual(everydayEvents);
		expect(options.slice(0, everydayEvents.length).every(isEveryday)).toBe(true);
		const rare = options.filter((option) => !isEveryday(option)).map(({ name }) => name);
		expect(rare).toEqual([...rare].sort((a, b) => a.localeCompare(b)));
		expect((legacyProperty.options as typeof options).map(({ value }) => value)).toEqual(legacyEvents);
	});
});

it('each event has exactly one statement of what catch-up can recover', () => {
	const told = recoveries.flatMap(({ events: names }) => names);
	expect([...told].sort()).toEqual(facts.map(({ event }) => event).sort());
});
