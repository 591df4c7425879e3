import { UserError, type IDataObject } from 'n8n-workflow';
import { typeOfMessage } from '../../../shared/events/message';
import { conversationUrl } from '../../../shared/events/output';
import { named } from '../../../shared/events/vocabulary';
import { choice, identifier, number, text } from '../../operations/field';
import { nameIn, safeFileName } from '../../files/fileNames';
import { mediaTypeIn } from '../../files/mediaTypes';
import { checkedHosts, checkedUrl } from '../../files/sources';
import { otherHosts } from '../../operations/fields/otherHosts';
import { pathFields, type ComposedOperation, type Composing } from '../../operations/operation';
import { downloadOutput, pathOf, routes } from '../support/conversations';

const isMessage = { source: ['message'] };

/**
 * Files of messages are public, so that they are downloaded without a token. Address, name and type are what a visitor
 * sent: the address is checked, the name is cleaned, and the type is that of the server.
 *
 * The default size is what n8n can also hold in memory: a node cannot know whether n8n keeps binary data on disk, and
 * n8n collects the stream itself before it stores it in memory, in S3 or in its database.
 */
export const downloadFile: ComposedOperation = {
	action: 'Download the file of a message',
	description: 'Get the file of a message, or of an address that a message gave, as binary data',
	variables: ['website_id'],
	isReadOnly: true,
	path: { website_id: { ...pathFields.website_id, when: isMessage } },
	body: {
		source: choice({ message: 'Message', url: 'URL' }, 'Where to take the file from', {
			label: 'File From',
			required: true,
			fallback: 'message',
		}),
		session_id: { ...pathFields.session_id, when: isMessage },
		fingerprint: { ...pathFields.fingerprint, when: isMessage },
		url: identifier('The address of the file, as a message or an event has it', {
			label: 'File URL',
			required: true,
			example: '{{ $json.file_url }}',
			when: { source: ['url'] },
		}),
		output_property_name: identifier('The name of the output binary field to put the file in', {
			label: 'Put Output File in Field',
			required: true,
			fallback: 'data',
		}),
		max_size: number('The most megabytes to read; a larger file is an error', { label: 'Max Size (MB)', fallback: 20 }),
		other_hosts: otherHosts,
		name: text('Name of the file, instead of its own', { label: 'File Name', example: 'invoice.pdf' }),
	},
	returns: downloadOutput,
	async compose(composing) {
		const { values, files } = composing;
		const most = mostBytes(values.max_size);
		const hosts = checkedHosts(values.other_hosts);
		const found = values.source === 'url' ? { url: String(values.url) } : await fileIn(composing);
		const url = checkedUrl(found.url);
		const name = safeFileName(String(values.name ?? found.name ?? nameIn(url)));
		const { binary: made, size, type } = await files.download(url, { most, name, otherHosts: hosts });
		const binary = { [String(values.output_property_name)]: made };
		const claimed_type = mediaTypeIn(found.type) ?? null;
		const file = { file_name: name, mime_type: type, claimed_type, file_size: size, file_url: url };
		return [{ json: named({ ...file, ...placeOf(values) }), binary }];
	},
};

/** The message that held the file; null for a file by its URL, which belongs to no message that the node knows. */
function placeOf({ source, website_id, session_id, fingerprint }: IDataObject) {
	if (source === 'url') return { conversation_url: null, session_id: null, website_id: null, fingerprint: null };
	const conversation_url = conversationUrl(String(website_id), String(session_id));
	return { conversation_url, session_id, website_id, fingerprint: Number(fingerprint) };
}

interface Found {
	url: string;
	name?: unknown;
	type?: unknown;
}

async function fileIn({ values, client }: Composing): Promise<Found> {
	const path = pathOf(routes.message, values);
	const message = Object(await client.send({ method: 'GET', path })) as IDataObject;
	const { url, name, type } = Object(message.content) as Partial<Found>;
	if (typeof url === 'string') return { url, name: name || undefined, type };
	throw new UserError(
		`The message ${String(values.fingerprint)} holds no file: it is of type ${typeOfMessage(message) || 'unknown'}`,
		{
			description:
				'Messages of type file, audio and animation hold one. Check the fingerprint, or filter by type before.',
		},
	);
}

function mostBytes(megabytes: unknown): number {
	const most = Number(megabytes);
	if (most > 0) return most * 1_000_000;
	throw new UserError(`'Max Size (MB)' is not a size: ${String(megabytes)}`, {
		description: 'Give a number of megabytes above 0, such as 20.',
	});
}
