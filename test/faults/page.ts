import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { factsWith, type Facts } from '../../bench/machine';
import { pageWith, tableOf } from '../../bench/page';
import type { Check } from './mix/report';
import type { Mix } from './mix/run';
import { isGood, summaryOf, type TableOutcome } from './runTable';

const HEAD = `# Faults

What can go wrong between n8n and Crisp, what these nodes have to do about it, and whether they do. The nodes run in n8n-core, next to
the sandbox and behind a line on which the fault strikes. Each result says what there was to judge by: requests and how many of them met
the fault, realtime lines that began, what the webhook answered, messages that Crisp has at the end, what came out, what a person reads,
and in how many outputs, errors and log lines a secret was looked for. What does not hold stands here as ✗.

This page is written by \`npm run test:faults -- --write\`: the table by a run of all of it (\`--table\`), the mix by a run of that
(\`--mix\`, and \`--full\` for twenty minutes); what did not run keeps what it had.
`;

const PAGE = 'docs/faults.md';
const order = ['table', 'mix'];
/** How long the mix takes unless told, in seconds. */
const shortest = 120;

/** Puts what a run showed into the page. */
export function writeDown(name: 'table' | 'mix', section: string): void {
	const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
	writeFileSync(PAGE, pageWith(page, name, section, order, HEAD));
	console.log(`\nWritten to ${PAGE}`);
}

/** Where this was measured. */
export const currentFacts = () => factsWith('node_modules', ['n8n-core']);

/** What the page says of the table of faults. */
export function tableSection(outcome: TableOutcome, facts: Facts): string {
	const { judged, rejections } = outcome;
	return [
		'## One by one',
		'',
		'Each fault strikes by itself, in a sandbox of its own.',
		'',
		placeOf('npm run test:faults -- --table', facts),
		'',
		...tableOf(
			['where', 'what is done', 'what must hold', 'result'],
			judged.map(({ where, fault, account, problem }) => [
				where,
				fault.what,
				fault.holds,
				problem ? `✗ ${firstLine(problem)}` : `✓ ${account}`,
			]),
		),
		'',
		`- ${isGood(outcome) ? '✓' : '✗'} ${summaryOf(outcome)}`,
		`- ${rejections.length === 0 ? '✓' : '✗'} errors that nobody handled: ${rejections.length}`,
	].join('\n');
}

/** What the page says of a mix. */
export function mixSection({ seed, seconds, messages, actions }: Mix, checks: Check[], facts: Facts): string {
	const option = seconds > shortest ? ' --full' : '';
	return [
		'## All together',
		'',
		`Visitors write ${messages.toLocaleString('en')} messages in ${seconds / 60} minutes, and n8n answers ${actions.toLocaleString('en')} of ` +
			'them, while faults of every kind strike by chance: on the way to Crisp, on the realtime line, at the webhook and in n8n itself, ' +
			'which is stopped and killed. What is counted has to be there exactly once.',
		'',
		placeOf(`npm run test:faults -- --mix${option} --seed ${seed}`, facts),
		'',
		...tableOf(
			['what', 'figure', ''],
			checks.map(({ what, figure, isGood: isSo }) => [what, figure, isSo === undefined ? '' : isSo ? '✓' : '✗']),
		),
	].join('\n');
}

const placeOf = (command: string, { date, machine, versions }: Facts) =>
	`\`${command}\` · ${date} · ${machine} · ${versions}`;

const firstLine = ({ message }: Error) => message.split('\n')[0] ?? '';
