import type { Announcement } from '../../sandbox/realtime/announce';

/** What an item wants to be said, or written, about a conversation; no two of a run have the same text. */
export interface Wanted {
	session_id: string;
	text: string;
}

export interface Arrival {
	/** Items of which the workspace has what they wanted. */
	delivered: number;
	/** Items of which it has that more than once. */
	doubled: number;
	/** What it has in another conversation than the item's. */
	misplaced: number;
	/** Items that came after a later one of the same conversation. */
	overtaken: number;
}

/** Judges by what the workspace announced, whoever sent it. */
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

/** Of a message, or of a subject that was set. */
const textOf = ({ content, subject }: Record<string, unknown>) => String(content ?? subject);
