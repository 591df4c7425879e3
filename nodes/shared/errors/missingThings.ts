import type { IDataObject } from 'n8n-workflow';
import { concealed } from '../security/secrets';
import type { Refusal } from './apiErrors';

/** What Crisp does not have, for its reasons such as `people_not_found`. */

interface Thing {
	/** What users call it. */
	said: string;
	/** The part of a path before its ID, if it differs from the name in the reason. */
	segment?: string;
	/** Its ID in a body or query, if it is not the name in the reason and `_id`. */
	field?: string;
}

/** By the name in the reason; all others are called and found as the reason has them: `inbox`, `team`, `article`. */
const things: Record<string, Thing> = {
	conversation: { said: 'conversation', field: 'session_id' },
	session: { said: 'conversation', segment: 'conversation' },
	message: { said: 'message', field: 'fingerprint' },
	people: { said: 'person' },
	profile: { said: 'person', segment: 'people', field: 'people_id' },
	operator: { said: 'operator', field: 'user_id' },
	user: { said: 'operator', segment: 'operator', field: 'user_id' },
	// Pages of the knowledge base, in whose routes the ID is not beside the name.
	page: { said: 'page', segment: '-', field: '-' },
	path: { said: 'page', segment: '-', field: '-' },
};

/** What comes after `people` and before the ID of a person. */
const ofPerson = new Set(['profile', 'conversations', 'campaigns', 'data', 'events', 'subscription']);

/** The longest ID that an error shows, in characters. */
const longestId = 100;

/**
 * What happened and what to do, for a reason that ends with `_not_found`; undefined for others. Names the ID or email that
 * was asked for, where the request has it, without secrets.
 */
export function missingThing(refusal: Refusal): [what: string, how: string] | undefined {
	const [, name] = /^(\w+)_not_found$/.exec(refusal.reason) ?? [];
	if (name === undefined) return undefined;
	const thing = { said: name.replaceAll('_', ' '), ...(Object.hasOwn(things, name) && things[name]) };
	const asked = askedFor(name, thing, refusal);
	const by = asked?.includes('@') ? 'email' : 'ID';
	const how = name === 'website' ? 'Check the ID of the website.' : whereToLook(refusal, by);
	if (asked === undefined) return [`Crisp has no such ${thing.said}`, how];
	const shown = concealed(asked, refusal).slice(0, longestId).toWellFormed();
	return [`There is no ${thing.said} with the ${by} ${shown}`, how];
}

function whereToLook({ path, tier, defaultWebsite = '' }: Refusal, by: 'email' | 'ID'): string {
	const website = /^\/v1\/website\/([\w-]+)\//.exec(path)?.[1];
	const check = by === 'email' ? 'Check the email: it may have changed.' : 'Check the ID: it may have been deleted.';
	if (website === undefined) return check;
	const isDefault = website.toLowerCase() === defaultWebsite.toLowerCase();
	const where = `website ${website}${isDefault ? ', the default website of the credential' : ''}`;
	const other =
		tier === 'website'
			? 'A website token reaches this website only: if it is of another one, use a credential of that one.'
			: "If it is of another website, choose that in 'Website', for example with {{ $json.website_id }}.";
	return `Crisp looked for it on ${where}. ${check} ${other}`;
}

/** The ID or email of the thing in the path, the query or the body; the last one in the path. */
function askedFor(name: string, { segment = name, field = `${name}_id` }: Thing, request: Refusal): string | undefined {
	const parts = request.path.split('/');
	const at = segment === 'people' ? parts.findLastIndex((part) => ofPerson.has(part)) : parts.lastIndexOf(segment);
	const inPath = at < 0 ? undefined : parts[at + 1];
	if (inPath) return decoded(inPath);
	const found = [request.query, request.body, ...Object.values(request.body ?? {})].map((holder) =>
		ownOf(holder, field),
	);
	return found.find((one): one is string => typeof one === 'string' && one !== '');
}

function ownOf(holder: unknown, name: string): unknown {
	const isHolder = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name);
	return isHolder ? (holder as IDataObject)[name] : undefined;
}

/** What a part of a path means; undefined for one that means nothing. */
function decoded(part: string): string | undefined {
	try {
		return decodeURIComponent(part);
	} catch {
		return undefined;
	}
}
