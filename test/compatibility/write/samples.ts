import type {
	INodeParameterResourceLocator,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	NodeParameterValueType,
} from 'n8n-workflow';
import { conversation, operator, person, shop } from '../../support/sandboxWorkspace';

/** A value for any field of a form, from its description alone: a new field needs nothing here. */

const app = `https://app.crisp.chat/website/${shop}`;
const email = 'nathan@example.com';
const fingerprint = '200000000000300';

/** What the sandbox has, by the method that lists it. Of other lists, the example of the form is taken. */
const there: Record<string, { id: string; url?: string; email?: string }> = {
	searchWebsites: { id: shop, url: `${app}/inbox/` },
	searchConversations: { id: conversation, url: `${app}/inbox/${conversation}/` },
	searchPeople: { id: person, url: `${app}/contacts/profile/${person}/`, email: 'mira@quill-books.example' },
	searchOperators: { id: operator, email: 'juno@thistle-tea.example' },
	searchAssignees: { id: operator, email: 'juno@thistle-tea.example' },
	searchInboxes: { id: 'e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f01' },
	searchTeams: { id: 'd09fbd42-3b8e-4c51-a7d6-5e2f9c0b1a01' },
	searchCampaigns: { id: 'c2f6b8d1-0000-4000-8000-000000000001' },
	searchTemplates: { id: 'd3a7c9e2-0000-4000-8000-000000000001' },
	searchArticles: { id: 'a7c1f0e2-0000-4000-8000-000000000006' },
	searchCategories: { id: 'b1e5a7c0-0000-4000-8000-000000000001' },
	searchSections: { id: 'b1e5a7c0-0000-4000-8000-000000000011' },
	getOperators: { id: operator },
	getTeams: { id: 'd09fbd42-3b8e-4c51-a7d6-5e2f9c0b1a01' },
	getWebsites: { id: shop },
	getInboxes: { id: 'main' },
};

/** A value that is not the default. Of a choice, the variant says which: the default comes last. */
export function sampleOf(property: INodeProperties, variant = 0): NodeParameterValueType {
	switch (property.type) {
		case 'boolean':
			return property.default !== true;
		case 'number':
			return numberFor(property);
		case 'options':
			return choicesOf(property)[variant % choicesOf(property).length] as string;
		case 'multiOptions':
			return severalOf(property);
		case 'dateTime':
			return '2027-01-31T09:30:00Z';
		case 'json':
			return exampleOf(property) ?? '{"plan":"gold"}';
		case 'color':
			return '#377fea';
		case 'resourceLocator':
			return locatorOf(property, property.modes?.[1]?.name ?? 'list');
		case 'collection':
			return Object.fromEntries(fieldsIn(property).map((field) => [field.name, sampleOf(field, variant)]));
		case 'fixedCollection':
			return rowsFor(property, variant) as NodeParameterValueType;
		default:
			return textFor(property);
	}
}

export const fieldsIn = ({ options }: INodeProperties) => (options ?? []) as INodeProperties[];

/** What a resource locator holds when the user chose in this way. */
export function locatorOf({ modes = [], placeholder }: INodeProperties, mode: string): INodeParameterResourceLocator {
	const search = modes.find(({ name }) => name === 'list')?.typeOptions?.searchListMethod ?? '';
	const known = there[search];
	const example = exampleOf({ placeholder: modes.find(({ name }) => name !== 'list')?.placeholder ?? placeholder });
	const id = known?.id ?? example ?? '';
	if (mode === 'url') return { __rl: true, mode, value: known?.url ?? `${app}/${id}` };
	if (mode === 'email') return { __rl: true, mode, value: known?.email ?? email };
	return { __rl: true, mode, value: id, ...(mode === 'list' && { cachedResultName: 'Its name in the list' }) };
}

/** The values of a choice, the default last. */
export function choicesOf(property: INodeProperties): unknown[] {
	const values = (property.options as INodePropertyOptions[]).map(({ value }) => value);
	return [...values.filter((value) => value !== property.default && value !== ''), property.default];
}

function numberFor(property: INodeProperties): number {
	const usual = Number(property.default);
	const { maxValue = Infinity } = property.typeOptions ?? {};
	return usual + 1 <= maxValue ? usual + 1 : usual - 1;
}

function severalOf({ options = [], typeOptions = {}, ...property }: INodeProperties): string[] {
	const loaded = there[String(typeOptions.loadOptionsMethod)];
	if (loaded) return [loaded.id];
	const values = (options as INodePropertyOptions[]).map(({ value }) => String(value));
	const others = values.filter((value) => !(property.default as string[]).includes(value));
	return values.length > 0 ? others.slice(0, 2) : ['customer', 'vip'];
}

/** Of a table, as many rows as its longest choice has values, so that each value is in one of them; of a group, its one row. */
function rowsFor({ options = [], typeOptions }: INodeProperties, variant: number): INodeParameters {
	const all = (options as INodePropertyCollection[]).map(({ name, values }) => {
		const most = Math.max(1, ...values.filter(({ type }) => type === 'options').map((one) => choicesOf(one).length));
		const rows = Array.from({ length: most }, (_, index) => unlikeOthers(rowOf(values, index), index));
		return [name, typeOptions?.multipleValues ? rows : rowOf(values, variant)];
	});
	return Object.fromEntries(all) as INodeParameters;
}

function rowOf(columns: INodeProperties[], variant: number): INodeParameters {
	return Object.fromEntries(columns.map((column) => [column.name, sampleOf(column, variant)])) as INodeParameters;
}

/** Labels and values of a list have to differ. */
function unlikeOthers(row: INodeParameters, index: number): INodeParameters {
	const entries = Object.entries(row).map(([name, value]) => {
		const isName = ['label', 'value'].includes(name) && typeof value === 'string' && index > 0;
		return [name, isName ? `${value} ${index + 1}` : value];
	});
	return Object.fromEntries(entries) as INodeParameters;
}

function textFor(property: INodeProperties): string {
	const example = property.placeholder === 'name@email.com' ? email : exampleOf(property);
	const text = /fingerprint$/i.test(property.name) ? fingerprint : (example ?? `some ${property.name}`);
	return text === property.default ? `other ${property.name}` : text;
}

/** The example that the placeholder of a field has. */
const exampleOf = ({ placeholder }: Pick<INodeProperties, 'placeholder'>) => placeholder?.match(/^e\.g\. (.*)$/s)?.[1];
