import fc from 'fast-check';
import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../nodes/CrispTrigger/receiver';
import type { CrispRequest } from '../../nodes/shared/api/types';
import { FakeClock } from '../support/fakeClock';
import { openFilter } from '../support/fixtures/openFilter';
import './strangers';

/**
 * Visitors write, n8n is killed and stopped at any time, and starts again. Every message starts the workflow once, and those of
 * a conversation in the order in which they were written.
 */

const website = 'w';
const sessions = ['session_a', 'session_b'] as const;

type Step =
	{ kind: 'write'; session: (typeof sessions)[number] } | { kind: 'kill' | 'stop' } | { kind: 'wait'; time: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
	fc.oneof(
		{ weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), session: fc.constantFrom(...sessions) }) },
		{
			weight: 4,
			arbitrary: fc.record({ kind: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 8_000 }) }),
		},
		{ weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'stop' as const) }) },
	),
	{ maxLength: 40 },
);

interface Choice {
	gather: number;
	startsPerMinute: number;
	batch: { size: number; wait: number };
}

const choices: fc.Arbitrary<Choice> = fc.record({
	gather: fc.constantFrom(0, 3_000),
	startsPerMinute: fc.constantFrom(0, 2, 30),
	batch: fc.constantFrom({ size: 1, wait: 0 }, { size: 3, wait: 250 }),
});

async function play(
	choice: Choice,
	all: Step[],
): Promise<{ started: string[]; written: string[]; executions: number }> {
	const clock = new FakeClock();
	const messages: IDataObject[] = [];
	const started: string[] = [];
	let executions = 0;
	const keys = new Set<string>();
	/** What n8n has stored of the static data: with each execution. */
	let stored: IDataObject = {};
	const answer = ({ path, query }: CrispRequest): unknown => {
		if (path.endsWith('/conversations/1')) {
			return sessions.flatMap((session_id) => {
				const { timestamp } = messages.findLast((one) => one.session_id === session_id) ?? {};
				return timestamp ? [{ website_id: website, session_id, created_at: 1, updated_at: timestamp }] : [];
			});
		}
		const [, session] = /conversation\/([^/]+)\/messages/.exec(path) ?? [];
		const before = Number(query?.timestamp_before ?? Infinity);
		return session ? messages.filter((one) => one.session_id === session && Number(one.timestamp) < before) : [];
	};
	const begin = async (isResumed: boolean) => {
		const memory = structuredClone(stored);
		let isAlive = true;
		const context = {
			getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
			getWorkflow: () => ({ id: 'w' }),
			getInstanceId: () => 'instance',
			getMode: () => 'trigger',
			getWorkflowStaticData: () => memory,
			logger: { warn: () => undefined, error: () => undefined },
			emit(
				[items]: Array<Array<{ json: IDataObject }>>,
				_: undefined,
				done: { resolve(run: object): void } | undefined,
				key: string | undefined,
			) {
				if (!isAlive) return;
				stored = structuredClone(memory);
				if (key === undefined || !keys.has(key)) {
					executions += 1;
					for (const { json } of items ?? []) started.push(String(json.text));
				}
				if (key !== undefined) keys.add(key);
				void clock.sleep(50).then(() => done?.resolve({}));
			},
		} as unknown as ITriggerFunctions;
		const credential = { tier: 'website' as const, identifier: 'i', key: 'k', baseUrl: 'https://x' };
		const send = async (request: CrispRequest) => await Promise.resolve(answer(request));
		const settings = {
			...choice,
			events: ['message:send'],
			websites: [website],
			lookBack: 24 * 3_600_000,
			isSample: false,
			maxLoopStarts: 60,
			filter: { ...openFilter, websites: [website] },
		};
		const receiver = new EventReceiver(context, {
			settings,
			clock,
			open: async () => await Promise.resolve({ credential, send }),
			account: { address: credential.baseUrl, token: credential.identifier },
			isResumed,
			isManual: false,
		});
		void receiver.connected();
		return { receiver, kill: () => void (isAlive = false) };
	};
	let process = await begin(false);
	// n8n stores the static data of a published workflow.
	await clock.advance(1_000);
	for (const step of all) {
		if (step.kind === 'wait') await clock.advance(step.time);
		if (step.kind === 'kill' || step.kind === 'stop') {
			if (step.kind === 'stop') await process.receiver.close();
			process.kill();
			void process.receiver.close();
			await clock.advance(2_000);
			process = await begin(true);
			await clock.advance(1_000);
		}
		if (step.kind === 'write') {
			const fingerprint = messages.length + 1;
			const content = `${step.session} ${fingerprint}`;
			const from = { type: 'text', from: 'user', origin: 'chat' };
			const { session } = step;
			await clock.advance(1);
			const message = {
				...from,
				website_id: website,
				session_id: session,
				fingerprint,
				content,
				timestamp: clock.now(),
			};
			messages.push(message);
			process.receiver.receive('message:send', structuredClone(message));
		}
	}
	await clock.advance(30 * 60_000);
	await process.receiver.close();
	return { started, written: messages.map(({ content }) => String(content)), executions };
}

it('every message starts the workflow once, in order, however n8n ends while it waits for others', async () => {
	await fc.assert(
		fc.asyncProperty(choices, steps, async (choice, all) => {
			// Before its first execution, n8n has stored nothing: after a kill, the trigger would begin from then.
			const { started, written } = await play(choice, [
				{ kind: 'write', session: 'session_a' },
				{ kind: 'wait', time: 20_000 },
				...all,
			]);
			expect([...started].sort()).toEqual([...written].sort());
			for (const session of sessions) {
				const of = (texts: string[]) => texts.filter((text) => text.startsWith(session));
				expect(of(started)).toEqual(of(written));
			}
		}),
	);
});

it('what is gathered costs fewer executions', async () => {
	const all: Step[] = Array.from({ length: 12 }, () => ({ kind: 'write', session: 'session_a' }));
	const single = { startsPerMinute: 0, batch: { size: 1, wait: 0 } };
	expect((await play({ gather: 0, ...single }, all)).executions).toBe(12);
	expect((await play({ gather: 3_000, ...single }, all)).executions).toBe(1);
});
