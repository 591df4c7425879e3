import { routeKey, routes, type Route } from '../../http/routes';
import { answerByShape } from '../../http/shape';
import { inWebsite, listPage, type Handlers } from '../call';
import { categoryHandlers } from './categories';
import { classicHandlers } from './classic';
import { knowledgeBaseHandlers } from './knowledgeBase';

const LOCALES = 'GET /v1/website/{website_id}/helpdesk/locales/{page_number}';
const localesRoute = routes.find((route) => routeKey(route) === LOCALES) as Route;

/** Both help desks. The languages are those of the articles; a website without articles answers with samples. */
export const helpDeskHandlers: Handlers = {
	...categoryHandlers,
	...classicHandlers,
	...knowledgeBaseHandlers,
	[LOCALES]: inWebsite((call, { articles }) => {
		if (articles.length === 0) return answerByShape(localesRoute, call.vars);
		const locales = [...new Set(articles.map(({ locale }) => locale))];
		const urlOfLocale = (locale: string) => `https://help.thistle-tea.example/${locale}/`;
		return listPage(call, locales, (locale) => ({ locale_id: `locale_${locale}`, locale, url: urlOfLocale(locale) }));
	}),
};
