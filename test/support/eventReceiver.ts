import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver, type EventReceiverOptions } from '../../nodes/CrispTrigger/receiver';
import type { Settings } from '../../nodes/CrispTrigger/settings';
import type { CrispRequest } from '../../nodes/shared/api/transport';
import { FakeClock } from './fakeClock';
import { openFilter } from './fixtures/openFilter';

type Done = { resolve(run: object): void } | undefined;

export interface Receiving {
	events: string[];
	more?: Partial<Settings>;
	filter?: Partial<Settings['filter']>;
	answer?: (request: CrispRequest) => unknown;
	memory?: IDataObject;
	isResumed?: boolean;
}

/** A receiver of events whose connection is the test: what it starts, by the field `number` of the payloads, and what it logs. */
export function eventReceiver({ events, more, filter, answer = () => [], memory = {}, isResumed = false }: Receiving) {
	const clock = new FakeClock();
	const started: unknown[] = [];
	const requests: string[] = [];
	const warnings: string[] = [];
	/** The deduplication keys. An n8n whose `emit` takes fewer than four parameters has none. */
	const keys = new Set<string>();
	const context = {
		getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
		getWorkflow: () => ({ id: 'w' }),
		getInstanceId: () => 'instance',
		getMode: () => 'trigger',
		getWorkflowStaticData: () => memory,
		logger: { warn: (text: string) => warnings.push(text), error: (text: string) => warnings.push(text) },
		emit: ([items]: Array<Array<{ json: IDataObject }>>, _: undefined, done: Done, key: string | undefined) => {
			if (key !== undefined) keys.add(key);
			done?.resolve({});
			for (const { json } of items ?? []) started.push(Number((json.data as IDataObject).number));
		},
	} as unknown as ITriggerFunctions;
	const settings = {
		events,
		websites: ['w'],
		lookBack: 24 * 3_600_000,
		batch: { size: 1, wait: 0 },
		isSample: false,
		connection: 'realtime',
		startsPerMinute: 0,
		maxLoopStarts: 60,
		...more,
		filter: { ...openFilter, websites: ['w'], ...filter },
	} as unknown as Settings;
	const send = async (request: CrispRequest) => {
		requests.push(request.path);
		return await Promise.resolve(answer(request));
	};
	const credential = { tier: 'website' as const, identifier: 'i', key: 'k', baseUrl: 'https://x' };
	const options = {
		settings,
		clock,
		open: async () => await Promise.resolve({ credential, send }),
		account: { address: credential.baseUrl, token: credential.identifier },
		isResumed,
		isManual: false,
	} as EventReceiverOptions;
	return { receiver: new EventReceiver(context, options), clock, started, requests, warnings, keys };
}
