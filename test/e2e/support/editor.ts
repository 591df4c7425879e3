import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';

import { ownerOf } from '../../../scripts/host/security/owner';
import { openHostFolder } from '../../../scripts/host/folder';

const SCREENSHOTS = process.env.N8N_CRISP_SCREENSHOTS ?? openHostFolder().screenshots;
const WINDOW = { width: 1280, height: 800 };
/** On a busy machine, the editor takes many seconds to load. */
const PATIENCE_MS = 60_000;

interface Place {
	x: number;
	y: number;
}

/** n8n's editor, operated as a user does. */
export class Editor {
	private constructor(
		readonly page: Page,
		private readonly url: string,
	) {}

	/** Opens the editor in a new window, with the owner logged in. */
	static async open(browser: Browser, url: string): Promise<Editor> {
		const editor = new Editor(await openWindow(browser, url), url);
		const { email, password } = ownerOf(openHostFolder());
		await editor.page.locator('input[name="emailOrLdapLoginId"]').fill(email);
		await editor.page.locator('input[name="password"]').fill(password);
		await editor.at('form-submit-button').click();
		await editor.page.waitForURL(/\/home/);
		return editor;
	}

	at(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	async goTo(place: string): Promise<void> {
		await this.page.goto(`${this.url}/${place}`);
	}

	async shoot(name: string): Promise<void> {
		await shoot(this.page, name);
	}

	/** Opens the node panel with the canvas button, and searches there. */
	async search(words: string): Promise<void> {
		await this.at('canvas-plus-button').or(this.at('node-creator-plus-button')).first().click();
		await this.at('node-creator-search-bar').fill(words);
	}

	/** Opens the panel of tools for an agent on the canvas, and searches there. */
	async searchTools(agent: string, words: string): Promise<void> {
		const tools = '[data-test-id="canvas-node-input-handle"][data-connection-type="ai_tool"]';
		await this.node(agent).locator(tools).locator('[data-test-id="canvas-handle-plus"]').click();
		await this.at('node-creator-search-bar').fill(words);
	}

	/** An entry of the open node panel: a node, an event or an action. */
	entry(name: string): Locator {
		return this.at('node-creator').getByText(name, { exact: true }).first();
	}

	/**
	 * Drags an event or an action from the panel to a place on the canvas, and returns the name of the new node, whose
	 * form is then open.
	 */
	async drag(name: string, to: Place): Promise<string> {
		const nodes = this.at('canvas-node');
		const before = await nodes.count();
		await this.entry(name).dragTo(this.at('canvas-wrapper'), { targetPosition: to });
		await nodes.nth(before).waitFor({ state: 'attached' });
		await this.at('node-parameters').waitFor();
		await this.at('node-creator').waitFor({ state: 'hidden' });
		return (await nodes.nth(before).getAttribute('data-node-name')) ?? '';
	}

	/** Clicks on the empty canvas, so that no node is selected. */
	async clickCanvas(at: Place): Promise<void> {
		await this.at('canvas-wrapper').click({ position: at });
	}

	/** Connects one node to another; the connection is then shown. */
	async connect(from: string, to: string): Promise<void> {
		const handle = (kind: string, name: string) =>
			this.page.locator(`[data-test-id="canvas-node-${kind}-handle"][data-node-name="${name}"]`);
		await handle('output', from).dragTo(handle('input', to));
		await this.lines.first().waitFor({ state: 'attached' });
	}

	/** The connections between nodes. */
	get lines(): Locator {
		return this.at('edge');
	}

	/** Shows all nodes, slightly larger than n8n's default. */
	async lookCloser(): Promise<void> {
		await this.at('zoom-to-fit').click();
		await this.at('zoom-in-button').click();
		await this.at('zoom-in-button').click();
	}

	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.at('node-parameters').waitFor();
	}

	async closeNode(): Promise<void> {
		await this.at('ndv-close-button').click();
		await this.at('node-parameters').waitFor({ state: 'hidden' });
	}

	/** The name of the node whose form is open. */
	async nameOfOpenNode(): Promise<string> {
		return await this.at('node-title-container').innerText();
	}

	/** Presses the form's button that runs the node. */
	async execute(): Promise<void> {
		await this.at('node-execute-button').click();
	}

	get output(): Locator {
		return this.at('output-panel');
	}

	/** Closes n8n's notifications, which cover a corner; that of an earlier run may still be there. Returns their texts. */
	async dismissNotices(): Promise<string[]> {
		const notice = this.page.getByRole('alert').filter({ visible: true }).first();
		await notice.waitFor();
		const texts: string[] = [];
		while (await notice.isVisible()) {
			texts.push(await notice.innerText());
			const one = this.page.locator(`#${String(await notice.getAttribute('id'))}`);
			await one.locator('.el-notification__closeBtn').click();
			await one.waitFor({ state: 'hidden' });
		}
		return texts;
	}

	/** The field of a parameter, or of a part of a credential. */
	field(name: string): Locator {
		return this.at(`parameter-input-${name}`);
	}

	/** The value that a field shows. */
	async valueOf(name: string): Promise<string> {
		return await this.field(name).locator('input, textarea').last().inputValue();
	}

	/** Opens the list of a field, searches it, and picks the entry with exactly this name. */
	async pick(parameter: string, name: string): Promise<void> {
		await this.field(parameter).click();
		const options = this.page.locator('.option-headline:visible');
		await options.first().waitFor();
		await this.page.keyboard.type(name);
		await options.getByText(name, { exact: true }).click();
	}

	/** Removes one of several entries picked in a field. */
	async unpick(parameter: string, name: string): Promise<void> {
		const tag = this.field(parameter).locator('.el-tag').filter({ hasText: name });
		await tag.locator('.el-tag__close').click();
		await tag.waitFor({ state: 'hidden' });
	}

	/** Presses the button next to a field that leaves its value to a model. */
	async letModelFill(parameter: string): Promise<void> {
		// The field itself disappears.
		const options = this.at(`${parameter}-parameter-input-options-container`);
		const item = this.at('parameter-item').filter({ has: options });
		await item.hover();
		await item.locator('[data-test-id="from-ai-override-button"]').click();
		await item.locator('[data-test-id="fromAI-override-field"]').waitFor();
	}

	/** Opens the list of a resource locator. */
	async openList(parameter: string): Promise<Locator> {
		await this.resource(parameter).locator('[data-test-id="rlc-input"]').click();
		const items = this.page.locator('[data-test-id="rlc-item"]:visible');
		await items.first().waitFor();
		return items;
	}

	/** Picks the first entry with these words from the list of a resource locator. */
	async pickListed(parameter: string, words: string): Promise<void> {
		const items = await this.openList(parameter);
		await items.filter({ hasText: words }).first().click();
		await items.first().waitFor({ state: 'hidden' });
	}

	/** Sets a resource locator by ID. */
	async fillId(parameter: string, id: string): Promise<void> {
		await this.resource(parameter).locator('[data-test-id="rlc-mode-selector"]').click();
		await this.page.locator('[data-test-id="mode-id"]:visible').click();
		await this.resource(parameter).locator('input[data-test-id="rlc-input"]').fill(id);
	}

	private resource(parameter: string): Locator {
		return this.at(`resource-locator-${parameter}`);
	}
}

/**
 * Defines tests of which each needs the ones before: after a failed one, the others fail at once. `shootStuck` takes a picture
 * of the failure.
 */
export function stepsInOrder(
	shootStuck: () => Promise<void>,
): (name: string, act: () => Promise<void>, after?: () => void) => void {
	let isStuck = false;
	return (name, act, after) =>
		test(name, async () => {
			if (isStuck) throw new Error('An earlier step failed');
			isStuck = true;
			try {
				await act();
				isStuck = false;
			} finally {
				if (isStuck) await shootStuck();
			}
			after?.();
		});
}

export async function openWindow(browser: Browser, url: string): Promise<Page> {
	const page = await browser.newPage({ viewport: WINDOW });
	page.setDefaultTimeout(PATIENCE_MS);
	await page.goto(url);
	return page;
}

/** Saves a screenshot of a page. */
export async function shoot(page: Page, name: string): Promise<void> {
	mkdirSync(SCREENSHOTS, { recursive: true });
	await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}
