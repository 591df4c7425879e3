import { createHash } from 'node:crypto';
import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { EventEnricher } from '../shared/events/enrichment';
import { neededEnrichment, readSelection, type EventSelection } from '../shared/events/selection/selection';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { toOutput } from '../shared/events/output';
import { identityOf, namedIdentityText, type EventIdentity } from '../shared/events/identity';
import { AnnouncedValues } from '../shared/events/history/announcedValues';
import { brakeText, LoopGuard } from '../shared/events/loops/loopGuard';
import {
	EventPipeline,
	uncheckedText,
	unknownBefore,
	type ReceivedEvent,
	type SelectedEvent,
} from '../shared/events/pipeline';
import { Store } from '../shared/runtime/processState';
import { isTooDeep } from '../shared/runtime/nesting';
import { sourceEventsOf } from '../shared/events/catalogue';
import { rawBodyOf } from '../shared/n8n/context';
import { webhookResponseOf } from '../shared/n8n/webhookResponse';
import { logOf, StateLog } from '../shared/n8n/log';
import { reasonOf } from '../shared/errors/apiErrors';
import { numberIn, textIn } from '../shared/runtime/coerce';
import { websiteOf } from '../shared/events/payload';
import { ConversationStates } from '../shared/events/conversationState';
import type { WaitWatch } from '../shared/waits/watch';
import { openTransport, type Credential } from '../shared/api/transport';
import { durationText } from '../shared/runtime/durationText';
import { answers, cureOf, unsetError, whyOf, type Fault, type Reason } from './answers';
import { WebhookWaits } from './waits';
import { Deliveries, longestStart, type Meaning } from './deliveries';
import { ageOf, faultOfKey, faultOfSignature, mostAge } from './signature';

/** How long a delivery waits for the outcome of an earlier one, in milliseconds; Crisp may give up on it after ten seconds. */
const longestWait = 8_000;
const day = 24 * 3_600_000;
/**
 * How long an announced value counts as unchanged, in milliseconds: long enough to end a loop. Later, another process may
 * have heard of a change in between.
 */
const unchangedFor = 60_000;
/**
 * The limits of the next two stores. Their keys identify the workflow and the node; see `slotOf`. n8n creates the node
 * object again for each request, so it cannot hold this itself.
 */
const perNode = { maxEntries: 1_000, maxAge: day, isRenewedByUse: true };
const known = new Store<Omit<Memory, 'deliveries'>>({
	name: 'states, choices and ratings of webhook triggers, by workflow and node',
	...perNode,
});
const watches = new Store<WebhookWaits>({ name: 'waits that webhook triggers know, by workflow and node', ...perNode });
const logs = new Store<StateLog>({ name: 'logged states of webhook triggers, by workflow and node', ...perNode });
const guards = new Store<LoopGuard>({ name: 'loop guards of webhook triggers, by workflow and node', ...perNode });

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
const slowStart =
	'n8n has not yet started the execution for an earlier delivery of the same event. This delivery gets status 503, so that Crisp delivers it again.';
const unread = {
	open: 'Data for a filter or a derived event could not be fetched from Crisp; this event passes without this check',
	closed:
		'Data for a filter or a derived event could not be fetched from Crisp; this event does not start the workflow if it needs it',
};

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
	const body = await bodyOf(context);
	const fault = faultOf(context, credential, body);
	if (fault) return refuse(context, fault, clock);
	if (isTooOld(context, clock)) return answer(context, 'too_old');
	const event = readEvent(body, context.getHeaderData()['x-crisp-request-timestamp']);
	if (!event) {
		logsOf(context, clock).tell('not_an_event', unreadable);
		return answer(context, 'not_an_event');
	}
	if (!isTest(context)) watchOf(context, credential, clock).observe(event.name, event.payload);
	const selection = readSelection(context, credential);
	if (!sourceEventsOf(selection.events).includes(event.name)) return answer(context, 'not_chosen');
	return await start(context, event, { selection, credential, clock });
}

/** Starts the workflow for a chosen event, unless an earlier delivery of it has, or is about to. */
async function start(
	context: IWebhookFunctions,
	event: ReceivedEvent,
	parts: PipelineParts,
): Promise<IWebhookResponseData> {
	const { clock } = parts;
	const begun = clock.now();
	const memory = memoryOf(context, clock);
	const pipeline = pipelineOf(context, { ...parts, memory });
	const enrichment = await pipeline.enrich(event);
	const { identity } = event;
	const { deliveries } = memory;
	const longest = isLastAttempt(context) ? longestStart : Math.max(0, longestWait - (clock.now() - begun));
	const claim = identity && (await deliveries?.claim(identity, longest, event.payload));
	if (claim === 'accepted') return answer(context, 'known');
	if (claim === 'starting') return stillStarting(context, clock);
	const selected: Meaning = claim?.meaning ?? pipeline.accept({ ...event, enrichment }) ?? [];
	if (identity) deliveries?.remember(identity, selected, event.payload);
	const items = selected.map((one) => ({ json: outputOf(context, { ...one, payload: event.payload }) }));
	return items.length > 0 ? { workflowData: [items] } : answer(context, 'not_chosen');
}

/**
 * The output for an event. `event_id` is the same for each delivery of the event, in every process of n8n, so that
 * "Remove Duplicates" can compare it; `delivery_attempt` is 1 for the first delivery. Both are missing where Crisp does not
 * tell.
 */
function outputOf(context: IWebhookFunctions, { name, payload, identity, found }: SelectedEvent): IDataObject {
	const { data, ...fields } = toOutput(name, payload, found);
	const attempt = attemptOf(context);
	return {
		...fields,
		...(identity && { event_id: eventIdOf({ ...identity, name }) }),
		...(attempt !== undefined && { delivery_attempt: attempt }),
		data,
	};
}

/** Which attempt of Crisp this request is, from 1; undefined if the request does not tell. */
function attemptOf(context: IWebhookFunctions): number | undefined {
	return countIn(context.getHeaderData()['x-delivery-attempt-count']);
}

/** Whether Crisp will not deliver the event again, if the request tells. */
function isLastAttempt(context: IWebhookFunctions): boolean {
	const most = countIn(context.getHeaderData()['x-delivery-attempt-limit']);
	return (attemptOf(context) ?? 0) >= (most ?? Infinity);
}

function countIn(header: unknown): number | undefined {
	const count = numberIn(header);
	return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

/** The answer while n8n has not responded to an earlier delivery of the event. */
function stillStarting(context: IWebhookFunctions, clock: Clock): IWebhookResponseData {
	logsOf(context, clock).tell('starting', slowStart);
	return answer(context, 'starting');
}

/** The answer if n8n could not provide the credential. A test in the editor shows the error. */
function withoutCredential(context: IWebhookFunctions, error: unknown, clock: Clock): IWebhookResponseData {
	if (isTest(context)) throw error;
	const text = `The credential could not be loaded (${reasonOf(error)}). Requests get status 503, so that Crisp delivers them again.`;
	logsOf(context, clock).tell('credential_unavailable', text, error);
	return answer(context, 'credential_unavailable');
}

/** The answer to a request that could not be verified. A test in the editor shows what the credential lacks. */
function refuse(context: IWebhookFunctions, fault: Fault, clock: Clock): IWebhookResponseData {
	const error = isTest(context) ? unsetError(context.getNode(), fault) : undefined;
	if (error) throw error;
	logsOf(context, clock).tell(fault, `A request was refused: ${whyOf(fault)}. ${cureOf(fault)}`);
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
	const at = numberIn(timestamp);
	return { name, payload, identity, ...(at > 0 && { at }) };
}

/**
 * The bytes that Crisp signed. Where n8n does not keep them, the body is serialized again, unless it is a text; empty if it is
 * nested too deeply for that.
 */
async function bodyOf(context: IWebhookFunctions): Promise<Buffer> {
	const raw = await rawBodyOf(context);
	if (raw) return raw;
	const body: unknown = context.getBodyData() ?? null;
	if (isTooDeep(body)) return Buffer.from('');
	return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parsed(body: Buffer): unknown {
	try {
		// A text may begin with a byte order mark, which JSON may not.
		return JSON.parse(body.toString().replace(/^\uFEFF/, '')) as unknown;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short text that identifies an event; the same in every process. */
function eventIdOf(identity: EventIdentity): string {
	return createHash('sha256').update(namedIdentityText(identity)).digest('hex').slice(0, 32);
}

function hashOf(moment: string, body: Buffer): string {
	return createHash('sha256').update(moment).update(body).digest('hex');
}

/** What the node remembers of earlier requests: the states of conversations, and the deliveries. */
interface Memory {
	states: ConversationStates;
	announced: AnnouncedValues;
	/** Undefined in a test in the editor: a user may send the same request repeatedly. */
	deliveries?: Deliveries;
}

function memoryOf(context: IWebhookFunctions, clock: Clock): Memory {
	const make = () => ({ states: new ConversationStates(clock), announced: new AnnouncedValues() });
	const slot = slotOf(context);
	if (isTest(context)) return { ...known.getOrSet(`test ${slot}`, make), announced: new AnnouncedValues() };
	const deliveries = new Deliveries({ slot, clock, response: webhookResponseOf(context) });
	return { ...known.getOrSet(slot, make), deliveries };
}

/** Follows the executions that wait for answers in Crisp. The context of the latest request is used. */
function watchOf(context: IWebhookFunctions, credential: Credential, clock: Clock): WaitWatch {
	const waits = watches.getOrSet(slotOf(context), () => new WebhookWaits(logsOf(context, clock), clock));
	return waits.with(context, credential);
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
function pipelineOf(context: IWebhookFunctions, parts: PipelineParts & { memory: Memory }): EventPipeline {
	const { selection, credential, clock, memory } = parts;
	const log = logsOf(context, clock);
	const enricher = new EventEnricher({
		clock,
		needs: neededEnrichment(selection),
		isKept: false,
		wantedSegments: selection.filter.segments,
		states: memory.states,
		// Crisp waits for the response, and redelivers the webhook if it comes late.
		open: async (signal) => openTransport(context, credential, { signal, clock, isPatient: false }),
		onFailure: (error, isSingle) => {
			const text = `${selection.filter.failsClosed ? unread.closed : unread.open} (${reasonOf(error)}).`;
			if (isSingle) log.tell('enrichment:one', text, error);
			else log.begin('enrichment', text, error);
		},
		onSuccess: () => log.end('enrichment', 'Data for filters and derived events can be fetched again'),
	});
	// An event reaches the second stage only if this request has claimed it.
	const seen = { has: (identity: EventIdentity) => memory.deliveries?.has(identity) ?? false, isNew: () => true };
	const { states, announced } = memory;
	const onUnknown = (name: string) => log.tell(`unknown:${name}`, unknownBefore(name));
	const onUnchecked = (name: string) => log.tell(`unchecked:${name}`, uncheckedText(name));
	const loopGuard = loopGuardOf(context, { selection, clock, log });
	// Between two tests, nothing hears what a user undoes in Crisp.
	const heard = { states, announced, seen, mayHaveMissed: isTest(context) };
	return new EventPipeline({ selection, enricher, ...heard, onUnknown, onUnchecked, loopGuard });
}

function loopGuardOf(
	context: IWebhookFunctions,
	{ selection, clock, log }: Pick<PipelineParts, 'selection' | 'clock'> & { log: StateLog },
): LoopGuard {
	const { ignoresOwn } = selection.filter;
	const make = () =>
		new LoopGuard({
			workflowId: String(context.getWorkflow().id),
			...{ ignoresOwn, maxStarts: selection.maxLoopStarts, unchangedFor, clock },
			onBrake: (event, conversation) => log.tell('brake', brakeText(event, conversation)),
		});
	// The same request may come repeatedly: from a user who tests in the editor, or if it is unknown whether n8n accepted it.
	if (isTest(context) || !webhookResponseOf(context)) return make();
	const settings = `${ignoresOwn} ${selection.maxLoopStarts}`;
	return guards.getOrSet(`${slotOf(context)} ${settings}`, make);
}

/** Answers without starting the workflow. */
function answer(context: IWebhookFunctions, reason: Reason): IWebhookResponseData {
	context.getResponseObject().status(answers[reason].status).json({ reason });
	return { noWebhookResponse: true };
}
