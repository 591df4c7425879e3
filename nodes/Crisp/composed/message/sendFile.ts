import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { conversationUrl } from '../../../shared/events/output';
import { named, type NamedOutput } from '../../../shared/events/vocabulary';
import { binary, choice, fingerprint, flag, identifier, text } from '../../operations/field';
import { nameIn } from '../../files/fileNames';
import { checkedType, typeByExtension, unknownType } from '../../files/mediaTypes';
import { checkedHosts, checkedUrl } from '../../files/sources';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { otherHosts } from '../../operations/fields/otherHosts';
import { chatOrigin, sender } from '../../operations/fields/senders';
import { setAt } from '../../request/toWire';
import { fileOutput } from '../support/conversations';
import { earlierMessage } from '../support/messageBody';
import { Steps } from '../support/steps';

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
	description: 'Send a file of the workflow, which is uploaded to Crisp first, or one at a public URL',
	note: 'An upload takes two requests per file, and one realtime connection for all files of an execution.',
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
		url: identifier('Public address of the file, which can be read without signing in. The file is not copied.', {
			label: 'File URL',
			required: true,
			example: 'https://example.com/invoice.pdf',
			when: { source: ['url'] },
		}),
		name: text('Name that is shown for the file, instead of its own', { label: 'File Name', example: 'invoice.pdf' }),
		type: identifier(
			'The media type of the file, by which Crisp shows it; where left out, that of the binary data, or what the server of the URL says if it is read',
			{ label: 'MIME Type', example: 'application/pdf' },
		),
		other_hosts: { ...otherHosts, when: { source: ['url'] } },
		fingerprint: fingerprint('The message, if an earlier run may have sent it: it is not sent again if it is there', {
			label: 'Message Fingerprint',
			isRare: true,
		}),
		...messageFields,
	},
	returns: fileOutput,
	async compose(composing) {
		const { values, sendMessage } = composing;
		const session = String(values.session_id);
		const steps = new Steps(composing, { session_id: session, website_id: values.website_id }, adviceFor);
		const file = values.source === 'url' ? await linked(composing) : await uploaded(composing, steps);
		const { url, name, type } = file;
		const message = { ...bodyOf(values), content: { name, url, type } };
		const how = earlierMessage(values.fingerprint);
		const sent = await steps.follow(async () => await sendMessage(session, message, how));
		const website = String(values.website_id);
		const json = named({
			file_name: name,
			mime_type: type,
			file_size: file.size,
			file_url: url,
			conversation_url: conversationUrl(website, session),
			session_id: session,
			website_id: website,
			fingerprint: sent,
		});
		return [{ json }];
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
async function uploaded({ values, files }: Composing, steps: Steps): Promise<Sent> {
	const file = await files.read(values.binary_property_name as string | IBinaryData);
	const { name = file.name, type: given = file.type } = values as { name?: string; type?: string };
	const type = checkedType(given);
	const upload = async () => await files.upload(String(values.website_id), { ...file, name, type });
	const { size } = file;
	const url = await steps.take('upload', upload, (made) => ({
		text: `the file was uploaded to ${made}`,
		made: { file_url: made, file_name: name, mime_type: type, file_size: size },
	}));
	return { url, name, type, size };
}

function adviceFor({ file_url: url, fingerprint: made }: NamedOutput): string {
	const settings = [
		...(url === undefined ? [] : [`'File Source' to Public URL, 'File URL' to ${String(url)}`]),
		...(made === undefined ? [] : [`'Message Fingerprint' to ${String(made)}`]),
	];
	return settings.length === 0 ? '' : `To continue in another execution, set ${settings.join(' and ')}.`;
}

async function linked({ values, files }: Composing): Promise<Sent> {
	const url = checkedUrl(String(values.url));
	const { name = nameIn(url), type: given } = values as Partial<Sent>;
	const hosts = checkedHosts(values.other_hosts);
	const type = given === undefined ? await typeAt(url, hosts, files) : checkedType(given);
	return { url, name, type, size: null };
}

/** A host that files are not read from is not asked if the extension tells the type. */
async function typeAt(url: string, hosts: string[], files: Composing['files']): Promise<string> {
	const known = typeByExtension(nameIn(url));
	if (known !== undefined && !files.readsFrom(url, hosts)) return known;
	return (await files.typeOf(url, hosts)) ?? known ?? unknownType;
}

function bodyOf(values: IDataObject): IDataObject {
	const body: IDataObject = { type: 'file' };
	for (const name of Object.keys(messageFields)) {
		if (values[name] !== undefined) setAt(body, name, values[name]);
	}
	return body;
}
