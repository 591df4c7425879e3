/** Finds the titles that fit a question best, by their words. */

/** Scripts without blanks between words: two characters in a row count as a word. */
const unspaced =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Longer questions are cut: what follows hardly changes the result. */
const longestQuestion = 2_000;

/** The different words of a text, in lower case and without accents. */
export function wordsOf(text: string): string[] {
	const plain = text
		.slice(0, longestQuestion)
		.toLowerCase()
		.normalize('NFKD')
		.replace(/\p{M}+/gu, '')
		.normalize('NFC');
	const found = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
	return [...new Set(found.flatMap((word) => (unspaced.test(word) ? pairsIn(word) : [word])))];
}

function pairsIn(word: string): string[] {
	const signs = [...word];
	return signs.length < 2 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

/** How alike two words are, from 0 to 1: forms of one word, such as "deliver" and "delivery", begin alike. */
function likeness(one: string, other: string): number {
	if (one === other) return 1;
	const [short, long] = one.length < other.length ? [one, other] : [other, one];
	let same = 0;
	while (same < short.length && short[same] === long[same]) same += 1;
	return same >= 4 && same * 2 >= long.length ? 0.8 : 0;
}

/** Words of one or two letters, such as "to", say little. */
const isShort = (word: string) => word.length <= 2 && !unspaced.test(word) && !/\p{N}/u.test(word);

/** What fits less than this part of the best is left out. */
const least = 0.3;

/**
 * The entries whose titles have words of the question, the best first; equal ones stay in their order. A word counts the more,
 * the fewer titles have it, so that "how" and "the" count little.
 */
export function bestOf<Entry extends { title: string }>(question: string, entries: Entry[]): Entry[] {
	const titles = entries.map(({ title }) => wordsOf(title));
	const scores = titles.map(() => 0);
	for (const word of wordsOf(question)) {
		const matches = titles.map((title) => title.reduce((best, other) => Math.max(best, likeness(word, other)), 0));
		const having = matches.filter(Boolean).length;
		const weight = Math.log(1 + titles.length / Math.max(1, having)) * (isShort(word) ? 0.2 : 1);
		matches.forEach((match, index) => (scores[index] = (scores[index] ?? 0) + match * weight));
	}
	const scored = entries.map((entry, index) => ({ entry, score: scores[index] ?? 0 }));
	const best = scored.reduce((most, { score }) => Math.max(most, score), 0);
	const fitting = scored.filter(({ score }) => score > 0 && score >= best * least);
	return fitting.sort((a, b) => b.score - a.score).map(({ entry }) => entry);
}
