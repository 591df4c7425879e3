import '../environment';
import { parseArgs } from 'node:util';
import { triggerContext } from '../engine/n8n';
import { Evidence, watchLog, watchOutput } from './evidence';
import { reportOf } from './mix/report';
import { runMix, type Mix } from './mix/run';
import { runTable } from './runTable';

const full = { seconds: 20 * 60, messages: 10_000, actions: 2_000 };
const short = { seconds: 2 * 60, messages: 1_000, actions: 200 };

/** Lets every fault strike by itself, then all of them by chance; gives the exit code. */
async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			full: { type: 'boolean' },
			seed: { type: 'string' },
			table: { type: 'boolean' },
			mix: { type: 'boolean' },
		},
	});
	const evidence = new Evidence();
	watchOutput(evidence);
	watchLog(triggerContext({ credential: {} as never, parameters: {} }).context.logger, evidence);
	const seed = Number(values.seed ?? Math.floor(Date.now() / 1_000) % 100_000);
	const isAll = !values.table && !values.mix;
	let isGood = true;
	if (values.table || isAll) isGood = (await runTable(evidence, positionals)) && isGood;
	if (values.mix || isAll) isGood = (await mix({ seed, ...(values.full ? full : short) }, evidence)) && isGood;
	return (await isSecret(evidence)) && isGood ? 0 : 1;
}

async function mix(given: Mix, evidence: Evidence): Promise<boolean> {
	const { messages, actions, seconds, seed } = given;
	console.log(
		`\n${messages} messages and ${actions} answers in ${seconds / 60} minutes, while everything goes wrong by chance (--seed ${seed})`,
	);
	const { lines, isGood } = reportOf(await runMix(given, evidence, (line) => console.log(`  … ${line}`)));
	console.log(lines.join('\n'));
	return isGood;
}

/** Whether no secret was in anything that was looked through. */
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
