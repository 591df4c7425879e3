import type { Announcement } from '../../sandbox/realtime/announce';

/** The message that an item sends, or the subject that it sets. Texts are unique within a run. */
export interface Wanted {
	session_id: string;
	text: string;
}

export interface Arrival {
	/** Items whose text arrived in the workspace. */
	delivered: number;
	/** Items whose text arrived more than once. */
	doubled: number;
	/** Texts that arrived in a wrong conversation. */
	misplaced: number;
	/** Items that arrived after a later item of the same conversation. */
	overtaken: number;
}

/** Compares the wanted texts with the announcements of the workspace. */
export function judge(wanted: Wanted[], announced: Announcement[]): Arrival {
	const position = new Map(wanted.map(({ text }, index) => [text, index]));
	const arrivals = announced.filter(({ data }) => position.has(textOf(data)));
	const counts = new Map<string, number>();
	const latest = new Map<string, number>();
	const arrival: Arrival = { delivered: 0, doubled: 0, misplaced: 0, overtaken: 0 };
	for (const { data } of arrivals) {
		const text = textOf(data);
		const index = position.get(text) ?? -1;
		const session = String(data.session_id);
		if (wanted[index]?.session_id !== session) {
			arrival.misplaced += 1;
			continue;
		}
		const count = (counts.get(text) ?? 0) + 1;
		counts.set(text, count);
		if (count === 1) arrival.delivered += 1;
		if (count === 2) arrival.doubled += 1;
		if (count === 1 && index < (latest.get(session) ?? -1)) arrival.overtaken += 1;
		latest.set(session, Math.max(index, latest.get(session) ?? -1));
	}
	return arrival;
}

/** The text of a message, or of a changed subject. */
const textOf = ({ content, subject }: Record<string, unknown>) => String(content ?? subject);
