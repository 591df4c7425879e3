import type { Browser, Page } from 'playwright-core';

import { startSandbox, type Sandbox } from '../../../sandbox';
import { openBrowser } from '../support/browser';
import { openWindow } from '../support/editor';

describe("the sandbox's page", () => {
	let sandbox: Sandbox;
	let browser: Browser;
	let page: Page;

	const visitorWrites = async (text: string) => {
		await page.locator('#visitor-text').fill(text);
		await page.locator('#visitor-form button').click();
		await page.locator('#visitor-messages').getByText(text).waitFor();
	};
	/** Another program writes to the visitor. */
	const operatorWrites = async (text: string) => {
		const session_id = await page.locator('#visitor').inputValue();
		await fetch(`${sandbox.url}/sandbox/operator/message`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ session_id, text }),
		});
	};
	const isShown = async (text: string) => await page.locator('#thread-messages').getByText(text).waitFor();
	/** The name of the visitor whose conversation the side of the operator shows. */
	const opened = async () => await page.locator('#thread-top h3').innerText();
	const visitor = async () => await page.locator('#visitor option:checked').innerText();

	const shopId = () => [...sandbox.state.websites.keys()][0] as string;
	/** Delays the answer to the next request for the list of conversations. */
	const holdNextList = async () => {
		let release = () => undefined as void;
		const released = new Promise<void>((resolve) => (release = resolve));
		let hasAnswered = () => undefined as void;
		const answered = new Promise<void>((resolve) => (hasAnswered = resolve));
		await page.route(
			'**/conversations/1?*',
			async (route) => {
				const response = await route.fetch();
				hasAnswered();
				await released;
				await route.fulfill({ response });
			},
			{ times: 1 },
		);
		return { answered, release };
	};

	beforeAll(async () => {
		browser = await openBrowser();
	});
	afterAll(async () => await browser?.close());
	beforeEach(async () => {
		sandbox = await startSandbox();
		page = await openWindow(browser, sandbox.url);
		await page.locator('#list .row').first().waitFor();
	});
	afterEach(async () => {
		await page?.close();
		await sandbox?.close();
	});

	test('shows bold text and links to web addresses, and any other Markdown as it was written', async () => {
		await visitorWrites('Hello');
		await operatorWrites('**Yes**, see [our page](https://tea.example/a) or [this](javascript:alert`1`) <b>now</b>');
		const reply = page.locator('#visitor-messages .bubble').last();
		await reply.locator('strong').waitFor();
		expect(await reply.innerText()).toBe('Yes, see our page or [this](javascript:alert`1`) <b>now</b>');
		const links = reply.locator('a');
		expect(await links.count()).toBe(1);
		expect(await links.getAttribute('href')).toBe('https://tea.example/a');
		expect(await links.getAttribute('rel')).toBe('noopener noreferrer');
	});

	test('opens, on the side of the operator, the conversation of the visitor who writes', async () => {
		const first = await opened();
		await visitorWrites('Do you ship to Norway?');
		await isShown('Do you ship to Norway?');
		expect(await opened()).not.toBe(first);
		expect(await opened()).toBe(await visitor());

		await page.locator('#tab-contacts').click();
		await page.locator('#visitor').selectOption({ label: 'Greta Husk' });
		await visitorWrites('The code works now.');
		await isShown('The code works now.');
		expect(await opened()).toBe('Greta Husk');
	});

	test('shows a new conversation that a reload under way does not list yet', async () => {
		const held = await holdNextList();
		sandbox.announce('website:update_visitors_count', shopId(), {});
		await held.answered;
		const sent = page.waitForResponse((response) => response.url().endsWith('/sandbox/visitor/message'));
		await page.locator('#visitor-text').fill('Am I too early?');
		await page.locator('#visitor-form button').click();
		await sent;
		held.release();
		await isShown('Am I too early?');
		expect(await opened()).toBe(await visitor());
	});

	test('leaves a message unread when it opens the conversation, until the operator chooses it', async () => {
		await visitorWrites('Is this read?');
		await isShown('Is this read?');
		const row = page.locator('#list .row').first();
		expect(await row.locator('.badge').count()).toBe(1);
		await row.click();
		await row.locator('.badge').waitFor({ state: 'detached' });
	});

	test('keeps what the operator writes in its conversation when another one opens', async () => {
		await page.locator('#list .row', { hasText: 'Bram Okra' }).click();
		await page.locator('#operator-text').fill('Dear Bram');
		await visitorWrites('Hello?');
		await isShown('Hello?');
		expect(await page.locator('#operator-text').inputValue()).toBe('');
		await page.locator('#list .row', { hasText: 'Bram Okra' }).click();
		expect(await page.locator('#operator-text').inputValue()).toBe('Dear Bram');
	});

	test('shows a segment as soon as it is added, and leaves the keyboard in the field', async () => {
		await page.locator('#segment').fill('vip');
		await page.locator('#segment').press('Enter');
		await page.locator('#details .chip', { hasText: 'vip' }).waitFor();
		await page.locator('#segment:focus').waitFor();
		expect(await page.locator('#segment').inputValue()).toBe('');
	});

	test('leaves the keyboard where it is, and old messages in place, when it reloads', async () => {
		await visitorWrites('First');
		const row = page.locator('#list .row').nth(1);
		await row.focus();
		const id = String(await row.getAttribute('id'));
		const first = page.locator('#visitor-messages .said').first();
		await first.evaluate((message: { isOld?: boolean }) => (message.isOld = true));
		await operatorWrites('Second');
		await page.locator('#visitor-messages').getByText('Second').waitFor();
		expect(await first.evaluate((message: { isOld?: boolean }) => message.isOld)).toBe(true);
		expect(await page.locator('#list :focus').getAttribute('id')).toBe(id);
	});

	test('is after a reload the same visitor and shows the same conversation', async () => {
		await visitorWrites('Remember me');
		const name = await visitor();
		await page.locator('#list .row', { hasText: 'Bram Okra' }).click();
		await page.reload();
		await page.locator('#visitor-messages').getByText('Remember me').waitFor();
		await page.locator('#thread-top').getByText('Bram Okra').waitFor();
		expect(await visitor()).toBe(name);
	});

	test('shows after a reload the same website and the same tab', async () => {
		await page.locator('#website').selectOption({ label: 'Thistle Tea Help' });
		await page.locator('#tab-contacts').click();
		await page.reload();
		await page.locator('#people .person').first().waitFor();
		expect(await page.locator('#website option:checked').innerText()).toBe('Thistle Tea Help');
	});

	test('starts with a new visitor and the first conversation if the sandbox no longer has the old ones', async () => {
		await visitorWrites('Forget me');
		await isShown('Forget me');
		const port = Number(new URL(sandbox.url).port);
		await sandbox.close();
		sandbox = await startSandbox({ port });
		await page.reload();
		await page.locator('#list .row').first().waitFor();
		expect(await visitor()).toBe('+ a new visitor');
		expect(await opened()).toBe(await page.locator('#list .row .row-name').first().innerText());
	});
});
