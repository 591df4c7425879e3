import { randomUUID } from 'crypto';
import { invalid, processing, type Answer } from '../http/answer';
import type { Call, Handlers } from './call';

export const bucketHandlers: Handlers = {
	'POST /v1/bucket/url/generate': generateUrl,
	'GET /v1/media/animation/list/{page_number}': listAnimations,
};

/** The URL is not in the response: Crisp sends it over the realtime channel, with the ID of the request. */
function generateUrl(call: Call): Answer {
	const { world, body } = call;
	const { name, type } = body.file as { name?: unknown; type?: unknown };
	if (typeof name !== 'string' || name === '') throw invalid('file.name: required');
	if (typeof type !== 'string' || type === '') throw invalid('file.type: required');
	const websiteId = websiteOf(call);
	const path = `/storage/${String(body.namespace)}/${randomUUID()}/${encodeURIComponent(name)}`;
	const { sizeLimit, lifetime, isAbsolute, forgedOrigin } = world.state.uploads;
	world.state.files.set(path, { type, bytes: null, expiresAt: world.clock() + lifetime });
	const signed = `${path}?signature=sandbox`;
	const origin = forgedOrigin ?? (isAbsolute ? world.url() : '');
	const resource = { type: 'website', id: websiteId };
	const announced = {
		from: body.from ?? call.token.tier,
		id: body.id,
		identifier: body.identifier ?? call.token.identifier,
		...(websiteId !== null && { resource }),
		policy: { size_limit: sizeLimit },
		type,
		url: { resource: `${world.url()}${path}`, signed: `${origin}${signed}` },
	};
	world.announcer.announceFor(`bucket:url:${String(body.namespace)}:generated`, websiteId, announced);
	return processing();
}

function websiteOf({ world, token, body }: Call): string | null {
	const { type, id } = (body.resource ?? {}) as { type?: string; id?: string };
	if (type !== 'website' || id === undefined) return token.websiteId ?? null;
	return world.access.website(token, id).website_id;
}

function listAnimations({ world, token, query }: Call): Answer {
	const names = ['wave', 'thumbs-up', 'party'];
	const results = names.map((name) => ({
		type: 'image/gif',
		url: `https://animations.example/${query.search_query ?? 'any'}/${name}.gif`,
	}));
	const id = Number(query.list_id ?? 0);
	const data = { id, identifier: token.identifier, results };
	world.announcer.announceFor('media:animation:listed', null, data);
	return processing();
}
