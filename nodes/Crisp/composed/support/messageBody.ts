import type { IDataObject } from 'n8n-workflow';
import { flag, type Fields } from '../../operations/field';
import { sender } from '../../operations/fields/senders';
import { setAt } from '../../request/toWire';

/** How the message of a composed operation is sent; what "Message - Send" has for any kind of message. */
export const manner: Fields = {
	automated: flag('Whether the message is marked as written by a bot'),
	stealth: flag('Whether the other side is not told of the message', { label: 'Silent' }),
	...sender,
};

/** The body of a message of what the user set; an operator's text in the chatbox unless told. */
export function messageOf(values: IDataObject): IDataObject {
	const { from = 'operator', type = 'text', origin = 'chat', content } = values;
	const body: IDataObject = { type, from, origin, content };
	for (const name of Object.keys(manner)) {
		if (values[name] !== undefined) setAt(body, name, values[name]);
	}
	return body;
}
