import { createHash } from 'node:crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { EventEnricher } from '../shared/events/enrichment';
import { neededEnrichment, readSelection, type EventSelection } from '../shared/events/selection';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { toOutput } from '../shared/events/output';
import { identityOf } from '../shared/events/identity';
import { EventPipeline, type PipelineOptions, type ReceivedEvent } from '../shared/events/pipeline';
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
import { durationText } from '../shared/runtime/durationText';
import { answers, cureOf, unsetError, type Fault, type Reason } from './answers';
import { deliveriesTo } from './deliveries';
import { ageOf, faultOfKey, faultOfSignature, mostAge } from './signature';

const day = 24 * 3_600_000;
/**
 * The limits of the next two stores. Their keys identify the workflow and the node; see `slotOf`. n8n creates the node
 * object again for each request, so it cannot hold this itself.
 */
const perNode = { maxEntries: 1_000, maxAge: day, isRenewedByUse: true };
const states = new Store<ConversationStates>({
	name: 'conversation states of webhook triggers, by workflow and node',
	...perNode,
});
const logs = new Store<StateLog>({ name: 'logged states of webhook triggers, by workflow and node', ...perNode });

/** Caches decrypted credentials for a few seconds; see `credentialOf`. */
const credentials = new Store<Promise<Credential>>({
	name: 'decrypted credentials, by workflow, node and credential',
	maxEntries: 1_000,
	maxAge: 5_000,
});

const unreadable =
	'A verified request contains no event that this node can read, and was ignored. If it came from Crisp, update this package.';
const timeless =
	"'X-Crisp-Request-Timestamp' of a signed request is not a time. It was accepted, but old requests cannot be recognized. Update this package.";
const unread = 'Segments or earlier messages could not be fetched from Crisp; this event passes without this check';

/**
 * Answers one webhook request of Crisp, and starts the workflow if it contains a selected event. A table of all cases
 * is in docs/decisions/0009-webhook-answers.md.
 */
export async function receive(
	context: IWebhookFunctions,
	{ clock = systemClock }: { clock?: Clock } = {},
): Promise<IWebhookResponseData> {
	let credential: Credential;
	try {
		credential = await credentialOf(context, clock.now());
	} catch (error) {
		return withoutCredential(context, error, clock);
	}
	// n8n keeps the raw body only of requests that it recognises as JSON or text.
	const body = (await rawBodyOf(context)) ?? Buffer.from(JSON.stringify(context.getBodyData() ?? null));
	const fault = faultOf(context, credential, body);
	if (fault) return refuse(context, fault, clock);
	if (isTooOld(context, clock)) return answer(context, 'too_old');
	const event = readEvent(body, context.getHeaderData()['x-crisp-request-timestamp']);
	if (!event) {
		logsOf(context, clock).tell('not_an_event', unreadable);
		return answer(context, 'not_an_event');
	}
	const selection = readSelection(context, credential);
	if (!sourceEventsOf(selection.events).includes(event.name)) return answer(context, 'not_chosen');
	const pipeline = pipelineOf(context, { selection, credential, clock });
	const enrichment = await pipeline.enrich(event);
	const selected = pipeline.accept({ ...event, enrichment });
	if (selected === undefined) return answer(context, 'known');
	const items = selected.map(({ name, payload }) => ({ json: toOutput(name, payload) }));
	return items.length > 0 ? { workflowData: [items] } : answer(context, 'not_chosen');
}

/** The answer if n8n could not provide the credential. A test in the editor shows the error. */
function withoutCredential(context: IWebhookFunctions, error: unknown, clock: Clock): IWebhookResponseData {
	if (isTest(context)) throw error;
	logOf(context).debug(error);
	const text = `The credential could not be loaded (${reasonOf(error)}). Requests get status 503, so that Crisp delivers them again.`;
	logsOf(context, clock).tell('credential_unavailable', text);
	return answer(context, 'credential_unavailable');
}

/** The answer to a request that could not be verified. A test in the editor shows what the credential lacks. */
function refuse(context: IWebhookFunctions, fault: Fault, clock: Clock): IWebhookResponseData {
	const error = isTest(context) ? unsetError(context.getNode(), fault) : undefined;
	if (error) throw error;
	logsOf(context, clock).tell(fault, `A request was refused (${fault}). ${cureOf(fault)}`);
	return answer(context, fault);
}

/**
 * Whether a verified request is so old that it is treated as a replay. A time in the future, or one that cannot be read,
 * is accepted: the sender of a replay cannot change the time, as it is signed.
 */
function isTooOld(context: IWebhookFunctions, clock: Clock): boolean {
	if (isWebsiteHook(context)) return false;
	const now = clock.now();
	const age = ageOf(context.getHeaderData()['x-crisp-request-timestamp'], now);
	if (age === undefined) logsOf(context, clock).tell('time', timeless);
	if (age === undefined || age <= mostAge) return false;
	const text = `A signed request of ${durationText(age)} ago was ignored. Correct the clock of this machine (${new Date(now).toISOString()}) if it is wrong; otherwise, an old request was sent again.`;
	logsOf(context, clock).tell('too_old', text);
	return true;
}

/**
 * Caches the credential: Crisp sends many webhooks, and n8n would decrypt it in a separate virtual machine for each.
 */
async function credentialOf(context: IWebhookFunctions, now: number): Promise<Credential> {
	const read = async () => await context.getCredentials<Credential>('crispApi');
	if (isTest(context)) return await read();
	const slot = `${slotOf(context)}:${context.getNode().credentials?.crispApi?.id}`;
	const known = credentials.get(slot, now);
	if (known) return await known;
	const credential = read();
	credentials.set(slot, credential, now);
	credential.catch(() => credentials.delete(slot));
	return await credential;
}

/** Why a request is refused; undefined if it is authentic. */
function faultOf(context: IWebhookFunctions, credential: Credential, body: Buffer): Fault | undefined {
	if (isWebsiteHook(context)) return faultOfKey(credential.hookSecret, (context.getQueryData() as IDataObject).key);
	const { 'x-crisp-request-timestamp': timestamp, 'x-crisp-signature': signature } = context.getHeaderData();
	return faultOfSignature({ secret: credential.signingSecret, timestamp, signature, body });
}

/** Parses the envelope `{website_id, event, data, timestamp}`; undefined for anything else. */
function readEvent(body: Buffer, requested: unknown): ReceivedEvent | undefined {
	const envelope = parsed(body);
	if (!isObject(envelope) || isTooDeep(envelope)) return undefined;
	const { event: name, website_id, data = {}, timestamp } = envelope;
	if (typeof name !== 'string' || name === '' || !isObject(data)) return undefined;
	const hasWebsite = websiteOf(data) !== undefined || typeof website_id !== 'string';
	const payload = hasWebsite ? data : { website_id, ...data };
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

/** What the node remembers of earlier requests: the deliveries, and the states of conversations. */
function memoryOf(context: IWebhookFunctions, clock: Clock): Pick<PipelineOptions, 'seen' | 'states'> {
	const make = () => new ConversationStates(clock);
	// In a test in the editor, a user may send the same request repeatedly.
	if (isTest(context)) return { states: make(), seen: new SeenEvents() };
	const slot = slotOf(context);
	return { states: states.getOrSet(slot, make), seen: deliveriesTo(slot, clock) };
}

function logsOf(context: IWebhookFunctions, clock: Clock): StateLog {
	return logs.getOrSet(slotOf(context), () => new StateLog(logOf(context), clock));
}

function isTest(context: IWebhookFunctions): boolean {
	return context.getMode() === 'manual';
}

function isWebsiteHook(context: IWebhookFunctions): boolean {
	return context.getNodeParameter('hook') === 'website';
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
function answer(context: IWebhookFunctions, reason: Reason): IWebhookResponseData {
	context.getResponseObject().status(answers[reason].status).json({ reason });
	return { noWebhookResponse: true };
}
