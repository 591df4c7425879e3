import { source, type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

import { scrollBack, scrollOn } from './layout';

/** Puts axe into the page; again after each navigation. */
export const addAxe = async (page: Page) => await page.evaluate(source);

async function run(page: Page, options: object): Promise<AxeResults> {
	return await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
}

/**
 * One text for each element of the page that breaks a rule of axe. axe passes over what is scrolled out of view, so the
 * contrast is checked at each position that the areas of the page can be scrolled to.
 */
export async function violations(page: Page): Promise<string[]> {
	await scrollBack(page);
	// The size of what a finger touches is not in axe's standard set.
	const whole = await run(page, { rules: { 'target-size': { enabled: true } } });
	// A page that axe did not look at breaks no rule either.
	const ran = ['color-contrast', 'label', 'page-has-heading-one', 'select-name', 'target-size'];
	expect(whole.passes.map(({ id }) => id)).toEqual(expect.arrayContaining(ran));
	const all = [whole];
	while (await scrollOn(page)) all.push(await run(page, { runOnly: ['color-contrast'] }));
	expect(await unjudged(page, all)).toEqual([]);
	return [...new Set(all.flatMap(textsOf))];
}

/** The contrast of what is in view now: the elements that axe judged, and one text for each that has too little. */
export async function contrast(page: Page): Promise<{ judged: string[]; broken: string[] }> {
	const results = await run(page, { runOnly: ['color-contrast'] });
	return { judged: judgedIn([results]), broken: textsOf(results) };
}

function textsOf({ violations: broken }: AxeResults): string[] {
	return broken.flatMap(({ id, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id}: ${String(target)}: ${String(failureSummary)}`),
	);
}

/** The selectors of the elements whose contrast axe judged. */
const judgedIn = (all: AxeResults[]) =>
	all
		.flatMap(({ passes, violations: broken }) => [...passes, ...broken])
		.filter(({ id }) => id === 'color-contrast')
		.flatMap(({ nodes }) => nodes.map(({ target }) => String(target)));

/** The IDs of the messages of which axe judged no text. */
async function unjudged(page: Page, all: AxeResults[]): Promise<string[]> {
	const judged = judgedIn(all);
	const messages = page.locator('.said:visible, .happened:visible');
	const ids = await messages.evaluateAll((shown: Array<{ id: string }>) => shown.map(({ id }) => id));
	return ids.filter((id) => !judged.some((target) => target.startsWith(`#${id}`)));
}
