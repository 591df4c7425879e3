import type { INodePropertyMode } from 'n8n-workflow';
import type { Picks } from './field';

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

interface Locator {
	search: string;
	/** Shown while nothing is chosen. */
	hint: string;
	example: string;
	/** What an ID looks like. */
	pattern?: string;
	/** The part of an address in Crisp's app that holds the ID. */
	url?: { pattern: string; example: string };
	isEmail?: boolean;
}

const locators: Record<Picks, Locator> = {
	website: {
		search: 'searchWebsites',
		hint: 'Default website of the credential',
		example: '8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
		pattern: uuid,
		url: { pattern: `/website/(${uuid})`, example: 'https://app.crisp.chat/website/8c842203-…/inbox/' },
	},
	conversation: {
		search: 'searchConversations',
		hint: 'Choose a conversation...',
		example: 'session_36ba3566-9651-4790-afc8-ffedbccc317f',
		url: { pattern: '/(session_[\\w-]+)', example: 'https://app.crisp.chat/website/…/inbox/session_…/' },
	},
	person: {
		search: 'searchPeople',
		hint: 'Choose a person...',
		example: '05bde36e-0a91-4c6e-a9e7-93a1de0cb5d0',
		isEmail: true,
	},
	operator: {
		search: 'searchOperators',
		hint: 'Choose an operator...',
		example: 'a4c32c68-be91-4e29-b05a-976e93abbe3f',
	},
};

/** The value of a locator in which nothing is chosen. */
export const nothingChosen = { __rl: true, mode: 'list', value: '' };

const labels = {
	list: { displayName: 'From List', name: 'list' },
	id: { displayName: 'By ID', name: 'id' },
	url: { displayName: 'By URL', name: 'url' },
	email: { displayName: 'By Email', name: 'email' },
};

/** The ways a thing of the workspace can be chosen, for a resource locator. */
export function locatorModes(what: Picks): INodePropertyMode[] {
	const { search, hint, example, pattern, url, isEmail } = locators[what];
	const typeOptions = { searchListMethod: search, searchable: true };
	const modes: INodePropertyMode[] = [
		{ ...labels.list, type: 'list', typeOptions, placeholder: hint },
		// n8n checks even a field that may stay empty.
		textMode('id', example, pattern && `^(${pattern})?$`),
	];
	if (url) {
		const extractValue = { type: 'regex', regex: `.*${url.pattern}.*` } as const;
		modes.push({ ...textMode('url', url.example, `.*${url.pattern}.*`), extractValue });
	}
	if (isEmail) modes.push(textMode('email', 'nathan@example.com', '^[^@\\s]+@[^@\\s]+$'));
	return modes;
}

function textMode(mode: keyof typeof labels, example: string, regex?: string): INodePropertyMode {
	const errorMessage = `This does not look right. An example: ${example}`;
	return {
		...labels[mode],
		type: 'string',
		placeholder: `e.g. ${example}`,
		...(regex && { validation: [{ type: 'regex', properties: { regex, errorMessage } }] }),
	};
}

/** The ID in what a user gave: an ID, or a pasted address of Crisp's app that holds one. */
export function idIn(what: Picks, given: unknown): unknown {
	const value = valueIn(given);
	if (typeof value !== 'string') return value;
	const { url } = locators[what];
	const found = url && value.includes('://') ? new RegExp(url.pattern).exec(value)?.[1] : undefined;
	return found ?? (value.trim() || undefined);
}

/** Whether a locator holds anything, be it an expression that will have no value. */
export function isGiven(raw: unknown): boolean {
	const value = valueIn(raw);
	return value !== undefined && value !== null && value !== '';
}

function valueIn(given: unknown): unknown {
	const isLocator = typeof given === 'object' && given !== null && 'mode' in given && 'value' in given;
	return isLocator ? given.value : given;
}
