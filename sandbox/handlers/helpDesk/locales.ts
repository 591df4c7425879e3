import { added, deleted, missing, Refusal, resolved } from '../../http/answer';
import type { HelpArticle, Website } from '../../state/state';
import { inWebsite, listPage, type Handlers } from '../call';
import { deskOf } from './desk';
import { addressOf } from './shown';

const DESK = '/v1/website/{website_id}/helpdesk';
const ONE = `${DESK}/locale/{locale}`;

/** The languages of both help desks: those that were added, and those of the articles. */
export const localeHandlers: Handlers = {
	[`GET ${DESK}/locales/{page_number}`]: inWebsite((call, website) =>
		listPage(call, localesOf(website), (locale) => viewOf(website, locale)),
	),
	[`POST ${DESK}/locale`]: inWebsite(({ body }, website) => {
		const locale = body.locale as string;
		if (localesOf(website).includes(locale)) throw new Refusal(409, 'locale_exists');
		deskOf(website).locales.push(locale);
		return added();
	}),
	[`GET ${ONE}`]: inWebsite(({ vars }, website) => resolved(viewOf(website, localeIn(website, vars.locale)))),
	[`HEAD ${ONE}`]: inWebsite(({ vars }, website) => resolved(viewOf(website, localeIn(website, vars.locale)))),
	[`DELETE ${ONE}`]: inWebsite(({ vars }, website) => {
		const removed = localeIn(website, vars.locale);
		const isLeft = ({ locale }: { locale: string }) => locale !== removed;
		const desk = deskOf(website);
		desk.locales = desk.locales.filter((locale) => locale !== removed);
		website.articles = website.articles.filter(isLeft);
		website.categories = website.categories.filter(isLeft);
		const left = website.categories.map(({ category_id }) => category_id);
		website.sections = website.sections.filter(({ category_id }) => left.includes(category_id));
		return deleted();
	}),
};

const localesOf = (website: Website) => [
	...new Set([...deskOf(website).locales, ...website.articles.map(({ locale }) => locale)]),
];

function localeIn(website: Website, wanted = ''): string {
	if (!localesOf(website).includes(wanted)) throw missing('locale');
	return wanted;
}

function viewOf(website: Website, locale: string) {
	const articles = website.articles.filter((article) => article.locale === locale);
	const counts = (type: string) => countsOf(articles.filter(({ content_type }) => content_type === type));
	return {
		...{ locale_id: `locale_${locale}`, locale, url: `${addressOf(deskOf(website))}${locale}/` },
		statistics: {
			...{ articles: counts('articles'), guides: counts('guides') },
			...{ references: counts('references'), news: counts('news') },
		},
	};
}

/** A group is what pages have above them in their paths, or the category of a classic article. */
function countsOf(articles: HelpArticle[]) {
	const groups = articles.map(({ path, category_id }) => category_id ?? path.split('/').slice(0, -1).join('/'));
	return { entries: articles.length, groups: new Set(groups.filter(Boolean)).size };
}
