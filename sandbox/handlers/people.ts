import { added, deleted, invalid, resolved, updated, type Answer } from '../http/answer';
import type { Conversation, Person, Scalar, TimelineEvent, Website } from '../state/state';
import * as actions from '../workspace/people';
import { unreadOf } from '../workspace/conversations';
import { inWebsite, listPage, ofPerson, type Call, type Handlers } from './call';
import { listPeople } from './peopleList';

const PEOPLE = '/v1/website/{website_id}/people';
const PROFILE = `${PEOPLE}/profile/{people_id}`;
const DATA = `${PEOPLE}/data/{people_id}`;
const SUBSCRIPTION = `${PEOPLE}/subscription/{people_id}`;

export const peopleHandlers: Handlers = {
	[`GET ${PEOPLE}/profiles/{page_number}`]: inWebsite(listPeople),
	[`GET ${PEOPLE}/stats`]: inWebsite((_, { people }) => resolved({ total: people.size })),
	[`POST ${PEOPLE}/profile`]: inWebsite(({ world, body }, website) => {
		const { people_id } = actions.createPerson(world, website, cardFrom(body));
		return added({ people_id });
	}),
	[`GET ${PROFILE}`]: ofPerson((_, person) => resolved(actions.profileView(person))),
	[`HEAD ${PROFILE}`]: ofPerson(() => resolved({})),
	[`PUT ${PROFILE}`]: ofPerson(({ world, body }, person, website) => {
		actions.replacePerson(world, website, person, cardFrom(body));
		return updated();
	}),
	[`PATCH ${PROFILE}`]: ofPerson(({ world, body }, person, website) => {
		actions.patchPerson(world, website, person, cardFrom(body));
		return updated();
	}),
	[`DELETE ${PROFILE}`]: ofPerson(({ world }, person, website) => {
		actions.removePerson(world, website, person);
		return deleted();
	}),

	[`GET ${DATA}`]: ofPerson((_, { data }) => resolved({ data })),
	[`PUT ${DATA}`]: ofPerson(({ world, body }, person) => {
		actions.setPersonData(world, person, dataFrom(body));
		return updated();
	}),
	[`PATCH ${DATA}`]: ofPerson(({ world, body }, person) => {
		const kept = world.moods.get('personData') === 'merged' ? person.data : {};
		actions.setPersonData(world, person, { ...kept, ...dataFrom(body) });
		return updated();
	}),

	[`POST ${PEOPLE}/events/{people_id}`]: ofPerson(({ world, body }, person) => {
		const { text, data = {}, color = 'grey' } = body as Partial<TimelineEvent>;
		person.events.unshift({ text: text ?? '', data, color, timestamp: world.clock() });
		return added();
	}),
	[`GET ${PEOPLE}/events/{people_id}/list/{page_number}`]: ofPerson((call, { events }) => listPage(call, events)),

	[`GET ${SUBSCRIPTION}`]: ofPerson((_, { isSubscribed }) => resolved({ email: isSubscribed })),
	[`PATCH ${SUBSCRIPTION}`]: ofPerson(({ world, body }, person, website) => {
		person.isSubscribed = body.email as boolean;
		const change = { email: person.email, subscribed: person.isSubscribed };
		world.announcer.announce('email:subscribe', website.website_id, change);
		return updated();
	}),

	[`GET ${PEOPLE}/conversations/{people_id}/list/{page_number}`]: ofPerson(listSessions),
};

function cardFrom(body: Record<string, unknown>): actions.PersonCard {
	const { email } = body;
	if (typeof email === 'string' && !/^[^\s@]+@[^\s@]+$/.test(email)) {
		throw invalid('email: must be an email address');
	}
	return body as actions.PersonCard;
}

function dataFrom(body: Record<string, unknown>): Record<string, Scalar> {
	if (body.data === undefined) throw invalid('data: required');
	return body.data as Record<string, Scalar>;
}

function listSessions(call: Call, person: Person, website: Website): Answer {
	const { query } = call;
	const isWanted = (conversation: Conversation) => {
		if (conversation.people_id !== person.people_id) return false;
		if (query.filter_unread === '1' && unreadOf(conversation).operator === 0) return false;
		if (query.filter_resolved === '1' && conversation.state !== 'resolved') return false;
		return !(query.filter_not_resolved === '1' && conversation.state === 'resolved');
	};
	const theirs = [...website.conversations.values()].filter(isWanted);
	theirs.sort((a, b) => b.updated_at - a.updated_at);
	return listPage(call, theirs, ({ session_id }) => session_id);
}
