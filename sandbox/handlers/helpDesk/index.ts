import type { Handlers } from '../call';
import { alternateHandlers } from './alternates';
import { categoryHandlers } from './categories';
import { classicHandlers } from './classic';
import { deskHandlers } from './desk';
import { knowledgeBaseHandlers } from './knowledgeBase';
import { localeHandlers } from './locales';
import { redirectionHandlers } from './redirections';

/** Both help desks: the classic one and the new knowledge base. */
export const helpDeskHandlers: Handlers = {
	...alternateHandlers,
	...categoryHandlers,
	...classicHandlers,
	...deskHandlers,
	...knowledgeBaseHandlers,
	...localeHandlers,
	...redirectionHandlers,
};
