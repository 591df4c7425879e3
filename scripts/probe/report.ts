import type { Finding } from './findings';
import { FACTS, type QuestionName } from './questions';

/** The result of a run as it is printed and saved: no names, texts, IDs, keys or emails. */
export interface Report {
	package: string;
	node: string;
	/** The day, as 2026-11-28. */
	date: string;
	tier: string;
	/** Whether it was Crisp's own API. */
	server: 'api.crisp.chat' | 'another server';
	wrote: boolean;
	requests: number;
	/** The moods of the sandbox. */
	moods: Record<string, Finding>;
	/** Other questions about Crisp. */
	facts: Record<string, Finding>;
}

export function reportOf(
	findings: Record<QuestionName, Finding>,
	about: Omit<Report, 'moods' | 'facts' | 'server'> & { url: string },
): Report {
	const { url, ...rest } = about;
	const entries = Object.entries(findings);
	const isFact = ([name]: [string, Finding]) => Object.hasOwn(FACTS, name);
	return {
		...rest,
		server: new URL(url).host === 'api.crisp.chat' ? 'api.crisp.chat' : 'another server',
		moods: Object.fromEntries(entries.filter((entry) => !isFact(entry))),
		facts: Object.fromEntries(entries.filter(isFact)),
	};
}

/** The report as a table for the terminal. */
export function tableOf(report: Report): string {
	const rows = [...Object.entries(report.moods), ...Object.entries(report.facts)].map(([name, finding]) => [
		name,
		finding.result === 'known' ? finding.value : finding.result,
		finding.why,
	]);
	const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
	const widths = [width(0), width(1)];
	const lines = rows.map((row) => `${row[0]?.padEnd(widths[0] ?? 0)}  ${row[1]?.padEnd(widths[1] ?? 0)}  ${row[2]}`);
	const { date, tier, server, wrote, requests } = report;
	const known = rows.filter((row) => row[1] !== 'unknown' && row[1] !== 'not probed').length;
	const head = `${date}, ${server}, ${tier} token, ${wrote ? 'with' : 'without'} --write, ${requests} requests; package ${report.package}, Node.js ${report.node}`;
	return [head, '', ...lines, '', `${known} of ${rows.length} questions are answered.`].join('\n');
}
