const units: Array<[milliseconds: number, name: string]> = [
	[86_400_000, 'day'],
	[3_600_000, 'hour'],
	[60_000, 'minute'],
	[1_000, 'second'],
];

/** A readable time span, in its largest whole unit: `3 hours`. */
export function durationText(milliseconds: number): string {
	const [size, name] = units.find(([one]) => milliseconds >= one) ?? [1_000, 'second'];
	const count = Math.max(1, Math.floor(milliseconds / size));
	return `${count} ${name}${count === 1 ? '' : 's'}`;
}
