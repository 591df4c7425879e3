import { randomUUID } from 'crypto';
import { added, deleted, listed, missing, Refusal, resolved, updated } from '../../http/answer';
import type { Campaign, Person, Website } from '../../state/state';
import { satisfies, type Condition } from '../../workspace/filters';
import { inWebsite, listPage, type Call, type Handlers } from '../call';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/campaign/{campaign_id}`;

/** PATCH keeps the other fields of an object; PUT replaces the whole. */
const change = (isWhole: boolean) =>
	inWebsite((call, website) => {
		const campaign = campaignOf(call, website);
		const changes = Object.entries(call.body).map(([name, value]) => {
			const before = campaign[name as keyof Campaign];
			const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
			return [name, isObject && !isWhole ? { ...(before as object), ...value } : value];
		});
		Object.assign(campaign, Object.fromEntries(changes), { updated_at: call.world.clock() });
		return updated();
	});

/** Campaigns. Nothing is sent: one that is dispatched keeps running until it is paused. */
export const campaignHandlers: Handlers = {
	[`GET ${WEBSITE}/campaigns/list/{page_number}`]: inWebsite((call, { campaigns }) =>
		listPage(call, campaigns.filter(isWanted(call)), excerptOf),
	),
	[`GET ${WEBSITE}/campaigns/tags`]: inWebsite((_, { campaigns }) =>
		listed([...new Set(campaigns.map(({ tag }) => tag).filter(Boolean))]),
	),
	[`POST ${WEBSITE}/campaign`]: inWebsite(({ world, body }, website) => {
		const campaign_id = randomUUID();
		website.campaigns.push({
			...{ campaign_id, type: body.type as string, name: body.name as string },
			...{ format: 'markdown', subject: '', tag: '', message: '', sender: {}, recipients: {}, flow: {}, options: {} },
			...{ dispatched: false, running: false, created_at: world.clock(), updated_at: world.clock() },
		});
		return added({ campaign_id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => {
		const campaign = campaignOf(call, website);
		const statistics = { opened: 0, clicked: 0, unsubscribed: 0 };
		return resolved({ ...campaign, ready: isReady(campaign), statistics });
	}),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(excerptOf(campaignOf(call, website)))),
	[`PATCH ${ONE}`]: change(false),
	[`PUT ${ONE}`]: change(true),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const campaign = campaignOf(call, website);
		website.campaigns = website.campaigns.filter((entry) => entry !== campaign);
		return deleted();
	}),
	[`GET ${ONE}/recipients/{page_number}`]: inWebsite((call, website) => {
		const isRecipient = recipientsOf(campaignOf(call, website));
		return listPage(call, [...website.people.values()].filter(isRecipient), recipientView);
	}),
	[`POST ${ONE}/dispatch`]: inWebsite((call, website) => {
		const campaign = campaignOf(call, website);
		if (campaign.dispatched) throw new Refusal(409, 'campaign_already_dispatched');
		if (!isReady(campaign)) throw new Refusal(409, 'campaign_not_ready');
		Object.assign(campaign, { dispatched: true, running: true, dispatched_at: call.world.clock() });
		return updated();
	}),
	[`POST ${ONE}/test`]: inWebsite((call, website) => {
		if (!isReady(campaignOf(call, website))) throw new Refusal(409, 'campaign_not_ready');
		return updated();
	}),
	[`POST ${ONE}/pause`]: inWebsite((call, website) => run(campaignOf(call, website), false)),
	[`POST ${ONE}/resume`]: inWebsite((call, website) => run(campaignOf(call, website), true)),
};

function run(campaign: Campaign, running: boolean) {
	const isPossible = campaign.dispatched && campaign.running !== running;
	if (!isPossible) throw new Refusal(409, running ? 'campaign_not_paused' : 'campaign_not_running');
	campaign.running = running;
	return updated();
}

/** Whether it says something, as somebody, to people or after an event. */
function isReady({ type, message, subject, sender, recipients, flow }: Campaign): boolean {
	const { segments = [], people = [], filter = [] } = recipients;
	const hasRecipients = Boolean(recipients.type) || segments.length + people.length + filter.length > 0;
	const isAimed = type === 'automated' ? Boolean(flow.launch_event) : hasRecipients;
	return message !== '' && subject !== '' && Boolean(sender.user_id) && isAimed;
}

/** Everybody, or who is named, is in a segment, or meets the conditions. */
function recipientsOf({ recipients }: Campaign): (person: Person) => boolean {
	const { type, segments = [], people = [], filter = [] } = recipients;
	if (type === 'all') return () => true;
	return (person) =>
		people.includes(person.people_id) ||
		segments.some((segment) => person.segments.includes(segment)) ||
		(filter.length > 0 && satisfies(person, filter as Condition[], 'and'));
}

const recipientView = ({ people_id, email, person, isSubscribed }: Person) => ({
	...{ people_id, email, person: { nickname: person.nickname, avatar: person.avatar ?? '' }, subscribed: isSubscribed },
});

function campaignOf({ vars }: Call, { campaigns }: Website): Campaign {
	const found = campaigns.find(({ campaign_id }) => campaign_id === vars.campaign_id);
	if (!found) throw missing('campaign');
	return found;
}

function excerptOf(campaign: Campaign) {
	const { campaign_id, type, format, name, subject, tag, dispatched, running } = campaign;
	const { created_at, updated_at, dispatched_at } = campaign;
	const counts = { progress: 0, targets: 0, reached: 0 };
	const ready = isReady(campaign);
	return {
		...{ campaign_id, type, format, name, subject, tag, ready, dispatched, running, ...counts },
		...{ created_at, updated_at, dispatched_at },
	};
}

/** The status by which the list is filtered; none is ever done, as nothing is sent. */
function statusOf(campaign: Campaign): string {
	if (campaign.dispatched) return campaign.running ? 'sending' : 'paused';
	return isReady(campaign) ? 'ready' : 'not_configured';
}

function isWanted({ query }: Call) {
	const words = (query.search_name ?? '').toLowerCase();
	const chosen = (prefix: string) =>
		Object.keys(query).filter((name) => name.startsWith(prefix) && query[name] === '1');
	const types = chosen('filter_type_').map((name) => name.slice('filter_type_'.length).replace('_', '-'));
	const statuses = chosen('filter_status_').map((name) => name.slice('filter_status_'.length));
	return (campaign: Campaign) =>
		campaign.name.toLowerCase().includes(words) &&
		(query.filter_tag === undefined || campaign.tag === query.filter_tag) &&
		(types.length === 0 || types.includes(campaign.type)) &&
		(statuses.length === 0 || statuses.includes(statusOf(campaign)));
}
