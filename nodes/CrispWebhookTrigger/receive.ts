import { createHash } from 'node:crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { EventEnricher } from '../shared/events/enrichment';
import { neededEnrichment, readSelection, type EventSelection } from '../shared/events/selection';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { toOutput } from '../shared/events/output';
import { identityOf } from '../shared/events/identity';
import { EventPipeline, type ReceivedEvent } from '../shared/events/pipeline';
import { Store } from '../shared/runtime/processState';
import { isTooDeep } from '../shared/runtime/nesting';
import { sourceEventsOf } from '../shared/events/catalogue';
import { rawBodyOf } from '../shared/n8n/context';
import { logOf, StateLog } from '../shared/n8n/log';
import { reasonOf } from '../shared/errors/apiErrors';
import { textIn } from '../shared/runtime/coerce';
import { websiteOf } from '../shared/events/payload';
import { SeenEvents } from '../shared/events/seenEvents';
import { ConversationStates } from '../shared/events/conversationState';
import { openTransport, type Credential } from '../shared/api/transport';
import { faultOfKey, faultOfSignature } from './signature';

/**
 * What a node keeps between requests. n8n creates the node object again for each request, so it cannot hold this
 * itself.
 */
interface Memory {
	states: ConversationStates;
	seen: SeenEvents;
}

const day = 24 * 3_600_000;
/** The limits of the next two stores. Their keys identify the workflow and the node; see `slotOf`. */
const perNode = { maxEntries: 1_000, maxAge: day, isRenewedByUse: true };
const memories = new Store<Memory>({ name: 'events and states of webhook triggers, by workflow and node', ...perNode });
const logs = new Store<StateLog>({ name: 'logged states of webhook triggers, by workflow and node', ...perNode });

/** Caches decrypted credentials for a few seconds; see `credentialOf`. */
const credentials = new Store<Promise<Credential>>({
	name: 'decrypted credentials, by workflow, node and credential',
	maxEntries: 1_000,
	maxAge: 5_000,
});

const unread = 'Segments or earlier messages could not be fetched from Crisp; this event passes without this check';

/** Answers one webhook request of Crisp, and starts the workflow if it contains a selected event. */
export async function receive(
	context: IWebhookFunctions,
	{ clock = systemClock }: { clock?: Clock } = {},
): Promise<IWebhookResponseData> {
	const now = clock.now();
	const credential = await credentialOf(context, now);
	// n8n keeps the raw body only of requests that it recognises as JSON or text.
	const body = (await rawBodyOf(context)) ?? Buffer.from(JSON.stringify(context.getBodyData() ?? null));
	const fault = faultOf(context, { credential, body, now });
	if (fault) {
		logsOf(context, clock).tell(fault, `A request was refused (${fault}).`);
		return answer(context, 401, fault);
	}
	const event = readEvent(body, context.getHeaderData()['x-crisp-request-timestamp']);
	if (!event) return answer(context, 400, 'not_an_event');
	const selection = readSelection(context, credential);
	if (!sourceEventsOf(selection.events).includes(event.name)) return answer(context, 200, 'not_chosen');
	const pipeline = pipelineOf(context, { selection, credential, clock });
	const enrichment = await pipeline.enrich(event);
	const selected = pipeline.accept({ ...event, enrichment });
	if (selected === undefined) return answer(context, 200, 'known');
	const items = selected.map(({ name, payload }) => ({ json: toOutput(name, payload) }));
	return items.length > 0 ? { workflowData: [items] } : answer(context, 200, 'not_chosen');
}

/**
 * Caches the credential: Crisp sends many webhooks, and n8n would decrypt it in a separate virtual machine for each.
 */
async function credentialOf(context: IWebhookFunctions, now: number): Promise<Credential> {
	const read = async () => await context.getCredentials<Credential>('crispApi');
	if (context.getMode() === 'manual') return await read();
	const slot = `${slotOf(context)}:${context.getNode().credentials?.crispApi?.id}`;
	const known = credentials.get(slot, now);
	if (known) return await known;
	const credential = read();
	credentials.set(slot, credential, now);
	credential.catch(() => credentials.delete(slot));
	return await credential;
}

interface Received {
	credential: Credential;
	body: Buffer;
	now: number;
}

/** Why a request is refused; undefined if it is authentic. */
function faultOf(context: IWebhookFunctions, { credential, body, now }: Received): string | undefined {
	if (context.getNodeParameter('hook') === 'website') {
		return faultOfKey(credential.hookSecret, (context.getQueryData() as IDataObject).key);
	}
	const { 'x-crisp-request-timestamp': timestamp, 'x-crisp-signature': signature } = context.getHeaderData();
	return faultOfSignature({ secret: credential.signingSecret, timestamp, signature, body, now });
}

/** Parses the envelope `{website_id, event, data, timestamp}`; undefined for anything else. */
function readEvent(body: Buffer, requested: unknown): ReceivedEvent | undefined {
	const envelope = parsed(body);
	if (!isObject(envelope) || isTooDeep(envelope)) return undefined;
	const { event: name, website_id, data = {}, timestamp } = envelope;
	if (typeof name !== 'string' || name === '' || !isObject(data)) return undefined;
	const isTold = websiteOf(data) !== undefined || typeof website_id !== 'string';
	const payload = isTold ? data : { website_id, ...data };
	// Crisp may sign a redelivery with a new timestamp, but the event in it keeps the time when it happened.
	const moment = timestamp === undefined ? requested : '';
	const request = { name, website: '', session: '' };
	const mark = moment === undefined ? undefined : hashOf(textIn(moment), body);
	const identity = identityOf(name, payload) ?? (mark === undefined ? undefined : { ...request, id: mark });
	return { name, payload, identity };
}

function parsed(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString()) as unknown;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hashOf(moment: string, body: Buffer): string {
	return createHash('sha256').update(moment).update(body).digest('hex');
}

function memoryOf(context: IWebhookFunctions, clock: Clock): Memory {
	const make = () => ({ states: new ConversationStates(clock), seen: new SeenEvents() });
	// In a test in the editor, a user may send the same request repeatedly.
	return context.getMode() === 'manual' ? make() : memories.getOrSet(slotOf(context), make);
}

function logsOf(context: IWebhookFunctions, clock: Clock): StateLog {
	return logs.getOrSet(slotOf(context), () => new StateLog(logOf(context), clock));
}

function slotOf(context: IWebhookFunctions): string {
	return `${context.getWorkflow().id}:${context.getNode().id}`;
}

interface PipelineParts {
	selection: EventSelection;
	credential: Credential;
	clock: Clock;
}

/** Does not cache fetched data: this node does not receive every change of it. */
function pipelineOf(context: IWebhookFunctions, { selection, credential, clock }: PipelineParts): EventPipeline {
	const log = logsOf(context, clock);
	const enricher = new EventEnricher({
		clock,
		needs: neededEnrichment(selection),
		isKept: false,
		// Crisp waits for the response, and redelivers the webhook if it comes late.
		open: async (signal) => openTransport(context, credential, { signal, clock, isPatient: false }),
		onFailure: (error) => {
			logOf(context).debug(error);
			log.begin('enrichment', `${unread} (${reasonOf(error)}).`);
		},
		onSuccess: () => log.end('enrichment', 'Segments and earlier messages can be fetched again'),
	});
	return new EventPipeline({ selection, enricher, ...memoryOf(context, clock) });
}

/** Answers without starting the workflow. */
function answer(context: IWebhookFunctions, status: number, reason: string): IWebhookResponseData {
	context.getResponseObject().status(status).json({ reason });
	return { noWebhookResponse: true };
}
