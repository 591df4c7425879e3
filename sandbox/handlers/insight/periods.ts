/** A part of the time of a report, in milliseconds: from `start`, before `end`. */
export interface Period {
	start: number;
	end: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The periods that a report has from `start` to `end`, both included: whole hours, days, weeks from Monday or months, in UTC;
 * without `split`, a single one.
 */
export function periodsOf(start: number, end: number, split?: string): Period[] {
	if (split === undefined) return [{ start, end: end + 1 }];
	const periods: Period[] = [];
	for (let at = beginningOf(start, split); at <= end; at = afterOf(at, split)) {
		periods.push({ start: at, end: afterOf(at, split) });
	}
	return periods;
}

function beginningOf(time: number, split: string): number {
	const date = new Date(time);
	if (split === 'hour') return time - (time % HOUR);
	if (split === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
	const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
	return split === 'week' ? midnight - ((date.getUTCDay() + 6) % 7) * DAY : midnight;
}

function afterOf(start: number, split: string): number {
	const date = new Date(start);
	if (split === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
	return start + ({ hour: HOUR, week: 7 * DAY }[split] ?? DAY);
}
