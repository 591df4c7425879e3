import type { Browser } from 'playwright-core';

import { openBrowser } from './support/browser';
import { Editor } from './support/editor';
import { crispNode, plainNode, startStack, type Stack } from './support/stack';

/** What n8n's editor makes of the order and the words of the Crisp node's description. */
describe('in the editor, the Crisp node', () => {
	let stack: Stack;
	let browser: Browser;
	let editor: Editor;
	let place = '';

	const operations: Array<[resource: string, operation: string, subtitle: string]> = [
		['message', 'send', 'Send: Message'],
		['message', 'sendAndWait', 'Send and Wait for Response: Message'],
		['conversation', 'getContext', 'Get Context: Conversation'],
		['conversation', 'getAll', 'Get Many: Conversation'],
		['conversation', 'getAllAwaiting', 'Get Many Awaiting Reply: Conversation'],
		['conversation', 'updateMeta', 'Update Details: Conversation'],
		['person', 'upsert', 'Create or Update: Person'],
		['person', 'findByEmail', 'Find by Email: Person'],
		['classicArticle', 'exists', 'Check If Exists: Classic Article'],
		['campaign', 'getAll', 'Get Many: Campaign'],
	];

	beforeAll(async () => {
		stack = await startStack('order');
		const nodes = operations.map(([resource, operation], index) =>
			crispNode(stack, 'crisp', `Crisp ${index}`, { resource, operation }),
		);
		nodes.push(plainNode('n8n-nodes-base.manualTrigger', 1, 'Start'));
		nodes.push(crispNode(stack, 'crispTool', 'Crisp Tool', { resource: 'conversation', operation: 'getContext' }));
		for (const [index, node] of nodes.entries()) node.position = [(index % 4) * 320, Math.floor(index / 4) * 220];
		const saved = await stack.client.createWorkflow({ name: 'The order', nodes, connections: {}, settings: {} });
		place = `workflow/${saved.id}`;
		browser = await openBrowser();
		editor = await Editor.open(browser, stack.url);
	}, 240_000);
	afterAll(async () => {
		await browser?.close();
		await stack?.stop();
	});

	test('shows its everyday actions first, under the headings of their resources', async () => {
		await editor.goTo(place);
		await editor.at('canvas-node').first().waitFor();
		await editor.page.keyboard.press('Escape');
		await editor.search('Crisp');
		await editor.entry('Crisp').click();
		const panel = editor.at('node-creator');
		await panel.getByText('Send a message into a conversation', { exact: true }).waitFor();
		await editor.shoot('order-panel');
		// n8n draws the others when they are scrolled to.
		const text = await panel.innerText();
		expect(text).not.toContain('Generate an analytics report');
		const places = [
			'Send a message into a conversation',
			'Send a message and wait for the reply',
			'Get a conversation with its messages and visitor as one text',
			'Create a person or update the one with the same email',
		].map((action) => text.indexOf(action));
		expect(places).not.toContain(-1);
		expect(places).toEqual([...places].sort((a, b) => a - b));
	});

	test('says on the canvas in words what it does', async () => {
		await editor.goTo(place);
		await editor.at('canvas-node').first().waitFor();
		await editor.page.keyboard.press('Escape');
		await editor.at('zoom-to-fit').click();
		await editor.shoot('order-canvas');
		for (const [index, [, , subtitle]] of operations.entries()) {
			expect(await editor.node(`Crisp ${index}`).innerText()).toContain(subtitle);
		}
		expect(await editor.node('Crisp Tool').innerText()).toContain('Get Context: Conversation');
	});

	test('lists operations and types of messages in the order of use', async () => {
		await editor.goTo(place);
		await editor.openNode('Crisp 0');
		const shown = async (parameter: string) => {
			await editor.field(parameter).click();
			const options = editor.page.locator('.option-headline:visible');
			await options.first().waitFor();
			await editor.shoot(`order-${parameter}`);
			const names = await options.allInnerTexts();
			await editor.page.keyboard.press('Escape');
			return names.map((name) => name.trim());
		};
		expect((await shown('resource')).slice(0, 3)).toEqual(['Message', 'Conversation', 'Person']);
		expect((await shown('operation')).slice(0, 2)).toEqual(['Send', 'Send and Wait for Response']);
		expect((await shown('type')).slice(0, 3)).toEqual(['Text', 'Private Note', 'Buttons (Picker)']);
	});

	test('has a notice where Crisp accepts the tokens of one tier only, and no options for a list', async () => {
		await editor.goTo(place);
		await editor.openNode('Crisp 9');
		await editor.page.getByText('Crisp accepts this only from a credential of the tier User').waitFor();
		await editor.shoot('order-campaign');
		expect(await editor.page.getByText('Add Option', { exact: true }).count()).toBe(0);
	});
});
