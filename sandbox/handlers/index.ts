import { routeKey, routes } from '../http/routes';
import { batchHandlers } from './batch';
import { bucketHandlers } from './bucket';
import type { Handlers } from './call';
import { conversationHandlers } from './conversations';
import { inboxHandlers } from './inboxes';
import { messageHandlers } from './messages';
import { operatorHandlers } from './operators';
import { peopleHandlers } from './people';
import { pluginHandlers } from './plugin';
import { suggestionHandlers } from './suggestions';
import { teamHandlers } from './teams';
import { userHandlers } from './user';
import { websiteHandlers } from './website';

/** Routes the sandbox keeps state for; every other one is answered by the shape of its answer. */
export const handlers: Handlers = {
	...batchHandlers,
	...bucketHandlers,
	...conversationHandlers,
	...inboxHandlers,
	...messageHandlers,
	...operatorHandlers,
	...peopleHandlers,
	...pluginHandlers,
	...suggestionHandlers,
	...teamHandlers,
	...userHandlers,
	...websiteHandlers,
};

const known = new Set(routes.map(routeKey));
const stray = Object.keys(handlers).find((key) => !known.has(key));
if (stray) throw new Error(`There is no route ${stray} to handle`);
