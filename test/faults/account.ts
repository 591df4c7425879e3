/** What there was to judge a fault by. */
export interface Seen {
	/** Requests on the way to Crisp, and those of them that met the fault. */
	requests: number;
	struck: number;
	/** Realtime lines that began. */
	lines: number;
	/** Statuses that n8n answered who called its webhook. */
	answered: number[];
	/** Messages of operators that Crisp has at the end. */
	stored: number;
	/** Items that the Crisp node gave. */
	items: number;
	/** Executions that the triggers started. */
	executions: number;
	/** What a person got to read. */
	said: Set<string>;
	/** Outputs, errors, log lines and the like in which no secret was. */
	searched: number;
}

/** The same in words; what there was none of is left out. */
export function accountOf({ requests, struck, lines, answered, items, said, searched, ...seen }: Seen): string {
	return [
		struck > 0 ? `${struck} of ${some(requests, 'request')} struck` : some(requests, 'request'),
		some(lines, 'line'),
		answered.length > 0 && `answered ${answered.join(', ')}`,
		some(seen.stored, 'message', 'stored'),
		some(items, 'item', 'given'),
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
