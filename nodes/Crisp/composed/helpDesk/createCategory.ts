import { parseRoute } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';
import { color, identifier, longText, number, text } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { createWhole, type Creation } from '../creating/creation';
import { continuing, skipping } from '../creating/fields';

const desk = '/v1/website/{website_id}/helpdesk/locale/{locale}';

const category: Creation = {
	what: 'category',
	id: 'category_id',
	idLabel: 'Category',
	name: 'name',
	list: parseRoute(`GET ${desk}/categories/{page_number}`),
	create: parseRoute(`POST ${desk}/category`),
	one: parseRoute(`GET ${desk}/category/{category_id}`),
	place: ['locale'],
	later: ['description', 'color', 'image', 'order'],
	search: (name) => ({ search_name: name }),
	isUntouched: ({ description, image }) => textIn(description) === '' && textIn(image) === '',
	output: ({ name, ...read }, { composing }) => ({
		category_name: name,
		description: read.description ?? null,
		color: read.color ?? null,
		image_url: read.image ?? null,
		locale: composing.values.locale,
		order: read.order ?? null,
	}),
};

const section: Creation = {
	what: 'section',
	id: 'section_id',
	idLabel: 'Section',
	name: 'name',
	list: parseRoute(`GET ${desk}/category/{category_id}/sections/{page_number}`),
	create: parseRoute(`POST ${desk}/category/{category_id}/section`),
	one: parseRoute(`GET ${desk}/category/{category_id}/section/{section_id}`),
	place: ['locale', 'category_id'],
	later: ['order'],
	search: (name) => ({ search_name: name }),
	isUntouched: () => true,
	output: ({ name, order }, { composing: { values } }) => ({
		section_name: name,
		locale: values.locale,
		order: order ?? null,
		category_id: values.category_id,
	}),
};

const order = number('Position in the list');
const skipped = skipping(
	'Whether to return an existing one with exactly this name, unchanged, instead of creating another',
);

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const createCategory: ComposedOperation = {
	action: 'Create a category of the classic help desk',
	description: 'Create a category with its description and look',
	variables: ['website_id', 'locale'],
	body: {
		name: text('Name that readers see', { required: true }),
		description: longText('What the category is about'),
		color: color('Color that readers see'),
		image: identifier('Address of the picture', { label: 'Image URL' }),
		order,
		...skipped,
		...continuing('category_id', 'category', 'category'),
	},
	returns: [
		...(['category_name', 'locale', 'description', 'color', 'image_url', 'order', 'created'] as const),
		...(['website_id', 'category_id'] as const),
	],
	compose: async (composing) => await createWhole(composing, category),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const createSection: ComposedOperation = {
	action: 'Create a section of the classic help desk',
	description: 'Create a section of a category, with its place',
	variables: ['website_id', 'locale', 'category_id'],
	body: {
		name: text('Name that readers see', { required: true }),
		order,
		...skipped,
		...continuing('section_id', 'section', 'section'),
	},
	returns: ['section_name', 'locale', 'order', 'created', 'website_id', 'category_id', 'section_id'],
	compose: async (composing) => await createWhole(composing, section),
};
