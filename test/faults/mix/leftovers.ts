import { setTimeout as delay } from 'node:timers/promises';

/** What keeps a process alive: sockets, timers and the like, by kind. */
export type Resources = Record<string, number>;

export function resources(): Resources {
	const counts: Resources = {};
	for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
	return counts;
}

/** Which resources there are more of than before, after time to end. */
export async function leftSince(before: Resources, patience: number): Promise<Resources> {
	const deadline = Date.now() + patience;
	for (;;) {
		// The delay itself uses a timer, which has ended here.
		const more = Object.entries(resources()).flatMap(([kind, count]) => {
			const difference = count - (before[kind] ?? 0);
			return difference > 0 ? [[kind, difference] as const] : [];
		});
		if (more.length === 0 || Date.now() > deadline) return Object.fromEntries(more);
		await delay(100);
	}
}
