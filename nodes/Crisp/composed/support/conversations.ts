import type { IDataObject } from 'n8n-workflow';
import type { OutputName } from '../../../shared/events/vocabulary';
import { flag } from '../../operations/field';
import { fillPath, parseRoute, type Route } from '../../../shared/api/route';

const one = '/v1/website/{website_id}/conversation/{session_id}';

export const routes = {
	conversation: parseRoute(`GET ${one}`),
	conversations: parseRoute('GET /v1/website/{website_id}/conversations/{page_number}'),
	messages: parseRoute(`GET ${one}/messages`),
	message: parseRoute(`GET ${one}/message/{fingerprint}`),
	compose: parseRoute(`PATCH ${one}/compose`),
	profile: parseRoute('GET /v1/website/{website_id}/people/profile/{people_id}'),
	personData: parseRoute('GET /v1/website/{website_id}/people/data/{people_id}'),
	personConversations: parseRoute('GET /v1/website/{website_id}/people/conversations/{people_id}/list/{page_number}'),
};

/** Fills the path of a route from the values of an item and from IDs that were read for it. */
export function pathOf(route: Route, values: IDataObject): string {
	const texts = route.variables.map((name): [string, string] => [name, String(values[name] ?? '')]);
	return fillPath(route, Object.fromEntries(texts));
}

/** Which messages are included besides those the visitor sees. */
export const inclusion = {
	include_notes: flag('Whether the private notes of operators are included', { fallback: false }),
	include_events: flag('Whether messages of Crisp itself are included, such as that the state changed', {
		fallback: false,
	}),
};

/** The output of an operation that sends or reads the file of a message. */
export const fileOutput: readonly OutputName[] = [
	'file_name',
	'mime_type',
	'file_size',
	'file_url',
	'conversation_url',
	'session_id',
	'website_id',
	'fingerprint',
];

/** The output of an operation that downloads the file of a message. */
export const downloadOutput: readonly OutputName[] = [
	...fileOutput.slice(0, 2),
	'claimed_type',
	...fileOutput.slice(2),
];
