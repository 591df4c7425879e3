import { randomUUID } from 'crypto';
import { added, deleted, missing, resolved, updated } from '../http/answer';
import type { Inbox, Website } from '../state/state';
import { inWebsite, listPage, type Call, type Handlers } from './call';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/inbox/{inbox_id}`;

export const inboxHandlers: Handlers = {
	[`GET ${WEBSITE}/inboxes/list/{page_number}`]: inWebsite((call, website) => {
		const ordered = [...website.inboxes].sort((a, b) => a.order - b.order);
		return listPage(call, ordered, (inbox) => inboxView(inbox, website));
	}),
	[`POST ${WEBSITE}/inbox`]: inWebsite(({ world, body }, website) => {
		const inbox_id = randomUUID();
		website.inboxes.push(inboxFrom(body, inbox_id, world.clock(), world.clock()));
		return added({ inbox_id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => resolved(inboxView(inboxOf(call, website), website))),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(inboxOf(call, website))),
	[`PUT ${ONE}`]: inWebsite((call, website) => {
		const inbox = inboxOf(call, website);
		const { inbox_id, created_at } = inbox;
		Object.assign(inbox, inboxFrom(call.body, inbox_id, created_at, call.world.clock()));
		return updated();
	}),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const inbox = inboxOf(call, website);
		website.inboxes = website.inboxes.filter((entry) => entry !== inbox);
		return deleted();
	}),
	[`PATCH ${WEBSITE}/inboxes/batch/order`]: inWebsite(({ body }, website) => {
		for (const { inbox_id, order } of body.orders as Array<Partial<Inbox>>) {
			const inbox = website.inboxes.find((entry) => entry.inbox_id === inbox_id);
			if (inbox && order !== undefined) inbox.order = order;
		}
		return updated();
	}),
};

/** As in Crisp, the response includes the operators of the inbox's teams. */
function inboxView(inbox: Inbox, { teams }: Website) {
	const sharing = teams.filter(({ team_id }) => inbox.teams.includes(team_id));
	return { ...inbox, team_operators: [...new Set(sharing.flatMap(({ operators }) => operators))] };
}

function inboxOf({ vars }: Call, website: Website): Inbox {
	const inbox = website.inboxes.find(({ inbox_id }) => inbox_id === vars.inbox_id);
	if (!inbox) throw missing('inbox');
	return inbox;
}

function inboxFrom(body: Record<string, unknown>, inbox_id: string, created_at: number, updated_at: number): Inbox {
	const fields = body as unknown as Inbox;
	return {
		inbox_id,
		name: fields.name,
		emoji: fields.emoji,
		order: fields.order,
		operators: fields.operators,
		teams: fields.teams ?? [],
		conditions: fields.conditions,
		operator: fields.operator ?? 'and',
		created_at,
		updated_at,
	};
}
