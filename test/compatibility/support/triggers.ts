import type { IDataObject, INodeParameters, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { readSettings } from '../../../nodes/CrispTrigger/settings';
import { readSelection } from '../../../nodes/shared/events/selection/selection';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import type { Credential } from '../../../nodes/shared/api/transport';
import type { ChannelListener } from '../../../nodes/shared/realtime/socket';
import type { Sandbox } from '../../../sandbox';
import { FakeResponse } from '../../support/fakeResponse';
import { callWebhook, triggerContext } from '../../support/n8nContext';
import { testClock } from '../../support/testClock';
import { until } from '../../support/triggerContext';
import type { SavedNode } from './place';
import { shapeOf, type Shape } from './shapes';

/** What the saved triggers do, in n8n-core. */

/** An event at Crisp, and with which deduplication key it starts the workflow. */
export interface SavedKey {
	name: string;
	payload: IDataObject;
	key?: string;
}

/** A request of a webhook, and with what it starts the workflow. */
export interface SavedDelivery {
	title: string;
	parameters: INodeParameters;
	headers: Record<string, string>;
	query: Record<string, string>;
	body: string;
	/** Undefined if the workflow does not start. */
	started?: { event: unknown; event_id: unknown; shape: Shape };
}

/** What a trigger understands of its form. */
export function settingsOf({ type, parameters }: SavedNode, credential: Credential): unknown {
	const { context } = triggerContext({ credential, parameters });
	const isHook = type.endsWith('.crispWebhookTrigger');
	const settings = isHook ? readSelection(context, credential) : readSettings(context, credential);
	return JSON.parse(JSON.stringify(settings)) as unknown;
}

/** The output of a test in the editor with a sample of each event, by event. */
export async function samplesOf(events: string[], credential: Credential): Promise<Record<string, Shape>> {
	const trigger = triggerContext({
		credential,
		parameters: { events, useSampleEvent: true },
		mode: 'manual',
		activation: 'manual',
	});
	const { manualTriggerFunction } = await activateTrigger(trigger.context, { clock: testClock });
	trigger.attach();
	await manualTriggerFunction?.();
	return Object.fromEntries(trigger.emitted.map((item) => [String(item.event), shapeOf([item], 1)]));
}

/** The deduplication keys with which a published trigger starts the workflow for these events. */
export async function keysOf(
	sandbox: Sandbox,
	credential: Credential,
	events: SavedKey[],
): Promise<Array<string | undefined>> {
	const keys: Array<string | undefined> = [];
	const names = [...new Set(events.map(({ name }) => name))];
	const { context } = triggerContext({
		credential: { ...credential, baseUrl: sandbox.url },
		parameters: { events: names, filters: { ignoreOwn: false } },
		take: (_, done, key) => {
			keys.push(key);
			done?.resolve({} as never);
		},
	});
	let listener: ChannelListener | undefined;
	const { closeFunction } = await activateTrigger(context as ITriggerFunctions, {
		clock: testClock,
		isWebSocketAvailable: true,
		openChannel: (_, given) => {
			listener = given;
			void Promise.resolve().then(() => given.onOpen());
			return { emit: () => given.onEvent('authenticated', {}), close: () => given.onClose('closed') };
		},
	});
	await until(() => listener !== undefined);
	for (const { name, payload } of events) {
		const before = keys.length;
		listener?.onEvent(name, payload);
		await until(() => keys.length > before);
	}
	await closeFunction?.();
	return keys;
}

/** What one request of a webhook starts. */
export async function startedBy(delivery: SavedDelivery, credential: Credential): Promise<SavedDelivery['started']> {
	resetProcessState();
	const { parameters, headers, query, body } = delivery;
	const httpRequest = { method: 'POST', headers, query, body: JSON.parse(body) as object, rawBody: Buffer.from(body) };
	const httpResponse = new FakeResponse();
	const { workflowData } = await callWebhook({
		credential,
		parameters,
		httpRequest: httpRequest as unknown as ReturnType<IWebhookFunctions['getRequestObject']>,
		httpResponse: httpResponse as unknown as ReturnType<IWebhookFunctions['getResponseObject']>,
	});
	const items = workflowData?.flat().map(({ json }) => json) ?? [];
	const [first] = items;
	return first && { event: first.event, event_id: first.event_id ?? null, shape: shapeOf(items, 1) };
}
