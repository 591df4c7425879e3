import type { Browser, Page } from 'playwright-core';

import { startSandbox, type Sandbox } from '../../../sandbox';
import { MESSAGE_TYPES } from '../../../sandbox/http/messageContent';
import { openBrowser } from '../support/browser';
import { openWindow, shoot } from '../support/editor';
import { addAxe, contrast, violations } from './axe';
import { contentsOfAll, contentsOfOperators } from './contents';
import { tooWide, unreachable } from './layout';

const CONTROLS_OF_ALL = [
	'#website',
	'#visitor',
	'#visitor-text',
	'#visitor-form button',
	'#tab-inbox',
	'#tab-contacts',
];
const CONTROLS = {
	inbox: [
		'.row',
		'#resolve',
		'#thread-messages .said',
		'#operator-text',
		'#kind-note',
		'#composer .primary',
		'#details select',
		'#segment',
	],
	contacts: ['#people-search', '.person', '#add-person input', '#add-person .primary'],
};

describe("everyone can use the sandbox's page", () => {
	let sandbox: Sandbox;
	let browser: Browser;
	let page: Page;

	const say = async (from: string, session_id: string, [type, content]: [string, unknown]) => {
		const response = await fetch(`${sandbox.url}/sandbox/${from}/message`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ session_id, type, content }),
		});
		expect(response.status).toBe(200);
	};
	const openTab = async (tab: string) => await page.locator(`#tab-${tab}`).click();

	beforeAll(async () => {
		sandbox = await startSandbox();
		browser = await openBrowser();
		page = await openWindow(browser, sandbox.url);
		await addAxe(page);
		// Otherwise typing indicators would expire during the checks.
		await page.clock.setFixedTime(Date.now());
		await page.locator('#visitor').selectOption({ label: 'Wren Tallow' });
		const session = await page.locator('#visitor').inputValue();
		const ofAll = contentsOfAll(`${sandbox.url}/icon.svg`);
		for (const content of ofAll) await say('visitor', session, content);
		for (const content of [...ofAll, ...contentsOfOperators]) await say('operator', session, content);
		await page.locator('.row', { hasText: 'Wren Tallow' }).click();
		await page.locator('#visitor-text').fill('And one more thing');
		await page.locator('#operator-text').fill('Dear Wren');
		await page.locator('#visitor-messages .typing').waitFor();
		await page.locator('#visitor-typing').getByText('And one more thing').waitFor();
		await page.locator('#thread-messages .cards').waitFor();
	});
	afterAll(async () => {
		await browser?.close();
		await sandbox?.close();
	});

	test('is checked with every type of message', () => {
		const types = [...contentsOfAll(''), ...contentsOfOperators].map(([type]) => type);
		expect([...new Set(types)].sort()).toEqual([...MESSAGE_TYPES].sort());
	});

	describe.each([1280, 800, 390])('%i pixels wide', (width) => {
		beforeAll(async () => await page.setViewportSize({ width, height: 800 }));

		test.each(['inbox', 'contacts'] as const)('reaches every control of the %s', async (tab) => {
			await openTab(tab);
			expect(await unreachable(page, [...CONTROLS_OF_ALL, ...CONTROLS[tab]])).toEqual([]);
			expect(await tooWide(page)).toEqual([]);
		});

		test('breaks no rule of axe with a conversation', async () => {
			await openTab('inbox');
			expect(await violations(page)).toEqual([]);
			await page.evaluate('scrollTo(0, 0)');
			await shoot(page, `sandbox-inbox-${width}`);
		});

		test('breaks no rule of axe with a private note', async () => {
			await openTab('inbox');
			await page.locator('#kind-note').click();
			expect(await violations(page)).toEqual([]);
			await page.locator('#kind-text').click();
		});

		test('has enough contrast under the mouse, for a choice that is made or not', async () => {
			for (const label of ['Assam', 'Sencha']) {
				const choice = page.locator('#visitor-messages .choice', { hasText: label });
				await choice.hover();
				const { judged, broken } = await contrast(page);
				expect(judged).toContain(`#${String(await choice.getAttribute('id'))}`);
				expect(broken).toEqual([]);
			}
		});

		test('breaks no rule of axe with the contacts, one of which is refused', async () => {
			await openTab('contacts');
			await page.locator('#add-person [name=nickname]').fill('Wren Tallow');
			await page.locator('#add-person [name=email]').fill('wren@tallow.example');
			await page.locator('#add-person .primary').click();
			await page.locator('#add-outcome.is-wrong').waitFor();
			expect(await violations(page)).toEqual([]);
			await page.evaluate('scrollTo(0, 0)');
			await shoot(page, `sandbox-contacts-${width}`);
		});
	});
});
