import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import type { Credential } from '../../../nodes/shared/api/transport';
import { Recorder, type Recorded } from '../../contract/recorder';
import { toolCases, type ToolCase } from '../../support/toolCases';
import { McpClient } from '../support/mcpClient';
import { crispNode, plainNode, publish, startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

/** n8n rebuilds all tools of a server for each call. */
const toolsPerServer = 40;

const names = toolCases('http://127.0.0.1').map(({ name }) => name);
const groups = Array.from({ length: Math.ceil(names.length / toolsPerServer) }, (_, index) =>
	names.slice(index * toolsPerServer, (index + 1) * toolsPerServer),
);

describe('every operation as a tool of an MCP server in a real n8n', () => {
	const recorder = new Recorder();
	const core = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-core-'));
	let stack: Stack;
	let credential: Credential;
	let cases: Map<string, ToolCase>;
	let engine: typeof import('../../support/n8nContext');

	beforeAll(async () => {
		await recorder.open();
		stack = await startStack('every-tool');
		// The same forms run by hand in n8n-core in this process, which writes its settings there.
		process.env.N8N_USER_FOLDER = core;
		process.env.N8N_LOG_LEVEL = 'silent';
		engine = await import('../../support/n8nContext');
		credential = {
			tier: 'plugin',
			identifier: 'identifier',
			key: 'sandbox-key',
			isSimulated: true,
			baseUrl: recorder.url,
		};
		const data = { ...credential } as Record<string, unknown>;
		const credentialId = await stack.client.saveCredential({ name: 'Recorder', type: 'crispApi', data });
		stack = { ...stack, credentialId };
		cases = new Map(toolCases(recorder.url).map((one) => [one.name, one]));
	}, 180_000);
	afterAll(async () => {
		await stack?.stop();
		await recorder.close();
		rmSync(core, { recursive: true, force: true });
	});

	/** Fingerprints differ between executions. */
	const timeless = (value: unknown) => JSON.parse(JSON.stringify(value ?? null).replace(/\d{14,15}/g, '0')) as unknown;

	/** How often a reply is polled for depends on how busy the machine is. */
	const withoutPolls = (requests: unknown[]) => {
		const texts = requests.map((request) => JSON.stringify(request));
		return requests.filter((_, index) => texts[index] !== texts[index - 1]);
	};

	/** Records what is sent during a call. A typing indicator that is kept up ends a moment after its operation. */
	async function record(name: string, during: () => Promise<string>) {
		recorder.requests.length = 0;
		const answer = await during();
		const isOver = async () => (recorder.requests.at(-1)?.body as IDataObject | undefined)?.type === 'stop';
		if (name === 'message_keepTyping') await until('typing to end', isOver, Boolean);
		const isWait = ({ method, path }: Recorded, index: number, all: Recorded[]) =>
			method === 'GET' && /\/message\/\d+$/.test(path) && all[index + 1] !== undefined;
		// A message waits for the one before it in the conversation, which depends on when that was sent.
		const asked = recorder.requests.splice(0);
		const requests = timeless(asked.filter((...one) => !isWait(...one))) as unknown[];
		return { answer, requests: /sendAndWait/.test(name) ? withoutPolls(requests) : requests };
	}

	const byHand = async ({ name, filled, given }: ToolCase) =>
		await record(name, async () => {
			const items = [given as IDataObject];
			return await engine.execute({ credential, parameters: filled, items }).then(
				(made) => JSON.stringify(made.map(({ json }) => json)),
				(error: Error) => error.message,
			);
		});

	describe.each(groups.map((group) => [`from ${group[0]} to ${group.at(-1)}`, group] as const))('%s', (_, group) => {
		let mcp: McpClient;

		beforeAll(async () => {
			const webhook = randomUUID();
			const trigger = {
				...plainNode('@n8n/n8n-nodes-langchain.mcpTrigger', 2, 'Server', { path: webhook, authentication: 'none' }),
				webhookId: webhook,
			};
			const tools = group.map((name) =>
				crispNode(stack, 'crispTool', name, (cases.get(name) as ToolCase).asked as Record<string, unknown>),
			);
			const connections = Object.fromEntries(
				group.map((name) => [name, { ai_tool: [[{ node: trigger.name, type: 'ai_tool', index: 0 }]] }]),
			);
			// The same settings as for the node by hand.
			const settings = { executionOrder: 'v1', timezone: 'Europe/Paris' };
			await publish(stack, { name: `Tools ${group[0]}`, nodes: [trigger, ...tools], connections, settings });
			mcp = new McpClient(`${stack.url}/mcp/${webhook}`);
			await until(
				'the MCP server',
				async () => await mcp.connect().then(() => '', String),
				(refusal) => refusal === '',
			);
		}, 90_000);

		test('each is listed with what it does, and with an input for each field left to the model', async () => {
			const listed = (await mcp.tools()).map(({ name, description, inputSchema }) => [
				name,
				{ description, keys: Object.keys(inputSchema.properties).sort() },
			]);
			const expected = group.map((name) => {
				const { action, given } = cases.get(name) as ToolCase;
				return [name, { description: `${action} in Crisp`, keys: Object.keys(given).sort() }];
			});
			expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(expected));
		});

		test.each(group)('%s sends the same requests as the node by hand, and returns the same', async (name) => {
			const one = cases.get(name) as ToolCase;
			const expected = await byHand(one);
			const { answer, requests } = await record(name, async () => await mcp.call(name, one.given));
			if (one.isByHandOnly) return expect(answer).toMatch(one.failure as RegExp);
			expect(requests).toEqual(expected.requests);
			if (one.failure) return expect(answer).toMatch(one.failure);
			expect(timeless(JSON.parse(answer))).toEqual(timeless(JSON.parse(expected.answer)));
		});
	});
});
