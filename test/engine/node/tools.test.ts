import type { IDataObject } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import type { Credential } from '../../../nodes/shared/api/transport';
import { resources } from '../../../nodes/Crisp/operations';
import { Recorder } from '../../contract/recorder';
import { until } from '../../support/triggerContext';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { execute, toolOf } from '../../support/n8nContext';
import { toolCases, type ToolCase } from '../../support/toolCases';

const recorder = new Recorder();
let credential: Credential;
let cases: Map<string, ToolCase>;

beforeAll(async () => {
	await recorder.open();
	credential = { tier: 'plugin', identifier: 'identifier', key: 'sandbox-key', baseUrl: recorder.url };
	cases = new Map(toolCases(recorder.url).map((one) => [one.name, one]));
});
afterAll(async () => await recorder.close());

// Skips all waits.
beforeEach(() => {
	const begun = Date.now();
	let passed = 0;
	jest.spyOn(testClock, 'now').mockImplementation(() => begun + passed);
	jest.spyOn(testClock, 'sleep').mockImplementation(async (milliseconds) => {
		await new Promise((resolve) => setImmediate(resolve));
		passed += milliseconds;
	});
});
afterEach(() => jest.restoreAllMocks());

/** Requests and responses without the fingerprints of the node, which differ between executions. */
const timeless = (value: unknown) => JSON.parse(JSON.stringify(value ?? null).replace(/\d{14,15}/g, '0')) as unknown;

async function record(name: string, during: () => Promise<unknown>): Promise<{ requests: unknown; outcome: unknown }> {
	recorder.requests.length = 0;
	// Independent calls: a message does not wait for the one before it.
	resetProcessState();
	const outcome = await during().catch((error: Error) => error.message.split('\n')[0]);
	const hasEnded = () => (recorder.requests.at(-1)?.body as IDataObject | undefined)?.type === 'stop';
	if (name === 'message_keepTyping') await until(hasEnded);
	return { requests: timeless(recorder.requests.splice(0)), outcome: timeless(outcome) };
}

const names = toolCases('http://127.0.0.1').map(({ name }) => name);

describe("as an AI agent's tool, every operation sends the same requests and returns the same as by hand", () => {
	it('is tested with every operation', () => {
		const operations = Object.values(resources).flatMap(({ operations }) => Object.values(operations));
		expect(new Set([...cases.values()].map(({ action }) => action)).size).toBe(operations.length);
	});

	it.each(names)('%s', async (name) => {
		const { action, asked, filled, given, failure, isByHandOnly } = cases.get(name) as ToolCase;
		const byHand = await record(name, async () => {
			const made = await execute({ credential, parameters: filled, items: [given as IDataObject] });
			expect(made.map(({ pairedItem }) => pairedItem)).toEqual(made.map(() => ({ item: 0 })));
			return made.map(({ json }) => json);
		});
		const tool = await toolOf({ credential, parameters: asked });
		expect(tool.description).toBe(`${action} in Crisp`);
		const byModel = await record(name, async () => JSON.parse(String(await tool.invoke(given))) as IDataObject[]);
		if (!isByHandOnly) {
			expect(byModel).toEqual(byHand);
			expect(byModel.requests).not.toEqual([]);
		}
		expect(byModel.outcome).toEqual(failure ? expect.stringMatching(failure) : expect.any(Array));
	});
});
