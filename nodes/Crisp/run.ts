import { randomUUID } from 'node:crypto';
import { UserError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { fingerprintFor } from '../shared/fingerprint';
import { openTransport, type Credential, type CrispRequest, type Send } from '../shared/transport';
import { simplified, toEntries } from './answer';
import { clientFor, type Client } from './client';
import { operatorFinder, withIds } from './emails';
import type { Fields } from './field';
import { isComposed, isList, isTimed, type ComposedOperation, type Operation, type TableOperation } from './operation';
import { isGiven } from './locators';
import { buildRequest, collectionName, readFields, readPath, type Reading } from './request';
import { sendOnce } from './sent';

/** One item, read and checked, ready to be sent. */
export interface Task {
	/** Tasks of one lane change the same thing, so that they must not overtake each other. */
	lane: string | undefined;
	run(): Promise<IDataObject[]>;
}

/** Reads items of one operation; opened once for all items of an execution. */
export interface Runner {
	/** Throws a UserError when a value of the item cannot be used; changes nothing in Crisp. */
	taskFor(itemIndex: number): Promise<Task>;
}

export async function openRunner(context: IExecuteFunctions, key: string, operation: Operation): Promise<Runner> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const send = openTransport(context, credential, { signal: context.getExecutionCancelSignal() });
	const client = clientFor(send);
	const find = operatorFinder(send);
	const executionId = context.getExecutionId() || randomUUID();
	return {
		async taskFor(itemIndex) {
			const given: Reading = {
				parameters: {
					get: (name) => context.getNodeParameter(name, itemIndex, null),
					isGiven: (name) => isGiven(context.getNodeParameter(name, itemIndex, null, { rawExpressions: true })),
					timezone: context.getTimezone(),
				},
				defaultWebsite: credential.websiteId?.trim() ?? '',
				collection: collectionName(key, isList(key, operation)),
			};
			const reading = await withIds(operation, given, find);
			const item: Item = { key, reading, client };
			if (isComposed(operation)) return composedTask(operation, item);
			const identity = (request: CrispRequest) => identityOf(context, executionId, itemIndex, request);
			return tableTask(operation, { ...item, identity, instanceId: () => context.getInstanceId() });
		},
	};
}

interface Item {
	key: string;
	reading: Reading;
	client: Client;
}

interface TableItem extends Item {
	identity(request: CrispRequest): Array<string | number>;
	instanceId(): string;
}

function tableTask(operation: TableOperation, item: TableItem): Task {
	const { request, path } = buildRequest(operation, item.reading);
	const lane = laneOf(operation, path);
	const shape = shaperFor(operation, item.reading);
	if (isList(item.key, operation)) {
		const limit = limitOf(item.reading);
		return {
			lane,
			run: async () => shape(toEntries(operation, await readList(operation, request, limit, item.client))),
		};
	}
	const send = messageSender(operation, request, item);
	return { lane, run: async () => shape(toEntries(operation, await send(request))) };
}

async function readList(operation: TableOperation, request: CrispRequest, limit: number, client: Client) {
	const listing = { request, limit, entry: operation.entry, isSized: operation.isSized };
	if (isTimed(operation)) return await client.listByTime(listing);
	if (operation.route.isPaged) return await client.list(listing);
	const answer = await client.send(request);
	return Array.isArray(answer) ? (answer as unknown[]).slice(0, limit) : answer;
}

/**
 * Gives a message the fingerprint it goes by, and sends it once however often the item is run. A
 * fingerprint of the user's own is sent as it is, every time.
 */
function messageSender(operation: TableOperation, request: CrispRequest, item: TableItem): Send {
	const { path, body } = request;
	const isMessage = operation.body?.fingerprint?.kind === 'fingerprint';
	if (!isMessage || !body || body.fingerprint !== undefined) return item.client.send;
	const fingerprint = fingerprintFor(item.instanceId(), item.identity(request));
	body.fingerprint = fingerprint;
	return async (message) => await sendOnce(path, fingerprint, async () => await item.client.send(message));
}

/**
 * What makes a message the same when its item is run again, and another in every other run. Calls of
 * an AI tool may share a run index, so that their content has to tell them apart.
 */
function identityOf(context: IExecuteFunctions, executionId: string, itemIndex: number, request: CrispRequest) {
	const runIndex = Number(context.evaluateExpression('{{ $runIndex }}', itemIndex));
	const content = context.isToolExecution?.() ? [request.path, JSON.stringify(request.body)] : [];
	return [String(context.getWorkflow().id), executionId, context.getNode().id, runIndex, itemIndex, ...content];
}

function composedTask(operation: ComposedOperation, { key, reading, client }: Item): Task {
	const path = readPath(operation, reading);
	const fields: Fields = { ...operation.query, ...operation.body };
	const values = { ...path, ...Object.fromEntries(readFields(fields, reading)) } as IDataObject;
	const limit = isList(key, operation) ? limitOf(reading) : Infinity;
	const shape = shaperFor(operation, reading);
	return { lane: laneOf(operation, path), run: async () => shape(await operation.compose({ values, client, limit })) };
}

function limitOf({ parameters }: Reading): number {
	if (parameters.get('returnAll') === true) return Infinity;
	const given = parameters.get('limit') ?? 50;
	const limit = Number(given);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new UserError(`'Limit' is not a number of results: ${JSON.stringify(given)}`, {
		description: "Give a whole number from 1 on, or switch on 'Return All'.",
	});
}

/** What an item wants of each entry: all of it, or what "Simplify" keeps. */
function shaperFor({ simplify }: Operation, { parameters }: Reading): (entries: IDataObject[]) => IDataObject[] {
	const isSimple = parameters.get('simplify') !== false;
	return (entries) => (simplify && isSimple ? entries.map((entry) => simplified(entry, simplify)) : entries);
}

/** The thing an operation changes, as the name of its lane; undefined where nothing is shared. */
function laneOf(operation: Operation, path: Record<string, string>): string | undefined {
	const method = isComposed(operation) ? (operation.isReadOnly ? 'GET' : 'PATCH') : operation.route.method;
	if (method === 'GET' || method === 'HEAD') return undefined;
	const { website_id: website = '', ...targets } = path;
	const isCreation = method === 'POST' && Object.keys(targets).length === 0;
	return isCreation ? undefined : JSON.stringify([website, ...Object.values(targets)]);
}
