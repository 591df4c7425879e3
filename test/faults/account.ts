/** What was observed while a fault was active. */
export interface Seen {
	/** Requests to Crisp, and how many of them the fault affected. */
	requests: number;
	struck: number;
	/** Realtime connections that were opened. */
	lines: number;
	/** Response statuses of n8n's webhook. */
	answered: number[];
	/** Operator messages stored in Crisp at the end. */
	stored: number;
	/** Items that the Crisp node returned. */
	items: number;
	/** Executions that the triggers started. */
	executions: number;
	/** Errors that users saw. */
	said: Set<string>;
	/** Outputs, errors, log lines and the like that were searched for secrets without finding any. */
	searched: number;
}

/** Describes the observations in words; omits what did not occur. */
export function accountOf({ requests, struck, lines, answered, items, said, searched, ...seen }: Seen): string {
	return [
		struck > 0 ? `${struck} of ${some(requests, 'request')} affected` : some(requests, 'request'),
		some(lines, 'connection'),
		answered.length > 0 && `answered ${answered.join(', ')}`,
		some(seen.stored, 'message', 'stored'),
		some(items, 'item', 'returned'),
		some(seen.executions, 'execution', 'started'),
		...[...said].map((words) => `“${words}”`),
		searched > 0 && `no secret in ${some(searched, 'place')}`,
	]
		.filter(Boolean)
		.join('; ');
}

function some(count: number, thing: string, participle = ''): string {
	if (count === 0) return '';
	return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'} ${participle}`.trimEnd();
}
