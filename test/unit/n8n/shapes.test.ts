import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ITriggerFunctions } from 'n8n-workflow';
import { memorySupplyOf, type ChatMemory } from '../../../nodes/shared/n8n/aiMemory';
import * as context from '../../../nodes/shared/n8n/context';
import { egressOf, enforcedGuardOf } from '../../../nodes/shared/n8n/egress';
import { emitTo, takesKeys } from '../../../nodes/shared/n8n/emit';
import { logOf } from '../../../nodes/shared/n8n/log';
import { n8nSleep } from '../../../nodes/shared/n8n/sleep';

/** Shapes that versions of n8n were seen to offer, or could offer. Every use of n8n must work with each shape. */

const address = 'wss://relay.example/';
const fail = () => {
	throw new TypeError("Cannot read properties of undefined (reading 'x')");
};
const refusal = new Error('the host is blocked');
const withArity = (value: number) => Object.defineProperty(() => undefined, 'length', { value });

describe('the rules for outgoing connections', () => {
	const allowed: Array<[string, object]> = [
		['no helpers', {}],
		['no filter (up to 2.20)', { helpers: {} }],
		['a filter that is undefined', { helpers: { getSecureEgressFilter: undefined } }],
		['a function that returns undefined (2.22 to 2.36)', { helpers: { getSecureEgressFilter: () => undefined } }],
		['a function that returns null', { helpers: { getSecureEgressFilter: () => null } }],
		['a function that resolves with undefined', { helpers: { getSecureEgressFilter: async () => undefined } }],
		['a filter that allows (from 2.37)', filtering(async () => ({ ok: true, result: undefined }))],
		['a filter that allows at once', filtering(() => ({ ok: true }))],
		[
			'a filter behind a promise',
			{ helpers: { getSecureEgressFilter: async () => ({ validateUrl: () => ({ ok: true }) }) } },
		],
		[
			'a policy argument with a default (from 2.40)',
			{
				helpers: {
					getSecureEgressFilter: (policy = 'safe') => policy === 'safe' && { validateUrl: () => ({ ok: true }) },
				},
			},
		],
	];
	const refused: Array<[string, object, string]> = [
		['a filter that refuses', filtering(async () => ({ ok: false, error: refusal })), 'the host is blocked'],
		['a refusal without a reason', filtering(() => ({ ok: false })), 'the address is not allowed'],
		['an empty result', filtering(() => undefined), 'the address is not allowed'],
		[
			'a filter that throws',
			filtering(() => {
				throw refusal;
			}),
			'n8n could not check the address: the host is blocked',
		],
		[
			'a filter that rejects',
			filtering(async () => await Promise.reject(refusal)),
			'n8n could not check the address: the host is blocked',
		],
		['an error in the filter', filtering(fail), 'n8n could not check the address: its filter failed'],
		[
			'a function that throws',
			{ helpers: { getSecureEgressFilter: fail } },
			'n8n could not check the address: its filter failed',
		],
		[
			'a filter without a validation function',
			{ helpers: { getSecureEgressFilter: () => ({}) } },
			'n8n could not check the address: its filter failed',
		],
	];

	function filtering(validateUrl: () => unknown): object {
		return { helpers: { getSecureEgressFilter: () => ({ validateUrl }) } };
	}

	it.each(allowed)('allow the address with %s', async (_, given) => {
		expect(await egressOf(given)(address)).toBeUndefined();
	});

	it.each(refused)('refuse it with a reason, with %s', async (_, given, why) => {
		expect((await egressOf(given)(address))?.message).toBe(why);
	});

	it('are called as a method, on each use', async () => {
		const asked: unknown[] = [];
		const helpers = {
			own: { ok: true },
			getSecureEgressFilter(...given: unknown[]) {
				return { validateUrl: (url: string) => (asked.push(url, given.length), this.own) };
			},
		};
		const egress = egressOf({ helpers });
		await egress(address);
		await egress(address);
		expect(asked).toEqual([address, 0, address, 0]);
	});
});

describe('the guard against internal addresses', () => {
	const unused = 'http://192.0.2.1/';
	const unresolved = Object.assign(new Error('getaddrinfo ENOTFOUND relay.example'), { code: 'ENOTFOUND' });
	const answering = (answer: (url: string) => unknown) => ({
		helpers: { getSecureEgressFilter: () => ({ validateUrl: (url: string) => answer(url) }) },
	});
	const blockingUnused = (answer: () => unknown) =>
		answering((url) => (url === unused ? { ok: false, error: refusal } : answer()));
	it.each<[string, object, unknown]>([
		['no helpers', {}, 'none'],
		['no filter (up to 2.20)', { helpers: {} }, 'none'],
		[
			'a function that returns undefined (2.22 to 2.36)',
			{ helpers: { getSecureEgressFilter: () => undefined } },
			'none',
		],
		['a filter that allows everything (from 2.37)', answering(() => ({ ok: true })), 'none'],
		['a guard that allows', blockingUnused(() => ({ ok: true })), 'allowed'],
		['a guard that refuses', blockingUnused(() => ({ ok: false, error: refusal })), refusal],
		['a guard that does not find the name', blockingUnused(async () => await Promise.reject(unresolved)), 'unresolved'],
		['a guard that fails', blockingUnused(fail), new Error('n8n could not check the address: its filter failed')],
		[
			'a guard without a validation function',
			{ helpers: { getSecureEgressFilter: () => ({}) } },
			new Error('n8n could not check the address: its filter failed'),
		],
	])('is asked with %s', async (_, given, expected) => {
		expect(await enforcedGuardOf(given)(address)).toEqual(expected);
	});

	it('is asked for even where the administrator has not enabled it (from 2.40)', async () => {
		const policies: unknown[] = [];
		const getSecureEgressFilter = (policy: unknown) => {
			policies.push(policy);
			return undefined;
		};
		await enforcedGuardOf({ helpers: { getSecureEgressFilter } })(address);
		expect(policies).toEqual(['enforced']);
	});
});

describe('the memory of an agent', () => {
	const memory = {} as ChatMemory;
	const supply = async (importSdk: () => Promise<unknown>) =>
		await memorySupplyOf({ name: 'context' } as never, memory, importSdk);
	const missing = async () => await Promise.reject(new Error("Cannot find module '@n8n/ai-node-sdk'"));

	it.each<[string, () => Promise<unknown>]>([
		['no SDK (up to 2.15)', missing],
		['an empty SDK', async () => await Promise.resolve({})],
		['no module', async () => await Promise.resolve(undefined)],
		['something else of this name', async () => await Promise.resolve({ supplyMemory: 'no function' })],
	])('is not supplied with %s', async (_, importSdk) => {
		expect(await supply(importSdk)).toBeUndefined();
	});

	it('is supplied by the SDK (from 2.16)', async () => {
		const supplyMemory = (...given: unknown[]) => ({ response: given });
		expect(await supply(async () => await Promise.resolve({ supplyMemory }))).toEqual({
			response: [{ name: 'context' }, memory],
		});
	});
});

describe('what a context offers', () => {
	const { signal } = new AbortController();
	const proxy = { $runIndex: 3, $json: { a: 1 } };
	const rows: Array<[name: string, read: (given: object) => unknown, shapes: Array<[object, unknown]>]> = [
		[
			'getExecutionCancelSignal',
			context.cancelSignalOf,
			[
				[{}, undefined],
				[{ getExecutionCancelSignal: () => undefined }, undefined],
				[{ getExecutionCancelSignal: () => 'no signal' }, undefined],
				[{ getExecutionCancelSignal: fail }, undefined],
				[{ getExecutionCancelSignal: () => signal }, signal],
			],
		],
		[
			'getActivationMode',
			context.activationModeOf,
			[
				[{}, 'init'],
				[{ getMode: () => 'trigger' }, 'init'],
				[{ getMode: () => 'trigger', getActivationMode: () => undefined }, 'init'],
				[{ getMode: () => 'trigger', getActivationMode: fail }, 'init'],
				[{ getMode: () => 'trigger', getActivationMode: () => 'activate' }, 'activate'],
				[{ getMode: () => 'manual', getActivationMode: () => 'activate' }, 'manual'],
				[{ getMode: () => 'manual', getActivationMode: fail }, 'manual'],
				[{ getMode: fail, getActivationMode: () => 'update' }, 'update'],
			],
		],
		[
			'isToolExecution',
			context.isToolCall,
			[
				[{}, false],
				[{ getNode: () => ({ type: 'n8n-nodes-crisp.crisp' }) }, false],
				[{ getNode: () => ({ type: 'n8n-nodes-crisp.crispTool' }) }, true],
				[{ isToolExecution: fail, getNode: () => ({ type: 'n8n-nodes-crisp.crispTool' }) }, true],
				[{ isToolExecution: () => undefined, getNode: () => ({ type: 'n8n-nodes-crisp.crispTool' }) }, true],
				[{ isToolExecution: () => false, getNode: () => ({ type: 'n8n-nodes-crisp.crispTool' }) }, true],
				[{ isToolExecution: () => true }, true],
			],
		],
		[
			'getWorkflowDataProxy for the run',
			(given) => context.runIndexOf(given, 0),
			[
				[{}, undefined],
				[{ getWorkflowDataProxy: () => undefined }, undefined],
				[{ getWorkflowDataProxy: fail }, undefined],
				[
					{
						getWorkflowDataProxy: () => ({
							get $runIndex() {
								return fail();
							},
						}),
					},
					undefined,
				],
				[
					{ getWorkflowDataProxy: fail, evaluateExpression: (text: string) => (text === '{{ $runIndex }}' ? 2 : -1) },
					2,
				],
				[{ getWorkflowDataProxy: () => proxy, evaluateExpression: fail }, 3],
			],
		],
		[
			'getWorkflowDataProxy for the item',
			(given) => context.itemJsonReader(given)(0),
			[
				[{}, undefined],
				[{ getWorkflowDataProxy: () => undefined }, undefined],
				[{ getWorkflowDataProxy: fail }, undefined],
				[{ getWorkflowDataProxy: () => proxy }, proxy.$json],
			],
		],
		[
			'getWorkflowDataProxy for the number of items',
			context.itemCountOf,
			[
				[{}, 1],
				[{ getWorkflowDataProxy: () => undefined }, 1],
				[{ getWorkflowDataProxy: fail }, 1],
				[{ getWorkflowDataProxy: () => ({}) }, 1],
				[{ getWorkflowDataProxy: () => ({ $input: { all: fail } }) }, 1],
				[{ getWorkflowDataProxy: () => ({ $input: { all: () => [] } }) }, 1],
				[{ getWorkflowDataProxy: () => ({ $input: { all: () => [{}, {}, {}] } }) }, 3],
			],
		],
		[
			'getWorkflowSettings, for whether executions are kept',
			context.keepsExecutions,
			[
				[{}, true],
				[{ getWorkflowSettings: fail }, true],
				[{ getWorkflowSettings: () => undefined }, true],
				[{ getWorkflowSettings: () => ({}) }, true],
				[{ getWorkflowSettings: () => ({ saveDataSuccessExecution: 'DEFAULT' }) }, true],
				[{ getWorkflowSettings: () => ({ saveDataSuccessExecution: 'all', saveDataErrorExecution: 'all' }) }, true],
				[{ getWorkflowSettings: () => ({ saveDataSuccessExecution: 'none' }) }, false],
				[{ getWorkflowSettings: () => ({ saveDataErrorExecution: 'none' }) }, false],
			],
		],
		[
			'getWorkflowStaticData',
			context.staticDataOf,
			[
				[{}, {}],
				[{ getWorkflowStaticData: () => undefined }, {}],
				[{ getWorkflowStaticData: () => null }, {}],
				[{ getWorkflowStaticData: fail }, {}],
				[{ getWorkflowStaticData: (type: string) => ({ type }) }, { type: 'node' }],
			],
		],
		[
			'saveFailedExecution',
			(given) => context.saveFailedExecution(given, refusal),
			[
				[{}, false],
				[{ saveFailedExecution: undefined }, false],
				[{ saveFailedExecution: fail }, false],
				[{ saveFailedExecution: () => undefined }, true],
			],
		],
		[
			'emit, for whether it takes keys',
			(given) => takesKeys(given as ITriggerFunctions),
			[
				[{}, false],
				[{ emit: undefined }, false],
				[{ emit: withArity(1) }, false],
				[{ emit: withArity(3) }, false],
				[{ emit: withArity(4) }, true],
				[{ emit: withArity(0) }, false],
			],
		],
	];

	describe.each(rows)('%s', (_, read, shapes) => {
		it.each(shapes.map(([given, expected], index) => [index + 1, given, expected] as const))(
			'works in shape %i',
			(_index, given, expected) => expect(read(given)).toEqual(expected),
		);
	});

	const bytes = Buffer.from('{}');
	it.each<[string, object, Buffer | undefined]>([
		['no request', {}, undefined],
		['no bytes', { getRequestObject: () => ({}) }, undefined],
		['bytes that were read', { getRequestObject: () => ({ rawBody: bytes, readRawBody: fail }) }, bytes],
		['bytes that are read on demand', { getRequestObject: () => onDemand() }, bytes],
		['bytes that cannot be read', { getRequestObject: () => ({ readRawBody: fail }) }, undefined],
		['something else', { getRequestObject: () => ({ rawBody: 'text' }) }, undefined],
	])('returns the body of a request with %s', async (_, given, expected) => {
		expect(await context.rawBodyOf(given)).toBe(expected);
	});

	const onDemand = () => ({
		rawBody: undefined as Buffer | undefined,
		async readRawBody() {
			await Promise.resolve();
			this.rawBody = bytes;
		},
	});

	it('keeps the context of a request next to its own signal', () => {
		class Context {
			constructor(private readonly name: string) {}
			getName() {
				return this.name;
			}
		}
		const given = context.withCancelSignals(new Context('n8n'))(signal);
		expect([given.getName(), context.cancelSignalOf(given)]).toEqual(['n8n', signal]);
	});
});

describe('emit', () => {
	const items = [{ json: { a: 1 } }];
	const trigger = (emit: unknown) => ({ emit }) as ITriggerFunctions;

	it('passes the key wherever n8n expects it', () => {
		const given: unknown[][] = [];
		void emitTo(
			trigger((...all: unknown[]) => given.push(all)),
			items,
			{ key: 'k', reportsEnd: false },
		);
		expect(given).toEqual([[[items], undefined, undefined, 'k']]);
	});

	it('reports when n8n is done, even if emit is asynchronous', async () => {
		for (const isAsync of [false, true]) {
			const emit = (_: unknown, _response: unknown, done: { resolve(value: unknown): void }) => {
				done.resolve('run');
				return isAsync ? Promise.resolve() : undefined;
			};
			expect(await emitTo(trigger(emit), items, { reportsEnd: true })).toBe('run');
		}
	});

	it('reports why n8n did not accept an event, however n8n reports it', async () => {
		const rejecting = async () => await Promise.reject(refusal);
		await expect(emitTo(trigger(rejecting), items, { reportsEnd: true })).rejects.toBe(refusal);
		expect(() =>
			emitTo(
				trigger(() => {
					throw refusal;
				}),
				items,
				{ reportsEnd: true },
			),
		).toThrow(refusal);
	});
});

describe('sleep', () => {
	const aborted = () => AbortSignal.abort();
	const lasting = () => new AbortController().signal;
	const shapes: Array<[string, object]> = [
		['absent', {}],
		[
			'without a signal (1.123)',
			{ sleep: async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms)) },
		],
		['that returns no promise', { sleep: () => undefined }],
		['that throws', { sleep: fail }],
		['that rejects', { sleep: async () => await Promise.reject(refusal) }],
	];

	it.each(shapes)('%s ends after its time', async (_, from) => {
		const before = performance.now();
		await n8nSleep(30, lasting(), from);
		expect(performance.now() - before).toBeGreaterThan(20);
	});

	it.each<[string, object]>([
		['absent', {}],
		[
			'that rejects when it is aborted',
			{ sleep: async (_: number, signal: AbortSignal) => await (signal.aborted ? Promise.reject(refusal) : undefined) },
		],
		[
			'beside sleepWithAbort',
			{
				sleep: fail,
				sleepWithAbort: async (_: number, signal: AbortSignal) =>
					await (signal.aborted ? Promise.reject(refusal) : undefined),
			},
		],
	])('%s ends at once when it is aborted', async (_, from) => {
		await n8nSleep(60_000, aborted(), from);
	});
});

describe('the log', () => {
	const node = { getNode: () => ({ name: 'Hook' }) };
	it.each<[string, object]>([
		['no logger', {}],
		['a logger without levels', { logger: {} }],
		['a logger that throws', { logger: { warn: fail, error: fail, debug: fail } }],
	])('causes no error with %s', (_, given) => {
		const log = logOf({ ...node, ...given });
		log.warn('a');
		log.error('b');
		log.debug(refusal);
	});

	it('names the package and the node in each line', () => {
		const lines: string[] = [];
		logOf({ ...node, logger: { warn: (text) => lines.push(text) } }).warn('It rains.');
		expect(lines).toEqual(['[n8n-nodes-crisp] Hook: It rains.']);
	});
});

describe('everything in n8n that differs between versions', () => {
	const names =
		/getSecureEgressFilter|getExecutionCancelSignal|getActivationMode|isToolExecution|getWorkflowDataProxy|getWorkflowStaticData|sleepWithAbort|\.saveFailedExecution|\.logger\b|\bemit\.length/;
	const root = join(__dirname, '../../../nodes');
	const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

	it('imports nothing from n8n-workflow that some versions lack', () => {
		// These exist in each version that test/versions installs, from 1.123 to 2.41; others do not.
		const steady = [
			'NodeApiError',
			'NodeConnectionTypes',
			'NodeOperationError',
			'UnexpectedError',
			'UserError',
			'isSafeObjectProperty',
		];
		const imports = files.flatMap((name) => {
			const text = readFileSync(join(root, name), 'utf8');
			const found = [...text.matchAll(/import \{([^}]*)\} from 'n8n-workflow'/g)].flatMap(([, names = '']) =>
				names.split(','),
			);
			return found.map((one) => one.trim()).filter((one) => one !== '' && !one.startsWith('type '));
		});
		expect([...new Set(imports)].filter((one) => !steady.includes(one))).toEqual([]);
		expect(imports.length).toBeGreaterThan(10);
	});

	it('is accessed through one module', () => {
		const using = files.filter((name) => names.test(readFileSync(join(root, name), 'utf8')));
		expect(using.filter((name) => !name.startsWith('shared/n8n/'))).toEqual([]);
		expect(using.length).toBeGreaterThan(2);
	});
});
