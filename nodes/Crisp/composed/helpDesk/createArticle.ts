import type { IDataObject } from 'n8n-workflow';
import { ifThere } from '../../../shared/api/client';
import { parseRoute } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';
import { flag, longText, number, picker, text } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { bodyOf, changeOnce, createWhole, type Creation, type Making } from '../creating/creation';
import { continuing, skipping } from '../creating/fields';
import { isForReaders } from './helpDesks';

const desk = '/v1/website/{website_id}/helpdesk/locale/{locale}';

const creation: Creation = {
	what: 'article',
	id: 'article_id',
	idLabel: 'Article',
	name: 'title',
	list: parseRoute(`GET ${desk}/articles/{page_number}`),
	create: parseRoute(`POST ${desk}/article`),
	one: parseRoute(`GET ${desk}/article/{article_id}`),
	place: ['locale'],
	later: ['content', 'description', 'featured', 'order'],
	search: (title) => ({ search_title: title }),
	within: ({ category_id, section_id }) => ({
		...(category_id !== undefined && { filter_category_id: category_id }),
		...(section_id !== undefined && { filter_section_id: section_id }),
	}),
	isSame: ({ category }, { category_id }) => {
		const own = textIn((Object(category) as IDataObject).category_id);
		return category_id === undefined || own === '' || own === category_id;
	},
	isUntouched: (article) => !isForReaders({ status: 'draft', ...article }) && textIn(article.content) === '',
	finish,
	output,
};

/** The article is published last, so that readers see it only when it is complete. */
async function finish(making: Making): Promise<void> {
	const { composing, steps, path } = making;
	const { values, client } = composing;
	const category = { path: `${path}/category`, body: bodyOf(values, ['category_id', 'section_id']) };
	await changeOnce(making, 'category', category, 'it was put into the category');
	if (values.publish !== true) return;
	const publish = async () => await client.send({ method: 'POST', path: `${path}/publish` });
	await steps.take('publish', publish, () => ({ text: 'it was published' }));
}

async function output(read: IDataObject, { composing, path, isCreated }: Making) {
	const { values, client } = composing;
	const page = Object(await ifThere(client.send({ method: 'GET', path: `${path}/page` }))) as IDataObject;
	const category = Object(read.category) as IDataObject;
	const set = isCreated ? values : {};
	return {
		article_title: read.title,
		article_description: read.description ?? null,
		article_text: read.content ?? '',
		article_url: page.url ?? null,
		locale: values.locale,
		published: (isCreated && values.publish === true) || isForReaders({ status: 'draft', ...read }),
		featured: read.featured === true,
		order: read.order ?? null,
		category_id: set.category_id ?? category.category_id ?? null,
		section_id: set.section_id ?? (Object(category.section) as IDataObject).section_id ?? null,
	};
}

/** The whole article of the classic help desk; https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const createArticle: ComposedOperation = {
	action: 'Create an article of the classic help desk',
	description: 'Create a whole article: a draft, or published at once',
	variables: ['website_id', 'locale'],
	body: {
		title: text('Title of the article', { required: true }),
		content: longText('Text of the article, in Markdown of Crisp', { isMain: true }),
		description: longText('Short description of the article'),
		category_id: picker('category', 'The category that gets the article'),
		section_id: picker('section', 'The section of the category'),
		featured: flag('Whether the article is featured'),
		order: number('Position in the list'),
		publish: flag('Whether readers see the article; without it, it is a draft', { fallback: false, isMain: true }),
		...skipping(
			'Whether to return the existing article with exactly this title and category, unchanged, instead of creating another',
		),
		...continuing('article_id', 'article', 'article'),
	},
	returns: [
		...(['article_title', 'article_description', 'article_text', 'article_url', 'locale', 'published'] as const),
		...(['featured', 'order', 'created', 'website_id', 'category_id', 'section_id', 'article_id'] as const),
	],
	compose: async (composing) => await createWhole(composing, creation),
};
