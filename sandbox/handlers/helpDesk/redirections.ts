import { randomUUID } from 'crypto';
import { added, deleted, missing, resolved } from '../../http/answer';
import type { HelpRedirection, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';
import { deskOf } from './desk';

const DESK = '/v1/website/{website_id}/helpdesk';
const ONE = `${DESK}/redirection/{redirection_id}`;

/** The redirections of both help desks. */
export const redirectionHandlers: Handlers = {
	[`GET ${DESK}/redirections/{page_number}`]: inWebsite((call, website) =>
		listPage(call, deskOf(website).redirections),
	),
	[`POST ${DESK}/redirection`]: inWebsite(({ world, body }, website) => {
		const redirection_id = randomUUID();
		const times = { created_at: world.clock(), updated_at: world.clock() };
		const { path, target } = body as { path: string; target: string };
		deskOf(website).redirections.push({ redirection_id, path, target, ...times });
		return added({ redirection_id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => resolved(redirectionOf(call, website))),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(redirectionOf(call, website))),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const redirection = redirectionOf(call, website);
		const desk = deskOf(website);
		desk.redirections = desk.redirections.filter((entry) => entry !== redirection);
		return deleted();
	}),
};

function redirectionOf({ vars }: Call, website: Website): HelpRedirection {
	const found = deskOf(website).redirections.find(({ redirection_id }) => redirection_id === vars.redirection_id);
	if (!found) throw missing('redirection');
	return found;
}
