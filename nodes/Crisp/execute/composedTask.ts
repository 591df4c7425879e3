import type { IDataObject } from 'n8n-workflow';
import { ifThere } from '../../shared/api/client';
import { fillPath, parseRoute } from '../../shared/api/route';
import type { CrispRequest } from '../../shared/api/types';
import { isUncertain } from '../../shared/errors/apiErrors';
import { withPartialResult } from '../../shared/errors/partialResult';
import { named } from '../../shared/events/vocabulary';
import { isOwnMessage } from '../../shared/events/loops/ownMessages';
import { titleCase } from '../operations/field';
import { isList, type ComposedOperation, type Composing, type SendingOf } from '../operations/operation';
import { readFields, readPath } from '../request/buildRequest';
import { emptyTextsIn } from '../request/emptyTexts';
import { fieldsOf } from '../request/fieldsOf';
import { laneOf } from './laneOf';
import { limitOf, shaperFor } from './listOptions';
import { explainingRefusals } from './refusedValues';
import { runOnce } from './runOnce';
import { messageFingerprint } from '../sending/messageFingerprint';
import { sendOnce } from '../sending/sendOnce';
import type { Item, Task } from './task';

/** The task of a composed operation: code that sends as many requests as it needs. */
export function composedTask(operation: ComposedOperation, item: Item): Task {
	const { key, reading, client, sender } = item;
	const fields = fieldsOf(operation).filter(({ place }) => place !== 'path');
	const given = readFields(fields, reading);
	const path = readPath(operation, reading, given);
	const values = { ...path, ...Object.fromEntries(given) } as IDataObject;
	const limit = isList(key, operation) ? limitOf(reading) : Infinity;
	const shape = shaperFor(operation, reading, path);
	const website = path.website_id ?? '';
	const composing: Composing = {
		values,
		client,
		limit,
		clock: sender.clock,
		signal: sender.signal,
		sendMessage: async (session, body, how) => await sendPart(item, { website, session, body, how }),
		once: async (name, step) => await runOnce([...item.identity(values), name], step),
		shared: (name, make) => sharedIn(item.shared, name, make),
		node: sender.node,
		timezone: reading.parameters.timezone,
		input: item.input,
		isOwn: (message) => isOwnMessage(item.ownKey, { ...path, ...message }),
		files: item.files,
		waiting: item.waiting,
	};
	const target = operation.target && { ...path, target: String(values[operation.target]).toLowerCase() };
	const sent = { fields, emptyTexts: emptyTextsIn(fields, given), collection: titleCase(reading.collection) };
	const compose = async () => await operation.compose(composing);
	return {
		lane: laneOf(operation, target || path),
		run: async () => (await explainingRefusals(sent, compose)).map((made) => ({ ...made, json: shape(made.json) })),
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
	how?: SendingOf;
}

/** Sends one of the messages of an item. */
async function sendPart({ sender, client, identity, ownKey }: Item, sent: Part): Promise<number> {
	const { website, session, body, how = {} } = sent;
	const path = fillPath(messagesRoute, { website_id: website, session_id: session });
	const request: CrispRequest = { method: 'POST', path, body };
	const ofItem = () => [...identity(request), ...(how.part ? [how.part] : [])];
	const identified = () => (how.isFirst ? firstMessage(session, body) : ofItem());
	const fingerprint = how.fingerprint ?? messageFingerprint(path, ownKey, identified());
	if (how.mayBeThere) {
		const found = await ifThere(client.send({ method: 'GET', path: `${path}/${fingerprint}` }));
		if (Number((found as IDataObject | undefined)?.fingerprint) === fingerprint) return fingerprint;
	}
	try {
		await sendOnce(sender, { ...request, body: { ...body, fingerprint } }, fingerprint);
	} catch (error) {
		if (!isUncertain(error)) throw error as Error;
		const result = named({ [how.field ?? 'fingerprint']: fingerprint });
		throw withPartialResult(sender.node, error, { message: '', advice: '', result });
	}
	return fingerprint;
}

/** What makes the first message of a conversation the same in every execution. */
function firstMessage(session: string, { type, from, content }: IDataObject): string[] {
	return ['first message', session, JSON.stringify([type, from, content])];
}

const messagesRoute = parseRoute('POST /v1/website/{website_id}/conversation/{session_id}/message');
