import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';
import { titleCase, type Picks } from '../operations/field';
import { identifierIn, trimmed } from '../request/cleanText';

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

interface Locator {
	search: string;
	example: string;
	/** A regular expression that IDs match. */
	pattern?: string;
	/** The part of an address in Crisp's app that holds the ID. */
	url?: { pattern: string; example: string };
	/** Whether it is chosen by name, and not by ID; the name may be new. */
	isName?: boolean;
	/** Whether its ID is a code that people know, such as that of a language. */
	isCode?: boolean;
	/** What it is, where the name in `Picks` says only what it is chosen for. */
	noun?: string;
	/** Whether an email is accepted instead: Crisp takes it as an ID, or the node looks up the ID. */
	email?: 'taken' | 'looked up';
}

/** IDs look alike; the same example again is small in the form. */
const anId = 'fd036d68-c619-4c63-9deb-e2ce91733dd6';

const locators: Record<Picks, Locator> = {
	website: {
		search: 'searchWebsites',
		example: '8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
		pattern: uuid,
		url: { pattern: `/website/(${uuid})`, example: 'https://app.crisp.chat/website/8c842203-…/inbox/' },
	},
	conversation: {
		search: 'searchConversations',
		example: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
		pattern: 'session_[\\w-]+',
		url: { pattern: '/(session_[\\w-]+)', example: 'https://app.crisp.chat/website/…/inbox/session_…/' },
	},
	person: {
		search: 'searchPeople',
		example: '05bde36e-0a91-4c6e-a9e7-93a1de0cb5d0',
		url: { pattern: `/contacts/profile/(${uuid})`, example: 'https://app.crisp.chat/website/…/contacts/…' },
		email: 'taken',
	},
	operator: { search: 'searchOperators', example: 'a4c32c68-be91-4e29-b05a-976e93abbe3f', email: 'looked up' },
	/** An operator, or none; see `unassigned`. */
	assignee: {
		search: 'searchAssignees',
		example: 'a4c32c68-be91-4e29-b05a-976e93abbe3f',
		email: 'looked up',
		noun: 'operator',
	},
	inbox: { search: 'searchInboxes', example: 'd42e8b3b-ea8f-4e79-a9f8-d0e467fc1c31' },
	team: { search: 'searchTeams', example: 'd09fbd42-e517-45a4-9776-ba8226e00ba8' },
	campaign: { search: 'searchCampaigns', example: '355d805f-a72f-457e-a3e5-5d01521f3cd8' },
	template: { search: 'searchTemplates', example: 'a4876300-4dae-47f7-8599-3bf9283f36c2' },
	locale: { search: 'searchLocales', example: 'en', isCode: true },
	article: { search: 'searchArticles', example: anId },
	/** In the language of the other version. */
	linkedArticle: { search: 'searchLinkedArticles', example: 'fd036d68-c619-4c63-9deb-e2ce91733dd6', noun: 'article' },
	category: { search: 'searchCategories', example: '33bc73b7-b7db-40a9-80fc-fcba8ebd1067' },
	section: { search: 'searchSections', example: '9dc0e823-56b0-43ca-9ca3-47e25a8eb543' },
	redirection: { search: 'searchRedirections', example: anId },
	change: { search: 'searchChanges', example: anId },
	page: { search: 'searchPages', example: anId },
	spam: { search: 'searchSpams', example: anId },
	browsing: {
		search: 'searchBrowsing',
		example: 'browsing_05a9392d-ff3f-45e7-b021-1179c45668fa',
		noun: 'browsing session',
	},
	call: { search: 'searchCalls', example: 'call_35a0c062-72fa-4095-a2a0-f9911d47ee56' },
	plugin: { search: 'searchPlugins', example: 'c64f3595-adee-425a-8d3a-89d47f7ed6bb' },
	personSegment: { search: 'searchPersonSegments', example: 'vip', isName: true },
	conversationSegment: { search: 'searchConversationSegments', example: 'bug', isName: true },
	personEvent: { search: 'searchPersonEvents', example: 'Purchased item', isName: true },
	personData: { search: 'searchPersonData', example: 'plan', isName: true },
	conversationData: { search: 'searchConversationData', example: 'plan', isName: true },
};

/** The value of an empty locator. */
export const nothingChosen = { __rl: true, mode: 'list', value: '' };

const labels = {
	list: { displayName: 'From List', name: 'list' },
	id: { displayName: 'By ID', name: 'id' },
	code: { displayName: 'By Code', name: 'code' },
	name: { displayName: 'By Name', name: 'name' },
	url: { displayName: 'By URL', name: 'url' },
	email: { displayName: 'By Email', name: 'email' },
};

/**
 * The modes of a resource locator: from a list, by ID or name, by URL, by email. `label` is that of the field, which n8n does
 * not show with what the form says of a wrong value.
 */
export function locatorModes(what: Picks, label = titleCase(what)): INodePropertyMode[] {
	const { search, example, pattern, url, email, isName, isCode, noun = what } = locators[what];
	const hint = isName ? 'Choose one in use...' : `Choose the ${noun}...`;
	const typeOptions = { searchListMethod: search, searchable: true };
	const modes: INodePropertyMode[] = [
		{
			...labels.list,
			type: 'list',
			typeOptions,
			placeholder: what === 'website' ? 'Of the URL or item, otherwise the default' : hint,
		},
		// n8n validates optional fields, too, so that the pattern has to accept an empty value.
		textMode(
			isName ? 'name' : isCode ? 'code' : 'id',
			example,
			pattern ? [`^(${pattern})?$`, `${label}: not ${ofKind('ID', what)}`] : undefined,
		),
	];
	if (url) {
		// Anchored, as otherwise a long text without an address would be searched from each of its characters.
		const regex = `^[^]*?${url.pattern}[^]*$`;
		const isWrong = `${label}: not ${ofKind('URL', what)}`;
		modes.push({ ...textMode('url', url.example, [regex, isWrong]), extractValue: { type: 'regex', regex } });
	}
	if (email) {
		modes.push(textMode('email', 'nathan@example.com', ['^[^@\\s]+@[^@\\s]+$', `${label}: not an email address`]));
	}
	return modes;
}

/**
 * A field for a collection or a row. n8n validates a locator in there with the value of the parameter that has the same name
 * outside of it, as long as it is not added (`getParameterIssues` in n8n-workflow): the error would be shown twice, or for
 * a field that is not there. The node checks the value when it runs.
 */
export function withoutValidation(property: INodeProperties): INodeProperties {
	if (!property.modes) return property;
	return { ...property, modes: property.modes.map((mode) => ({ ...mode, validation: undefined })) };
}

/** "the ID of a Crisp conversation". */
function ofKind(name: string, what: Picks): string {
	return `the ${name} of a Crisp ${what}`;
}

function textMode(
	mode: keyof typeof labels,
	example: string,
	rule?: [regex: string, isWrong: string],
): INodePropertyMode {
	const [regex = '', isWrong = ''] = rule ?? [];
	const errorMessage = `${isWrong} (e.g. ${example})`;
	return {
		...labels[mode],
		type: 'string',
		placeholder: `e.g. ${example}`,
		...(rule && { validation: [{ type: 'regex', properties: { regex, errorMessage } }] }),
	};
}

/** Extracts the ID from user input: an ID, or a pasted address of Crisp's app that contains one. */
export function idIn(what: Picks, given: unknown): unknown {
	const value = valueIn(given);
	if (typeof value !== 'string') return value;
	const { url, isName } = locators[what];
	const text = isName ? trimmed(value) : identifierIn(value);
	const found = url && text.includes('://') ? new RegExp(url.pattern).exec(text)?.[1] : undefined;
	return found ?? (text || undefined);
}

/**
 * The website in the URL that a conversation or a person was chosen by, in lower case; undefined for an ID, an email, and
 * a URL without a website. Only the path before the ID counts, and not what follows or comes before the address.
 */
export function websiteInUrl(what: Picks, given: unknown): string | undefined {
	const value = valueIn(given);
	const { url } = locators[what];
	if (what === 'website' || !url || typeof value !== 'string') return undefined;
	const text = identifierIn(value);
	const found = text.includes('://') ? new RegExp(url.pattern).exec(text) : null;
	const before = found ? text.slice(0, found.index) : '';
	const address = before.slice(Math.max(0, before.lastIndexOf('://')));
	return new RegExp(`^://[^/?#\\s]+/website/(${uuid})(?:/|$)`).exec(address)?.[1]?.toLowerCase();
}

/** Whether a value is the ID of a website: a UUID. */
export function isWebsiteId(value: unknown): value is string {
	return typeof value === 'string' && new RegExp(`^${uuid}$`).test(value);
}

/** Whether a locator holds anything, even an expression without a value. */
export function isGiven(raw: unknown): boolean {
	const value = valueIn(raw);
	return value !== undefined && value !== null && value !== '';
}

/** What a locator holds; any other value is returned as it is. */
export function valueIn(given: unknown): unknown {
	const isLocator = typeof given === 'object' && given !== null && 'mode' in given && 'value' in given;
	return isLocator ? given.value : given;
}

/**
 * Advice for a value that cannot be an ID: an email where only an ID is accepted, an address that contains none, or
 * another format. Undefined for a value that may be an ID.
 */
export function invalidIdAdvice(what: Picks, id: string): string | undefined {
	const { pattern, example, email, isName, isCode, noun = what } = locators[what];
	// A name, such as that of a segment, has no format.
	if (isName) return undefined;
	const isRight = pattern
		? new RegExp(`^${pattern}$`).test(id)
		: (email !== undefined || !id.includes('@')) && !id.includes('://');
	if (isRight) return undefined;
	const ways = email ? 'an ID or an email' : isCode ? 'a code' : 'an ID';
	return `Choose the ${noun} from the list, or give ${ways} such as ${example} through an expression.`;
}

/** What a locator holds: the ID of "an inbox", the code of "a locale", or a name. */
export function identificationOf(what: Picks): { kind: 'ID' | 'code' | 'name'; owner: string } {
	const { noun = what, isCode, isName } = locators[what];
	return { kind: isName ? 'name' : isCode ? 'code' : 'ID', owner: `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}` };
}

/** Whether the node looks up the ID by email. */
export function isLookedUp(what: Picks): boolean {
	return locators[what].email === 'looked up';
}
