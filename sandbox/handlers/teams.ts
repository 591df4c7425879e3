import { randomUUID } from 'crypto';
import { added, deleted, missing, resolved, updated } from '../http/answer';
import type { Team, Website } from '../state/state';
import { inWebsite, listPage, type Call, type Handlers } from './call';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/team/{team_id}`;

export const teamHandlers: Handlers = {
	[`GET ${WEBSITE}/teams/list/{page_number}`]: inWebsite((call, { teams }) => listPage(call, teams)),
	[`POST ${WEBSITE}/team`]: inWebsite(({ world, body }, website) => {
		const now = world.clock();
		const team = { ...cardFrom(body), team_id: randomUUID(), created_at: now, updated_at: now };
		website.teams.push(team);
		return added({ team_id: team.team_id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => resolved(teamOf(call, website))),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(teamOf(call, website))),
	[`PUT ${ONE}`]: inWebsite((call, website) => {
		Object.assign(teamOf(call, website), cardFrom(call.body), { updated_at: call.world.clock() });
		return updated();
	}),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const team = teamOf(call, website);
		website.teams = website.teams.filter((entry) => entry !== team);
		return deleted();
	}),
};

function teamOf({ vars }: Call, website: Website): Team {
	const team = website.teams.find(({ team_id }) => team_id === vars.team_id);
	if (!team) throw missing('team');
	return team;
}

function cardFrom(body: Record<string, unknown>) {
	const { name = '', emoji = '', operators = [] } = body as Partial<Team>;
	return { name, emoji, operators };
}
