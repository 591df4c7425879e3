import { readFileSync } from 'node:fs';
import { derivedEvents, events, type CrispEvent } from '../../nodes/shared/events';

/** The types of a payload, as events.json writes them. */
type Shape = string | { enum: string[] } | { arrayOf: Shape } | { anyOf: Shape[] } | { [name: string]: Shape };

interface EventFacts {
	event: string;
	scope?: string;
	payload?: Shape;
}

const facts = new Map(
	(JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[]).map((fact) => [fact.event, fact]),
);

/** Values that read like the real ones, by name. */
const samples: Record<string, unknown> = {
	website_id: '8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
	session_id: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
	inbox_id: null,
	people_id: 'c5a2f70c-f605-4648-b47f-8c39d4b03a50',
	user_id: 'a4c32c68-be91-4e29-b05a-976e93abbe3f',
	routing_id: 'a4c32c68-be91-4e29-b05a-976e93abbe3f',
	plugin_id: 'c64f3595-adee-425a-8d3a-89d47f7ed6bb',
	fingerprint: 150698569649423,
	timestamp: 1506985696616,
	content: 'Hey :)',
	email: 'nathan@example.com',
	nickname: 'Nathan Smith',
	from: 'user',
	origin: 'chat',
	stars: 5,
};

/** What can still be told after a gap, and why the rest cannot. */
const recoverable = ['message:send', 'message:received', 'people:profile:created'];

/** docs/events.md: every event of the trigger, with a sample of its payload. */
export function eventsPage(): string {
	const all = [...events, ...derivedEvents];
	const groups = [...new Set(all.map(groupOf))].sort();
	return [
		'# Events of Crisp Trigger',
		'<!-- Written by `npm run docs` from nodes/shared/events.ts; change it there. -->',
		`${events.length} events of Crisp, and ${derivedEvents.length} that are read from them. Each has its words, the name on the wire, and a sample of what the field \`data\` holds.`,
		'**After a gap**, when the line or n8n was down, the trigger reads over REST what Crisp can still tell: messages and notes of both sides, and people created (marked *recovered*). Crisp keeps the present state of everything else, but not when it came to be, so that such an event cannot be told from one that was already delivered.',
		...groups.flatMap((group) => [
			`## ${group}`,
			...all
				.filter((event) => groupOf(event) === group)
				.sort((a, b) => a.label.localeCompare(b.label))
				.map(entry),
		]),
		'',
	].join('\n\n');
}

const groupOf = ({ label }: CrispEvent) => label.split(' - ')[0] ?? label;

function entry({ name, label, of, tiers, isLegacy }: CrispEvent): string {
	const { scope, payload } = facts.get(of ?? name) ?? {};
	const notes = [
		of && `read from \`${of}\``,
		isLegacy && 'in no reference of today; whether it still comes is unknown',
		tiers.length < 3 && `only for tokens of tier ${tiers.join(', ')}`,
		scope && `scope \`${scope}\``,
		recoverable.includes(of ?? name) && '*recovered*',
	].filter(Boolean);
	const lines = [`### ${label.split(' - ')[1] ?? label}`, [`\`${name}\``, ...notes].join(' · ')];
	if (payload) lines.push(`\`\`\`json\n${JSON.stringify(sampleOf(payload, name), null, 2)}\n\`\`\``);
	return lines.join('\n\n');
}

function sampleOf(shape: Shape, name: string): unknown {
	const bare = name.replace('?', '');
	if (bare in samples && typeof shape === 'string') return samples[bare];
	if (typeof shape === 'string') return simpleSample(shape, bare);
	if ('enum' in shape && Array.isArray(shape.enum)) return shape.enum[0];
	if ('arrayOf' in shape) return [sampleOf(shape.arrayOf as Shape, bare)];
	if ('anyOf' in shape && Array.isArray(shape.anyOf)) return sampleOf(shape.anyOf[0] as Shape, bare);
	const entries = Object.entries(shape as Record<string, Shape>).map(([key, part]) => [
		key.replace('?', ''),
		sampleOf(part, key),
	]);
	return Object.fromEntries(entries) as unknown;
}

function simpleSample(type: string, name: string): unknown {
	if (type === 'number') return 1;
	if (type === 'boolean') return true;
	if (type === 'string') return name.endsWith('url') ? 'https://example.com' : name.replaceAll('_', ' ');
	return {};
}
