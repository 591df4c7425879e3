import { Router, raw } from 'express';
import { Refusal } from './answer';
import { SIZE_LIMIT } from './handlers/bucket';
import type { Workspace } from './state';

/** Where uploads go: the signed URL takes the bytes once the bucket announced it, the plain URL gives them back. */
export function storageRouter(workspace: Workspace): Router {
	const router = Router();
	router.use(raw({ type: () => true, limit: SIZE_LIMIT }));
	router.put('/*path', (request, response) => {
		const [path = '', search] = request.originalUrl.split('?', 2);
		const file = workspace.files.get(path);
		if (!file) throw new Refusal(404, 'not_found');
		if (search !== 'signature=sandbox') throw new Refusal(403, 'not_allowed', 'not signed');
		if (request.headers['content-type'] !== file.type) {
			throw new Refusal(403, 'not_allowed', `Content-Type must be ${file.type}, as it was announced`);
		}
		file.bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
		response.status(200).end();
	});
	router.get('/*path', (request, response) => {
		const file = workspace.files.get(request.originalUrl.split('?', 1)[0] ?? '');
		if (!file?.bytes) throw new Refusal(404, 'not_found');
		// Never shown in place: what a visitor uploaded must not run as a page of this origin.
		response.set({
			'Content-Type': file.type,
			'Content-Disposition': 'attachment',
			'X-Content-Type-Options': 'nosniff',
		});
		response.send(file.bytes);
	});
	return router;
}
