import type { IDataObject } from 'n8n-workflow';
import { flag, type Fields } from '../../operations/field';
import type { SendingOf } from '../../operations/operation';
import { sender } from '../../operations/fields/senders';
import { setAt } from '../../request/toWire';

/** How the message of a composed operation is sent; the fields that "Message - Send" has for every type. */
export const manner: Fields = {
	automated: flag('Whether the message is marked as written by a bot'),
	stealth: flag('Whether the recipient is not notified of the message', { label: 'Silent' }),
	...sender,
};

/** How to send a message that an earlier execution may have sent, from the fingerprint that the user gives, if any. */
export function earlierMessage(given: unknown): SendingOf {
	return given === undefined ? {} : { fingerprint: Number(given), mayBeThere: true };
}

/** The body of a message from the values of an item; by default a text by an operator in the chatbox. */
export function messageOf(values: IDataObject): IDataObject {
	const { from = 'operator', type = 'text', origin = 'chat', content } = values;
	const body: IDataObject = { type, from, origin, content };
	for (const name of Object.keys(manner)) {
		if (values[name] !== undefined) setAt(body, name, values[name]);
	}
	return body;
}
