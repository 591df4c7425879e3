import { resolved } from '../../http/answer';
import type { Conversation, Website } from '../../state/state';
import { inWebsite, listPage, type Handlers } from '../call';

const VISITORS = '/v1/website/{website_id}/visitors';

/** A visitor is on the website while their chatbox is open: the conversation is then online. */
export const visitorHandlers: Handlers = {
	[`GET ${VISITORS}/count`]: inWebsite((_, website) => {
		const { length } = visitorsOf(website);
		return resolved({ count: length, active: length, limited: false });
	}),
	[`GET ${VISITORS}/list/{page_number}`]: inWebsite((call, website) => listPage(call, visitorsOf(website), listView)),
	// The whole Earth for every center and radius: Crisp documents no unit of the radius.
	[`GET ${VISITORS}/map`]: inWebsite((_, website) => resolved(mapOf(visitorsOf(website)))),
};

const visitorsOf = ({ conversations }: Website) =>
	[...conversations.values()].filter(({ availability }) => availability === 'online');

const place = (city: string, region: string, country: string, latitude: number, longitude: number) => ({
	coordinates: { latitude, longitude },
	...{ city, region, country },
});

const PLACES = [
	place('Nantes', 'PDL', 'FR', 47.22, -1.55),
	place('Bruges', 'VWV', 'BE', 51.21, 3.22),
	place('Lisbon', '11', 'PT', 38.72, -9.14),
];

/** Where a visitor is: always the same place for a conversation. The sandbox does not look up addresses. */
function placeOf({ session_id }: Conversation): (typeof PLACES)[number] {
	const sum = [...session_id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
	return PLACES[sum % PLACES.length] as (typeof PLACES)[number];
}

function visitorView({ session_id, meta, messages, pages }: Conversation) {
	const { page_title = '', page_url = '' } = pages[pages.length - 1] ?? {};
	const { timezone = 0, locales = [] } = meta.device;
	return {
		session_id,
		nickname: meta.nickname,
		email: meta.email,
		avatar: meta.avatar,
		initiated: messages.length > 0,
		active: true,
		last_page: { page_title, page_url },
		timezone,
		capabilities: ['browsing', 'call'],
		locales,
	};
}

function listView(conversation: Conversation) {
	const useragent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
	const { inbox_id } = conversation;
	return { ...visitorView(conversation), inbox_id, useragent, geolocation: placeOf(conversation) };
}

/** The visitors of each place; places without visitors are left out. */
function mapOf(visitors: Conversation[]) {
	return PLACES.flatMap((geolocation) => {
		const there = visitors.filter((conversation) => placeOf(conversation) === geolocation);
		const sessions = there.map(visitorView);
		return there.length > 0 ? [{ visitors: { count: there.length, threshold: 0, sessions }, geolocation }] : [];
	});
}
