import { randomUUID } from 'node:crypto';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { clock as systemClock } from '../../shared/runtime/clock';
import { fingerprintFor, isOwnFingerprint } from '../../shared/events/fingerprint';
import { rateLimiterFor } from '../../shared/api/rateLimiter';
import { cancelSignalOf, isToolCall, runIndexOf } from '../../shared/n8n/context';
import { egressOf } from '../../shared/n8n/egress';
import { openTransport, tokenHash, type Credential, type CrispRequest, type Send } from '../../shared/api/transport';
import { simplified, toEntries, withTargets } from './output';
import { clientFor, type Client } from '../../shared/api/client';
import { operatorFinder, withOperatorIds } from '../request/operatorEmails';
import type { Fields } from '../operations/field';
import { fileHandler, type Files } from '../files/binaryFiles';
import {
	isComposed,
	isList,
	isTimed,
	type ComposedOperation,
	type Composing,
	type OutputItem,
	type Operation,
	type TableOperation,
} from '../operations/operation';
import { runOnce } from './runOnce';
import type { Listing } from '../../shared/api/pages';
import { parametersOf } from './parameters';
import { buildRequest, collectionName, readFields, readPath, type Reading } from '../request/buildRequest';
import { fillPath, parseRoute } from '../../shared/api/route';
import { sendOnce, sendSafely, type MessageSender } from './sendOnce';
import { endingTyping } from './typing';
import { Uploads } from '../files/uploads';

/** One item that was read and validated and is ready to be sent. */
export interface Task {
	/** Tasks of one lane change the same resource, so that their order must be kept. */
	lane: string | undefined;
	run(): Promise<OutputItem[]>;
}

/** Reads the items of one operation. Opened once per execution, and closed after its last item. */
export interface Runner {
	/** Reads an item. Throws a UserError for an invalid value; changes nothing in Crisp. */
	taskFor(itemIndex: number): Promise<Task>;
	/** Whether Crisp has not rate limited this token recently. */
	isFree(): boolean;
	/** Closes what the items of the execution share. */
	close(): Promise<void>;
}

export async function openRunner(context: IExecuteFunctions, key: string, operation: Operation): Promise<Runner> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const signal = cancelSignalOf(context);
	const send = endingTyping(openTransport(context, credential, { signal }));
	const way: MessageSender = { send, node: context.getNode(), signal };
	const rateLimiter = rateLimiterFor(tokenHash(credential));
	const client = clientFor(send);
	const find = operatorFinder(send);
	const parametersOfItem = parametersOf(context);
	const identityOf = identifier(context);
	const shared = new Map<string, unknown>();
	const uploads = new Uploads({ node: context.getNode(), credential, send, egress: egressOf(context), signal });
	const filesOf = fileHandler(context, uploads, signal);
	return {
		isFree: () => rateLimiter.isUnlimited(systemClock.now()),
		close: async () => await uploads.close(),
		async taskFor(itemIndex) {
			const given: Reading = {
				parameters: parametersOfItem(itemIndex),
				defaultWebsite: credential.websiteId?.trim() ?? '',
				collection: collectionName(key, isList(key, operation)),
			};
			const reading = await withOperatorIds(operation, given, find);
			const identity = (content: unknown) => identityOf(itemIndex, content);
			const instanceId = () => context.getInstanceId();
			const { json = {}, binary } = context.getInputData()[itemIndex] ?? {};
			const input = { json, binary };
			const files = filesOf(itemIndex);
			const item: Item = { key, reading, client, way, files, identity, shared, instanceId, input };
			return isComposed(operation) ? composedTask(operation, item) : tableTask(operation, item);
		},
	};
}

interface Item {
	key: string;
	reading: Reading;
	client: Client;
	way: MessageSender;
	files: Files;
	identity(content: unknown): Array<string | number>;
	/** Values shared by the items of this run of the node. */
	shared: Map<string, unknown>;
	instanceId(): string;
	input: OutputItem;
}

function tableTask(operation: TableOperation, item: Item): Task {
	const { request, path } = buildRequest(operation, item.reading);
	const lane = laneOf(operation, path);
	const shape = shaperFor(operation, item.reading);
	const toItems = (data: unknown) =>
		toEntries(operation, data).map((json) => ({ json: withTargets(operation, path, shape(json)) }));
	if (isList(item.key, operation)) {
		const limit = limitOf(item.reading);
		const keep = (entry: unknown) => toItems([entry])[0]?.json;
		const toMade = (entries: IDataObject[]) => entries.map((json) => ({ json }));
		return { lane, run: async () => toMade(await readList(operation, { request, limit, keep }, item.client)) };
	}
	const send = messageSender(operation, request, item);
	return { lane, run: async () => toItems(await send(request)) };
}

async function readList(operation: TableOperation, list: Listing, client: Client): Promise<IDataObject[]> {
	const listing = { ...list, entry: operation.entry, isSized: operation.isSized };
	if (isTimed(operation)) return (await client.listByTime(listing)) as IDataObject[];
	if (operation.route.isPaged) return (await client.list(listing)) as IDataObject[];
	const answer = toEntries(operation, await client.send(list.request));
	return answer.slice(0, list.limit).map((entry) => list.keep?.(entry) as IDataObject);
}

/**
 * Sets the fingerprint of a message, by which sending it is idempotent when the item is retried. If the user set a
 * fingerprint, the message is sent every time.
 */
function messageSender(operation: TableOperation, request: CrispRequest, item: Item): Send {
	const { body } = request;
	const isMessage = operation.body?.fingerprint?.kind === 'fingerprint';
	if (!isMessage || !body) return item.client.send;
	const given = body.fingerprint;
	if (given !== undefined) return async (message) => await sendSafely(item.way, message, Number(given));
	const fingerprint = fingerprintFor(item.instanceId(), item.identity(request));
	body.fingerprint = fingerprint;
	return async (message) => await sendOnce(item.way, message, fingerprint);
}

/**
 * Returns the identity of a message: the same when its item is retried, and different in every other run. Calls of an
 * AI tool may share a run index, so that their content is part of the identity.
 */
function identifier(context: IExecuteFunctions) {
	const workflow = String(context.getWorkflow().id);
	const node = context.getNode().id;
	const execution = context.getExecutionId() || randomUUID();
	const isTool = isToolCall(context);
	let runIndex: number | string | undefined;
	return (itemIndex: number, given: unknown): Array<string | number> => {
		// Without a run index, every run is unique: a message of the next run must not count as already sent.
		runIndex ??= runIndexOf(context, itemIndex) ?? randomUUID();
		const content = isTool ? [JSON.stringify(given)] : [];
		return [workflow, execution, node, runIndex, itemIndex, ...content];
	};
}

function composedTask(operation: ComposedOperation, item: Item): Task {
	const { key, reading, client, way } = item;
	const fields: Fields = { ...operation.query, ...operation.body };
	const given = readFields(fields, reading);
	const path = readPath(operation, reading, given);
	const values = { ...path, ...Object.fromEntries(given) } as IDataObject;
	const limit = isList(key, operation) ? limitOf(reading) : Infinity;
	const shape = shaperFor(operation, reading);
	const website = path.website_id ?? '';
	const composing: Composing = {
		values,
		client,
		limit,
		clock: way.clock ?? systemClock,
		signal: way.signal,
		sendMessage: async (session, body, part = '') => await sendPart(item, { website, session, body, part }),
		once: async (name, step) => await runOnce([...item.identity(values), name], step),
		shared: (name, make) => sharedIn(item.shared, name, make),
		node: way.node,
		timezone: reading.parameters.timezone,
		input: item.input,
		isOwn: (fingerprint) => isOwnFingerprint(item.instanceId(), fingerprint),
		files: item.files,
	};
	const target = operation.target && { ...path, target: String(values[operation.target]).toLowerCase() };
	return {
		lane: laneOf(operation, target || path),
		run: async () => (await operation.compose(composing)).map((made) => ({ ...made, json: shape(made.json) })),
	};
}

function sharedIn<Value>(shared: Map<string, unknown>, name: string, make: () => Value): Value {
	if (!shared.has(name)) {
		const value = make();
		shared.set(name, value);
		// Do not cache a failure: the next item retries.
		if (value instanceof Promise) value.catch(() => shared.delete(name));
	}
	return shared.get(name) as Value;
}

interface Part {
	website: string;
	session: string;
	body: IDataObject;
	part: string;
}

/** Sends one of the messages of an item. */
async function sendPart({ way, identity, instanceId }: Item, sent: Part): Promise<number> {
	const { website, session, body, part } = sent;
	const path = fillPath(messagesRoute, { website_id: website, session_id: session });
	const request: CrispRequest = { method: 'POST', path, body };
	const fingerprint = fingerprintFor(instanceId(), [...identity(request), part]);
	await sendOnce(way, { ...request, body: { ...body, fingerprint } }, fingerprint);
	return fingerprint;
}

const messagesRoute = parseRoute('POST /v1/website/{website_id}/conversation/{session_id}/message');

function limitOf({ parameters }: Reading): number {
	if (parameters.get('returnAll') === true) return Infinity;
	const given = parameters.get('limit') ?? 50;
	const limit = Number(given);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new UserError(`'Limit' is not a number of results: ${JSON.stringify(given)}`, {
		description: "Give a whole number from 1 on, or switch on 'Return All'.",
	});
}

/** Returns what is kept of each entry: all of it, or the fields that "Simplify" keeps. */
function shaperFor({ simplify }: Operation, { parameters }: Reading): (entry: IDataObject) => IDataObject {
	const isSimple = parameters.get('simplify') !== false;
	return (entry) => (simplify && isSimple ? simplified(entry, simplify) : entry);
}

/** The lane of an item, named by the resource that it changes; undefined if its order does not matter. */
function laneOf(operation: Operation, path: Record<string, string>): string | undefined {
	const method = isComposed(operation) ? (operation.isReadOnly ? 'GET' : 'PATCH') : operation.route.method;
	if (method === 'GET' || method === 'HEAD') return undefined;
	const { website_id: website = '', ...targets } = path;
	const isCreation = (isComposed(operation) || method === 'POST') && Object.keys(targets).length === 0;
	return isCreation ? undefined : JSON.stringify([website, ...Object.values(targets).map(asOne)]);
}

/** An email is the same in upper and lower case; no ID has an @. */
function asOne(target: string): string {
	return target.includes('@') ? target.trim().toLowerCase() : target;
}
