import type { Page } from 'playwright-core';

/** What the functions that run in the browser use of an element: these tests are compiled without the types of the DOM. */
interface InPage {
	id: string;
	tagName: string;
	parentElement: InPage | null;
	ownerDocument: { elementFromPoint(x: number, y: number): InPage | null; defaultView: Window };
	scrollTop: number;
	scrollLeft: number;
	scrollWidth: number;
	clientWidth: number;
	clientHeight: number;
	contains(other: InPage | null): boolean;
	scrollIntoView(options: { block: string; inline: string }): void;
	getBoundingClientRect(): { x: number; y: number; width: number; height: number };
}

interface Window {
	innerWidth: number;
	getComputedStyle(element: InPage): { overflowY: string };
}

/** The areas of the page that scroll. */
const SCROLLING = '#visitor-messages, #thread-messages, #list, #details, #people';

export const scrollBack = async (page: Page): Promise<void> =>
	await page.locator(SCROLLING).evaluateAll((areas: InPage[]) => areas.forEach((area) => (area.scrollTop = 0)));

/** Scrolls each area by half of its height, so that everything is in view once; returns whether anything moved. */
export async function scrollOn(page: Page): Promise<boolean> {
	const positions = await page.locator(SCROLLING).evaluateAll((areas: InPage[]) =>
		areas.map((area) => {
			const before = area.scrollTop;
			area.scrollTop += area.clientHeight / 2;
			return area.scrollTop > before;
		}),
	);
	return positions.includes(true);
}

/** The elements that a user cannot bring into view by scrolling, or that something else covers. */
export async function unreachable(page: Page, selectors: string[]): Promise<string[]> {
	const found: string[] = [];
	for (const selector of selectors) {
		if (!(await page.locator(selector).first().evaluate(isReachable))) found.push(selector);
	}
	return found;
}

/** Runs in the browser. */
function isReachable(element: InPage): boolean {
	const { ownerDocument } = element;
	const { defaultView: window } = ownerDocument;
	element.scrollIntoView({ block: 'center', inline: 'nearest' });
	const { x, y, width, height } = element.getBoundingClientRect();
	// Scripts can scroll what hides its overflow, users cannot.
	for (let above = element.parentElement; above; above = above.parentElement) {
		const isHiding = window.getComputedStyle(above).overflowY === 'hidden';
		if (isHiding && (above.scrollTop > 0 || above.scrollLeft > 0)) return false;
	}
	const seen = ownerDocument.elementFromPoint(x + width / 2, y + height / 2);
	return element.contains(seen) && x >= 0 && x + width <= window.innerWidth;
}

/** What is wider than its place: the page itself, or an area that scrolls. */
export async function tooWide(page: Page): Promise<string[]> {
	return await page
		.locator(`html, ${SCROLLING}`)
		.evaluateAll((areas: InPage[]) =>
			areas.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ id, tagName }) => id || tagName),
		);
}
