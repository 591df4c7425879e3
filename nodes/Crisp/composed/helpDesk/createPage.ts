import { UserError, type IDataObject } from 'n8n-workflow';
import { ifThere } from '../../../shared/api/client';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { named } from '../../../shared/events/vocabulary';
import { textIn } from '../../../shared/runtime/coerce';
import { color, flag, identifier, longText, picker, text } from '../../operations/field';
import { campaignFormat } from '../../operations/fields/campaignDelivery';
import type { ComposedOperation, Composing, OutputItem } from '../../operations/operation';
import { bodyOf, changeOnce } from '../creating/creation';
import { skipping } from '../creating/fields';
import { Steps } from '../support/steps';
import { groupOf, pathFor } from './pagePath';

const desk = '/v1/website/{website_id}/helpdesk';
const inTree = (method: string, part: string) =>
	parseRoute(`${method} ${desk}/tree/${part}/{locale}/{content_type}/{path}`);

const routes = {
	pages: parseRoute(`GET ${desk}/page/list/{locale}/{content_type}/{page_number}`),
	create: inTree('POST', 'path'),
	content: inTree('PUT', 'content'),
	details: inTree('PATCH', 'metadata'),
	page: inTree('GET', 'page'),
};

const details = [
	'title',
	'description',
	'format',
	'state.hidden',
	'state.featured',
	'author.user_id',
	'color',
	'image',
];

/** The whole page of the new knowledge base. Its path identifies it. */
export const createPage: ComposedOperation = {
	action: 'Create a page of the knowledge base',
	description: 'Create a whole page: a draft, or published at once',
	variables: ['website_id', 'locale', 'content_type'],
	body: {
		title: text('Title of the page', { required: true }),
		path: identifier('Where it is in the tree, below its group; made from the title when left out', {
			example: 'getting-started/install',
		}),
		content: longText('The whole text of the page, in Markdown', { isMain: true }),
		description: longText('Short description of the page'),
		format: { ...campaignFormat, fallback: undefined },
		'state.hidden': flag('Whether the page is kept out of lists'),
		'state.featured': flag('Whether the page is featured'),
		'author.user_id': picker('operator', 'The operator who is shown as the author', { label: 'Author' }),
		color: color('Color that readers see'),
		image: identifier('Address of the picture', { label: 'Image URL' }),
		publish: flag('Whether readers see the page; without it, it is a draft', { fallback: false, isMain: true }),
		...skipping(
			'Whether to return the existing page at this path, or with exactly this title in its group, instead of creating another',
		),
	},
	returns: [
		...(['article_title', 'article_description', 'article_text', 'article_url', 'locale', 'content_type'] as const),
		...(['path', 'published', 'featured', 'created', 'website_id'] as const),
	],
	async compose(composing) {
		const { values } = composing;
		const path = pathFor(values);
		const place = placeOf(values, path);
		const steps = new Steps(composing, { website_id: place.website_id, path }, () => adviceFor(path));
		const existing = await steps.follow(async () => await existingPath(composing, path));
		if (existing !== undefined) return await readPage(composing, placeOf(values, existing), false);
		await fillPage(composing, steps, place);
		return await steps.follow(async () => await readPage(composing, place, true));
	},
};

type Place = Record<'website_id' | 'locale' | 'content_type' | 'path', string>;

const placeOf = ({ website_id, locale, content_type }: IDataObject, path: string): Place => ({
	...{ website_id: textIn(website_id), locale: textIn(locale), content_type: textIn(content_type), path },
});

const adviceFor = (path: string) =>
	`To continue in another execution, run the item again with 'Path' ${path}: a draft without another text is filled.`;

/** Takes the path for this item. Throws a UserError if another item of this run has it: the page of that would be lost. */
function takePath(composing: Composing, place: Place): void {
	const taken = composing.shared('paths that items took', () => new Set<string>());
	const key = JSON.stringify(place);
	if (taken.has(key)) {
		throw new UserError(`Another item of this run has the path '${place.path}'`, {
			description: "Give each item its own 'Path': equal or similar titles make the same path.",
		});
	}
	taken.add(key);
}

/** The steps. The text comes before the state, so that readers never see an empty page. */
async function fillPage(composing: Composing, steps: Steps, place: Place): Promise<void> {
	const { values, client } = composing;
	takePath(composing, place);
	await steps.take('page', createIfFree, () => ({
		text: `page ${place.path} was created`,
		made: { path: place.path },
	}));
	if (values.content !== undefined) {
		const request = { path: fillPath(routes.content, place), body: { content: values.content } };
		const write = async () => await client.send({ method: 'PUT', ...request });
		await steps.take('content', write, () => ({ text: 'its text was written' }));
	}
	const body = bodyOf({ ...values, 'state.published': values.publish }, [...details, 'state.published']);
	const done = values.publish === true ? 'it was published' : 'its details were set';
	await changeOnce({ composing, steps }, 'details', { path: fillPath(routes.details, place), body }, done);

	async function createIfFree(): Promise<void> {
		const there = await read(composing, place);
		if (there === undefined) {
			await client.send({ method: 'POST', path: fillPath(routes.create, place) });
			return;
		}
		if (isUnfinished(there, values)) return;
		throw new UserError(`There is already a page at '${place.path}'`, {
			description: "Give another 'Path', or switch on 'Skip If It Exists' to get the page that is there.",
		});
	}
}

interface Page {
	details: IDataObject;
	content: string;
}

/** The details and the text of a page; undefined if there is none. */
async function read({ client }: Composing, place: Place): Promise<Page | undefined> {
	const [found, text] = await Promise.all(
		[routes.details, routes.content].map(
			async (route) => await ifThere(client.send({ method: 'GET', path: fillPath(route, place) })),
		),
	);
	if (found === undefined && text === undefined) return undefined;
	return { details: Object(found) as IDataObject, content: textIn((Object(text) as IDataObject).content) };
}

/**
 * Whether a page is what an earlier run of this item has left: nothing of it is lost when the item continues. A published
 * page is, only if the item publishes the same.
 */
function isUnfinished({ details: there, content }: Page, { content: wanted, title, publish }: IDataObject): boolean {
	const isSame = content === textIn(wanted);
	if ((Object(there.state) as IDataObject).published !== true) return isSame || content === '';
	return isSame && publish === true && there.title === title;
}

/** The path of the page that the item would create a second time. Looks once for each item. */
async function existingPath(composing: Composing, path: string): Promise<string | undefined> {
	const { values, client, once } = composing;
	if (values.skip_if_it_exists !== true) return undefined;
	const title = textIn(values.title).trim();
	const isSame = (entry: unknown) => {
		const page = Object(entry) as IDataObject;
		const there = textIn(page.tree_path);
		return there === path || (groupOf(there) === groupOf(path) && textIn(page.title).trim() === title);
	};
	const found = await once('existing', async () => {
		const request = { method: 'GET' as const, path: fillPath(routes.pages, placeOf(values, '')) };
		const [page] = await client.list({ request, limit: 1, entry: 'entity_id', isWanted: isSame });
		if (page !== undefined) return textIn((page as IDataObject).tree_path);
		// The list may not show a new page yet.
		return (await read(composing, placeOf(values, path))) ? path : '';
	});
	return found === '' ? undefined : found;
}

async function readPage(composing: Composing, place: Place, created: boolean): Promise<OutputItem[]> {
	const { values, client } = composing;
	const [there, found] = await Promise.all([
		read(composing, place),
		ifThere(client.send({ method: 'GET', path: fillPath(routes.page, place) })),
	]);
	// Crisp may not show yet what was just set.
	const set = created ? bodyOf({ ...values, 'state.published': values.publish }, [...details, 'state.published']) : {};
	const known: IDataObject = { ...there?.details, ...set };
	const state = { ...(there?.details.state as IDataObject), ...(set.state as IDataObject) };
	const page = Object(found) as IDataObject;
	const json = named({
		article_title: known.title ?? page.title ?? null,
		article_description: known.description ?? null,
		article_text: (created ? values.content : undefined) ?? there?.content ?? '',
		article_url: page.url ?? null,
		locale: place.locale,
		content_type: place.content_type,
		path: place.path,
		published: state.published === true,
		featured: state.featured === true,
		created,
		website_id: place.website_id,
	});
	return [{ json }];
}
