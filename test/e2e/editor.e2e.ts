import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';

import { openHostFolder } from '../../scripts/host/folder';
import { OWNER } from '../../scripts/host/n8n';
import { CREDENTIAL_NAME, readExample } from '../../scripts/start/seed';
import { openBrowser } from './browser';
import { publish, startStack, type Stack } from './stack';

const SCREENSHOTS = process.env.N8N_CRISP_SCREENSHOTS ?? openHostFolder().screenshots;

describe('in the browser, n8n', () => {
	let stack: Stack;
	let browser: Browser;
	let page: Page;

	const shoot = async (name: string) =>
		await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
	const testId = (id: string) => page.locator(`[data-test-id="${id}"]`);

	const openExample = async () => {
		await page.goto(`${stack.url}/workflow/answer-a-visitor`);
		await page.getByText('A visitor writes').first().waitFor();
	};
	const openNode = async (name: string) => {
		await openExample();
		await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
	};

	beforeAll(async () => {
		mkdirSync(SCREENSHOTS, { recursive: true });
		stack = await startStack('editor');
		await publish(stack, readExample('answer-a-visitor', stack.credentialId));
		await publish(stack, readExample('welcome-a-new-contact', stack.credentialId));
		browser = await openBrowser();
		page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		page.setDefaultTimeout(60_000);
	}, 240_000);
	afterAll(async () => {
		await browser?.close();
		await stack?.stop();
	});

	test('lets the owner in', async () => {
		await page.goto(stack.url);
		await page.locator('input[name="emailOrLdapLoginId"]').fill(OWNER.email);
		await page.locator('input[name="password"]').fill(OWNER.password);
		await testId('form-submit-button').click();
		await page.waitForURL(/\/home/);
	});

	test('shows the example', async () => {
		await openExample();
		// n8n's advice for workflows in production covers a part of the canvas.
		await page.keyboard.press('Escape');
		await shoot('example');
		expect(await testId('canvas-node').count()).toBe(2);
	});

	test('finds the package in the node panel, with its triggers and actions', async () => {
		await page.goto(`${stack.url}/workflow/new`);
		await testId('canvas-plus-button').click();
		await testId('node-creator-search-bar').fill('crisp');
		const found = testId('node-creator-item-name').filter({ hasText: /^Crisp$/ });
		await found.waitFor();
		await shoot('node-panel');
		await found.click();
		await page.getByText(/^Triggers \(\d+\)/).waitFor();
		await page.getByText('On message sent by visitor', { exact: true }).waitFor();
		await page.getByText(/^Actions \(\d+\)/).waitFor();
		await shoot('node-panel-events');
	});

	test("shows the action's form", async () => {
		await openNode('Answer');
		await page.getByText('Message Type', { exact: true }).waitFor();
		await shoot('crisp');
		expect(await testId('parameter-input-resource').locator('input').inputValue()).toBe('Message');
	});

	test("shows the trigger's form", async () => {
		await openNode('A visitor writes');
		await page.getByText('Trigger On', { exact: true }).waitFor();
		await shoot('crisp-trigger');
	});

	test("shows the credential's form, and its test is green", async () => {
		await page.goto(`${stack.url}/home/credentials`);
		await testId('resources-list').getByText(CREDENTIAL_NAME).first().click();
		await page.getByText('Default Website ID').first().waitFor();
		await page.getByText('Connection tested successfully').waitFor();
		await shoot('credential');
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
		await shoot('sandbox-reply');
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
		await shoot('sandbox-contact');
	});
});
