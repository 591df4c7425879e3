import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { REPOSITORY } from '../../scripts/host/folder';
import { openBrowser } from './support/browser';
import { Editor } from './support/editor';
import { chainOf, crispNode, plainNode, startStack, type Stack } from './support/stack';

/** The editor is slow on a busy machine. */
jest.setTimeout(300_000);

describe('before anything has run', () => {
	let stack: Stack;
	let browser: Browser;
	let editor: Editor;

	beforeAll(async () => {
		stack = await startStack('schemas');
		browser = await openBrowser();
		editor = await Editor.open(browser, stack.url);
	}, 360_000);
	afterAll(async () => {
		await browser?.close();
		await stack?.stop();
	});

	const cases = [
		['message', 'send', 'fingerprint'],
		['conversation', 'get', 'assigned_operator_id'],
	] as const;

	test.each(cases)('the fields of %s.%s can be dragged into the next node', async (resource, operation, field) => {
		const trigger = crispNode(stack, 'crispTrigger', 'Trigger', { events: ['message:send'] });
		const crisp = crispNode(stack, 'crisp', 'Crisp', { resource, operation });
		const next = plainNode('n8n-nodes-base.set', 3.4, 'Next', { mode: 'raw', jsonOutput: '' });
		const workflow = chainOf(`Schema of ${resource}.${operation}`, [trigger, crisp, next]);
		const { id } = await stack.client.createWorkflow(workflow);
		await editor.goTo(`workflow/${id}`);
		await editor.openNode('Next');
		const panel = editor.at('ndv-input-panel');
		await panel.getByText('Usually outputs the following fields').first().waitFor();
		await editor.shoot(`schemas-${operation}`);
		const pill = panel.locator('[data-test-id="run-data-schema-item"]').filter({ hasText: field }).first();
		const target = editor.page.locator('[data-test-id="parameter-input-jsonOutput"]');
		await pill.locator('[data-target="mappable"]').first().dragTo(target);
		await target.getByText(`$json.${field}`).waitFor();
		await editor.shoot(`schemas-${operation}-dragged`);
	});

	/** n8n's editor asks for no schema of a trigger. If this fails, it does: drag a field, and correct docs/architecture.md. */
	test('n8n shows no fields of a trigger, although it has a schema', async () => {
		const trigger = crispNode(stack, 'crispTrigger', 'Trigger', { events: ['message:send'] });
		const next = plainNode('n8n-nodes-base.set', 3.4, 'Next', { mode: 'raw', jsonOutput: '' });
		const { id } = await stack.client.createWorkflow(chainOf('Schema of the trigger', [trigger, next]));
		await editor.goTo(`workflow/${id}`);
		await editor.openNode('Next');
		const panel = editor.at('ndv-input-panel');
		await panel.getByText('Execute previous nodes').first().waitFor();
		await editor.page.waitForLoadState('networkidle');
		expect(await panel.getByText('Usually outputs the following fields').count()).toBe(0);
		expect(existsSync(path.join(REPOSITORY, 'dist/nodes/CrispTrigger/__schema__/v1.0.0.json'))).toBe(true);
	});
});
