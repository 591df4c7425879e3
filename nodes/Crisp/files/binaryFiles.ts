import { createHash } from 'node:crypto';
import { UserError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';
import { isToolCall } from '../../shared/n8n/context';
import { Storage, type Download, type Flow } from './storage';
import type { Uploads } from './uploads';

/** The media type of what nobody knows more of. */
export const unknownType = 'application/octet-stream';

/** A file of the input. */
export interface InputFile {
	name: string;
	/** The media type. */
	type: string;
	/** In bytes. */
	size: number;
	/** The same for the same file, whenever its item is run. */
	identity: string;
	/** Gives the bytes from the beginning, each time it is asked; piece by piece where n8n has them on disk. */
	open(): Promise<Buffer | Flow>;
}

/** What an operation can do with files, for one item. */
export interface Files {
	/** The file in a binary field of the item. Throws an error of n8n's where there is none, or it is empty. */
	read(field: string | IBinaryData): Promise<InputFile>;
	/** Puts a file where everybody can read it, and gives the address. Throws where Crisp does not take it. */
	upload(website: string, file: InputFile): Promise<string>;
	/** Reads a public address; throws for more than `most` bytes. */
	download(url: string, most: number): Promise<Download>;
	/** The media type of what is at a public address; undefined where its server does not say it. */
	typeOf(url: string): Promise<string | undefined>;
	/** Makes binary data of bytes, for the output. */
	make(bytes: Buffer, name: string, type: string): Promise<IBinaryData>;
}

/** Gives each item of an execution its way to files; what they upload goes over one line. */
export function fileHandler(
	context: IExecuteFunctions,
	uploads: Uploads,
	signal?: AbortSignal,
): (itemIndex: number) => Files {
	const { helpers } = context;
	const httpRequest = helpers.httpRequest.bind(context);
	const storage = new Storage({ node: context.getNode(), httpRequest, signal });
	return (itemIndex) => ({
		async read(field) {
			// To a tool, n8n hands over no items, and fails with words of its own program.
			if (typeof field === 'string' && isToolCall(context)) throw noFileForTool();
			const binary = helpers.assertBinaryData(itemIndex, field);
			const file = await readBinary(context, itemIndex, binary);
			if (file.size > 0) return file;
			throw new UserError(`The file ${file.name} is empty`, {
				description: 'Crisp takes no file without content: check the node that makes it.',
			});
		},
		async upload(website, file) {
			const { signed, resource, sizeLimit } = await uploads.grant(website, file);
			if (file.size > sizeLimit) {
				throw new UserError(
					`The file ${file.name} is too large for Crisp: it has ${inFull(file.size)} bytes, and ${inFull(sizeLimit)} are allowed`,
					{ description: "Make it smaller, or put it elsewhere and set 'File Source' to Public URL." },
				);
			}
			await storage.put({ ...file, url: signed });
			return resource;
		},
		download: async (url, most) => await storage.get(checkedUrl(url), most),
		typeOf: async (url) => await storage.typeOf(checkedUrl(url)),
		make: async (bytes, name, type) => await helpers.prepareBinaryData(bytes, name, type),
	});
}

function noFileForTool(): UserError {
	return new UserError('An AI agent has no binary data to send', {
		description:
			"Set 'File Source' to Public URL, or give the file of a node before the agent by an expression, such as {{ $('Form').item.binary.data }}.",
	});
}

async function readBinary(context: IExecuteFunctions, itemIndex: number, binary: IBinaryData): Promise<InputFile> {
	const { helpers } = context;
	const { id, fileExtension } = binary;
	// What a Code node made has no more than its bytes.
	const type = binary.mimeType || unknownType;
	const name = binary.fileName || (fileExtension ? `file.${fileExtension}` : 'file');
	if (id) {
		const { fileSize: size } = await helpers.getBinaryMetadata(id);
		return { name, type, size, identity: id, open: async () => await helpers.getBinaryStream(id) };
	}
	const bytes = await helpers.getBinaryDataBuffer(itemIndex, binary);
	const identity = createHash('sha256').update(bytes).digest('hex');
	return { name, type, size: bytes.length, identity, open: async () => bytes };
}

/** A number with commas, as a file may be too large by one byte. */
function inFull(count: number): string {
	return count.toLocaleString('en');
}

/** The address, without blanks around it. Throws a UserError for what is not the address of a file in the web. */
export function checkedUrl(given: string): string {
	const url = given.trim();
	const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
	if (protocol === 'http:' || protocol === 'https:') return url;
	throw new UserError(`'File URL' is not an address in the web: ${url.slice(0, 80)}`, {
		description: 'Give an address that begins with https:// or http://, such as https://example.com/invoice.pdf.',
	});
}

/** Goes into a header of the upload. Throws a UserError for what no header can hold. */
export function checkedType(type: string): string {
	if (/^[!-.0-~]+\/[ -~]+$/.test(type)) return type;
	throw new UserError(`'MIME Type' is not a media type: ${JSON.stringify(type.slice(0, 80))}`, {
		description: 'Give one such as application/pdf, or leave the field out where the file has one itself.',
	});
}

/** The name of the file at an address: the last part of its path. */
export function nameIn(url: string): string {
	const last = new URL(url).pathname.split('/').at(-1) ?? '';
	try {
		return decodeURIComponent(last) || 'file';
	} catch {
		return last;
	}
}
