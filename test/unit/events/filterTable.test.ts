import type { IDataObject } from 'n8n-workflow';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';
import { crispEventOf, derivedEvents, events } from '../../../nodes/shared/events/catalogue';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { EventEnricher } from '../../../nodes/shared/events/enrichment';
import { passes } from '../../../nodes/shared/events/selection/filter';
import { maySelect, neededEnrichment, readSelection } from '../../../nodes/shared/events/selection/selection';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { FakeClock } from '../../support/fakeClock';

/**
 * Every filter and every event: which of them it concerns, where the value comes from, and what happens without it. One rule
 * holds everywhere: what neither the event nor Crisp tells leaves nothing out.
 */

const names = [...events, ...derivedEvents].map(({ name }) => name);
const now = new FakeClock().now();
const isOf = (name: string) => ['message:send', 'message:received'].includes(crispEventOf(name));
const isInConversation = (name: string) =>
	['session_id', 'identifier'].some((field) => String(sampleOf(name, now)[field]).startsWith('session_'));
const isOfPerson = (name: string) => 'people_id' in sampleOf(name, now);
const isOfWebsite = (name: string) =>
	'website_id' in sampleOf(name, now) || (Object(sampleOf(name, now).resource) as IDataObject).type === 'website';

interface Row {
	filter: string;
	/** The values of the form: one that the event does not have. */
	form: IDataObject;
	/** The events that it concerns. */
	concerns(name: string): boolean;
	/** What makes the payload not tell it. */
	lack(payload: IDataObject): void;
	/** What Crisp answers, so that the event is left out. */
	answer: IDataObject;
	/** The request by which it is found. */
	found?: RegExp;
}

const conversationOf = String.raw`/v1/website/[-\w]+/conversation/session_[-\w]+`;

const rows: Row[] = [
	{
		filter: 'Website',
		form: { websiteIds: ['another'] },
		concerns: isOfWebsite,
		lack(payload) {
			delete payload.website_id;
			delete payload.resource;
		},
		answer: {},
	},
	{
		filter: 'Inbox',
		form: { inboxes: ['another'] },
		concerns: isInConversation,
		lack: (payload) => delete payload.inbox_id,
		answer: { inbox_id: 'one' },
		found: new RegExp(`${conversationOf}$`),
	},
	{
		filter: 'Segment',
		form: { segments: ['another'] },
		concerns: (name) => isInConversation(name) || isOfPerson(name),
		lack: (payload) => delete payload.segments,
		answer: { segments: ['one'] },
		found: new RegExp(`${conversationOf}/meta$|/v1/website/[-\\w]+/people/profile/[-\\w]+$`),
	},
	{
		filter: 'Message Types',
		form: { messageTypes: ['carousel'] },
		concerns: isOf,
		lack(payload) {
			delete payload.type;
			payload.content = { new: true };
		},
		answer: { type: 'text' },
		found: new RegExp(`${conversationOf}/message/\\d+$`),
	},
	{
		filter: 'Origins',
		form: { origins: 'email' },
		concerns: isOf,
		lack: (payload) => delete payload.origin,
		answer: { origin: 'chat' },
		found: new RegExp(`${conversationOf}/message/\\d+$`),
	},
	{
		filter: 'Ignore Origins',
		form: { ignoreOrigins: 'email, chat' },
		concerns: isOf,
		lack: (payload) => delete payload.origin,
		answer: { origin: 'chat' },
		found: new RegExp(`${conversationOf}/message/\\d+$`),
	},
];

function begin(row: Row, name: string, isDown = false) {
	const { websiteIds = [], ...filters } = row.form;
	const parameters: Record<string, unknown> = { events: [name], websiteIds, filters };
	const context = {
		getNode: () => ({}),
		getInstanceId: () => 'instance',
		getWorkflow: () => ({ id: 'workflow' }),
		getNodeParameter: (one: string, fallback: unknown) => parameters[one] ?? fallback,
	};
	const selection = readSelection(context as never, { websiteId: '' } as never);
	const paths: string[] = [];
	const clock = new FakeClock();
	const send = async ({ path }: CrispRequest) => {
		paths.push(path);
		return isDown ? await Promise.reject(new Error('down')) : await Promise.resolve(row.answer);
	};
	const enricher = new EventEnricher({
		clock,
		needs: { ...neededEnrichment(selection), first: false, previous: false },
		isKept: false,
		states: new ConversationStates(clock),
		open: async () => await Promise.resolve(send),
		onFailure: () => undefined,
	});
	const decide = async (payload: IDataObject) => {
		paths.splice(0);
		const event = crispEventOf(name);
		if (!maySelect(selection, event, payload)) return false;
		const enrichment = enricher.lacks(event, payload) ? await enricher.enrich(event, payload) : {};
		return passes(name, payload, selection.filter, enrichment);
	};
	return { decide, paths };
}

describe.each(rows)('$filter', (row) => {
	it.each(names)('%s', async (name) => {
		const isConcerned = row.concerns(name);
		const { decide, paths } = begin(row, name);
		// With another value, it is left out; Crisp is asked only for what the sample does not tell.
		expect(await decide(sampleOf(name, now))).toBe(!isConcerned);
		const lacking = sampleOf(name, now);
		row.lack(lacking);
		expect(await decide(lacking)).toBe(!isConcerned || row.found === undefined);
		if (isConcerned && row.found) {
			expect(paths.filter((path) => row.found?.test(path))).toHaveLength(1);
			const down = begin(row, name, true);
			expect(await down.decide(lacking)).toBe(true);
		}
	});
});

describe('the inbox of "session:set_inbox", which Crisp leaves empty', () => {
	const changed = (more: IDataObject) => ({ ...sampleOf('session:set_inbox', now), previous_inbox_id: null, ...more });
	const row = (inbox_id: string | null, wanted = 'one'): Row => ({
		...(rows[1] as Row),
		form: { inboxes: [wanted] },
		answer: { inbox_id },
	});

	it.each<[string, IDataObject, Row, boolean, number]>([
		['null, and Crisp says the one', { inbox_id: null }, row('one'), true, 1],
		['empty, and Crisp says the one', { inbox_id: '' }, row('one'), true, 1],
		['absent, and Crisp says the one', { inbox_id: undefined }, row('one'), true, 1],
		['empty, and Crisp says another', { inbox_id: '' }, row('another'), false, 1],
		['null, and Crisp says the main inbox', { inbox_id: null }, row(null), false, 1],
		['null, and Crisp says the main inbox, which is wanted', { inbox_id: null }, row(null, 'main'), true, 1],
		['empty, and Crisp still says the previous one', { inbox_id: '', previous_inbox_id: 'x' }, row('x'), true, 1],
		['given, so that Crisp is not asked', { inbox_id: 'one' }, row('another'), true, 0],
	])('%s', async (_, more, one, expected, requests) => {
		const { decide, paths } = begin(one, 'session:set_inbox');
		expect(await decide(changed(more))).toBe(expected);
		expect(paths).toHaveLength(requests);
	});

	it('null means the main inbox in all other events', async () => {
		const { decide, paths } = begin(row('one'), 'message:send');
		expect(await decide(sampleOf('message:send', now))).toBe(false);
		expect(paths).toEqual([]);
	});
});
