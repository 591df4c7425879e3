import { routeKey, routes } from '../http/routes';
import { batchHandlers } from './batch';
import { bucketHandlers } from './bucket';
import type { Handlers } from './call';
import { conversationHandlers } from './conversations';
import { campaignHandlers } from './campaigns/campaigns';
import { templateHandlers } from './campaigns/templates';
import { helpDeskHandlers } from './helpDesk';
import { inboxHandlers } from './inboxes';
import { analyticsHandlers } from './insight/analytics';
import { visitorHandlers } from './insight/visitors';
import { messageHandlers } from './messages';
import { operatorHandlers } from './operators';
import { peopleHandlers } from './people';
import { pluginHandlers } from './plugin';
import { suggestionHandlers } from './suggestions';
import { teamHandlers } from './teams';
import { userHandlers } from './user';
import { websiteHandlers } from './website';

/** The routes that the sandbox keeps state for; all others respond with sample data of the right shape. */
export const handlers: Handlers = {
	...analyticsHandlers,
	...batchHandlers,
	...bucketHandlers,
	...campaignHandlers,
	...conversationHandlers,
	...helpDeskHandlers,
	...inboxHandlers,
	...messageHandlers,
	...operatorHandlers,
	...peopleHandlers,
	...pluginHandlers,
	...suggestionHandlers,
	...teamHandlers,
	...templateHandlers,
	...userHandlers,
	...visitorHandlers,
	...websiteHandlers,
};

const known = new Set(routes.map(routeKey));
const stray = Object.keys(handlers).find((key) => !known.has(key));
if (stray) throw new Error(`The handler ${stray} has no route`);
