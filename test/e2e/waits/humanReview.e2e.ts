import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { REPOSITORY } from '../../../scripts/host/folder';
import type { Workflow, WorkflowNode } from '../../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../../scripts/start/seed';
import { openBrowser } from '../support/browser';
import { Editor, openWindow, shoot } from '../support/editor';
import { LanguageModel, type ChatRequest, type Step } from '../support/languageModel';
import { OUTAGES } from '../support/nodeLog';
import { byId, publish, startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

/** The example "Ask before refunding": a tool of an agent that an operator has to approve in Crisp. */

let stack: Stack;
let workflowId = '';
let browser: Browser | undefined;

/** What the shop was asked to refund. */
const refunds: unknown[] = [];
let shop: Server;

/** Wants a refund, and then says what came of it. */
const model = new LanguageModel(({ messages }: ChatRequest): Step => {
	const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	if (told.length > 0) return { says: `Told: ${told.join(' | ')}` };
	return { calls: [['Refund_an_order', { toolParameters: { order: 'TT-7', amount: 50 } }]] };
});

beforeAll(async () => {
	await model.start();
	shop = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			refunds.push(JSON.parse(Buffer.concat(parts).toString()));
			response.setHeader('Content-Type', 'application/json').end('{"refunded":true}');
		});
	});
	await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
	stack = await startStack('human-review', {}, { expectedLog: OUTAGES });
	const openAi = { name: 'Scripted', type: 'openAiApi', data: { apiKey: 'none', url: model.url } };
	const openAiId = await stack.client.saveCredential(openAi);
	const file = path.join(REPOSITORY, 'examples/ask-before-refunding.json');
	const workflow = JSON.parse(readFileSync(file, 'utf8')) as Workflow;
	const nodes = workflow.nodes.map((node): WorkflowNode => {
		if (node.type.includes('crisp')) {
			return { ...node, credentials: { crispApi: { id: stack.credentialId, name: CREDENTIAL_NAME } } };
		}
		if (node.name === 'Language model') {
			const parameters = { ...node.parameters, model: byId('scripted') };
			return { ...node, parameters, credentials: { openAiApi: { id: openAiId, name: openAi.name } } };
		}
		if (node.name !== 'Refund an order') return node;
		const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/refunds`;
		return { ...node, parameters: { ...node.parameters, url } };
	});
	workflowId = await publish(stack, { ...workflow, nodes });
}, 240_000);
afterAll(async () => {
	await browser?.close();
	await stack?.stop();
	await model.stop();
	shop?.closeAllConnections();
	await new Promise((resolve) => shop.close(resolve));
});

/** The note that asks, once it is there. */
async function noteIn(session: string): Promise<string> {
	const note = await until(
		'the question',
		async () => (await stack.sandbox.everythingIn(session)).find(({ type }) => type === 'note')?.content,
		(found) => found !== undefined,
		60_000,
	);
	return String(note);
}

const replyIn = async (session: string) =>
	await until(
		'the reply',
		async () => (await stack.sandbox.replies(session)).find(({ type }) => type === 'text')?.content,
		(found) => found !== undefined,
		60_000,
	);

test('Crisp is among the nodes for human review, with the fields that n8n expects', async () => {
	const types = await stack.client.nodeTypes();
	const review = types.find(({ name }) => name === 'n8n-nodes-crisp.crispHitlTool');
	const names = review?.properties.map((property) => (property as { name: string }).name);
	expect(names).toEqual(
		expect.arrayContaining(['message', 'responseType', 'approvalOptions', 'sessionId', 'answerBy']),
	);
});

test('the tool runs once an operator has approved it, with what was shown', async () => {
	const { session_id } = await stack.sandbox.visitorWrites('I want my 50 EUR for TT-7 back.');
	expect(await noteIn(session_id)).toMatch(/^The assistant wants to refund: \{"order":"TT-7","amount":50\}/);
	await stack.sandbox.operatorWrites('Let me see', { session_id, type: 'note' });
	expect(refunds).toEqual([]);
	await stack.sandbox.operatorWrites('Approve', { session_id, type: 'note' });
	expect(await replyIn(session_id)).toMatch(/Told: .*refunded/);
	expect(refunds).toEqual([{ order: 'TT-7', amount: 50 }]);
	await until(
		'the note to show the decision',
		async () => await noteIn(session_id),
		(note) => /\*\*Approve\*\* by /.test(note),
	);
}, 180_000);

test('the agent is told that an operator has declined, and the tool does not run', async () => {
	refunds.length = 0;
	const { session_id } = await stack.sandbox.visitorWrites('And 50 EUR more.');
	await noteIn(session_id);
	await stack.sandbox.operatorWrites('Decline', { session_id, type: 'note' });
	expect(String(await replyIn(session_id))).toMatch(/Told: .*(reject|declin|denied)/i);
	expect(refunds).toEqual([]);
}, 180_000);

test('in the browser, Crisp stands between agent and tool, and the inbox shows the question', async () => {
	const { session_id } = await stack.sandbox.visitorWrites('I want my 50 EUR for TT-7 back.', {
		nickname: 'Nell Frost',
	});
	await noteIn(session_id);
	browser = await openBrowser();
	const inbox = await openWindow(browser, stack.sandbox.url);
	await inbox.locator('#list > *').filter({ hasText: 'Nell Frost' }).click();
	await inbox
		.locator('#thread-messages')
		.getByText(/The assistant wants to refund/)
		.waitFor();
	await shoot(inbox, 'review-note');
	const editor = await Editor.open(browser, stack.url);
	await editor.goTo(`workflow/${workflowId}`);
	await editor.node('Ask the team').waitFor();
	// n8n's tips for workflows in production cover a part of the canvas.
	await editor.page.keyboard.press('Escape');
	await editor.at('zoom-to-fit').click();
	await editor.shoot('review-canvas');
}, 240_000);
