import { invalid, processing, type Answer } from '../http/answer';
import type { Conversation, Person, Scalar, Website } from '../state/state';
import * as actions from '../workspace/conversations';
import { parseConditions, satisfies } from '../workspace/filters';
import { markRead, markUnread } from '../workspace/messages';
import { patchPerson, removePerson, setPersonData } from '../workspace/people';
import { assigneeIn, inboxIn } from './conversations';
import { inWebsite, type Call, type Handler, type Handlers } from './call';

const BATCH = '/v1/website/{website_id}/batch';

type Action = (conversation: Conversation, call: Call, website: Website) => void;

const toConversations = (action: Action): Handler =>
	inWebsite((call, website) => {
		for (const conversation of chosenConversations(call, website)) action(conversation, call, website);
		return processing();
	});

type Data = Record<string, Scalar>;
type PersonAction = (person: Person, call: Call, website: Website) => void;

/** For routes that accept either conversations or people. */
const toEither = (action: Action, personAction: PersonAction): Handler =>
	inWebsite((call, website): Answer => {
		if (!call.body.sessions && !call.body.people && !call.body.inbox_id) {
			throw invalid('body: sessions or people required');
		}
		if (!call.body.people) return toConversations(action)(call);
		for (const person of chosenPeople(call, website)) personAction(person, call, website);
		return processing();
	});

/** The conversations of a batch: the listed ones that exist, or without a list all of the inbox or website. */
function chosenConversations({ body }: Call, website: Website): Conversation[] {
	const all = [...website.conversations.values()];
	const sessions = body.sessions as string[] | undefined;
	const chosen = sessions ? all.filter(({ session_id }) => sessions.includes(session_id)) : all;
	// With a list, `inbox_id` is the inbox to move the conversations to; without one, it selects the conversations.
	const { inbox_id: inbox } = body;
	return !sessions && inbox ? chosen.filter(({ inbox_id }) => inbox_id === inbox) : chosen;
}

function chosenPeople({ body }: Call, website: Website): Person[] {
	const { profiles, search } = body.people as { profiles?: string[]; search?: Search };
	const all = [...website.people.values()];
	if (profiles) return all.filter(({ people_id }) => profiles.includes(people_id));
	if (!search) throw invalid('people: profiles or search required');
	const filter = JSON.stringify(search.filter ?? []);
	const conditions = parseConditions('people.search.filter', filter, ['people', 'company', 'event']);
	return all.filter((person) => satisfies(person, conditions, search.operator));
}

interface Search {
	filter?: unknown[];
	operator?: string;
}

export const batchHandlers: Handlers = {
	[`PATCH ${BATCH}/resolve`]: toConversations((conversation, { world }) =>
		actions.setState(world, conversation, 'resolved'),
	),
	[`PATCH ${BATCH}/unresolve`]: toConversations((conversation, { world }) =>
		actions.setState(world, conversation, 'unresolved'),
	),
	[`PATCH ${BATCH}/read`]: toConversations((conversation, { world }) => markRead(world, conversation, 'user', 'chat')),
	[`PATCH ${BATCH}/unread`]: toConversations((conversation, { world }) => markUnread(world, conversation)),
	[`PATCH ${BATCH}/block`]: toConversations((conversation, { world, body }) =>
		actions.setBlock(world, conversation, body.blocked as boolean),
	),
	[`PATCH ${BATCH}/routing`]: toConversations((conversation, { world, body }, website) =>
		actions.setRouting(world, conversation, assigneeIn(body, website)),
	),
	[`PATCH ${BATCH}/inbox`]: toConversations((conversation, { world, body }, website) =>
		actions.setInbox(world, conversation, inboxIn(body, website)),
	),
	[`POST ${BATCH}/report`]: toConversations((conversation, { world }, website) =>
		actions.removeConversation(world, website, conversation),
	),
	[`PATCH ${BATCH}/remove`]: toEither(
		(conversation, { world }, website) => actions.removeConversation(world, website, conversation),
		(person, { world }, website) => removePerson(world, website, person),
	),
	[`PATCH ${BATCH}/data`]: toEither(
		(conversation, { world, body }) =>
			actions.setData(world, conversation, { ...conversation.meta.data, ...(body.data as Data) }),
		(person, { world, body }) => setPersonData(world, person, { ...person.data, ...(body.data as Data) }),
	),
	[`PATCH ${BATCH}/segments`]: toEither(
		(conversation, { world, body }) =>
			actions.setSegments(world, conversation, [...conversation.meta.segments, ...(body.segments as string[])]),
		(person, { world, body }, website) =>
			patchPerson(world, website, person, { segments: [...person.segments, ...(body.segments as string[])] }),
	),
};
