import type { INodeProperties } from 'n8n-workflow';
import type { Picks } from '../operations/field';

/** What several are chosen of by name, in one field. People and conversations are too many for such a list. */
export type Listed = 'operator' | 'team' | 'personSegment' | 'conversationSegment';

/** The method that loads the list, and what an expression gives instead. */
const optionLists: Record<Listed, { method: string; given: string }> = {
	operator: { method: 'getOperators', given: 'IDs or emails' },
	team: { method: 'getTeams', given: 'IDs' },
	personSegment: { method: 'getPersonSegments', given: 'names' },
	conversationSegment: { method: 'getConversationSegments', given: 'names' },
};

export function isListed(picks: Picks | undefined): picks is Listed {
	return picks !== undefined && Object.hasOwn(optionLists, picks);
}

/** The property of a field in which several are chosen. n8n loads its list again when another website is chosen. */
export function optionList(picks: Listed): Pick<INodeProperties, 'type' | 'default' | 'typeOptions'> {
	const { method } = optionLists[picks];
	// The property of the locator that holds the ID: n8n compares texts.
	const typeOptions = { loadOptionsMethod: method, loadOptionsDependsOn: ['websiteId.value'] };
	return { type: 'multiOptions', typeOptions, default: [] };
}

/** The description with what n8n says of such lists everywhere. */
export function withExpressionHint(description: string, picks: Listed): string {
	return `${description}. Choose from the list, or specify ${optionLists[picks].given} using an <a href="https://docs.n8n.io/code/expressions/">expression</a>`;
}
