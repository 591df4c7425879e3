import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { binary, choice, flag, identifier, text } from '../../operations/field';
import { checkedType, checkedUrl, nameIn, unknownType } from '../../files/binaryFiles';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { chatOrigin, sender } from '../../operations/fields/senders';
import { setAt } from '../../request/toWire';

/** Fields that are copied into the message. */
const messageFields = {
	from: choice({ operator: 'Operator', user: 'Visitor' }, 'In whose name the file is sent', { fallback: 'operator' }),
	origin: chatOrigin,
	automated: flag('Whether the message is marked as written by a bot'),
	...sender,
};

/**
 * Every file is sent as a message of type file; Crisp chooses how to show it by its media type. Crisp's message type
 * audio is for voice messages and requires their duration.
 */
export const sendFile: ComposedOperation = {
	action: 'Send a file into a conversation',
	description:
		'Send a file into a conversation: binary data, which is uploaded to Crisp first, or the file at a public URL. An upload takes two requests per file, and one realtime connection for all files of an execution.',
	variables: ['website_id', 'session_id'],
	body: {
		source: choice({ binary: 'Binary Data', url: 'Public URL' }, 'Where the file comes from', {
			label: 'File Source',
			required: true,
			fallback: 'binary',
		}),
		binary_property_name: binary('The name of the input binary field containing the file to be sent', {
			label: 'Input Binary Field',
			required: true,
			fallback: 'data',
			when: { source: ['binary'] },
		}),
		url: identifier(
			'Public address of the file, which everybody can read without signing in. The file is not copied.',
			{ label: 'File URL', required: true, example: 'https://example.com/invoice.pdf', when: { source: ['url'] } },
		),
		name: text('Name that is shown for the file, instead of its own', { label: 'File Name', example: 'invoice.pdf' }),
		type: identifier(
			'The media type of the file, by which Crisp shows it; where left out, that of the binary data, or what the server of the URL says',
			{ label: 'MIME Type', example: 'application/pdf' },
		),
		...messageFields,
	},
	async compose(composing) {
		const { values, sendMessage } = composing;
		const file = values.source === 'url' ? await linked(composing) : await uploaded(composing);
		const { url, name, type } = file;
		const body = bodyOf(values);
		const session = String(values.session_id);
		const fingerprint = await sendMessage(session, { ...body, content: { name, url, type } });
		return [{ json: { fingerprint, session_id: session, name, type, size: file.size, url } }];
	},
};

interface Sent {
	url: string;
	name: string;
	type: string;
	/** In bytes; null if unknown. */
	size: number | null;
}

/** A retried item reuses the file that it uploaded before. */
async function uploaded({ values, files, once }: Composing): Promise<Sent> {
	const file = await files.read(values.binary_property_name as string | IBinaryData);
	const { name = file.name, type: given = file.type } = values as { name?: string; type?: string };
	const type = checkedType(given);
	const upload = async () => await files.upload(String(values.website_id), { ...file, name, type });
	const url = await once(`upload of ${file.identity}`, upload);
	return { url, name, type, size: file.size };
}

async function linked({ values, files }: Composing): Promise<Sent> {
	const url = checkedUrl(String(values.url));
	const { name = nameIn(url), type: given } = values as Partial<Sent>;
	const type = given === undefined ? ((await files.typeOf(url)) ?? unknownType) : checkedType(given);
	return { url, name, type, size: null };
}

function bodyOf(values: IDataObject): IDataObject {
	const body: IDataObject = { type: 'file' };
	for (const name of Object.keys(messageFields)) {
		if (values[name] !== undefined) setAt(body, name, values[name]);
	}
	return body;
}
