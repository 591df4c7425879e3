import type { IDataObject } from 'n8n-workflow';
import { ifThere, type Client } from '../../../shared/api/client';
import { entriesIn, isPartial } from '../../../shared/api/list';
import { fillPath, onPage, parseRoute, type Route } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';

/** Where articles are: a language of the help desk of a website. */
export interface Shelf {
	website_id: string;
	locale: string;
	/** The part of the knowledge base. */
	content_type: string;
	/** Whether drafts and hidden articles are wanted, too. */
	hasDrafts: boolean;
}

export interface Title {
	title: string;
	/** Identifies the article: its path in the knowledge base, or its ID in the classic help desk. */
	place: string;
	id: string;
	/** Empty if the list does not tell. */
	url: string;
}

export interface Article {
	content: string;
	url: string;
	isPublished: boolean;
}

/** The two kinds of help desks that a workspace may have. */
interface HelpDesk {
	/** The titles of a language, of at most `mostPages`. */
	titles(client: Client, shelf: Shelf): Promise<Title[]>;
	/** An article, by two requests; undefined if it does not exist any more, or is not for readers and drafts are not wanted. */
	read(client: Client, shelf: Shelf, title: Title): Promise<Article | undefined>;
}

const desk = '/v1/website/{website_id}/helpdesk';
const inKnowledgeBase = (part: string, rest: string) =>
	parseRoute(`GET ${desk}/${part}/{locale}/{content_type}/${rest}`);
const inClassic = (rest: string) => parseRoute(`GET ${desk}/locale/{locale}/${rest}`);

const routes = {
	locales: parseRoute(`GET ${desk}/locales/{page_number}`),
	pages: inKnowledgeBase('page/list', '{page_number}'),
	details: inKnowledgeBase('tree/metadata', '{path}'),
	content: inKnowledgeBase('tree/content', '{path}'),
	articles: inClassic('articles/{page_number}'),
	article: inClassic('article/{article_id}'),
	page: inClassic('article/{article_id}/page'),
};

/** How many pages of titles are read at most in a language. */
export const mostPages = 5;
/** A page has 20 entries; only the last has fewer, unless Crisp says that more follow (docs/assumptions.md). */
export const fullPage = 20;

/** Reads a list to its end, or to `mostPages`: to search only a part does no harm, and each page takes a request. */
async function readList(client: Client, path: string, query?: IDataObject): Promise<IDataObject[]> {
	const entries: IDataObject[] = [];
	for (let page = 1; page <= mostPages; page++) {
		const answer = await client.send({ method: 'GET', path: onPage(path, page), query });
		const found = entriesIn(answer);
		entries.push(...found.map(fieldsOf));
		if (found.length === 0 || (found.length < fullPage && !isPartial(answer))) break;
	}
	return entries;
}

/** The languages of a help desk, in Crisp's order. */
export async function localesOf(client: Client, website_id: string): Promise<string[]> {
	const found = await readList(client, fillPath(routes.locales, { website_id }));
	return found.map(({ locale }) => textIn(locale)).filter(Boolean);
}

const fieldsOf = (value: unknown): IDataObject => Object(value) as IDataObject;

const variablesOf = ({ website_id, locale, content_type }: Shelf) => ({ website_id, locale, content_type });

async function read(client: Client, route: Route, variables: Record<string, string>): Promise<IDataObject | undefined> {
	const found = await ifThere(client.send({ method: 'GET', path: fillPath(route, variables) }));
	return found === undefined ? undefined : fieldsOf(found);
}

const isTitled = ({ title, place }: Title) => title !== '' && place !== '';

/** The new one. Whether a page is for readers is in its details; a page whose state Crisp does not tell counts as a draft. */
const knowledgeBase: HelpDesk = {
	async titles(client, shelf) {
		const found = await readList(client, fillPath(routes.pages, variablesOf(shelf)));
		const titles = found.map(({ title, tree_path, entity_id, url }) => ({
			title: textIn(title),
			place: textIn(tree_path),
			id: textIn(entity_id),
			url: textIn(url),
		}));
		return titles.filter(isTitled);
	},
	async read(client, shelf, { place, url }) {
		const variables = { ...variablesOf(shelf), path: place };
		const [details, content] = await Promise.all(
			[routes.details, routes.content].map(async (route) => await read(client, route, variables)),
		);
		const { published, hidden } = fieldsOf(details?.state);
		const isPublished = published === true && hidden !== true;
		if (!content || !(isPublished || shelf.hasDrafts)) return undefined;
		return { content: textIn(content.content), url, isPublished };
	},
};

/** Crisp's list filters by the state; where an entry or article says another one, that counts, too. */
const classic: HelpDesk = {
	async titles(client, shelf) {
		const query = shelf.hasDrafts ? undefined : { filter_status_published: 1, filter_visibility_visible: 1 };
		const found = await readList(client, fillPath(routes.articles, variablesOf(shelf)), query);
		const wanted = found.filter((entry) => shelf.hasDrafts || isForReaders(entry));
		return wanted
			.map(({ title, article_id }) => ({
				title: textIn(title),
				place: textIn(article_id),
				id: textIn(article_id),
				url: '',
			}))
			.filter(isTitled);
	},
	async read(client, shelf, { place }) {
		const variables = { ...variablesOf(shelf), article_id: place };
		const [article, page] = await Promise.all(
			[routes.article, routes.page].map(async (route) => await read(client, route, variables)),
		);
		if (!article) return undefined;
		const isPublished = isForReaders(article);
		if (!isPublished && !shelf.hasDrafts) return undefined;
		return { content: textIn(article.content), url: textIn(page?.url), isPublished };
	},
};

export const isForReaders = ({ status = 'published', visibility = 'visible' }: IDataObject) =>
	status === 'published' && visibility === 'visible';

export const helpDesks = { knowledge_base: knowledgeBase, classic };
