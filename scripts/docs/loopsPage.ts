import { readFileSync } from 'node:fs';
import { events } from '../../nodes/shared/events/catalogue';
import { causes } from '../../nodes/shared/events/loops/effects';
import { isComparable } from '../../nodes/shared/events/loops/unchanged';
import { resources } from '../../nodes/Crisp/operations';
import { isComposed } from '../../nodes/Crisp/operations/operation';
import { titleCase } from '../../nodes/Crisp/operations/field';

const begin = '<!-- The table is written by `npm run docs` from nodes/shared/events/loops; change it there. -->';

/** docs/loops.md with its table of events and the operations that cause them. */
export function loopsPage(): string {
	const page = readFileSync('docs/loops.md', 'utf8');
	const at = page.indexOf(begin);
	if (at < 0) throw new Error(`docs/loops.md has no line "${begin}"`);
	return `${page.slice(0, at)}${begin}\n\n${table()}\n`;
}

function table(): string {
	const rows = events.flatMap(({ name, label }) => {
		const routes = Object.entries(causes).flatMap(([route, cause]) => (cause.events.includes(name) ? [route] : []));
		const operations = [...new Set(routes.flatMap((route) => operationsOf(route)))];
		return operations.length > 0 ? [`| ${label} (\`${name}\`) | ${operations.join(', ')} | ${endOf(name)} |`] : [];
	});
	return ['| event | operations that cause it | what ends a loop |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Composed operations whose request no row of the table sends, by its route. */
const composed: Record<string, string[]> = {
	'POST /v1/website/{website_id}/campaign/{campaign_id}/dispatch': ['Campaign: Create', 'Campaign: Dispatch'],
};

function operationsOf(route: string): string[] {
	if (composed[route]) return composed[route];
	return Object.values(resources).flatMap((resource) =>
		Object.entries(resource.operations).flatMap(([key, operation]) => {
			if (isComposed(operation) && !('route' in operation)) return [];
			const { method, path } = (operation as { route: { method: string; path: string } }).route;
			return `${method} ${path}` === route ? [`${resource.name}: ${operation.name ?? titleCase(key)}`] : [];
		}),
	);
}

function endOf(event: string): string {
	if (event === 'message:send') return 'the fingerprint, in every process';
	if (event === 'message:received') {
		return 'the fingerprint, in every process; nothing for what Crisp writes after a reminder or a feedback request';
	}
	if (event === 'message:compose:send') return 'own action; no brake';
	return isComparable(event) ? 'own action; unchanged value; brake' : 'own action; brake';
}
