import { UserError } from 'n8n-workflow';
import { refusalOf } from '../../errors/apiErrors';
import { BoundedMap } from '../../runtime/boundedMap';
import { shortKey } from '../../runtime/shortKey';

/** How long nothing is fetched after a failure, in milliseconds: events must not queue behind requests that time out. */
const pause = 60_000;

/**
 * After this many timeouts in a row, of different conversations and with no answer in between, Crisp counts as unreachable:
 * otherwise, each event would wait for its own timeout.
 */
const mostTimeouts = 3;

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
/** Refusals that concern the scopes of the token or the plan of the website: other kinds of requests may be allowed. */
const ofKind = [402, 403, 405];

/** Pauses requests after a failure, but no more of them than the failure affects. */
export class LookupPauses {
	private readonly until = new BoundedMap<number>();

	/** The subjects of the timeouts since the last answer. */
	private readonly late = new Set<string>();

	constructor(private readonly now: () => number) {}

	has(looked: Looked): boolean {
		const extents: Extent[] = ['all', 'kind', 'subject'];
		return extents.some((extent) => (this.until.get(keyOf(extent, looked)) ?? -Infinity) > this.now());
	}

	/** Begins a pause. `isLate`: whether there was no answer in time. Returns what it affects. */
	begin(error: unknown, looked: Looked, isLate = false): Extent {
		const extent = isLate ? this.extentOfTimeout(looked) : extentOf(error);
		this.until.set(keyOf(extent, looked), this.now() + pause);
		return extent;
	}

	/** Call it when Crisp has answered. */
	answered(): void {
		this.late.clear();
	}

	private extentOfTimeout(looked: Looked): Extent {
		this.late.add(shortKey(keyOf('subject', looked)));
		if (this.late.size < mostTimeouts) return 'subject';
		this.late.clear();
		return 'all';
	}
}

function extentOf(error: unknown): Extent {
	const refusal = refusalOf(error);
	// An ID that cannot be part of a path.
	if (!refusal) return error instanceof UserError ? 'subject' : 'all';
	// With status 404, Crisp also says that the plugin is not installed on the website.
	if (refusal.reason === 'not_subscribed' || ofKind.includes(refusal.status)) return 'kind';
	return ofSubject.includes(refusal.status) ? 'subject' : 'all';
}

function keyOf(extent: Extent, { route, website, subject }: Looked): string {
	if (extent === 'all') return '';
	return JSON.stringify(extent === 'kind' ? [route, website] : [route, website, subject]);
}
