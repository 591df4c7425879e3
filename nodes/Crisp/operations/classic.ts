import { color as aColor, flag, identifier, longText, number, picker, text } from './field';
import { op, resource } from './operation';
import { createArticle } from '../composed/helpDesk/createArticle';
import { createCategory, createSection } from '../composed/helpDesk/createCategory';
import { helpdeskImport } from './fields/helpdeskImport';
import { period } from './fields/period';
import { oneSwitch } from './fields/switches';

const description = 'For workspaces with the classic help desk; newer ones use Knowledge Base';

const order = number('Position in the list');
const title = text('Title of the article');
const articleDescription = longText('Short description of the article', { label: 'Description' });
const content = longText('Text of the article, in Markdown of Crisp', { label: 'Content' });
const featured = flag('Whether the article is featured');

const linked = {
	locale_linked: picker('locale', 'The language of the other version', { label: 'Other Locale', required: true }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const classicArticle = resource(
	'Classic Article',
	{
		create: createArticle,
		delete: op('DELETE /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', {
			action: 'Delete an article of the classic help desk',
		}),
		deleteAlternate: op(
			'DELETE /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/alternate/{locale_linked}',
			{ action: 'Unlink an article from its version in another language', path: linked },
		),
		exists: op('HEAD /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', {
			action: 'Check if an article of the classic help desk exists',
		}),
		existsAlternate: op(
			'HEAD /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/alternate/{locale_linked}',
			{
				name: 'Check If Alternate Exists',
				action: 'Check if an article has a version in another language',
				path: linked,
			},
		),
		export: op('POST /v1/website/{website_id}/helpdesk/locale/{locale}/export', {
			action: 'Export the articles of the classic help desk',
			description: 'Have all articles of a language sent by email to the user of the token',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', {
			action: 'Get an article of the classic help desk',
		}),
		getAll: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/articles/{page_number}', {
			action: 'Get many articles of the classic help desk',
			entry: 'article_id',
			query: {
				search_title: text('Words of the title'),
				filter_category_id: picker('category', 'Only articles of this category'),
				filter_section_id: picker('section', 'Only articles of this section'),
				status: oneSwitch(
					'filter_status_',
					{ any: 'Any', published: 'Published', draft: 'Draft' },
					'Whether only published articles are returned, or only drafts',
				),
				visibility: oneSwitch(
					'filter_visibility_',
					{ any: 'Any', visible: 'Visible', hidden: 'Hidden' },
					'Whether only visible articles are returned, or only hidden ones',
				),
				...period,
				sort_by: oneSwitch(
					'order_',
					{ usual: "Crisp's Order", visits: 'Most Visits' },
					'Which articles come first',
					'Sort By',
				),
			},
		}),
		getAllAlternates: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/alternates', {
			action: 'Get many versions of an article in other languages',
			entry: 'locale',
		}),
		getAllFeedbacks: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/feedback/list/{page_number}', {
			action: 'Get many feedbacks on the classic help desk',
			query: period,
		}),
		getAlternate: op(
			'GET /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/alternate/{locale_linked}',
			{ action: 'Get the version of an article in another language', path: linked },
		),
		getCategory: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/category', {
			action: 'Get the category of an article',
		}),
		getPage: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/page', {
			action: 'Get the page of an article',
			description: 'Retrieve the address at which readers find an article',
		}),
		getRatings: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/feedback/ratings', {
			action: 'Get the ratings of the classic help desk',
			description: 'Retrieve how many readers found articles helpful',
			query: period,
		}),
		import: op('POST /v1/website/{website_id}/helpdesk/locale/{locale}/import', {
			action: 'Import another help desk into the classic help desk',
			description: 'Have Crisp read another help desk and copy its articles, which takes a while',
			body: helpdeskImport,
		}),
		publish: op('POST /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/publish', {
			resends: 'always',
			action: 'Publish an article of the classic help desk',
		}),
		replace: op('PUT /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', {
			action: 'Replace an article of the classic help desk',
			description: 'Save a whole article; every field that is not given is emptied',
			body: {
				title: { ...title, required: true },
				content: { ...content, required: true },
				description: { ...articleDescription, fallback: '' },
				featured: { ...featured, fallback: false },
				order: { ...order, fallback: 0 },
			},
		}),
		setAlternate: op(
			'PUT /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/alternate/{locale_linked}',
			{
				action: 'Link an article to its version in another language',
				path: linked,
				body: {
					article_id: picker('linkedArticle', 'The article in the other language', {
						label: 'Linked Article',
						required: true,
					}),
				},
			},
		),
		unpublish: op('POST /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/unpublish', {
			resends: 'always',
			action: 'Unpublish an article of the classic help desk',
		}),
		update: op('PATCH /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}', {
			action: 'Update an article of the classic help desk',
			description: 'Change the fields given and keep the rest',
			body: { title, content, description: articleDescription, featured, order },
		}),
		updateCategory: op('PATCH /v1/website/{website_id}/helpdesk/locale/{locale}/article/{article_id}/category', {
			action: 'Update the category of an article',
			body: {
				category_id: picker('category', 'The category that gets the article', { required: true }),
				section_id: picker('section', 'The section of the category; empty for none', { emptied: '' }),
			},
		}),
	},
	{ description },
);

const name = text('Name that readers see');

const about = longText('What the category is about', { label: 'Description' });
const color = aColor('Color that readers see');
const image = identifier('Address of the picture', { label: 'Image URL' });

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const classicCategory = resource(
	'Classic Category',
	{
		create: createCategory,
		delete: op('DELETE /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}', {
			action: 'Delete a category of the classic help desk',
		}),
		exists: op('HEAD /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}', {
			action: 'Check if a category of the classic help desk exists',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}', {
			action: 'Get a category of the classic help desk',
		}),
		getAll: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/categories/{page_number}', {
			action: 'Get many categories of the classic help desk',
			entry: 'category_id',
			query: { search_name: text('Words of the name') },
		}),
		replace: op('PUT /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}', {
			action: 'Replace a category of the classic help desk',
			description: 'Save a whole category; every field that is not given is emptied',
			body: {
				name: { ...name, required: true },
				description: { ...about, fallback: '' },
				color: { ...color, fallback: '' },
				image: { ...image, fallback: '' },
				order: { ...order, fallback: 0 },
			},
		}),
		update: op('PATCH /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}', {
			action: 'Update a category of the classic help desk',
			description: 'Change the fields given and keep the rest',
			body: { name, description: about, color, image, order },
		}),
	},
	{ description },
);

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const classicSection = resource(
	'Classic Section',
	{
		create: createSection,
		delete: op('DELETE /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section/{section_id}', {
			action: 'Delete a section of the classic help desk',
		}),
		exists: op('HEAD /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section/{section_id}', {
			action: 'Check if a section of the classic help desk exists',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section/{section_id}', {
			action: 'Get a section of the classic help desk',
		}),
		getAll: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/sections/{page_number}', {
			action: 'Get many sections of the classic help desk',
			entry: 'section_id',
			query: { search_name: text('Words of the name') },
		}),
		replace: op('PUT /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section/{section_id}', {
			action: 'Replace a section of the classic help desk',
			body: { name: { ...name, required: true }, order: { ...order, required: true } },
		}),
		update: op('PATCH /v1/website/{website_id}/helpdesk/locale/{locale}/category/{category_id}/section/{section_id}', {
			action: 'Update a section of the classic help desk',
			description: 'Change the fields given and keep the rest',
			body: { name, order },
		}),
	},
	{ description },
);
