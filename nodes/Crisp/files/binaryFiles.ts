import { UserError, type IBinaryData, type IExecuteFunctions } from 'n8n-workflow';
import { isToolCall } from '../../shared/n8n/context';
import { enforcedGuardOf } from '../../shared/n8n/egress';
import type { Clock } from '../../shared/runtime/clock';
import { unknownType } from './mediaTypes';
import type { Flow } from './passBytes';
import { Sources } from './sources';
import { Storage } from './storage';
import type { Uploads } from './uploads';

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
	/**
	 * Reads a file into binary data of the output, as a stream. Throws a UserError for an address that may not be read, and
	 * an n8n error for a file that cannot be read or is larger than `most` bytes.
	 */
	download(url: string, how: DownloadOf): Promise<DownloadedFile>;
	/** Whether files are read from the host of an address: Crisp's storage, and `otherHosts`. */
	readsFrom(url: string, otherHosts: string[]): boolean;
	/**
	 * The media type of the file at a public address; undefined if its server does not report it. Throws a UserError for an
	 * address that may not be read.
	 */
	typeOf(url: string, otherHosts: string[]): Promise<string | undefined>;
}

export interface DownloadOf {
	/** In bytes. */
	most: number;
	name: string;
	/** Exact names of hosts besides Crisp's. */
	otherHosts: string[];
}

export interface DownloadedFile {
	binary: IBinaryData;
	/** In bytes. */
	size: number;
	/** The media type that the server reports, or the one of unknown files. */
	type: string;
}

/** Returns the access to files for each item of an execution. All uploads share one realtime connection. */
export function fileHandler(
	context: IExecuteFunctions,
	uploads: Uploads,
	{ signal, clock, apiAddress }: { signal?: AbortSignal; clock: Clock; apiAddress: string },
): (itemIndex: number) => Files {
	const { helpers } = context;
	const httpRequest = helpers.httpRequest.bind(context);
	const storage = new Storage({ node: context.getNode(), httpRequest, signal, clock });
	const guard = enforcedGuardOf(context);
	const sourcesOf = (otherHosts: string[], instead?: string) => new Sources({ apiAddress, guard, otherHosts, instead });
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
		async download(url, { most, name, otherHosts }) {
			const sources = sourcesOf(otherHosts);
			const { kept, size, type } = await storage.get(url, {
				most,
				check: async (...address) => await sources.check(...address),
				keep: async (flow, type) => await helpers.prepareBinaryData(readableOf(flow), name, type ?? unknownType),
			});
			return { binary: kept, size, type: type ?? unknownType };
		},
		readsFrom: (url, otherHosts) => sourcesOf(otherHosts).isListed(url),
		async typeOf(url, otherHosts) {
			const sources = sourcesOf(otherHosts, ", or set 'MIME Type', which needs no request");
			return await storage.typeOf(url, async (...address) => await sources.check(...address));
		},
	});
}

type Streamed = Exclude<Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0], Buffer>;

/** A stream of n8n's helper is a Readable of Node.js, and so is what its `map` returns. */
function readableOf(flow: Flow): Streamed {
	return flow as unknown as Streamed;
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
