import { deleted, listed, missing, resolved, updated } from '../../http/answer';
import type { HelpArticle, Website } from '../../state/state';
import { inWebsite, type Call, type Handlers } from '../call';
import { articleOf, classicArticle } from './classic';

const ARTICLE = '/v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}';
const ONE = `${ARTICLE}/alternate/{locale_linked}`;

/** The same article of the classic help desk in other languages. Each of two linked articles names the other one. */
export const alternateHandlers: Handlers = {
	[`GET ${ARTICLE}/alternates`]: inWebsite((call, website) =>
		listed(alternatesOf(website, articleOf(call, website)).map(viewOf)),
	),
	[`GET ${ONE}`]: inWebsite((call, website) => resolved(viewOf(alternateOf(call, website)))),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(viewOf(alternateOf(call, website)))),
	[`PUT ${ONE}`]: inWebsite((call, website) => {
		const article = articleOf(call, website);
		const linked = classicArticle(website, call.vars.locale_linked, call.body.article_id as string);
		unlink(website, article, linked.locale);
		unlink(website, linked, article.locale);
		article.alternates = { ...article.alternates, [linked.locale]: linked.id };
		linked.alternates = { ...linked.alternates, [article.locale]: article.id };
		return updated();
	}),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		unlink(website, articleOf(call, website), alternateOf(call, website).locale);
		return deleted();
	}),
};

/** An article that was deleted is no alternate of another. */
const alternatesOf = ({ articles }: Website, { alternates = {} }: HelpArticle) =>
	articles.filter(({ locale, id }) => alternates[locale] === id);

function alternateOf(call: Call, website: Website): HelpArticle {
	const alternates = alternatesOf(website, articleOf(call, website));
	const found = alternates.find(({ locale }) => locale === call.vars.locale_linked);
	if (!found) throw missing('alternate');
	return found;
}

function unlink(website: Website, article: HelpArticle, locale: string): void {
	const linked = alternatesOf(website, article).find((one) => one.locale === locale);
	delete article.alternates?.[locale];
	delete linked?.alternates?.[article.locale];
}

const viewOf = ({ locale, id }: HelpArticle) => ({ locale, article_id: id });
