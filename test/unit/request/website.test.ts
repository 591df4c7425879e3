import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';
import { parametersOf } from '../../../nodes/Crisp/execute/parameters';
import { operationFor } from '../../../nodes/Crisp/operations';
import type { Reading } from '../../../nodes/Crisp/request/buildRequest';
import { collectionName } from '../../../nodes/Crisp/request/fieldsOf';
import { websiteFor } from '../../../nodes/Crisp/request/website';
import type { Credential } from '../../../nodes/shared/api/types';
import { executeContext } from '../../support/n8nContext';
import { locator } from '../../support/sandboxWorkspace';

const a = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const b = 'b1d4f1b6-40c0-4d83-9a3c-04ae86e2b5c2';
const c = 'c0ffee00-1111-4222-8333-444455556666';
const session = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';
const person = 'c5a2f70c-f605-4648-b47f-8c39d4b00001';
const app = 'https://app.crisp.chat/website';
const urlOf = (website: string, rest = '') => `${app}/${website}/inbox/${session}/${rest}`;

interface Case {
	resource?: string;
	operation?: string;
	fields?: INodeParameters;
	item?: IDataObject;
	/** The output of the node "Crisp Trigger". */
	trigger?: IDataObject;
	/** The default website of the credential. */
	standard?: string;
}

/** The website that an item acts on and what it comes from, in n8n's own context; or the error. */
function websiteOf({ resource = 'message', operation: key = 'send', standard = a, ...more }: Case) {
	const { fields = {}, item = {}, trigger } = more;
	const operation = operationFor(resource, key);
	const context = executeContext({
		credential: {} as Credential,
		parameters: { resource, operation: key, ...fields },
		items: [item],
		...(trigger && { earlier: { name: 'Crisp Trigger', items: [trigger] } }),
	});
	const parameters = parametersOf(context as unknown as IExecuteFunctions)(0);
	const reading: Reading = { parameters, defaultWebsite: standard, collection: collectionName(key, operation) };
	const { id, from } = websiteFor(operation, reading);
	return [id, from];
}

const byExpression = (expression: string) => ({ sessionId: locator(`={{ ${expression} }}`) });
const ofTrigger = { session_id: session, website_id: b, event: 'message:send' };

describe('the website of an item', () => {
	it.each<[string, Case, string, string]>([
		['is the default one for an ID', { fields: { sessionId: locator(session) } }, a, 'default'],
		[
			'is the chosen one, also where the item has another',
			{ fields: { websiteId: locator(c), ...byExpression('$json.session_id') }, item: ofTrigger },
			c,
			'chosen',
		],
		['is that of the URL', { fields: { sessionId: locator(urlOf(b), 'url') } }, b, 'url'],
		[
			'is that of a URL with more behind',
			{ fields: { sessionId: locator(urlOf(b, 'files/?tab=2#x'), 'url') } },
			b,
			'url',
		],
		['is that of a URL in capitals', { fields: { sessionId: locator(urlOf(b.toUpperCase()), 'url') } }, b, 'url'],
		[
			'is that of a URL by an expression, as an ID',
			{ fields: byExpression('$json.link'), item: { link: urlOf(b), website_id: c } },
			b,
			'url',
		],
		[
			'is the same as in the URL',
			{ fields: { websiteId: locator(b), sessionId: locator(urlOf(b), 'url') } },
			b,
			'chosen',
		],
		[
			'is that of the URL of a person',
			{
				resource: 'person',
				operation: 'get',
				fields: { peopleId: locator(`${app}/${b}/contacts/profile/${person}`, 'url') },
			},
			b,
			'url',
		],
		[
			'is that of the URLs in a list',
			{ resource: 'batch', operation: 'resolve', fields: { sessions: `${urlOf(b)}, ${session}` } },
			b,
			'url',
		],
		[
			'is that of a URL in an optional field',
			{
				resource: 'conversation',
				operation: 'createWithMessage',
				fields: { additionalFields: { sessionId: locator(urlOf(b), 'url') } },
			},
			b,
			'url',
		],
		['is that of the item', { fields: byExpression('$json.session_id'), item: ofTrigger }, b, 'item'],
		['is that of the item in brackets', { fields: byExpression('$json["session_id"]'), item: ofTrigger }, b, 'item'],
		[
			'is that of the item, where the ID is under another name',
			{ fields: byExpression('$json.chat'), item: { chat: session, website_id: b } },
			b,
			'item',
		],
		[
			'is that of the payload of an event',
			{
				fields: byExpression('$json.data.session_id'),
				item: { event: 'x', data: { session_id: session, website_id: b } },
			},
			b,
			'item',
		],
		[
			'is that of an item inside of the item',
			{ fields: byExpression('$json.found[0].session_id'), item: { found: [ofTrigger], website_id: c } },
			b,
			'item',
		],
		[
			'is that of the item that has the ID of a longer expression',
			{ fields: byExpression('$json.session_id.trim()'), item: ofTrigger },
			b,
			'item',
		],
		[
			'is that of the item with the ID that was typed',
			{ fields: { sessionId: locator(session) }, item: ofTrigger },
			b,
			'item',
		],
		[
			'is that of the person of the item',
			{
				resource: 'person',
				operation: 'get',
				fields: { peopleId: locator('={{ $json.email }}', 'email') },
				item: { email: 'x@y.z', website_id: b },
			},
			b,
			'item',
		],
		[
			'is that of the conversations of a list by an expression',
			{ resource: 'batch', operation: 'resolve', fields: { sessions: '={{ $json.session_id }}' }, item: ofTrigger },
			b,
			'item',
		],
		...[
			`$('Crisp Trigger').item.json.session_id`,
			`$("Crisp Trigger").first().json["session_id"]`,
			`$node["Crisp Trigger"].json.session_id`,
		].map((expression): [string, Case, string, string] => [
			`is that of the trigger by ${expression}`,
			{ fields: byExpression(expression), item: { text: 'x', website_id: c }, trigger: ofTrigger },
			b,
			'item',
		]),
	])('%s', (_, given, website, from) => {
		expect(websiteOf(given)).toEqual([website, from]);
	});

	it.each<[string, Case]>([
		[
			'an item with another conversation',
			{ fields: { sessionId: locator(session) }, item: { session_id: 'session_1', website_id: b } },
		],
		[
			'a website_id that is none',
			{ fields: byExpression('$json.session_id'), item: { session_id: session, website_id: 'b' } },
		],
		[
			'an expression that chooses between objects',
			{ fields: byExpression('$json.x ?? $json.chat'), item: { x: session, website_id: b } },
		],
		['a URL without a website', { fields: { sessionId: locator(`https://example.com/${session}`, 'url') } }],
		[
			'a website behind the conversation, or in a query before it',
			{ fields: { sessionId: locator(`https://x.y/?next=/website/${b}/inbox/${session}/website/${c}/`, 'url') } },
		],
		[
			'an operation that acts on nothing of the item',
			{ resource: 'conversation', operation: 'getAll', item: ofTrigger },
		],
	])('is not taken from %s', (_, given) => {
		expect(websiteOf(given)).toEqual([a, 'default']);
	});

	it.each<[string, Case, string, RegExp]>([
		[
			'the URL is of another website than the chosen one',
			{ fields: { websiteId: locator(a), sessionId: locator(urlOf(b), 'url') } },
			"'Website' and the URL in 'Conversation' are of different websites",
			new RegExp(`'Website' is ${a}, and the URL is of ${b}\\. Leave 'Website' empty`),
		],
		[
			'the URLs of a list are of different websites',
			{ resource: 'batch', operation: 'resolve', fields: { sessions: [urlOf(b), urlOf(c)] as never } },
			"'Website' is empty, and 'Conversation IDs' are URLs of different websites",
			new RegExp(`${b}.*${c}.*Choose 'Website'`),
		],
		[
			'two IDs come from items of different websites',
			{
				resource: 'classicSection',
				operation: 'get',
				fields: {
					categoryId: locator('={{ $json.category_id }}'),
					sectionId: locator("={{ $('Crisp Trigger').item.json.id }}"),
				},
				item: { category_id: 'one', website_id: a },
				trigger: { id: 'two', website_id: b },
			},
			"'Website' is empty, and 'Category' and 'Section' come from items of different websites",
			new RegExp(`${a}.*${b}.*Choose 'Website'`),
		],
		[
			'nothing brings one, and the item has one',
			{ fields: { sessionId: locator('session_1') }, item: ofTrigger, standard: '' },
			"'Website' is empty",
			/^Set it to \{\{ \$json\.website_id \}\}, which this item has/,
		],
		[
			'nothing brings one',
			{ fields: { sessionId: locator(session) }, standard: '' },
			"'Website' is empty",
			/^Choose a website.*'Default Website ID'/,
		],
		[
			'the chosen one is an expression without a value',
			{ fields: { websiteId: locator('={{ $json.none }}'), sessionId: locator(urlOf(b), 'url') } },
			"'Website' is empty",
			/check that the expression has a value/,
		],
	])('is an error if %s', (_, given, message, advice) => {
		expect(() => websiteOf(given)).toThrow(
			expect.objectContaining({ message, description: expect.stringMatching(advice) as string }),
		);
	});
});
