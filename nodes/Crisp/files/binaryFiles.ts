import { UserError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';
import { isToolCall } from '../../shared/n8n/context';
import type { Clock } from '../../shared/runtime/clock';
import { Storage, type Download, type Flow } from './storage';
import type { Uploads } from './uploads';

/** The media type of a file whose type is unknown. */
export const unknownType = 'application/octet-stream';

/** A file of the input. */
export interface InputFile {
	name: string;
	/** The media type. */
	type: string;
	/** In bytes. */
	size: number;
	/** Returns the bytes from the beginning, each time it is called; as a stream if n8n keeps them on disk. */
	open(): Promise<Buffer | Flow>;
}

/** What an operation can do with files, for one item. */
export interface Files {
	/** Reads the file in a binary field of the item. Throws an n8n error if there is none, or it is empty. */
	read(field: string | IBinaryData): Promise<InputFile>;
	/** Uploads a file to Crisp's public storage and returns its address. Throws if Crisp does not accept the file. */
	upload(website: string, file: InputFile): Promise<string>;
	/** Reads a public address; throws for more than `most` bytes. */
	download(url: string, most: number): Promise<Download>;
	/** The media type of the file at a public address; undefined if its server does not report it. */
	typeOf(url: string): Promise<string | undefined>;
	/** Creates binary data for the output. */
	make(bytes: Buffer, name: string, type: string): Promise<IBinaryData>;
}

/** Returns the access to files for each item of an execution. All uploads share one realtime connection. */
export function fileHandler(
	context: IExecuteFunctions,
	uploads: Uploads,
	{ signal, clock }: { signal?: AbortSignal; clock: Clock },
): (itemIndex: number) => Files {
	const { helpers } = context;
	const httpRequest = helpers.httpRequest.bind(context);
	const storage = new Storage({ node: context.getNode(), httpRequest, signal, clock });
	return (itemIndex) => ({
		async read(field) {
			// n8n passes no items to a tool, and would fail with an internal error message.
			if (typeof field === 'string' && isToolCall(context)) throw noFileForTool();
			const binary = helpers.assertBinaryData(itemIndex, field);
			const file = await readBinary(context, itemIndex, binary);
			if (file.size > 0) return file;
			throw new UserError(`The file ${file.name} is empty`, {
				description: 'Crisp does not accept empty files. Check the node that creates the file.',
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
	// Binary data made by a Code node may have neither type nor name.
	const type = binary.mimeType || unknownType;
	const name = binary.fileName || (fileExtension ? `file.${fileExtension}` : 'file');
	if (id) {
		const { fileSize: size } = await helpers.getBinaryMetadata(id);
		return { name, type, size, open: async () => await helpers.getBinaryStream(id) };
	}
	const bytes = await helpers.getBinaryDataBuffer(itemIndex, binary);
	return { name, type, size: bytes.length, open: async () => bytes };
}

/** All digits of a number, with commas: a file may be too large by a single byte. */
function inFull(count: number): string {
	return count.toLocaleString('en');
}

/** Trims the address. Throws a UserError unless it is an http or https URL. */
export function checkedUrl(given: string): string {
	const url = given.trim();
	const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
	if (protocol === 'http:' || protocol === 'https:') return url;
	throw new UserError(`'File URL' is not a web address: ${url.slice(0, 80)}`, {
		description: 'Give an address that begins with https:// or http://, such as https://example.com/invoice.pdf.',
	});
}

/** Checks a media type, which becomes a header of the upload. Throws a UserError for an invalid one. */
export function checkedType(type: string): string {
	if (/^[!-.0-~]+\/[ -~]+$/.test(type)) return type;
	throw new UserError(`'MIME Type' is not a media type: ${JSON.stringify(type.slice(0, 80))}`, {
		description: 'Give one such as application/pdf, or remove the field if the file has a media type itself.',
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
