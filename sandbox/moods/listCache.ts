import type { Answer } from '../http/answer';
import type { MoodReader } from './moods';

const KEPT_FOR = 10_000;

const CACHED = [
	'GET /v1/website/{website_id}/conversations/{page_number}',
	'GET /v1/website/{website_id}/people/profiles/{page_number}',
];

/** Answers with lists that are up to 10 s old, if the mood `lists` is `cached`. */
export class ListCache {
	private readonly answers = new Map<string, { answer: Answer; at: number }>();

	constructor(private readonly clock: () => number) {}

	/** The answer to a request, given as `METHOD /route`; `url` tells it from others of the route, with its token. */
	answer(moods: MoodReader, route: string, url: string, read: () => Answer): Answer {
		if (moods.get('lists') === 'fresh' || !CACHED.includes(route)) return read();
		this.forget(this.clock() - KEPT_FOR);
		const known = this.answers.get(url);
		if (known) return known.answer;
		// Copied: the answer contains parts of the workspace, which changes.
		const answer = structuredClone(read());
		this.answers.set(url, { answer, at: this.clock() });
		return answer;
	}

	/** Removes the answers that are not younger than this time. */
	private forget(until: number): void {
		for (const [url, { at }] of this.answers) if (at <= until) this.answers.delete(url);
	}
}
