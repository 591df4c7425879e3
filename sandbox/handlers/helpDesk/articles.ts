import { resolved, type Answer } from '../../http/answer';
import { routeKey, routes, type Route } from '../../http/routes';
import { answerByShape } from '../../http/shape';
import type { HelpArticle, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';

const DESK = '/v1/website/{website_id}/helpdesk';
const IN_KNOWLEDGE_BASE = '{locale}/{content_type}';

/** Undefined for an article that the website does not have. */
type Reader = (call: Call, website: Website) => Answer | undefined;

const readers: Record<string, Reader> = {
	[`GET ${DESK}/locales/{page_number}`]: (call, { articles }) => {
		const locales = [...new Set(articles.map(({ locale }) => locale))];
		const urlOfLocale = (locale: string) => `https://help.thistle-tea.example/${locale}/`;
		return listPage(call, locales, (locale) => ({ locale_id: `locale_${locale}`, locale, url: urlOfLocale(locale) }));
	},
	[`GET ${DESK}/page/list/${IN_KNOWLEDGE_BASE}/{page_number}`]: (call, website) =>
		listPage(call, ofKind(call, website, 'knowledge_base'), (page) => ({
			...{ entity_id: page.id, title: page.title, tree_path: page.path, url: urlOf(page) },
		})),
	[`GET ${DESK}/tree/metadata/${IN_KNOWLEDGE_BASE}/{path}`]: (call, website) =>
		answering(pageIn(call, website), ({ title, published, hidden }) => ({
			...{ format: 'markdown', title, description: '', state: { published, hidden, featured: false } },
		})),
	[`GET ${DESK}/tree/content/${IN_KNOWLEDGE_BASE}/{path}`]: (call, website) =>
		answering(pageIn(call, website), ({ content }) => ({ content })),
	[`GET ${DESK}/locale/{locale}/articles/{page_number}`]: (call, website) => {
		const { filter_status_published, filter_visibility_visible, search_title = '' } = call.query;
		const isWanted = ({ title, published, hidden }: HelpArticle) =>
			(!isOn(filter_status_published) || published) &&
			(!isOn(filter_visibility_visible) || !hidden) &&
			title.toLowerCase().includes(String(search_title).toLowerCase());
		return listPage(call, ofKind(call, website, 'classic').filter(isWanted), classicView);
	},
	[`GET ${DESK}/locale/{locale}/article/{article_id}`]: (call, website) =>
		answering(articleIn(call, website), (article) => ({ ...classicView(article), content: article.content })),
	[`GET ${DESK}/locale/{locale}/article/{article_id}/page`]: (call, website) =>
		answering(articleIn(call, website), (article) => ({ title: article.title, url: urlOf(article) })),
};

const answering = (article: HelpArticle | undefined, view: (article: HelpArticle) => unknown) =>
	article && resolved(view(article));

const byKey = new Map(routes.map((route) => [routeKey(route), route]));

/**
 * What the two help desks read of the articles that a website has. All else is answered with samples, as on the other routes
 * of the help desk: a language without articles, and an article that the website does not have, because writing is not kept.
 */
export const articleHandlers: Handlers = Object.fromEntries(
	Object.entries(readers).map(([key, read]) => [
		key,
		inWebsite((call, website) => {
			const { locale } = call.vars;
			const isKept = website.articles.some((article) => locale === undefined || article.locale === locale);
			const answer = isKept ? read(call, website) : undefined;
			const route = byKey.get(key);
			if (!answer && !route) throw new Error(`The handler ${key} has no route`);
			return answer ?? answerByShape(route as Route, call.vars);
		}),
	]),
);

const isOn = (value: unknown) => value !== undefined && String(value) !== '0';

const urlOf = ({ locale, id, path }: HelpArticle) =>
	`https://help.thistle-tea.example/${locale}/article/${path || id}/`;

function ofKind({ vars }: Call, { articles }: Website, kind: HelpArticle['kind']): HelpArticle[] {
	return articles.filter(
		(article) =>
			article.kind === kind &&
			article.locale === vars.locale &&
			(kind === 'classic' || article.content_type === vars.content_type),
	);
}

const pageIn = (call: Call, website: Website) =>
	ofKind(call, website, 'knowledge_base').find(({ path }) => path === call.vars.path);

const articleIn = (call: Call, website: Website) =>
	ofKind(call, website, 'classic').find(({ id }) => id === call.vars.article_id);

function classicView({ id, title, published, hidden }: HelpArticle) {
	const [status, visibility] = [published ? 'published' : 'draft', hidden ? 'hidden' : 'visible'];
	return { article_id: id, title, description: '', status, visibility, order: 0, featured: false };
}
