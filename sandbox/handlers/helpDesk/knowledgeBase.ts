import { randomUUID } from 'crypto';
import { added, deleted, invalid, missing, Refusal, resolved, updated } from '../../http/answer';
import type { HelpArticle, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';
import { urlOf } from './shown';

const DESK = '/v1/website/{website_id}/helpdesk';
const PART = '{locale}/{content_type}';
const inTree = (part: string) => `${DESK}/tree/${part}/${PART}/{path}`;

/** The pages of the new knowledge base. A group is what pages have above them in their paths. */
export const knowledgeBaseHandlers: Handlers = {
	[`GET ${DESK}/page/list/${PART}/{page_number}`]: inWebsite((call, website) =>
		listPage(call, pagesIn(call, website), entryOf),
	),
	[`GET ${DESK}/page/entity/${PART}/{entity_id}`]: inWebsite((call, website) => {
		const page = pagesIn(call, website).find(({ id }) => id === call.vars.entity_id);
		if (!page) throw missing('page');
		return resolved(entryOf(page));
	}),
	[`GET ${DESK}/tree/list/${PART}/{page_number}`]: inWebsite((call, website) => {
		const { search_title = '', sub_path } = call.query;
		const isWanted = ({ title, path }: HelpArticle) =>
			title.toLowerCase().includes(search_title.toLowerCase()) &&
			(sub_path === undefined || path.startsWith(`${sub_path}/`));
		return listPage(call, pagesIn(call, website).filter(isWanted), nodeOf);
	}),
	[`POST ${inTree('path')}`]: inWebsite((call, website) => {
		const { locale = '', content_type = '', path = '' } = call.vars;
		if (find(call, website)) throw new Refusal(409, 'path_exists');
		const now = call.world.clock();
		website.articles.push({
			...{ kind: 'knowledge_base', locale, content_type, id: randomUUID(), path, title: '', content: '' },
			...{ published: false, hidden: false, created_at: now, updated_at: now },
		});
		return added();
	}),
	[`GET ${inTree('path')}`]: inWebsite((call, website) => resolved(nodeOf(pageOf(call, website)))),
	[`PATCH ${inTree('path')}`]: inWebsite((call, website) => {
		const { path } = call.body as { path?: { to?: string } };
		return change(call, website, path?.to === undefined ? {} : { path: path.to });
	}),
	[`DELETE ${inTree('path')}`]: inWebsite((call, website) => {
		const page = pageOf(call, website);
		website.articles = website.articles.filter((entry) => entry !== page);
		return deleted();
	}),
	[`GET ${inTree('content')}`]: inWebsite((call, website) => resolved({ content: pageOf(call, website).content })),
	[`PUT ${inTree('content')}`]: inWebsite((call, website) => {
		const { content } = call.body;
		if (typeof content !== 'string') throw invalid('content: must be a string');
		return change(call, website, { content });
	}),
	[`GET ${inTree('metadata')}`]: inWebsite((call, website) => resolved(detailsOf(pageOf(call, website)))),
	[`PATCH ${inTree('metadata')}`]: inWebsite((call, website) => {
		const { state, ...details } = call.body as { state?: Record<string, boolean> };
		return change(call, website, { ...details, ...state });
	}),
	[`GET ${inTree('page')}`]: inWebsite((call, website) => {
		const page = pageOf(call, website);
		return resolved({ title: page.title, url: urlOf(page) });
	}),
};

function change(call: Call, website: Website, changes: Record<string, unknown>) {
	Object.assign(pageOf(call, website), changes, { updated_at: call.world.clock() });
	return updated();
}

const pagesIn = ({ vars }: Call, { articles }: Website) =>
	articles.filter(
		({ kind, locale, content_type }) =>
			kind === 'knowledge_base' && locale === vars.locale && content_type === vars.content_type,
	);

const find = (call: Call, website: Website) => pagesIn(call, website).find(({ path }) => path === call.vars.path);

function pageOf(call: Call, website: Website): HelpArticle {
	const page = find(call, website);
	if (!page) throw missing('path');
	return page;
}

const entryOf = (page: HelpArticle) => ({
	...{ entity_id: page.id, title: page.title, tree_path: page.path, url: urlOf(page) },
});

const stateOf = ({ published, hidden, featured = false }: HelpArticle) => ({ published, hidden, featured });

const nodeOf = (page: HelpArticle) => ({
	...{ type: 'page', slug: page.path.split('/').at(-1), title: page.title, state: stateOf(page), children: [] },
});

const detailsOf = (page: HelpArticle) => ({
	...{ format: page.format ?? 'markdown', title: page.title, description: page.description ?? '' },
	...{ state: stateOf(page), author: page.author ?? {}, color: page.color ?? '', image: page.image ?? '' },
});
