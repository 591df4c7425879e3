import type { INodeProperties } from 'n8n-workflow';
import type { Picks } from '../operations/field';

/** What several are chosen of by name, in one field. People and conversations are too many for such a list. */
export type Listed = 'operator' | 'team' | 'personSegment' | 'conversationSegment';

/** The method that loads the list. */
const optionLists: Record<Listed, string> = {
	operator: 'getOperators',
	team: 'getTeams',
	personSegment: 'getPersonSegments',
	conversationSegment: 'getConversationSegments',
};

export function isListed(picks: Picks | undefined): picks is Listed {
	return picks !== undefined && Object.hasOwn(optionLists, picks);
}

/** The property of a field in which several are chosen. n8n loads its list again when another website is chosen, also by a URL. */
export function optionList(picks: Listed): Pick<INodeProperties, 'type' | 'default' | 'typeOptions'> {
	const method = optionLists[picks];
	// The properties of the locators that hold the ID or the URL: n8n compares texts. A URL brings its website.
	const loadOptionsDependsOn = ['websiteId.value', 'sessionId.value', 'peopleId.value'];
	const typeOptions = { loadOptionsMethod: method, loadOptionsDependsOn };
	return { type: 'multiOptions', typeOptions, default: [] };
}

/**
 * The description with what n8n says of such lists everywhere. By n8n's rules, two sentences in one row end with a full stop, and
 * this one has none.
 */
export function withExpressionHint(description: string): string {
	return `${description}.\nChoose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>`;
}
