import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { entriesIn } from '../../shared/api/list';
import { readPages } from '../../shared/api/pages';
import { parseRoute } from '../../shared/api/route';
import { openTransport, type Credential } from '../../shared/api/transport';
import { clock } from '../../shared/runtime/clock';
import { pathInForm, sources, type Source } from './listSearch';

/** The lists in which several entries are chosen: whole, as n8n has no search for them. */

type Load = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** A longer list would not be usable; what it lacks can be given by expression. */
const mostEntries = 500;

/** Throws what Crisp answers, such as the scope that is missing: n8n shows it at the field. */
function loadFrom({ route: template, isOffered = () => true, item }: Source): Load {
	const route = parseRoute(template);
	return async function () {
		const credential = await this.getCredentials<Credential>('crispApi');
		// A user waits for this list: fail fast instead of waiting out rate limits.
		const send = openTransport(this, credential, { isPatient: false });
		const request = { method: 'GET' as const, path: pathInForm(this, route, credential) };
		const entries = route.isPaged
			? ((await readPages(send, { request, limit: mostEntries })) as IDataObject[])
			: entriesIn(await send(request)).slice(0, mostEntries);
		const options = entries.filter(isOffered).map((entry) => item(entry, clock.now()));
		return [...new Map(options.map(({ name, value }) => [value, { name, value }])).values()];
	};
}

/** The methods behind the lists, by the names that `optionLists` uses. */
export const loadOptions = {
	getOperators: loadFrom(sources.searchOperators),
	getTeams: loadFrom(sources.searchTeams),
	getPersonSegments: loadFrom(sources.searchPersonSegments),
	getConversationSegments: loadFrom(sources.searchConversationSegments),
} satisfies Record<string, Load>;
