import { publishReplies } from '../../support/chaos/ordeal';
import { OUTAGES } from '../support/nodeLog';
import type { SandboxProcess } from '../support/sandboxProcess';
import { startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

/** More than the longest wait between two polls. */
const PATIENCE_MS = 240_000;

async function answered(sandbox: SandboxProcess, text: string): Promise<void> {
	const { session_id } = await sandbox.visitorWrites(text);
	const replies = await until(
		'an answer',
		async () => await sandbox.replies(session_id),
		({ length }) => length > 0,
		PATIENCE_MS,
	);
	expect(replies.map(({ content }) => content)).toEqual([`re: ${text}`]);
}

describe('in a Node.js without a WebSocket', () => {
	let stack: Stack;

	beforeAll(async () => {
		const settings = { NODE_OPTIONS: '--no-experimental-websocket' };
		stack = await startStack('no-web-socket', settings, { expectedLog: OUTAGES });
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test(
		'a published trigger polls, and answers each visitor once',
		async () => {
			await publishReplies(stack);
			await answered(stack.sandbox, 'First');
			await answered(stack.sandbox, 'Second');
			expect(await stack.sandbox.connections()).toBe(0);
		},
		PATIENCE_MS * 3,
	);
});

describe('while the realtime endpoint refuses connections', () => {
	let stack: Stack;

	beforeAll(async () => {
		stack = await startStack('refused-sockets', {}, { expectedLog: OUTAGES });
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test(
		'a trigger polls as soon as it is published, and connects again by itself',
		async () => {
			await stack.sandbox.refuseSockets(true);
			await publishReplies(stack);
			await answered(stack.sandbox, 'By polling');
			expect(await stack.sandbox.connections()).toBe(0);
			await stack.sandbox.refuseSockets(false);
			await until('a connection', async () => await stack.sandbox.connections(), Boolean, PATIENCE_MS);
			await answered(stack.sandbox, 'By the connection');
		},
		PATIENCE_MS * 4,
	);
});
