import { deleted, type Answer } from '../http/answer';
import type { Website } from '../state/state';
import { inWebsite, listPage, type Call, type Handlers } from './call';

interface Kind {
	list: string;
	drop: string;
	/** The field of an entry that contains the suggested word. */
	name: string;
	wordsIn(website: Website): string[];
}

const conversations = (website: Website) => [...website.conversations.values()];
const people = (website: Website) => [...website.people.values()];

const KINDS: Kind[] = [
	{
		list: 'conversations/suggest/segments',
		drop: 'conversations/suggest/segment',
		name: 'segment',
		wordsIn: (website) => conversations(website).flatMap(({ meta }) => meta.segments),
	},
	{
		list: 'conversations/suggest/data',
		drop: 'conversations/suggest/data',
		name: 'key',
		wordsIn: (website) => conversations(website).flatMap(({ meta }) => Object.keys(meta.data)),
	},
	{
		list: 'people/suggest/segments',
		drop: 'people/suggest/segment',
		name: 'segment',
		wordsIn: (website) => people(website).flatMap(({ segments }) => segments),
	},
	{
		list: 'people/suggest/data',
		drop: 'people/suggest/data',
		name: 'key',
		wordsIn: (website) => people(website).flatMap(({ data }) => Object.keys(data)),
	},
	{
		list: 'people/suggest/events',
		drop: 'people/suggest/event',
		name: 'text',
		wordsIn: (website) => people(website).flatMap(({ events }) => events.map(({ text }) => text)),
	},
];

export const suggestionHandlers: Handlers = Object.fromEntries(
	KINDS.flatMap((kind) => [
		[
			`GET /v1/website/{website_id}/${kind.list}/{page_number}`,
			inWebsite((call, website) => suggest(kind, call, website)),
		],
		[
			`DELETE /v1/website/{website_id}/${kind.drop}`,
			inWebsite(({ body }, website) => {
				website.droppedSuggestions.add(`${kind.list} ${String(body[kind.name])}`);
				return deleted();
			}),
		],
	]),
);

/** The words in use with their counts, most used first. */
function suggest(kind: Kind, call: Call, website: Website): Answer {
	const counts = new Map<string, number>();
	for (const word of kind.wordsIn(website)) counts.set(word, (counts.get(word) ?? 0) + 1);
	const offered = [...counts].filter(([word]) => !website.droppedSuggestions.has(`${kind.list} ${word}`));
	offered.sort(([a, many], [b, more]) => more - many || a.localeCompare(b));
	return listPage(call, offered, ([word, count]) => ({ [kind.name]: word, count }));
}
