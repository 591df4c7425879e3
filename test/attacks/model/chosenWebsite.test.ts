import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { parametersOf } from '../../../nodes/Crisp/execute/parameters';
import { operationFor } from '../../../nodes/Crisp/operations';
import { websiteFor } from '../../../nodes/Crisp/request/website';
import type { Credential } from '../../../nodes/shared/api/types';
import { executeContext } from '../../support/n8nContext';
import { locator } from '../../support/sandboxWorkspace';

/**
 * Where Website is empty, the website comes with the conversation. Attack: a visitor writes the ID of another website of the
 * token into what visitors can set, so that the workflow acts there; or asks a model to give a URL of it.
 */

const own = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const other = 'b1d4f1b6-40c0-4d83-9a3c-04ae86e2b5c2';
const session_id = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';
const forged = { session_id, website_id: other, event: 'message:send' };

const operation = operationFor('message', 'send');

function websiteOf(conversation: string, item: IDataObject, defaultWebsite = own): string {
	const parameters = { resource: 'message', operation: 'send', sessionId: locator(conversation) };
	const context = executeContext({ credential: {} as Credential, parameters, items: [item] });
	const ofItem = parametersOf(context as unknown as IExecuteFunctions)(0);
	return websiteFor(operation, { parameters: ofItem, defaultWebsite, collection: 'additionalFields' }).id;
}

describe('the website is not chosen by', () => {
	it.each<[string, string, IDataObject]>([
		['custom data of an event', '$json.session_id', { session_id, event: 'x', data: { session_id, data: forged } }],
		['custom data of an event that are read', '$json.data.data.session_id', { event: 'x', data: { data: forged } }],
		['custom data in the answer of Crisp', '$json.data.session_id', { data: { session_id, website_id: other } }],
		['custom data of a conversation', '$json.meta.data.session_id', { session_id: 'x', meta: { data: forged } }],
		['the content of a message', '$json.data.content.session_id', { event: 'x', data: { content: forged } }],
		[
			'data of a session event',
			'$json.data.events[0].data.session_id',
			{ event: 'x', data: { events: [{ data: forged }] } },
		],
		['the content of a message that was read', '$json.content.session_id', { content: forged }],
		[
			'an object in custom data that looks like an event',
			'$json.data.data.x.session_id',
			{ event: 'x', data: { data: { event: 'y', x: forged } } },
		],
		['details of a conversation', '$json.meta.session_id', { session_id: 'x', meta: forged }],
		['the same in brackets', '$json["data"]["data"]["session_id"]', { event: 'x', data: { data: forged } }],
		[
			'an object in a text',
			'$json.session_id',
			{ session_id, text: JSON.stringify(forged), data: { content: forged } },
		],
		['a website beside another conversation', '$json.session_id.trim()', { session_id, other: forged }],
	])('%s', (_, expression, item) => {
		expect(websiteOf(`={{ ${expression} }}`, item)).toBe(own);
	});
});

describe('a URL that a model gives', () => {
	const byModel = (website: string) =>
		`={{ /*n8n-auto-generated-fromAI-override*/ true ? 'https://app.crisp.chat/website/${website}/inbox/${session_id}/' : $fromAI('Conversation') }}`;

	it('is of the default website, or refused', () => {
		expect(websiteOf(byModel(own), {})).toBe(own);
		expect(() => websiteOf(byModel(other), {})).toThrow("The model gave a URL of another website in 'Conversation'");
		expect(() => websiteOf(byModel(other), {}, '')).toThrow(
			"The model gave a URL of another website in 'Conversation'",
		);
	});
});
