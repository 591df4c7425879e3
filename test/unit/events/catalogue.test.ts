import { recoveries } from '../../../scripts/docs/recovery';
import { readFileSync } from 'node:fs';
import { triggerProperties } from '../../../nodes/CrispTrigger/properties';
import {
	derivedEvents,
	eventNamed,
	events,
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
	it('has every event of the reference and no other', () => {
		expect(events.map(({ name }) => name).sort()).toEqual(facts.map(({ event }) => event).sort());
		expect(events).toHaveLength(86);
	});

	it.each(facts)('$event may come to the tiers of the reference', ({ event, tiers, in: sources }) => {
		const known = eventNamed(event);
		const isGuess = sources.every((source) => source === 'seed');
		expect(known?.isLegacy ?? false).toBe(isGuess);
		// A guessed tier is told, but keeps nobody from trying.
		expect([...(known?.tiers ?? [])].sort()).toEqual(isGuess ? ['plugin', 'user', 'website'] : [...tiers].sort());
	});

	it('says each in words of its own', () => {
		const labels = events.map(({ label }) => label);
		expect(new Set(labels).size).toBe(labels.length);
		for (const label of labels) expect(label).toMatch(/^[A-Z][A-Za-z ]+ - [A-Z][A-Za-z ]+$/);
	});

	it('reaches the 75 names of the original wrapper, message variants by the filter on types', () => {
		const names = facts.flatMap(({ seed = [] }) => seed);
		expect(names).toHaveLength(75);
		for (const name of names) {
			const [event = '', type] = name.split('/');
			expect(eventNamed(event)).toBeDefined();
			if (type) expect(messageTypes).toContain(type);
		}
	});

	it('has events that people think in, each read from one that Crisp sends', () => {
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

	it('is what the trigger offers, in order, with the wire name of each', () => {
		const [choice] = triggerProperties();
		const options = choice?.options as Array<{ name: string; value: string; description: string }>;
		const wire = facts.map(({ event }) => event);
		const derived = derivedEvents.map(({ name }) => name);
		expect(options.map(({ value }) => value).sort()).toEqual([...wire, ...derived].sort());
		expect(options.map(({ name }) => name)).toEqual(options.map(({ name }) => name).sort((a, b) => a.localeCompare(b)));
		for (const { value, description } of options) expect(description.startsWith(value)).toBe(true);
	});
});

it('what can be recovered after a gap is said of each event, once', () => {
	const told = recoveries.flatMap(({ events: names }) => names);
	expect([...told].sort()).toEqual(facts.map(({ event }) => event).sort());
});
