import type { INodeParameters } from 'n8n-workflow';
import { operationFor, resources } from '../../../nodes/Crisp/operations';
import { isList } from '../../../nodes/Crisp/operations/operation';
import type { Credential } from '../../../nodes/shared/api/transport';
import { crisp } from '../../support/n8nContext';
import { toolCases } from '../../support/toolCases';
import { conversation, locator, operator, person, shop } from '../../support/sandboxWorkspace';

/** A call of an operation whose output has to have the schema of the operation. */
export interface SchemaCase {
	/** `resource/operation`. */
	name: string;
	tier: Credential['tier'];
	/** What the operation reads has to be there: operations that run before. */
	before: INodeParameters[];
	parameters: INodeParameters;
}

const odile = 'c5a2f70c-f605-4648-b47f-8c39d4b00003';
const address = 'mira@quill-books.example';
/** It came from `conversation`. */
const laterConversation = 'session_19e5240f-0a8d-461e-a661-a3123fc60002';
const message = 150_000_000_000_100;

/** What the generated forms name, as the sandbox has it. */
const there: Record<string, unknown> = {
	'8c842203-7ed8-4e29-a608-7cf78a7d2fcc': shop,
	'session_36ba3566-9651-4790-afc8-ffedbccc317f': conversation,
	'some-person': person,
	'some-operator': operator,
	'some-inbox': 'e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f01',
	'some-team': 'd09fbd42-3b8e-4c51-a7d6-5e2f9c0b1a01',
	'some-campaign': 'c2f6b8d1-0000-4000-8000-000000000001',
	'some-template': 'd3a7c9e2-0000-4000-8000-000000000001',
	'some-locale': 'en',
	'some-article': 'a7c1f0e2-0000-4000-8000-000000000006',
	'some-category': 'b1e5a7c0-0000-4000-8000-000000000001',
	'some-redirection': 'e4b8d0f3-0000-4000-8000-000000000001',
	'some-section': 'b1e5a7c0-0000-4000-8000-000000000011',
	'getting-started/install': 'shipping/abroad',
	4711: message,
};

const inFrench = { localeLinked: locator('fr') };
const sessionId = locator(conversation);
const peopleId = locator(person);
const sendsFile = {
	...{ resource: 'message', operation: 'sendFile', sessionId, source: 'url', url: 'https://files.example/tea.pdf' },
	additionalFields: { type: 'application/pdf', from: 'user' },
};
/** A question with choices, sent into the conversation. */
export const picker = {
	...{
		resource: 'message',
		operation: 'send',
		sessionId,
		type: 'picker',
		contentText: 'Which size?',
		contentId: 'size',
	},
	contentChoices: { rows: [{ label: 'Small', value: 's' }] },
};
const asked = 200_000_000_000_200;
const personEvent = {
	...{ resource: 'person', operation: 'addEvent', peopleId, text: 'Bought tea' },
	additionalFields: { data: { rows: [{ key: 'tea', value: 'mint' }] }, color: 'green' },
};

/** Operations that find something only with other values than the generated ones. */
const changed: Record<string, INodeParameters> = {
	...Object.fromEntries(
		['dispatch', 'test', 'pause'].map((operation) => [
			`campaign/${operation}`,
			{ campaignId: locator('c2f6b8d1-0000-4000-8000-000000000002') },
		]),
	),
	'person/findBySegments': { segments: ['customer'] },
	'analytics/generate': {
		...{ metric: 'conversation', type: 'total', dateFrom: '2000-01-01', dateTo: '2100-01-01' },
		additionalFields: { splitBy: 'state' },
	},
	'message/updateContent': { fingerprint: asked, content: '{"id":"size","text":"Changed","choices":[]}' },
	'classicArticle/deleteAlternate': inFrench,
	'classicArticle/getAlternate': inFrench,
	'classicArticle/setAlternate': { ...inFrench, articleId: 'a7c1f0e2-0000-4000-8000-000000000008' },
	'knowledgeBase/getByID': { entityId: 'a7c1f0e2-0000-4000-8000-000000000001' },
	'conversation/createWithMessage': { additionalFields: { email: 'nell@example.org', nickname: 'Nell' } },
	'helpDesk/searchArticles': { searchQuery: 'shipping', helpDesk: 'knowledge_base', additionalFields: {} },
	'person/findByEmail': { email: address },
	'person/getAllConversations': { peopleId: locator(odile) },
	'userSession/login': { email: 'juno@thistle-tea.example' },
};

const campaign = { resource: 'campaign', campaignId: locator('c2f6b8d1-0000-4000-8000-000000000002') };
const written = {
	operation: 'update',
	updateFields: {
		...{ message: 'Hello', subject: 'Hi', flowLaunchEvent: 'signed-up' },
		senderUserId: locator('a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a01'),
	},
};

const before: Record<string, INodeParameters[]> = {
	'campaign/dispatch': [{ ...campaign, ...written }],
	'campaign/test': [{ ...campaign, ...written }],
	'campaign/pause': [
		{ ...campaign, ...written },
		{ ...campaign, operation: 'dispatch' },
	],
	'conversation/getAllFiles': [sendsFile],
	'helpDesk/create': [{ resource: 'helpDesk', operation: 'delete', verifyMethod: 'password', verifySecret: 'secret' }],
	'message/getAll': [sendsFile],
	'message/updateContent': [{ ...picker, additionalFields: { fingerprint: asked } }],
	'person/getAllEvents': [personEvent],
	'suggestion/getAllPeopleEvents': [personEvent],
};

/** Calls besides the generated ones: they make fields appear that the others lack. */
const further: Array<[name: string, parameters: INodeParameters]> = [
	['conversation/getRelations', { sessionId: locator(laterConversation) }],
	['conversation/getTranscript', { sessionId, format: 'items' }],
	['message/send', picker],
	['operator/get', { userId: locator('a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a01') }],
];

/** Operations whose generated call the sandbox cannot answer: they need a file, or a reply. See `ownCalls.ts`. */
const withoutGenerated = ['message/downloadFile', 'message/sendAndWait'];

/** A call of each operation that has a schema and needs nothing but a form. */
export function schemaCases(): SchemaCase[] {
	const generated = toolCases('https://files.example').flatMap(({ filled, isByHandOnly }) => {
		const { resource, operation, ...form } = filled as INodeParameters & { resource: string; operation: string };
		const name = `${resource}/${operation}`;
		if (isByHandOnly || withoutGenerated.includes(name) || isPicker(name, form)) return [];
		const isRead = isList(operation, operationFor(resource, operation));
		return caseOf(name, { ...(asThere(form) as INodeParameters), ...(isRead && { filters: {} }), ...changed[name] });
	});
	return [...generated, ...further.flatMap(([name, parameters]) => caseOf(name, parameters))];
}

/** The generated content of a picker is not one: `further` has another. */
const isPicker = (name: string, { type }: INodeParameters) => name === 'message/send' && type === 'picker';

/** The form's default: it decides which of both outputs the schema has. */
const isSimple = crisp.description.properties.find(({ name }) => name === 'simplify')?.default as boolean;

function caseOf(name: string, parameters: INodeParameters): SchemaCase {
	const [resource = '', operation = ''] = name.split('/');
	const row = operationFor(resource, operation);
	const tier = row.tier ?? resources[resource]?.tier ?? 'plugin';
	const form = { resource, operation, ...parameters, ...(row.simplify && { simplify: isSimple }) };
	return { name, tier, before: before[name] ?? [], parameters: form };
}

/** A generated form, with the names of what the sandbox has. */
export function asThere(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(asThere);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asThere(inner)]));
	}
	return there[String(value)] ?? value;
}
