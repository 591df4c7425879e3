import { added, deleted, missing, Refusal, resolved, updated } from '../../http/answer';
import { emptyHelpDesk } from '../../state/helpArticles';
import type { HelpDesk, Website } from '../../state/state';
import { merged } from '../../workspace/people';
import { inWebsite, type Handlers } from '../call';
import { addressOf, domainOf } from './shown';

const DESK = '/v1/website/{website_id}/helpdesk';

/** The help desk of a website: name, domain and settings. */
export const deskHandlers: Handlers = {
	[`GET ${DESK}`]: inWebsite((_, website) => resolved(viewOf(deskOf(website)))),
	[`HEAD ${DESK}`]: inWebsite((_, website) => resolved(viewOf(deskOf(website)))),
	[`POST ${DESK}`]: inWebsite(({ body }, website) => {
		if (website.helpDesk) throw new Refusal(409, 'helpdesk_exists');
		website.helpDesk = emptyHelpDesk(body.name as string, body.domain_basic as string);
		return added();
	}),
	[`DELETE ${DESK}`]: inWebsite((_, website) => {
		deskOf(website);
		Object.assign(website, { helpDesk: null, articles: [], categories: [], sections: [] });
		return deleted();
	}),
	[`GET ${DESK}/domain`]: inWebsite((_, website) => resolved(domainOf(deskOf(website)))),
	[`PATCH ${DESK}/domain`]: inWebsite(({ body }, website) => {
		Object.assign(deskOf(website).domain, body);
		return updated();
	}),
	[`GET ${DESK}/settings`]: inWebsite((_, website) => resolved(deskOf(website).settings)),
	[`PATCH ${DESK}/settings`]: inWebsite(({ body }, website) => {
		const desk = deskOf(website);
		desk.settings = merged(desk.settings, body);
		return updated();
	}),
};

export function deskOf({ helpDesk }: Website): HelpDesk {
	if (!helpDesk) throw missing('helpdesk');
	return helpDesk;
}

const viewOf = (desk: HelpDesk) => ({ name: desk.settings.name, url: addressOf(desk) });
