import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { isComposed } from '../../../nodes/Crisp/operations/operation';
import { resources } from '../../../nodes/Crisp/operations';
import { named, pairsOf } from '../../support/composedOperations';
import { conversation, locator, operator, person } from '../../support/sandboxWorkspace';
import { createForm } from '../creating/createForm';

/** A composed operation that changes something, with a form in which it does all that it can. */
export interface ComposedCase {
	parameters: INodeParameters;
	binary?: IBinaryKeyData;
	/** The form with which another execution continues after this error item; by default the same form. */
	continued?(item: IDataObject, isRestarted: boolean): INodeParameters;
}

const inConversation = { resource: 'conversation', sessionId: locator(conversation) };
const inMessage = { resource: 'message', sessionId: locator(conversation) };

/** Adds optional fields to a form, leaving out those without a value. */
function withMore(parameters: INodeParameters, more: IDataObject): INodeParameters {
	const given = Object.entries(more).filter(([, value]) => value !== undefined);
	const before = parameters.additionalFields as INodeParameters | undefined;
	return { ...parameters, additionalFields: { ...before, ...(Object.fromEntries(given) as INodeParameters) } };
}

/** The email of the contact of a new conversation. */
export const contact = 'una@example.org';

const creating: INodeParameters = {
	...{ resource: 'conversation', operation: 'createWithMessage', from: 'user', content: 'My order is late' },
	additionalFields: {
		...{
			nickname: 'Una',
			email: contact,
			subject: 'Order 12',
			data: pairsOf({ plan: 'gold' }),
			segments: named('form'),
		},
		...{ assignedUserId: locator(operator), state: 'unresolved' },
	},
};

const resolving: INodeParameters = {
	...{ ...inConversation, operation: 'resolveWithMessage', type: 'text', content: 'Glad it works' },
};

const asking: INodeParameters = {
	...{
		...inMessage,
		operation: 'sendAndWait',
		wait: 'execution',
		type: 'text',
		contentText: 'Which plan?',
		content: 'Which plan?',
	},
	...{ replyFrom: 'user', waitMinutes: 0.1 },
};

const sendingFile: INodeParameters = {
	...{ ...inMessage, operation: 'sendFile', source: 'binary', binaryPropertyName: 'data' },
};

const tea: IBinaryKeyData = {
	data: { data: Buffer.from('Mint, Oolong').toString('base64'), mimeType: 'text/plain', fileName: 'tea.txt' },
};

const assigning: INodeParameters = { ...inConversation, operation: 'assignToAvailable', ifNoneAvailable: 'fail' };

const saving: INodeParameters = {
	...{ resource: 'person', operation: 'upsert', email: 'nora@example.org' },
	additionalFields: { personNickname: 'Nora', segments: named('new'), data: pairsOf({ plan: 'gold' }) },
};

/** An update of custom data, and after a restart the same with what the error item says was there before. */
function updating(formOf: (data: INodeParameters) => INodeParameters): ComposedCase {
	return {
		parameters: formOf(pairsOf({ plan: 'gold' }) as INodeParameters),
		// The process remembers what it may have to restore.
		continued: ({ data_before: before }, isRestarted) =>
			formOf(pairsOf({ ...(isRestarted && (before as IDataObject)), plan: 'gold' }) as INodeParameters),
	};
}

const inHelpDesk = { operation: 'create', locale: locator('en') };
const teaCategory = 'b1e5a7c0-0000-4000-8000-000000000001';

const writingArticle = createForm(
	{ ...inHelpDesk, resource: 'classicArticle', title: 'How to brew' },
	{
		...{ content: 'Hot water first.', description: 'In short', featured: true, order: 3 },
		...{ categoryId: locator(teaCategory), publish: true },
	},
);

const writingPage = createForm(
	{ ...inHelpDesk, resource: 'knowledgeBase', contentType: 'articles', title: 'How to brew' },
	{ content: 'Hot water first.', description: 'In short', publish: true },
);

const addingCategory: INodeParameters = {
	...{ ...inHelpDesk, resource: 'classicCategory', name: 'Gifts' },
	additionalFields: { description: 'For friends', color: '#112233', order: 4 },
};

const addingSection: INodeParameters = {
	...{ ...inHelpDesk, resource: 'classicSection', categoryId: locator(teaCategory), name: 'Refunds' },
	additionalFields: { order: 4 },
};

/** Without Dispatch, which is not repeated if its answer is lost: see test/engine/creating/dispatch.test.ts. */
const planning = createForm(
	{ resource: 'campaign', operation: 'create', type: 'one-shot', name: 'Autumn' },
	{ subject: 'New teas', message: 'They are here', recipientsType: 'all', tag: 'tea' },
);

const designing = createForm(
	{ resource: 'campaignTemplate', operation: 'create', name: 'Autumn look', format: 'markdown' },
	{ content: 'Hello there' },
);

/** A creation that continues with the ID of what an earlier execution created. */
function continuing(parameters: INodeParameters, id: string, field: string): ComposedCase {
	return {
		parameters,
		continued: ({ [id]: made }) => withMore(parameters, { [field]: made ? locator(String(made)) : undefined }),
	};
}

const skipping = { additionalFields: { skipIfItExists: true } };

export const composedCases: Record<string, ComposedCase> = {
	'classicArticle.create': continuing(writingArticle, 'article_id', 'articleId'),
	'classicCategory.create': continuing(addingCategory, 'category_id', 'categoryId'),
	'classicSection.create': continuing(addingSection, 'section_id', 'sectionId'),
	'knowledgeBase.create': { parameters: writingPage },
	'campaign.create': continuing(planning, 'campaign_id', 'campaignId'),
	'campaignTemplate.create': continuing(designing, 'template_id', 'templateId'),
	'inbox.create': {
		parameters: { resource: 'inbox', operation: 'create', name: 'Returns', emoji: '⭐', order: 9, ...skipping },
	},
	'helpDeskLocale.create': {
		parameters: { resource: 'helpDeskLocale', operation: 'create', locale: 'de', ...skipping },
	},
	'helpDeskRedirection.create': {
		parameters: { resource: 'helpDeskRedirection', operation: 'create', path: '/old', target: '/new', ...skipping },
	},
	'team.create': { parameters: { resource: 'team', operation: 'create', name: 'Returns', ...skipping } },
	'conversation.createWithMessage': {
		parameters: creating,
		continued: ({ session_id: id }) => withMore(creating, { sessionId: id ? locator(String(id)) : undefined }),
	},
	'conversation.resolveWithMessage': {
		parameters: resolving,
		continued: ({ fingerprint }) => withMore(resolving, { fingerprint }),
	},
	'conversation.assignToAvailable': {
		parameters: assigning,
		continued: ({ assigned_operator_id: operators }) => withMore(assigning, { operators }),
	},
	'message.keepTyping': { parameters: { ...inMessage, operation: 'keepTyping', additionalFields: { atMost: 6 } } },
	'conversation.addSegments': {
		parameters: { ...inConversation, operation: 'addSegments', segments: named('late', 'tea') },
	},
	'conversation.removeSegments': {
		parameters: { ...inConversation, operation: 'removeSegments', segments: named('shipping') },
	},
	'conversation.updateMeta': updating((data) => ({
		...{ ...inConversation, operation: 'updateMeta' },
		updateFields: { data },
	})),
	'message.sendAndWait': {
		parameters: asking,
		continued: ({ question_fingerprint: id }) => withMore(asking, { questionFingerprint: id }),
	},
	'message.sendFile': {
		parameters: sendingFile,
		binary: tea,
		continued: ({ file_url: url, file_name: name, mime_type: type, fingerprint }) =>
			url
				? withMore({ ...sendingFile, source: 'url', url: url as string }, { name, type, fingerprint })
				: withMore(sendingFile, { fingerprint }),
	},
	'person.upsert': { parameters: saving },
	'person.addSegments': {
		parameters: { resource: 'person', operation: 'addSegments', peopleId: locator(person), segments: named('late') },
	},
	'person.removeSegments': {
		parameters: { resource: 'person', operation: 'removeSegments', peopleId: locator(person), segments: named('vip') },
	},
	'person.updateData': updating((data) => ({
		...{ resource: 'person', operation: 'updateData', peopleId: locator(person), data },
	})),
};

/** The composed operations that change something: `resource.operation`. */
export function writingOperations(): string[] {
	return Object.entries(resources).flatMap(([resource, { operations }]) =>
		Object.entries(operations)
			.filter(([, operation]) => isComposed(operation) && !operation.isReadOnly)
			.map(([key]) => `${resource}.${key}`),
	);
}
