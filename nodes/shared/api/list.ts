import { UserError, type IDataObject } from 'n8n-workflow';

/**
 * The entries of a list response. Throws a UserError for any other response: treating it as an empty list would hide
 * existing entries.
 */
export function entriesIn(answer: unknown): IDataObject[] {
	if (Array.isArray(answer)) return answer as IDataObject[];
	const isEmpty = answer === undefined || answer === null || Object.keys(Object(answer) as object).length === 0;
	if (isEmpty && typeof answer !== 'string') return [];
	throw new UserError('Crisp returned something other than a list', {
		description:
			"Try again. If the error remains, check 'API Address' if 'Simulated Crisp' is on, and any proxy in between.",
	});
}

const partialLists = new WeakSet<object>();

/** Marks a list that Crisp returned with status 206: more entries follow on the next page. */
export function markPartial(answer: unknown): void {
	if (typeof answer === 'object' && answer !== null) partialLists.add(answer);
}

/**
 * Whether Crisp said that more entries follow: it returns 206 for every page but the last, and 200 for the last
 * (https://github.com/crisp-im/ruby-crisp-api/issues/16). False proves nothing: a list may always be returned with 200.
 */
export function isPartial(answer: unknown): boolean {
	return typeof answer === 'object' && answer !== null && partialLists.has(answer);
}

/** How many pages in a row may bring nothing new although Crisp says that more entries follow. */
const mostIdlePages = 5;

/** What a page of a list, or a batch, says about the end of the list. */
export interface PageSeen {
	/** Whether Crisp said that more entries follow (see `isPartial`). */
	isPartial: boolean;
	/** How many entries no earlier page had. */
	fresh: number;
	/** Whether the page has fewer entries than a page that is followed by others. */
	isShort?: boolean;
}

/**
 * Returns a function that is called for each page of one list, in order, and says whether the list ends with it. A
 * short page is the last, unless Crisp said that more follow; a server that always says so is read for a few more pages.
 */
export function endFinder(): (page: PageSeen) => boolean {
	let idlePages = 0;
	return ({ isPartial: hasMore, fresh, isShort = false }) => {
		idlePages = fresh === 0 ? idlePages + 1 : 0;
		return hasMore ? idlePages >= mostIdlePages : fresh === 0 || isShort;
	};
}
