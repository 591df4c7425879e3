import { Refusal, added, deleted, listed, resolved, updated } from '../http/answer';
import { operatorIn, type Operator, type Website } from '../state/state';
import { without } from '../workspace/view';
import type { World } from '../state/world';
import { inWebsite, type Handlers } from './call';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/operator/{user_id}`;

export const operatorHandlers: Handlers = {
	[`GET ${WEBSITE}/operators/list`]: inWebsite((_, { operators, sandboxSeats, invites }) => {
		const members = operators.map((operator) => ({ type: 'operator', details: operatorView(operator) }));
		const seats = sandboxSeats.map((seat) => ({ type: 'sandbox', details: operatorView(seat) }));
		const invited = invites.map((details) => ({ type: 'invite', details }));
		return listed([...members, ...seats, ...invited]);
	}),
	[`GET ${ONE}`]: inWebsite(({ vars }, website) => resolved(operatorView(operatorIn(website, vars.user_id ?? '')))),
	[`POST ${WEBSITE}/operator`]: inWebsite(({ body }, website) => {
		website.invites.push({ email: body.email as string, role: body.role as string });
		return added();
	}),
	[`PATCH ${ONE}`]: inWebsite(({ vars, body }, website) => {
		const { role, title } = body as { role?: string; title?: string };
		const operator = operatorIn(website, vars.user_id ?? '');
		operator.role = role ?? operator.role;
		operator.title = title ?? operator.title;
		return updated();
	}),
	[`DELETE ${ONE}`]: inWebsite(({ vars }, website) => {
		const operator = operatorIn(website, vars.user_id ?? '');
		if (website.operators.length === 1) {
			throw new Refusal(403, 'not_allowed', 'the last operator of a website cannot be unlinked');
		}
		website.operators = website.operators.filter((entry) => entry !== operator);
		return deleted();
	}),
	[`GET ${WEBSITE}/availability/operators`]: inWebsite(({ world }, { operators, sandboxSeats }) =>
		listed([...operators, ...sandboxSeats].map((seat) => availabilityView(seat, world.clock()))),
	),
	[`GET ${WEBSITE}/availability/status`]: inWebsite((_, website) => {
		const sinces = website.operators.map(({ available_since }) => available_since);
		const since = Math.max(...sinces);
		return resolved({ status: isOnline(website) ? 'online' : 'away', since });
	}),
};

const operatorView = (operator: Operator) => without(operator, 'available_since');

function availabilityView({ user_id, availability, available_since }: Operator, now: number) {
	const time = { for: now - available_since, since: available_since };
	return { user_id, type: availability, time };
}

const isOnline = ({ operators }: Website) => operators.some(({ availability }) => availability === 'online');

/** Only for the page and the control API: in Crisp, operators come online by opening the app, not with a REST route. */
export function setAvailability(
	world: World,
	website: Website,
	operator: Operator,
	availability: Operator['availability'],
): void {
	const wasOnline = isOnline(website);
	operator.availability = availability;
	operator.available_since = world.clock();
	const change = { user_id: operator.user_id, availability: { type: availability } };
	const { website_id } = website;
	world.announcer.announce('website:update_operators_availability', website_id, change);
	if (isOnline(website) === wasOnline) return;
	world.announcer.announce('website:users:available', website_id, { available: !wasOnline });
}
