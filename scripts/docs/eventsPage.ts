import { readFileSync } from 'node:fs';
import { derivedEvents, events, type CrispEvent } from '../../nodes/shared/events/catalogue';
import { sampleOf } from '../../nodes/CrispTrigger/samples';
import { recoveries, recoveryOf } from './recovery';

interface EventFacts {
	event: string;
	scope?: string;
}

const facts = new Map(
	(JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[]).map((fact) => [fact.event, fact]),
);

/** When everything on the page happens, so that it reads the same whenever it is written. */
const now = Date.UTC(2026, 0, 15, 9, 30);

/** docs/events.md: every event of the trigger, with a sample of its payload. */
export function eventsPage(): string {
	const all = [...events, ...derivedEvents];
	const groups = [...new Set(all.map(groupOf))].sort();
	return [
		'# Events of Crisp Trigger',
		'<!-- Written by `npm run docs` from nodes/shared/events/catalogue.ts and samples.ts; change it there. -->',
		`${events.length} events of Crisp, and ${derivedEvents.length} that are read from them. Each has its words, the name on the wire, and a sample of what the field \`data\` holds; the samples are of one story, in which Nathan asks a shop where his order is.`,
		'## After a gap',
		'When the line or n8n was down, *Crisp Trigger* reads over REST what Crisp can still tell, and delivers it before what happens next. *Crisp Web Hook Trigger* reads nothing afterwards: there it is Crisp that delivers again what failed.',
		recoveryTable(),
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

function recoveryTable(): string {
	const rows = recoveries.map(({ mark, why, events: names }) => {
		const list = names.map((name) => `\`${name}\``).join(', ');
		return `| ${mark} | ${why} | ${list} |`;
	});
	return ['| | why | events |', '| --- | --- | --- |', ...rows].join('\n');
}

const groupOf = ({ label }: CrispEvent) => label.split(' - ')[0] ?? label;

function entry({ name, label, of, tiers, isLegacy }: CrispEvent): string {
	const { scope } = facts.get(of ?? name) ?? {};
	const notes = [
		of && `read from \`${of}\``,
		isLegacy && 'in no reference of today; whether it still comes is unknown',
		tiers.length < 3 && `only for tokens of tier ${tiers.join(', ')}`,
		scope && `scope \`${scope}\``,
		`*${recoveryOf(of ?? name).mark}*`,
	].filter(Boolean);
	return [
		`### ${label.split(' - ')[1] ?? label}`,
		[`\`${name}\``, ...notes].join(' · '),
		`\`\`\`json\n${JSON.stringify(sampleOf(name, now), null, 2)}\n\`\`\``,
	].join('\n\n');
}
