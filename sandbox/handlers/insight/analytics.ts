import { added, invalid, type Answer } from '../../http/answer';
import type { Body } from '../../http/validate';
import type { Conversation, Website } from '../../state/state';
import { inWebsite, type Handlers } from '../call';
import { periodsOf, type Period } from './periods';

/** Something that is counted: when it happened, to which conversation or person, with which value, and in which groups. */
interface Hit {
	at: number;
	/** The conversation or person: `unique_hits` counts each once. */
	of: string;
	/** Milliseconds for durations, 1 for what is only counted. */
	value: number;
	conversation?: Conversation;
}

interface Report {
	metric: string;
	type: string;
	aggregator?: string;
	splitBy?: string;
}

/** Numbers about what the sandbox has stored. What it keeps nothing of, such as campaigns sent, is 0 in each period. */
export const analyticsHandlers: Handlers = {
	'POST /v1/website/{website_id}/analytics/generate': inWebsite(({ body }, website) => generate(website, body)),
};

function generate(website: Website, { metric, type, date, aggregator, split_by }: Body): Answer {
	const { from, to, split } = date as Record<string, unknown>;
	const [start, end] = [timeOf('date.from', from), timeOf('date.to', to)];
	if (end < start) throw invalid('date.to: must not be before date.from');
	const report = { metric, type, aggregator, splitBy: split_by } as Report;
	const hits = hitsOf(website, report).filter(({ at }) => at >= start && at <= end);
	return added(periodsOf(start, end, split as string | undefined).flatMap((period) => pointsOf(report, period, hits)));
}

function timeOf(name: string, text: unknown): number {
	const time = typeof text === 'string' ? Date.parse(text) : NaN;
	if (Number.isNaN(time)) throw invalid(`${name}: must be a date`);
	return time;
}

function hitsOf(website: Website, { metric, type }: Report): Hit[] {
	const conversations = [...website.conversations.values()];
	const created = conversations.map((conversation) => countOf(conversation, conversation.created_at));
	if (metric === 'conversation') return conversations.flatMap((conversation) => ofConversation(conversation, type));
	if (metric === 'conversation_state') return created;
	if (metric === 'conversation_assigned') return created.filter(({ conversation }) => conversation?.assigned);
	if (metric === 'conversation_segment')
		return created.filter(({ conversation }) => conversation?.meta.segments.length);
	if (metric === 'visitor_visit') return conversations.flatMap(visitsOf);
	if (metric !== 'people_created') return [];
	return [...website.people.values()].map(({ people_id, created_at }) => ({ at: created_at, of: people_id, value: 1 }));
}

const countOf = (conversation: Conversation, at: number, value = 1): Hit => ({
	...{ at, value, conversation },
	of: conversation.session_id,
});

const visitsOf = (conversation: Conversation) =>
	conversation.pages.map(({ timestamp }) => countOf(conversation, timestamp));

/** What the types of the metric `conversation` count. Durations count where the conversation began. */
function ofConversation(conversation: Conversation, type: string): Hit[] {
	const { created_at, updated_at, messages, state } = conversation;
	const written = { messages: ['user', 'operator'], visitor_messages: ['user'], operator_messages: ['operator'] }[type];
	if (written) {
		return messages
			.filter(({ from }) => written.includes(from))
			.map(({ timestamp }) => countOf(conversation, timestamp));
	}
	if (type === 'rating') return [];
	if (type === 'response_time') {
		const asked = messages.find(({ from }) => from === 'user')?.timestamp;
		const answered = messages.find(({ from, timestamp }) => from === 'operator' && timestamp >= (asked ?? Infinity));
		return asked !== undefined && answered ? [countOf(conversation, created_at, answered.timestamp - asked)] : [];
	}
	if (type === 'resolution_time' || type === 'handle_time') {
		return state === 'resolved' ? [countOf(conversation, created_at, updated_at - created_at)] : [];
	}
	return [countOf(conversation, created_at)];
}

/** One point of a period, or one for each group that has hits in it. */
function pointsOf(report: Report, { start, end }: Period, all: Hit[]) {
	const hits = all.filter(({ at }) => at >= start && at < end);
	const period = new Date(start).toISOString();
	if (!report.splitBy) return [{ period, ...numbersOf(report, hits) }];
	const groups = [...new Set(hits.flatMap((hit) => groupsOf(hit, report.splitBy ?? '')))];
	return groups.map((split_by) => {
		const own = hits.filter((hit) => groupsOf(hit, report.splitBy ?? '').includes(split_by));
		return { period, split_by, ...numbersOf(report, own) };
	});
}

/** The groups by `operator`, `inbox`, `segment` or `state`; any other key makes one group, of its own name. */
function groupsOf({ conversation }: Hit, key: string): string[] {
	const { assigned, inbox_id, meta, state } = conversation ?? {};
	if (key === 'operator') return [assigned?.user_id ?? ''];
	if (key === 'inbox') return [inbox_id ?? ''];
	if (key === 'segment') return meta?.segments ?? [];
	return [key === 'state' ? (state ?? '') : key];
}

const isDuration = (type: string) => type.endsWith('_time');

function numbersOf({ type, aggregator }: Report, hits: Hit[]) {
	const values = hits.map(({ value }) => value).sort((one, other) => one - other);
	const sum = values.reduce((total, value) => total + value, 0);
	const unique_hits = new Set(hits.map(({ of }) => of)).size;
	const count = type === 'unique' ? unique_hits : sum;
	const value = isDuration(type) ? aggregate(values, sum, aggregator) : count;
	return { value, hits: hits.length, unique_hits, sum_value: sum, sum_hits: hits.length };
}

/** The average, if no other aggregator is given; a whole number, as in Crisp's types. */
function aggregate(sorted: number[], sum: number, aggregator = 'average'): number {
	const { length } = sorted;
	if (length === 0) return 0;
	if (aggregator === 'sum') return sum;
	if (aggregator === 'minimum') return sorted[0] ?? 0;
	if (aggregator === 'maximum') return sorted[length - 1] ?? 0;
	if (aggregator === 'median') return Math.round(((sorted[(length - 1) >> 1] ?? 0) + (sorted[length >> 1] ?? 0)) / 2);
	return Math.round(sum / length);
}
