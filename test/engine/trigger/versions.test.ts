import type { IDataObject, INodeParameters, ITriggerFunctions } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { insistent, until, Workflows } from '../../support/triggerContext';
import { crisp, executeContext, triggerContext, type Activation } from '../../support/n8nContext';
import { conversation, credentialFor, locator, shop } from '../../support/sandboxWorkspace';

/** The nodes in every possible n8n; test/unit/n8n/shapes.test.ts explains each shape. */

const workflows = Workflows.use();
const fail = () => {
	throw new TypeError("Cannot read properties of undefined (reading 'validateUrl')");
};

const guards: Record<string, unknown> = {
	absent: undefined,
	'returning undefined': () => undefined,
	'allowing everything': () => ({ validateUrl: async () => ({ ok: true }) }),
};
const refusingGuards: Record<string, unknown> = {
	throwing: fail,
	rejecting: () => ({ validateUrl: async () => await Promise.reject(new Error('blocked')) }),
	refusing: () => ({ validateUrl: async () => ({ ok: false, error: new Error('blocked') }) }),
};

/** A trigger in an n8n that lacks or changes something, with everything that it logs. */
async function begin(
	change: (context: Record<string, unknown>) => void,
	activation: Activation['activation'] = 'init',
	options: IDataObject = {},
) {
	const parameters = {
		...{ events: ['message:send'], filters: {}, websiteIds: [], useSampleEvent: false },
		options: options as INodeParameters,
	};
	const trigger = triggerContext({ credential: credentialFor(workflows.sandbox), parameters, activation });
	const lines: string[] = [];
	const log = (text: string) => lines.push(text);
	const own = trigger.context as unknown as Record<string, unknown>;
	Object.defineProperty(own, 'logger', {
		configurable: true,
		value: { warn: log, error: log, debug: () => undefined },
	});
	change(own);
	const { closeFunction } = await activateTrigger(own as unknown as ITriggerFunctions, { clock: insistent });
	return { ...trigger, lines, end: async () => await closeFunction?.() };
}

const withGuard = (guard: unknown) => (context: Record<string, unknown>) =>
	Object.assign(context.helpers as object, { getSecureEgressFilter: guard });

describe('a trigger', () => {
	it.each(Object.keys(guards))('receives messages with a guard that is %s', async (name) => {
		const { emitted, lines, end } = await begin(withGuard(guards[name]));
		await until(() => workflows.sandbox.connections() === 1);
		await workflows.visitorWrites('heard');
		await until(() => emitted.length === 1);
		expect(lines).toEqual([]);
		await end();
	});

	it.each(Object.keys(refusingGuards))('polls with a guard that is %s, and reports it once', async (name) => {
		const { emitted, failures, lines, end } = await begin(withGuard(refusingGuards[name]));
		await until(() => lines.length === 1);
		await workflows.visitorWrites('read');
		await until(() => emitted.length === 1);
		expect([workflows.sandbox.connections(), failures]).toEqual([0, []]);
		expect(lines).toEqual([
			expect.stringMatching(
				/The trigger polls Crisp, because .*: The network rules of this n8n block Crisp's realtime channel \([^']+\)\./,
			),
		]);
		await end();
	});

	it.each(Object.keys(refusingGuards))('never connects with a guard that is %s, if it must not poll', async (name) => {
		const { failures, lines, end } = await begin(withGuard(refusingGuards[name]), 'init', { connection: 'realtime' });
		const asked = () => workflows.sandbox.requests.filter(({ path }) => path.endsWith('/connect/endpoints')).length;
		await until(() => asked() >= 5);
		expect(workflows.sandbox.connections()).toBe(0);
		expect(failures.map(({ message }) => message)).toEqual([
			expect.stringMatching(/^The network rules of this n8n block Crisp's realtime channel \([^']+\)$/),
		]);
		expect(lines).toHaveLength(1);
		expect(lines[0]).not.toMatch(/undefined|TypeError|validateUrl/);
		await end();
	});

	it.each<[string, (context: Record<string, unknown>) => void]>([
		['no activation mode', (context) => (context.getActivationMode = undefined)],
		['an activation mode that throws', (context) => (context.getActivationMode = fail)],
		['no static data', (context) => (context.getWorkflowStaticData = () => undefined)],
		['static data that throws', (context) => (context.getWorkflowStaticData = fail)],
		['no function to save a failed execution', (context) => (context.saveFailedExecution = undefined)],
		[
			'a logger that throws',
			(context) => Object.defineProperty(context, 'logger', { value: { warn: fail, error: fail } }),
		],
	])('receives messages with %s', async (_, change) => {
		const { emitted, end } = await begin(change);
		await until(() => workflows.sandbox.connections() === 1);
		await workflows.visitorWrites('heard');
		await until(() => emitted.length === 1);
		await end();
	});

	it('logs an outage once, however many retries there are, and once when it is over', async () => {
		const { emitted, lines, end } = await begin(() => undefined);
		await until(() => workflows.sandbox.connections() === 1);
		workflows.sandbox.faults.refuseSockets({ how: 'connection' });
		workflows.sandbox.dropSockets();
		const asked = () => workflows.sandbox.requests.filter(({ path }) => path.endsWith('/connect/endpoints')).length;
		await until(() => asked() >= 6);
		await workflows.visitorWrites('missed');
		workflows.sandbox.faults.reset();
		await until(() => emitted.length === 1);
		expect(lines).toEqual([
			expect.stringMatching(
				/^\[n8n-nodes-crisp\] Crisp Trigger: Not connected to Crisp; .*The realtime connection was lost/,
			),
			expect.stringMatching(
				/^\[n8n-nodes-crisp\] Crisp Trigger: The realtime connection works again after \d+ seconds?\.$/,
			),
		]);
		await end();
	});

	it('reports once that this Node.js has no WebSocket, if it must not poll, and does not block n8n', async () => {
		const parameters = {
			...{ events: ['message:send'], filters: {}, websiteIds: [], useSampleEvent: false },
			options: { connection: 'realtime' },
		};
		const { context, failures } = triggerContext({
			credential: credentialFor(workflows.sandbox),
			parameters,
			activation: 'init',
		});
		const warn = jest.spyOn(context.logger, 'warn').mockImplementation(() => undefined);
		const { closeFunction } = await activateTrigger(context, { clock: insistent, isWebSocketAvailable: false });
		expect(failures.map(({ message }) => message)).toEqual(['Crisp Trigger needs Node.js 22 or later']);
		expect(warn).toHaveBeenCalledTimes(1);
		await closeFunction?.();
		warn.mockRestore();
	});
});

describe('the Crisp node', () => {
	const sends = async (change: (context: Record<string, unknown>) => void) => {
		const context = executeContext({
			credential: credentialFor(workflows.sandbox),
			parameters: {
				...{ resource: 'message', operation: 'send', websiteId: locator(shop), sessionId: locator(conversation) },
				...{ type: 'text', content: '={{ $json.text }}', additionalFields: {} },
			},
			items: [{ text: 'one' }, { text: 'two' }],
		});
		change(context as unknown as Record<string, unknown>);
		const [items = []] = await crisp.execute.call(context as never);
		return items as Array<{ json: unknown; pairedItem: unknown }>;
	};

	it.each<[string, (context: Record<string, unknown>) => void]>([
		['nothing missing', () => undefined],
		['no signal of the execution', (context) => (context.getExecutionCancelSignal = undefined)],
		['a signal that is undefined', (context) => (context.getExecutionCancelSignal = () => undefined)],
		['a signal that throws', (context) => (context.getExecutionCancelSignal = fail)],
		['no data proxy', (context) => (context.getWorkflowDataProxy = fail)],
		['no information on tools', (context) => (context.isToolExecution = undefined)],
		['no guard', withGuard(undefined)],
		['a guard that throws', withGuard(fail)],
	])('sends each item once with %s', async (_, change) => {
		const items = await sends(change);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		const posts = workflows.sandbox.requests.filter(
			({ method, path }) => method === 'POST' && path.endsWith('/message'),
		);
		expect(posts.map(({ body }) => (body as { content: string }).content)).toEqual(['one', 'two']);
	});

	const uploads = async (guard: unknown) => {
		const context = executeContext({
			credential: credentialFor(workflows.sandbox),
			parameters: {
				...{ resource: 'message', operation: 'sendFile', websiteId: locator(shop), sessionId: locator(conversation) },
				...{ source: 'binary', binaryPropertyName: 'data' },
			},
			items: [{}],
			binary: [{ data: { data: 'VGVh', mimeType: 'text/plain', fileName: 'tea.txt' } }],
		});
		withGuard(guard)(context as unknown as Record<string, unknown>);
		const [items = []] = (await crisp.execute.call(context as never)) as unknown as Array<Array<{ json: object }>>;
		return items.map(({ json }) => json);
	};

	it.each(Object.keys(guards))('uploads a file with a guard that is %s', async (name) => {
		expect(await uploads(guards[name])).toMatchObject([{ file_name: 'tea.txt', file_size: 3 }]);
		await until(() => workflows.sandbox.connections() === 0);
	});

	it.each(Object.keys(refusingGuards))('uploads nothing with a guard that is %s', async (name) => {
		await expect(uploads(refusingGuards[name])).rejects.toThrow(
			/^The file could not be uploaded: The network rules of this n8n block Crisp's realtime channel/,
		);
		expect(workflows.sandbox.storageRequests).toEqual([]);
	});
});
