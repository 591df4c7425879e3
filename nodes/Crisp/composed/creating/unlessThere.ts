import type { IDataObject } from 'n8n-workflow';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';
import { toEntries, withTargets } from '../../execute/output';
import type { ComposedOperation, Composing, TableOperation } from '../../operations/operation';
import { sentNames } from '../../request/wireNames';
import { attemptOf } from '../../sending/attempts';
import { requestOnce } from '../../sending/requestOnce';
import { bodyOf } from './creation';
import { skipping } from './fields';

interface Kind {
	/** What the form calls it: "inbox". */
	what: string;
	/** The label of the field `same`, in lower case. */
	label: string;
	/** Crisp's field with its ID. */
	id: 'inbox_id' | 'team_id' | 'redirection_id' | 'locale';
	/** Crisp's field by which two are the same. */
	same: 'name' | 'path' | 'locale';
	/** The route that lists all of them. */
	list: `GET ${string}`;
}

/** Gives a row that creates something the option to return what is there already. All else is that of the row. */
export function unlessThere(row: TableOperation, kind: Kind): TableOperation & ComposedOperation {
	const { what, label, id, same } = kind;
	const body = row.body ?? {};
	const isNamedById = id === same;
	return {
		...row,
		body: {
			...body,
			...skipping(
				`Whether to return the existing ${what} with exactly this ${label}, unchanged, instead of creating another`,
			),
		},
		target: same,
		returns: isNamedById ? [same, 'created'] : ['created'],
		async compose(composing) {
			const { values, client } = composing;
			const path = { website_id: textIn(values.website_id) };
			const isSkipping = values.skip_if_it_exists === true;
			const there = isSkipping ? await existing(composing, kind) : undefined;
			const output = (answer: unknown, created: boolean) =>
				toEntries(row, answer).map((json) => ({
					json: { ...withTargets(row, path, json), ...(isNamedById && { [same]: values[same] }), created },
				}));
			if (there) return output(there.entry, there.isOwn);
			// Before a request is sent again, the list tells whether it was executed.
			const resends = !isSkipping && row.resends === 'unanswered' ? 'unanswered' : 'never';
			const request = {
				method: row.route.method,
				path: fillPath(row.route, path),
				body: bodyOf(values, sentNames(body)),
			};
			const answer = await requestOnce({ ...composing, send: client.send, resends }, request);
			created(composing).set(noteKey(composing, kind), { [id]: values[id], ...(Object(answer) as IDataObject) });
			return output(answer, true);
		},
	};
}

/** Where items of one run note what they created: lists may not show it yet. */
function created({ shared }: Composing): Map<string, IDataObject> {
	return shared('what rows created', () => new Map<string, IDataObject>());
}

const sameIn = (entry: IDataObject, { same }: Kind) => textIn(entry[same]).trim();

const noteKey = ({ values }: Composing, kind: Kind) =>
	JSON.stringify([kind.what, values.website_id, sameIn(values, kind)]);

/**
 * What is there, with its ID; `isOwn` if the item created it, and the answer was lost. Looks once before the item creates
 * anything, and again for each request that was not answered.
 */
async function existing(composing: Composing, kind: Kind): Promise<{ entry: IDataObject; isOwn: boolean } | undefined> {
	const before = await composing.once(
		'existing',
		async () => created(composing).get(noteKey(composing, kind)) ?? (await find(composing, kind)) ?? {},
	);
	if (kind.id in before) return { entry: before, isOwn: false };
	const attempt = await attemptOf(composing, 'request');
	const made = attempt.isUnanswered ? await find(composing, kind) : undefined;
	if (made) return { entry: made, isOwn: true };
	attempt.isUnanswered = false;
	return undefined;
}

async function find({ values, client }: Composing, kind: Kind): Promise<IDataObject | undefined> {
	const wanted = sameIn(values, kind);
	const isWanted = (entry: unknown) => sameIn(Object(entry) as IDataObject, kind) === wanted;
	const path = fillPath(parseRoute(kind.list), { website_id: textIn(values.website_id) });
	const [found] = await client.list({ request: { method: 'GET', path }, limit: 1, entry: kind.id, isWanted });
	return found === undefined ? undefined : { [kind.id]: (found as IDataObject)[kind.id] };
}
