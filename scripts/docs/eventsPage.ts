import { readFileSync } from 'node:fs';
import {
	derivedEvents,
	events,
	integrationEvents,
	isIntegrationEvent,
	type CrispEvent,
} from '../../nodes/shared/events/catalogue';
import { sampleOf } from '../../nodes/CrispTrigger/samples/samples';
import { recoveries, recoveryOf } from './recovery';

interface EventFacts {
	event: string;
	scope?: string;
}

const facts = new Map(
	(JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[]).map((fact) => [fact.event, fact]),
);

/** The fixed time of all samples, so that regenerating the page does not change it. */
const now = Date.UTC(2026, 0, 15, 9, 30);

/** docs/events.md: every event of the trigger, with a sample of its payload. */
export function eventsPage(): string {
	const all = [...events, ...derivedEvents, ...integrationEvents];
	const groups = [...new Set(all.map(groupOf))].sort();
	return [
		'# Events of Crisp Trigger',
		'<!-- Written by `npm run docs` from nodes/shared/events/catalogue.ts and samples.ts; change it there. -->',
		`${events.length} events of Crisp, ${derivedEvents.length} that are derived from them, and ${integrationEvents.length} that *Crisp Trigger* makes itself: those of the [integration](#integration). Each entry has the label of the event, its name in Crisp's API, and a sample of the field \`data\`. All samples belong to one story, in which Nathan asks a shop where his order is.`,
		'Derived events start a workflow once per change: see [once per change](realtime-or-web-hooks.md#once-per-change).',
		'## After a gap',
		"When the connection or n8n was down, *Crisp Trigger* catches up: it fetches the missed events that Crisp's REST API still has, and delivers them before new events. *Crisp Webhook Trigger* does not catch up: Crisp itself retries failed webhooks.",
		recoveryTable(),
		...groups.flatMap((group) => [
			`## ${group}`,
			...(group === 'Integration' ? [aboutIntegration] : []),
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

const aboutIntegration =
	'*Crisp Trigger* makes these events itself; Crisp does not know them, and *Crisp Webhook Trigger* does not offer them, because only a request of Crisp can start it. They tell about the token and the connection of this n8n, so that a workflow can warn the team. See [the daily quota](limits.md#the-daily-quota).';

const groupOf = ({ label }: CrispEvent) => label.split(' - ')[0] ?? label;

function entry({ name, label, of, tiers, sentence, isLegacy }: CrispEvent): string {
	const { scope } = facts.get(of ?? name) ?? {};
	const notes = [
		of && `derived from \`${of}\``,
		isLegacy && "not in Crisp's current documentation; Crisp may no longer send it",
		tiers.length < 3 && `only for tokens of tier ${tiers.join(', ')}`,
		scope && `scope \`${scope}\``,
		!isIntegrationEvent(name) && `*${recoveryOf(of ?? name).mark}*`,
	].filter(Boolean);
	return [
		`### ${label.split(' - ')[1] ?? label}`,
		`${sentence}.`,
		[`\`${name}\``, ...notes].join(' · '),
		`\`\`\`json\n${JSON.stringify(sampleOf(name, now), null, 2)}\n\`\`\``,
	].join('\n\n');
}
