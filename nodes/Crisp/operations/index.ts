import { UserError } from 'n8n-workflow';
import type { Needs } from '../../shared/errors/tierAdvice';
import { tokenNeeds, type Operation, type Resource } from './operation';
import { analytics } from './analytics';
import { batch } from './batch';
import { browsingSession, call } from './calls';
import { campaign, campaignTemplate } from './campaign';
import { classicArticle, classicCategory, classicSection } from './classic';
import { conversation } from './conversation';
import { file } from './files';
import { helpDesk, helpDeskLocale, helpDeskRedirection } from './helpdesk';
import { inbox } from './inbox';
import { knowledgeBase } from './knowledgeBase';
import { message } from './message';
import { operator } from './operator';
import { person } from './people';
import { planSubscription } from './plan';
import { pluginConnection, pluginSubscription } from './plugin';
import { websiteSetting } from './settings';
import { spam } from './spam';
import { suggestion } from './suggestion';
import { team } from './team';
import { userAccount, userSession } from './user';
import { verification } from './verification';
import { visitor } from './visitor';
import { website } from './website';

/** The table of all operations: resources by the value of the form's "Resource". */
export const resources: Record<string, Resource> = {
	analytics,
	batch,
	browsingSession,
	call,
	campaign,
	campaignTemplate,
	classicArticle,
	classicCategory,
	classicSection,
	conversation,
	file,
	helpDesk,
	helpDeskLocale,
	helpDeskRedirection,
	inbox,
	knowledgeBase,
	message,
	operator,
	person,
	planSubscription,
	pluginConnection,
	pluginSubscription,
	spam,
	suggestion,
	team,
	userAccount,
	userSession,
	verification,
	visitor,
	website,
	websiteSetting,
};

/** The paths of all secrets in the outputs of the operations; n8n hides each of them in every output of the node. */
export function secretOutputPaths(): string[] {
	const rows = Object.values(resources).flatMap(({ operations }) => Object.values(operations));
	return rows.flatMap((row) => ('secretOutputs' in row ? Object.values(row.secretOutputs ?? {}) : []));
}

/** What an operation needs of a token, as far as Crisp documents it. */
export function needsOf(name: string, operation: Operation): Needs {
	const found = Object.hasOwn(resources, name) ? resources[name] : undefined;
	return found ? tokenNeeds(operation, found) : {};
}

/** Returns an operation. Throws a UserError for a pair that the form does not offer. */
export function operationFor(resource: string, key: string): Operation {
	const operation = Object.hasOwn(resources, resource) ? resources[resource]?.operations : undefined;
	const found = operation && Object.hasOwn(operation, key) ? operation[key] : undefined;
	if (found) return found;
	throw new UserError(`Crisp has no operation "${key}" for "${resource}"`, {
		description: 'Choose resource and operation from their lists.',
	});
}
