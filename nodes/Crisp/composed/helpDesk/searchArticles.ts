import { UserError, type IDataObject } from 'n8n-workflow';
import { named } from '../../../shared/events/vocabulary';
import { choice, flag, list, number, text } from '../../operations/field';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { articleText } from './articleText';
import { fullPage, helpDesks, localesOf, mostPages, type Article, type Shelf, type Title } from './helpDesks';
import { bestOf } from './ranking';

/** The most languages and articles that are read. */
const most = { locales: 5, articles: 10 };
const mostTitles = mostPages * fullPage;

/** Crisp has no search in texts: titles are read and compared here, and the best articles are read. */
export const searchArticles: ComposedOperation = {
	action: 'Search the articles of the help desk',
	description: 'Retrieve the articles whose titles fit a question best, with their texts and addresses',
	note: `Texts are not searched. Takes a request for every ${fullPage} titles, of which ${mostTitles} in each of ${most.locales} languages are read at most, and 2 for each article; without Locales, one more.`,
	scope: 'website:helpdesk',
	variables: ['website_id'],
	isReadOnly: true,
	body: {
		search_query: text('What to search for: a question, or a few words', {
			required: true,
			example: 'How do I return a parcel?',
		}),
		help_desk: choice(
			{ knowledge_base: 'Knowledge Base', classic: 'Classic Help Desk' },
			'Which of the two the website has; new workspaces have the knowledge base',
			{ required: true, fallback: 'knowledge_base' },
		),
		locales: list('Languages to search in, separated by commas; those of the help desk when left out', {
			example: 'en, fr',
		}),
		content_type: choice(['articles', 'guides', 'news', 'references'], 'The part of the knowledge base', {
			fallback: 'articles',
		}),
		max_articles: number(`The most articles, up to ${most.articles}`, { fallback: 3 }),
		max_characters: number('The most characters of the text of each article', { fallback: 1_500 }),
		include_drafts: flag(
			'Whether drafts and hidden articles are included. Risk: an agent may tell visitors what is in them.',
			{ fallback: false },
		),
	},
	returns: ['article_title', 'article_text', 'article_url', 'locale', 'published', 'website_id', 'article_id'],
	async compose(composing) {
		const { values, client } = composing;
		const limits = limitsOf(values);
		const titles = await titlesFor(composing);
		const desk = helpDesks[values.help_desk as keyof typeof helpDesks];
		const found = await firstThat(bestOf(String(values.search_query), titles), limits.articles, async (one) => ({
			...one,
			article: await desk.read(client, one.shelf, one),
		}));
		return found.map(({ title, id, shelf, article }) => ({
			json: named({
				article_title: title,
				article_text: articleText(article.content, limits.characters),
				article_url: article.url || null,
				locale: shelf.locale,
				published: article.isPublished,
				website_id: shelf.website_id,
				article_id: id || null,
			}),
		}));
	},
};

function limitsOf({ max_articles, max_characters }: IDataObject) {
	const [articles, characters] = [Number(max_articles), Number(max_characters)];
	if (!(Number.isInteger(articles) && articles >= 1 && articles <= most.articles)) {
		throw new UserError(`'Max Articles' cannot be ${articles}`, {
			description: `Give a whole number from 1 to ${most.articles}, or leave the field out.`,
		});
	}
	if (!(characters >= 1)) {
		throw new UserError(`'Max Characters' is too small: ${characters}`, { description: 'Give 1 or more.' });
	}
	return { articles, characters };
}

type Shelved = Title & { shelf: Shelf };

/** The titles of all languages; read once for all items of a run. */
async function titlesFor({ values, client, shared }: Composing): Promise<Shelved[]> {
	const website_id = String(values.website_id);
	const given = (values.locales ?? []) as string[];
	const locales = given.length > 0 ? given : await shared(`locales of ${website_id}`, readLocales);
	const shelves = locales
		.slice(0, most.locales)
		.map((locale): Shelf => ({
			website_id,
			locale,
			content_type: String(values.content_type),
			hasDrafts: values.include_drafts === true,
		}));
	const desk = values.help_desk as keyof typeof helpDesks;
	const all = await Promise.all(
		shelves.map(
			async (shelf) => await shared(`titles of ${desk} ${JSON.stringify(shelf)}`, async () => await read(shelf)),
		),
	);
	return all.flat();

	async function readLocales() {
		return await localesOf(client, website_id);
	}

	async function read(shelf: Shelf): Promise<Shelved[]> {
		return (await helpDesks[desk].titles(client, shelf)).map((title) => ({ ...title, shelf }));
	}
}

type Read = Shelved & { article: Article };

/** The first `count` that can be read, in their order. Of those that cannot, such as drafts, as many again are tried. */
async function firstThat(
	ranked: Shelved[],
	count: number,
	read: (one: Shelved) => Promise<Shelved & { article?: Article }>,
): Promise<Read[]> {
	const found: Read[] = [];
	for (let next = 0; next < Math.min(ranked.length, 2 * count) && found.length < count;) {
		const tried = ranked.slice(next, Math.min(next + count - found.length, 2 * count));
		next += tried.length;
		const articles = await Promise.all(tried.map(read));
		found.push(...articles.filter((one): one is Read => one.article !== undefined));
	}
	return found;
}
