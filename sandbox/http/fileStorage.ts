import { Router, raw, type NextFunction, type Request, type Response } from 'express';
import { Refusal } from './answer';
import type { World } from '../state/world';

/** A request for a file: an upload to a signed URL, or a read. */
export interface StorageRequest {
	method: string;
	/** With its query. */
	path: string;
	headers: Record<string, string | undefined>;
}

/** Enough for every test; limits the memory of a sandbox that runs for days. */
const RECORDED = 10_000;

/** The file storage: the signed URL that the bucket announced accepts the upload, the plain URL returns the file. */
export function storageRouter(world: World, requests: StorageRequest[]): Router {
	const router = Router();
	router.use((request, _, next) => {
		requests.push(recordOf(request));
		if (requests.length > RECORDED) requests.shift();
		// Storage services with signed URLs reject credentials, too; a client that sends them has leaked them.
		if (request.headers.authorization !== undefined) throw new Refusal(400, 'invalid_data', 'Authorization: rejected');
		next();
	});
	router.put('/*path', (request, response, next) => checked(world, request, response, next));
	router.put('/*path', (request, response) => {
		const file = fileAt(world, request);
		file.bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
		response.status(200).end();
	});
	router.get('/*path', (request, response) => {
		const file = fileAt(world, request);
		if (!file.bytes) throw new Refusal(404, 'not_found');
		// Always an attachment: an uploaded HTML file must not run as a page of this origin.
		response.set({
			'Content-Type': file.type,
			'Content-Disposition': 'attachment',
			'X-Content-Type-Options': 'nosniff',
		});
		response.send(file.bytes);
	});
	return router;
}

/** Rejects uploads that the signature does not allow, before reading the body. */
function checked(world: World, request: Request, response: Response, next: NextFunction): void {
	const file = fileAt(world, request);
	const { 'content-type': type, 'content-length': length } = request.headers;
	if (request.originalUrl.split('?')[1] !== 'signature=sandbox') throw new Refusal(403, 'not_allowed', 'not signed');
	if (world.clock() > file.expiresAt) throw new Refusal(403, 'not_allowed', 'the signature has expired');
	if (type !== file.type) {
		throw new Refusal(403, 'not_allowed', `Content-Type must be ${file.type}, as it was announced`);
	}
	if (length === undefined) throw new Refusal(411, 'length_required');
	raw({ type: () => true, limit: world.state.uploads.sizeLimit })(request, response, next);
}

function fileAt({ state }: World, { originalUrl }: Request) {
	const file = state.files.get(originalUrl.split('?', 1)[0] ?? '');
	if (!file) throw new Refusal(404, 'not_found');
	return file;
}

function recordOf({ method, originalUrl, headers }: Request): StorageRequest {
	return { method, path: originalUrl, headers: headers as StorageRequest['headers'] };
}
