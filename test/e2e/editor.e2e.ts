import type { Browser, Page } from 'playwright-core';

import { CREDENTIAL_NAME, readExample } from '../../scripts/start/seed';
import { openBrowser } from './support/browser';
import { Editor } from './support/editor';
import { publish, startStack, type Stack } from './support/stack';

/** The state after `npm start`; newcomer.e2e.ts tests the way to it. */
describe('in the browser, n8n', () => {
	let stack: Stack;
	let browser: Browser;
	let editor: Editor;
	let page: Page;

	const openExample = async () => {
		await editor.goTo('workflow/answer-a-visitor');
		await page.getByText('A visitor writes').first().waitFor();
	};
	const openNode = async (name: string) => {
		await openExample();
		await editor.openNode(name);
	};

	beforeAll(async () => {
		stack = await startStack('editor');
		await publish(stack, readExample('answer-a-visitor', stack.credentialId));
		await publish(stack, readExample('welcome-a-new-contact', stack.credentialId));
		browser = await openBrowser();
		editor = await Editor.open(browser, stack.url);
		page = editor.page;
	}, 240_000);
	afterAll(async () => {
		await browser?.close();
		await stack?.stop();
	});

	test('shows the example', async () => {
		await openExample();
		// n8n's tips for workflows in production cover a part of the canvas.
		await page.keyboard.press('Escape');
		await editor.shoot('example');
		expect(await editor.at('canvas-node').count()).toBe(2);
	});

	test("shows the action's form", async () => {
		await openNode('Answer');
		await page.getByText('Message Type', { exact: true }).waitFor();
		await editor.shoot('crisp');
		expect(await editor.valueOf('resource')).toBe('Message');
	});

	test("shows the trigger's form", async () => {
		await openNode('A visitor writes');
		await page.getByText('Trigger On', { exact: true }).waitFor();
		await editor.shoot('crisp-trigger');
	});

	test("shows the credential's form, and its test passes", async () => {
		await editor.goTo('home/credentials');
		await editor.at('resources-list').getByText(CREDENTIAL_NAME).first().click();
		await page.getByText('Default Website ID').first().waitFor();
		await page.getByText('Connection tested successfully').waitFor();
		await editor.shoot('credential');
	});

	test("shows, on the sandbox's page, the reply to the visitor", async () => {
		await page.goto(stack.sandbox.url);
		await page.locator('#visitor-text').fill('Do you ship to Norway?');
		await page.locator('#visitor-form button').click();
		await page
			.locator('#visitor-messages')
			.getByText(/thank you for writing/)
			.waitFor();
		await page.locator('#list > *').first().click();
		await page
			.locator('#thread-messages')
			.getByText(/thank you for writing/)
			.waitFor();
		// The picture is smaller then.
		await page.setViewportSize({ width: 1120, height: 700 });
		await editor.shoot('sandbox-reply');
	});

	test("shows, on the sandbox's page, how a contact is welcomed", async () => {
		await page.goto(stack.sandbox.url);
		await page.locator('#tab-contacts').click();
		await page.locator('#add-person input[name="nickname"]').fill('Nell Frost');
		await page.locator('#add-person input[name="email"]').fill('nell.frost@example.com');
		await page.locator('#add-person button').click();
		const added = page.locator('#people .person').filter({ hasText: 'Nell Frost' });
		await added.getByText('new-contact').waitFor();
		await added.getByText('welcomed_at').waitFor();
		await editor.shoot('sandbox-contact');
	});
});
