import { readFileSync } from 'node:fs';
import type { IDataObject } from 'n8n-workflow';
import { passes } from '../../../nodes/shared/events/filter';
import { toOutput } from '../../../nodes/shared/events/output';
import { chosenIn, namesOf } from '../../../nodes/shared/events/derived';
import { derivedEvents, events } from '../../../nodes/shared/events/catalogue';
import { websiteOf } from '../../../nodes/shared/events/payload';
import { sampleOf } from '../../../nodes/CrispTrigger/samples';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import type { Shape } from '../../contract/samples';
import { FakeClock } from '../../support/fakeClock';

interface EventFacts {
	event: string;
	payload: Shape;
}

const facts = JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[];
const shapes = new Map(facts.map(({ event, payload }) => [event, payload]));

// As Crisp's Go client described them before it dropped these events: the vendor's only documentation of them.
const legacyShapes: Record<string, Shape> = {
	'service:translate:processed': { website_id: 'string', id: 'string', text: 'string' },
	'website:validate:domain:valid': { website_id: 'string', domain: 'string' },
	'website:validate:domain:invalid': { website_id: 'string', domain: 'string' },
	'billing:link:redirect': { service: 'string', url: 'string' },
};

/** Fields that may be null according to the vendor's types; events.json omits this. */
const nullable = ['inbox_id', 'previous_inbox_id', 'routing_id', 'previous_routing_id'];

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with a value that should match a shape, each with its path. */
function faultsOf(value: unknown, shape: Shape, at: string): string[] {
	if (value === null && nullable.some((name) => at.endsWith(`.${name}`))) return [];
	if (typeof shape === 'string') return isOfType(value, shape) ? [] : [`${at} is not of type ${shape}`];
	if ('enum' in shape && Array.isArray(shape.enum)) {
		return shape.enum.includes(String(value)) ? [] : [`${at} is none of ${shape.enum.join(', ')}`];
	}
	if ('anyOf' in shape && Array.isArray(shape.anyOf)) {
		const faults = shape.anyOf.map((part: Shape) => faultsOf(value, part, at));
		return faults.find(({ length }) => length === 0) ?? faults.flat();
	}
	if ('arrayOf' in shape) {
		if (!Array.isArray(value)) return [`${at} is not a list`];
		return value.flatMap((entry, index) => faultsOf(entry, shape.arrayOf as Shape, `${at}[${index}]`));
	}
	return isObject(value) ? faultsOfFields(value, shape as Record<string, Shape>, at) : [`${at} is not an object`];
}

function faultsOfFields(value: Record<string, unknown>, shape: Record<string, Shape>, at: string): string[] {
	const known = Object.keys(shape).map((key) => key.replace('?', ''));
	const unknown = Object.keys(value).filter((name) => !known.includes(name));
	const wrong = Object.entries(shape).flatMap(([key, part]) => {
		const name = key.replace('?', '');
		if (name in value) return faultsOf(value[name], part, `${at}.${name}`);
		return key.endsWith('?') ? [] : [`${at}.${name} is missing`];
	});
	return [...unknown.map((name) => `${at}.${name} is unknown`), ...wrong];
}

function isOfType(value: unknown, type: string): boolean {
	if (type === 'unknown') return value !== undefined;
	if (type === 'Coordinates') return isObject(value) && Object.values(value).every(Number.isFinite);
	if (!type.startsWith('Record')) return typeof value === type;
	const isOpen = type.includes('unknown');
	const isAllowed = (part: unknown) => isOpen || (typeof part !== 'object' && type.includes(typeof part));
	return isObject(value) && Object.values(value).every(isAllowed);
}

/** Every value in a payload, with the name of its field. */
function valuesIn(value: unknown, name = ''): Array<[string, unknown]> {
	if (Array.isArray(value)) return value.flatMap((entry) => valuesIn(entry, name));
	return isObject(value) ? Object.entries(value).flatMap(([key, part]) => valuesIn(part, key)) : [[name, value]];
}

const now = 1_800_000_000_000;
const website = '0b1f6f0e-5f0c-4b53-9d0f-3d1f6a7c8e21';
const names = [...events, ...derivedEvents].map(({ name }) => name);
const wireNameOf = new Map(derivedEvents.map(({ name, of }) => [name, of]));

describe('a sample event', () => {
	it.each(names)('%s has exactly the fields of the payload that Crisp documents', (name) => {
		const wireName = wireNameOf.get(name) ?? name;
		const shape = legacyShapes[wireName] ?? shapes.get(wireName);
		if (shape === undefined || shape === 'unknown') throw new Error(`There is no description of ${wireName}`);
		expect(faultsOf(sampleOf(name, now), shape, name)).toEqual([]);
	});

	it.each(derivedEvents)('$name is read from the sample', ({ name, of = '' }) => {
		const states = new ConversationStates(new FakeClock());
		const known = { change: states.note(of, sampleOf(name, now)), enrichment: { isFirst: name === 'message:first' } };
		expect(namesOf(of, sampleOf(name, now), known)).toContain(name);
	});

	it.each(names)('%s belongs to the given website, or names none', (name) => {
		const saysNone = ['media:animation:listed', 'billing:link:redirect'].includes(name);
		expect(websiteOf(sampleOf(name, now, website))).toBe(saysNone ? undefined : website);
		expect(JSON.stringify(sampleOf(name, now, website))).not.toContain(String(websiteOf(sampleOf(name, now))));
	});

	it.each(names)('%s is a new object each time', (name) => {
		const changed = sampleOf(name, now);
		spoil(changed);
		expect(changed).not.toEqual(sampleOf(name, now));
		expect(JSON.stringify(sampleOf(name, now))).not.toContain('spoilt');
	});

	it('has current timestamps, and fingerprints of at most 15 digits', () => {
		const values = names.flatMap((name) => valuesIn(sampleOf(name, now)));
		const of = (pattern: RegExp) => values.filter(([field]) => pattern.test(field)).map(([, value]) => Number(value));
		const times = of(/^(timestamp|updated_at)$/);
		const fingerprints = of(/^fingerprints?$/);
		expect(times.length).toBeGreaterThan(5);
		for (const time of times) expect(Math.abs(now - time)).toBeLessThan(60_000);
		expect(fingerprints.length).toBeGreaterThan(5);
		for (const fingerprint of fingerprints) expect(String(fingerprint)).toMatch(/^[1-9]\d{0,14}$/);
	});

	it.each(['session_id', 'people_id', 'plugin_id', 'email', 'website_id'])('has the same %s in all events', (field) => {
		const values = names.flatMap((name) => valuesIn(sampleOf(name, now))).filter(([key]) => key === field);
		expect(values.length).toBeGreaterThan(1);
		expect(new Set(values.map(([, value]) => value)).size).toBe(1);
	});

	it.each([
		['message:send', 'user', 'text', 'Hi! Where is my order 10482?'],
		['message:first', 'user', 'text', 'Hi! Where is my order 10482?'],
		['message:received', 'operator', 'text', 'Hello Nathan, let me look.'],
		['message:noted', 'operator', 'note', 'The depot lost the parcel, can we send it again?'],
	])('%s leaves the trigger with its text and a link to the conversation', (name, from, type, text) => {
		const payload = sampleOf(name, now, website);
		const anything = { inboxes: [], segments: [], origins: [], ignoresOwn: false, ignoresAutomated: true };
		const filter = { ...anything, messageTypes: [type], websites: [website], instanceId: 'some n8n' };
		expect(passes(name, payload, filter)).toBe(true);
		expect(toOutput(name, payload)).toMatchObject({
			event: name,
			from,
			type,
			text,
			timestamp: now,
			author: from === 'user' ? 'Nathan Smith' : 'Juno Basil',
			conversation_url: `https://app.crisp.chat/website/${website}/inbox/${String(payload.session_id)}/`,
		});
	});

	it('of a choice contains what was chosen', () => {
		const payload = sampleOf('message:chosen', now);
		expect(chosenIn(payload)).toHaveLength(1);
		expect(toOutput('message:chosen', payload)).toMatchObject({ choice: 'resend', question_id: 'delivery' });
	});

	it('is refused for an unknown event', () => {
		expect(() => sampleOf('message:invented', now)).toThrow('There is no sample of an event "message:invented"');
	});
});

/** Overwrites everything that an object contains, at any depth. */
function spoil(value: IDataObject): void {
	for (const [name, part] of Object.entries(value)) {
		if (typeof part === 'object' && part !== null) spoil(part as IDataObject);
		value[name] = 'spoilt';
	}
}
