import '../support/environment';
import { parseArgs } from 'node:util';
import { triggerContext } from '../support/n8nContext';
import { Evidence, watchLog, watchOutput } from './evidence';
import { checksOf, linesOf, type Check } from './mix/report';
import { runMix, type Mix } from './mix/run';
import { currentFacts, mixSection, tableSection, writeDown } from './page';
import { isGood as isTableGood, runTable } from './runTable';

const full = { seconds: 20 * 60, messages: 10_000, actions: 2_000 };
const short = { seconds: 2 * 60, messages: 1_000, actions: 200 };

/** Tests every fault separately, then all of them at random; returns the exit code. */
async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			full: { type: 'boolean' },
			seed: { type: 'string' },
			table: { type: 'boolean' },
			mix: { type: 'boolean' },
			write: { type: 'boolean' },
		},
	});
	if (values.write && positionals.length > 0)
		throw new Error('A partial run cannot be written: select no faults, or omit --write');
	const evidence = new Evidence();
	watchOutput(evidence);
	watchLog(triggerContext({ credential: {} as never, parameters: {} }).context.logger, evidence);
	const seed = Number(values.seed ?? Math.floor(Date.now() / 1_000) % 100_000);
	const isAll = !values.table && !values.mix;
	let isGood = true;
	if (values.table || isAll) {
		const outcome = await runTable(evidence, positionals);
		if (values.write) writeDown('table', tableSection(outcome, currentFacts()));
		isGood = isTableGood(outcome) && isGood;
	}
	if (values.mix || isAll) {
		const given = { seed, ...(values.full ? full : short) };
		const checks = await mix(given, evidence);
		if (values.write) writeDown('mix', mixSection(given, checks, currentFacts()));
		isGood = checks.every((check) => check.isGood !== false) && isGood;
	}
	return (await isSecret(evidence)) && isGood ? 0 : 1;
}

async function mix(given: Mix, evidence: Evidence): Promise<Check[]> {
	const { messages, actions, seconds, seed } = given;
	console.log(
		`\n${messages} messages and ${actions} replies in ${seconds / 60} minutes, with random faults (--seed ${seed})`,
	);
	const checks = checksOf(await runMix(given, evidence, (line) => console.log(`  … ${line}`)));
	console.log(`\n${linesOf(checks).join('\n')}`);
	return checks;
}

/** Whether no secret was found in anything that was searched. */
async function isSecret({ leaks, counts }: Evidence): Promise<boolean> {
	const all = Object.entries(counts).map(([what, count]) => `${count} × ${what}`);
	console.log(`\n${leaks.length === 0 ? '✓' : '✗'} no secret in ${all.join(', ')}`);
	for (const { where, secret, around } of leaks) console.log(`    ${secret}, in ${where}: ${JSON.stringify(around)}`);
	return leaks.length === 0;
}

main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
