import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import ts from 'typescript';
import { passes } from '../../../nodes/shared/events/selection/filter';
import { toOutput } from '../../../nodes/shared/events/output';
import { chosenIn, namesOf } from '../../../nodes/shared/events/derived';
import { crispEventOf, derivedEvents, events } from '../../../nodes/shared/events/catalogue';
import { websiteOf } from '../../../nodes/shared/events/payload';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { FakeClock } from '../../support/fakeClock';

/**
 * Fields that the types of Crisp's Node.js client lack, as a TypeScript type. Its Go client has them, and its REST API
 * has `automated` for typing and `inbox_id` for every other event of a session.
 */
const missingInTypes: Record<string, string> = {
	'message:compose:send': '{ automated: boolean }',
	'message:compose:receive': '{ automated: boolean }',
	'people:profile:removed': '{ email: string }',
	'people:import:progress': '{ import_id: string }',
	'people:import:done': '{ import_id: string }',
	'identity:verify:request': '{ inbox_id: string | null }',
};

// As Crisp's Go client described them before it dropped these events: the vendor's only documentation of them.
const legacyTypes: Record<string, string> = {
	'service:translate:processed': '{ website_id: string; id: string; text: string }',
	'website:validate:domain:valid': '{ website_id: string; domain: string }',
	'website:validate:domain:invalid': '{ website_id: string; domain: string }',
	'billing:link:redirect': '{ service: string; url: string }',
};

const typings = join(process.cwd(), 'node_modules/crisp-api/dist/events/Events');

/**
 * What the TypeScript compiler says about payloads as values of the types of Crisp's Node.js client: missing fields,
 * unknown fields and wrong values. By title.
 */
function faultsOf(payloads: Record<string, { event: string; payload: IDataObject }>): Record<string, string[]> {
	const file = join(process.cwd(), 'test/unit/trigger/payloads.generated.ts');
	const titles = Object.keys(payloads);
	const lines = Object.values(payloads).map(({ event, payload }, index) => {
		const known = legacyTypes[event] ?? `EventsMap[${JSON.stringify(event)}]`;
		const type = missingInTypes[event] ? `${known} & ${missingInTypes[event]}` : known;
		return `export const payload${index}: ${type} = ${JSON.stringify(payload)};`;
	});
	const source = [`import type { EventsMap } from ${JSON.stringify(typings)};`, ...lines].join('\n');
	const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, types: [] };
	const host = ts.createCompilerHost(options);
	const { getSourceFile, fileExists } = host;
	host.fileExists = (name) => name === file || fileExists(name);
	host.getSourceFile = (name, ...more) =>
		name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2022) : getSourceFile(name, ...more);
	const program = ts.createProgram([file], options, host);
	const faults: Record<string, string[]> = Object.fromEntries(titles.map((title) => [title, []]));
	for (const { file: where, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
		const line = where?.getLineAndCharacterOfPosition(start).line ?? 0;
		const title = where?.fileName === file ? titles[line - 1] : undefined;
		const text = ts.flattenDiagnosticMessageText(messageText, ' ');
		if (!title) throw new Error(`The types of Crisp's client cannot be read: ${text}`);
		faults[title]?.push(text);
	}
	return faults;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value in a payload, with the name of its field. */
function valuesIn(value: unknown, name = ''): Array<[string, unknown]> {
	if (Array.isArray(value)) return value.flatMap((entry) => valuesIn(entry, name));
	return isObject(value) ? Object.entries(value).flatMap(([key, part]) => valuesIn(part, key)) : [[name, value]];
}

const now = 1_800_000_000_000;
const website = '0b1f6f0e-5f0c-4b53-9d0f-3d1f6a7c8e21';
const names = [...events, ...derivedEvents].map(({ name }) => name);
/** Changed samples, with what the compiler has to say about each. */
const wrong: Array<[title: string, event: string, change: IDataObject, fault: string]> = [
	['a missing field', 'message:removed', { fingerprint: undefined }, "'fingerprint' is missing"],
	['an unknown field', 'message:removed', { colour: 'red' }, `'"colour"' does not exist`],
	['an unknown field of a message', 'message:send', { colour: 'red' }, `'"colour"' does not exist`],
	['a field of another type', 'message:removed', { fingerprint: '5' }, "'string' is not assignable to type 'number'"],
	['an unknown value', 'session:set_state', { state: 'open' }, `'"open"' is not assignable`],
	['a missing field of the Go client', 'people:import:done', { import_id: undefined }, "'import_id' is missing"],
	['an unknown field of a legacy event', 'billing:link:redirect', { colour: 'red' }, `'"colour"' does not exist`],
];

const faults = faultsOf({
	...Object.fromEntries(names.map((name) => [name, { event: crispEventOf(name), payload: sampleOf(name, now) }])),
	...Object.fromEntries(
		wrong.map(([title, event, change]) => [title, { event, payload: { ...sampleOf(event, now), ...change } }]),
	),
});

describe('a sample event', () => {
	it.each(names)('%s has exactly the fields that Crisp documents', (name) => {
		expect(faults[name]).toEqual([]);
	});

	it.each(wrong)('would be found out with %s', (title, _, __, fault) => {
		expect(faults[title]?.join(' ')).toContain(fault);
	});

	it.each(derivedEvents)('$name is read from the sample', ({ name, of = '' }) => {
		const states = new ConversationStates(new FakeClock());
		const change = states.note(of, sampleOf(name, now));
		const before = name === 'conversation:reopened' ? 'resolved' : undefined;
		const known = {
			...(change && { change: { ...change, before } }),
			enrichment: { isFirst: name === 'message:first' },
			hasNewChoice: chosenIn(sampleOf(name, now)).length > 0,
		};
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
		const filter = { ...anything, messageTypes: [type], websites: [website], ownKey: 'some n8n' };
		expect(passes(name, payload, filter)).toBe(true);
		expect(toOutput(name, payload)).toMatchObject({
			event: name,
			from,
			type,
			text,
			timestamp: now,
			sent_at: new Date(now).toISOString(),
			...(from === 'user' ? { name: 'Nathan Smith' } : { operator_name: 'Juno Basil' }),
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
