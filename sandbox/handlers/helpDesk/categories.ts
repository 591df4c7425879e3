import { randomUUID } from 'crypto';
import { added, deleted, missing, resolved, updated } from '../../http/answer';
import type { HelpCategory, HelpSection, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';

const DESK = '/v1/website/{website_id}/helpdesk/locale/{locale}';
const CATEGORY = `${DESK}/category/{category_id}`;
const SECTION = `${CATEGORY}/section/{section_id}`;

const changeCategory = inWebsite((call, website) => change(call, categoryOf(call, website)));
const changeSection = inWebsite((call, website) => change(call, sectionOf(call, website)));

/** Categories and sections of the classic help desk. */
export const categoryHandlers: Handlers = {
	[`GET ${DESK}/categories/{page_number}`]: inWebsite((call, website) =>
		listPage(
			call,
			named(call, website.categories).filter(({ locale }) => locale === call.vars.locale),
			categoryView,
		),
	),
	[`POST ${DESK}/category`]: inWebsite(({ world, vars, body }, website) => {
		const category_id = randomUUID();
		const look = { description: '', color: '', image: '', order: website.categories.length };
		const times = { created_at: world.clock(), updated_at: world.clock() };
		website.categories.push({ category_id, locale: vars.locale ?? '', name: body.name as string, ...look, ...times });
		return added({ category_id });
	}),
	[`GET ${CATEGORY}`]: inWebsite((call, website) => resolved(categoryView(categoryOf(call, website)))),
	[`HEAD ${CATEGORY}`]: inWebsite((call, website) => resolved(categoryView(categoryOf(call, website)))),
	[`PATCH ${CATEGORY}`]: changeCategory,
	[`PUT ${CATEGORY}`]: changeCategory,
	[`DELETE ${CATEGORY}`]: inWebsite((call, website) => {
		const category = categoryOf(call, website);
		website.categories = website.categories.filter((entry) => entry !== category);
		website.sections = website.sections.filter(({ category_id }) => category_id !== category.category_id);
		return deleted();
	}),
	[`GET ${CATEGORY}/sections/{page_number}`]: inWebsite((call, website) =>
		listPage(
			call,
			named(call, website.sections).filter(({ category_id }) => category_id === call.vars.category_id),
			sectionView,
		),
	),
	[`POST ${CATEGORY}/section`]: inWebsite((call, website) => {
		const { category_id } = categoryOf(call, website);
		const section_id = randomUUID();
		const times = { created_at: call.world.clock(), updated_at: call.world.clock() };
		const order = website.sections.length;
		website.sections.push({ section_id, category_id, name: call.body.name as string, order, ...times });
		return added({ section_id });
	}),
	[`GET ${SECTION}`]: inWebsite((call, website) => resolved(sectionView(sectionOf(call, website)))),
	[`HEAD ${SECTION}`]: inWebsite((call, website) => resolved(sectionView(sectionOf(call, website)))),
	[`PATCH ${SECTION}`]: changeSection,
	[`PUT ${SECTION}`]: changeSection,
	[`DELETE ${SECTION}`]: inWebsite((call, website) => {
		const section = sectionOf(call, website);
		website.sections = website.sections.filter((entry) => entry !== section);
		return deleted();
	}),
};

/** Answers name neither what a category nor what a section is in. */
const categoryView = (category: HelpCategory) => ({ ...category, locale: undefined });
const sectionView = (section: HelpSection) => ({ ...section, category_id: undefined });

function named<Entry extends { name: string }>({ query }: Call, entries: Entry[]): Entry[] {
	const words = (query.search_name ?? '').toLowerCase();
	return entries.filter(({ name }) => name.toLowerCase().includes(words));
}

function change({ world, body }: Call, entry: HelpCategory | HelpSection) {
	Object.assign(entry, body, { updated_at: world.clock() });
	return updated();
}

function categoryOf({ vars }: Call, { categories }: Website): HelpCategory {
	const found = categories.find((one) => one.category_id === vars.category_id && one.locale === vars.locale);
	if (!found) throw missing('category');
	return found;
}

function sectionOf(call: Call, website: Website): HelpSection {
	const { category_id } = categoryOf(call, website);
	const found = website.sections.find(
		(one) => one.section_id === call.vars.section_id && one.category_id === category_id,
	);
	if (!found) throw missing('section');
	return found;
}
