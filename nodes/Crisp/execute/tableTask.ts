import type { IDataObject } from 'n8n-workflow';
import type { Client } from '../../shared/api/client';
import type { Listing } from '../../shared/api/pages';
import type { CrispRequest } from '../../shared/api/types';
import type { Send } from '../../shared/api/transport';
import { titleCase } from '../operations/field';
import { isList, isTimed, resendsOf, type TableOperation } from '../operations/operation';
import { buildRequest } from '../request/buildRequest';
import { fieldsOf } from '../request/fieldsOf';
import { laneOf } from './laneOf';
import { limitOf, shaperFor } from './listOptions';
import { toEntries, withTargets } from './output';
import { explainingRefusals } from './refusedValues';
import { messageFingerprint } from '../sending/messageFingerprint';
import { requestOnce } from '../sending/requestOnce';
import { sendOnce, sendSafely } from '../sending/sendOnce';
import { runOnce } from './runOnce';
import type { Item, Task } from './task';

/** The task of a row of the table: one request, or the pages of a list. */
export function tableTask(operation: TableOperation, item: Item): Task {
	const { request, path, emptyTexts } = buildRequest(operation, item.reading);
	const lane = laneOf(operation, path);
	const shape = shaperFor(operation, item.reading, path);
	const toItems = (data: unknown) =>
		toEntries(operation, data).map((json) => ({ json: withTargets(operation, path, shape(json), request.body) }));
	const sent = { fields: fieldsOf(operation), emptyTexts, collection: titleCase(item.reading.collection) };
	if (isList(item.key, operation)) {
		const limit = limitOf(item.reading);
		const keep = (entry: unknown) => toItems([entry])[0]?.json;
		const toMade = (entries: IDataObject[]) => entries.map((json) => ({ json }));
		const read = async () => await readList(operation, { request, limit, keep }, item.client);
		return { lane, run: async () => toMade(await explainingRefusals(sent, read)) };
	}
	const send = messageSender(operation, request, item) ?? requestSender(operation, item);
	return { lane, run: async () => toItems(await explainingRefusals(sent, async () => await send(request))) };
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
 * fingerprint, the message is sent every time. Undefined for a request that is no message.
 */
function messageSender(operation: TableOperation, request: CrispRequest, item: Item): Send | undefined {
	const { body } = request;
	const isMessage = operation.body?.fingerprint?.kind === 'fingerprint';
	if (!isMessage || !body) return undefined;
	const given = body.fingerprint;
	if (given !== undefined) return async (message) => await sendSafely(item.sender, message, Number(given));
	const fingerprint = messageFingerprint(request.path, item.ownKey, item.identity(request));
	body.fingerprint = fingerprint;
	return async (message) => await sendOnce(item.sender, message, fingerprint);
}

/** Sends any other request, and what n8n runs again only where the row allows it. */
function requestSender(operation: TableOperation, { client, sender, identity }: Item): Send {
	const resends = resendsOf(operation);
	if (resends === 'always') return client.send;
	return async (request) => {
		const once = async <Result>(name: string, step: () => Promise<Result>) =>
			await runOnce([...identity(request), name], step);
		return await requestOnce({ once, node: sender.node, send: client.send, resends }, request);
	};
}
