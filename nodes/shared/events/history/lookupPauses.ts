import { UserError } from 'n8n-workflow';
import { refusalOf } from '../../errors/apiErrors';
import { BoundedMap } from '../../runtime/boundedMap';

/** How long nothing is fetched after a failure, in milliseconds: events must not queue behind requests that time out. */
const pause = 60_000;

/** What a request is about. */
export interface Looked {
	/** The route, such as `GET /v1/website/{website_id}/…`. */
	route: string;
	website: string;
	/** The conversation, person or message. */
	subject: string;
}

/** What a failure affects: everything, all requests of this kind to the website, or only what was asked for. */
type Extent = 'all' | 'kind' | 'subject';

/** Refusals that concern what was asked for: it does not exist, or its ID is invalid. */
const ofSubject = [400, 404, 409, 410];
/** Refusals that concern the token, its scopes or the plan: other kinds of requests may be allowed. */
const ofToken = [401, 402, 403, 405];

/** Pauses requests after a failure, but no more of them than the failure affects. */
export class LookupPauses {
	private readonly until = new BoundedMap<number>();

	constructor(private readonly now: () => number) {}

	has(looked: Looked): boolean {
		const extents: Extent[] = ['all', 'kind', 'subject'];
		return extents.some((extent) => (this.until.get(keyOf(extent, looked)) ?? -Infinity) > this.now());
	}

	/** Begins a pause. Returns what it affects. */
	begin(error: unknown, looked: Looked): Extent {
		const extent = extentOf(error);
		this.until.set(keyOf(extent, looked), this.now() + pause);
		return extent;
	}
}

function extentOf(error: unknown): Extent {
	const refusal = refusalOf(error);
	// An ID that cannot be part of a path.
	if (!refusal) return error instanceof UserError ? 'subject' : 'all';
	// With status 404, Crisp also says that the plugin is not installed on the website.
	if (refusal.reason === 'not_subscribed' || ofToken.includes(refusal.status)) return 'kind';
	return ofSubject.includes(refusal.status) ? 'subject' : 'all';
}

function keyOf(extent: Extent, { route, website, subject }: Looked): string {
	if (extent === 'all') return '';
	return JSON.stringify(extent === 'kind' ? [route, website] : [route, website, subject]);
}
