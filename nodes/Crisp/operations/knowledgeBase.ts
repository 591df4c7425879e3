import { choice, color, flag, identifier, longText, number, picker, text } from './field';
import { contentTypes, op, resource } from './operation';
import { createPage } from '../composed/helpDesk/createPage';
import { urlOfSession } from '../execute/summaries';
import { campaignFormat } from './fields/campaignDelivery';
import { helpdeskImport } from './fields/helpdeskImport';
import { period } from './fields/period';

/** The new knowledge base. Its routes are in Crisp's SDK, but not yet in the REST reference. */
export const knowledgeBase = resource(
	'Knowledge Base',
	{
		cancelChange: op('DELETE /v1/website/{website_id}/helpdesk/history/change/{change_id}', {
			action: 'Cancel a change of the knowledge base',
			body: {
				action: identifier("How it is canceled, by the name in Crisp's API", {
					label: 'Cancel Action',
					required: true,
				}),
			},
		}),
		create: createPage,
		delete: op('DELETE /v1/website/{website_id}/helpdesk/tree/path/{locale}/{content_type}/{path}', {
			action: 'Delete a page of the knowledge base',
		}),
		export: op('POST /v1/website/{website_id}/helpdesk/export/{locale}/{content_type}', {
			tier: 'user',
			action: 'Export a part of the knowledge base',
			description: 'Have all pages of a part sent by email to the user of the token',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/tree/path/{locale}/{content_type}/{path}', {
			action: 'Get a page of the knowledge base by path',
			description: 'Retrieve where a page stands in the tree, with what is below it',
		}),
		getAll: op('GET /v1/website/{website_id}/helpdesk/page/list/{locale}/{content_type}/{page_number}', {
			action: 'Get many pages of the knowledge base',
			entry: 'entity_id',
		}),
		getAllChanges: op('GET /v1/website/{website_id}/helpdesk/history/changes/{page_number}', {
			action: 'Get many changes of the knowledge base',
			entry: 'change_id',
			query: {
				filter_locale: picker('locale', 'Only changes in this language'),
				filter_type: choice(contentTypes, 'Only changes in this part', { label: 'Content Type' }),
				filter_tree_path: identifier('Only changes of this page', { label: 'Path' }),
			},
		}),
		getAllFeedbacks: op('GET /v1/website/{website_id}/helpdesk/feedback/list/{locale}/{content_type}/{page_number}', {
			action: 'Get many feedbacks on the knowledge base',
			query: period,
			simplify: {
				rating: 'rating',
				comment: 'comment',
				name: 'session.nickname',
				email: 'session.email',
				article_title: 'article.title',
				article_url: 'article.url',
				created_at: 'created_at',
				conversation_url: urlOfSession,
				session_id: 'session.session_id',
				article_id: 'article.article_id',
			},
		}),
		getAllTree: op('GET /v1/website/{website_id}/helpdesk/tree/list/{locale}/{content_type}/{page_number}', {
			name: 'Get Tree',
			action: 'Get the tree of the knowledge base',
			description: 'Retrieve pages and groups with what is below them',
			query: {
				search_title: text('Words of the title'),
				sub_path: identifier('Only what is below this path', { label: 'Below Path' }),
				...period,
			},
		}),
		getByID: op('GET /v1/website/{website_id}/helpdesk/page/entity/{locale}/{content_type}/{entity_id}', {
			action: 'Get a page of the knowledge base by ID',
			description: 'Retrieve title, path and address of a page',
		}),
		getChange: op('GET /v1/website/{website_id}/helpdesk/history/change/{change_id}', {
			action: 'Get a change of the knowledge base',
		}),
		getContent: op('GET /v1/website/{website_id}/helpdesk/tree/content/{locale}/{content_type}/{path}', {
			action: 'Get the content of a page of the knowledge base',
		}),
		getDetails: op('GET /v1/website/{website_id}/helpdesk/tree/metadata/{locale}/{content_type}/{path}', {
			action: 'Get the details of a page of the knowledge base',
			description: 'Retrieve title, description, state, author and look of a page',
		}),
		getRatings: op('GET /v1/website/{website_id}/helpdesk/feedback/ratings/{locale}/{content_type}', {
			action: 'Get the ratings of the knowledge base',
			description: 'Retrieve how many readers found pages helpful',
			query: period,
		}),
		getUrl: op('GET /v1/website/{website_id}/helpdesk/tree/page/{locale}/{content_type}/{path}', {
			action: 'Get the URL of a page of the knowledge base',
		}),
		import: op('POST /v1/website/{website_id}/helpdesk/import/{locale}/{content_type}', {
			tier: 'user',
			action: 'Import another help desk into the knowledge base',
			description: 'Have Crisp read another help desk and copy its pages, which takes a while',
			body: helpdeskImport,
		}),
		move: op('PATCH /v1/website/{website_id}/helpdesk/tree/path/{locale}/{content_type}/{path}', {
			action: 'Move a page of the knowledge base',
			description: 'Change path or position of a page in the tree',
			body: {
				action: choice({ move: 'Move', '*': 'Any Other' }, 'What is done; another action by an expression', {
					label: 'Move Action',
					required: true,
					fallback: 'move',
				}),
				'path.to': identifier('The path it gets', { label: 'New Path' }),
				position: number('Position in the list'),
			},
		}),
		refresh: op('POST /v1/website/{website_id}/helpdesk/refresh/{locale}/{content_type}', {
			resends: 'always',
			action: 'Refresh a part of the knowledge base',
			description: 'Have Crisp read all pages of a part again, which takes a while',
		}),
		replaceContent: op('PUT /v1/website/{website_id}/helpdesk/tree/content/{locale}/{content_type}/{path}', {
			action: 'Replace the content of a page of the knowledge base',
			body: { content: longText('The whole text of the page, in Markdown', { required: true }) },
		}),
		updateDetails: op('PATCH /v1/website/{website_id}/helpdesk/tree/metadata/{locale}/{content_type}/{path}', {
			action: 'Update the details of a page of the knowledge base',
			description: "Change the details given and keep the rest; 'Published' makes the page public or a draft",
			body: {
				title: text('Title of the page'),
				description: longText('Short description of the page'),
				format: { ...campaignFormat, fallback: undefined },
				'state.published': flag('Whether readers see the page'),
				'state.hidden': flag('Whether the page is kept out of lists'),
				'state.featured': flag('Whether the page is featured'),
				'author.user_id': picker('operator', 'The operator who is shown as the author', { label: 'Author' }),
				color: color('Color that readers see'),
				image: identifier('Address of the picture', { label: 'Image URL' }),
			},
		}),
	},
	{ description: 'Articles, guides, references and news of workspaces without the classic help desk' },
);
