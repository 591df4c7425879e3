import { UserError } from 'n8n-workflow';
import type { Operation, Resource } from '../operation';
import { conversation } from './conversation';
import { message } from './message';
import { operator } from './operator';
import { person } from './people';
import { websiteSetting } from './settings';
import { userAccount, userNotification, userProfile, userSession, userWebsite } from './user';
import { website } from './website';

/** Everything the node can do: resources by the value of the form's "Resource". */
export const resources: Record<string, Resource> = {
	conversation,
	message,
	operator,
	person,
	userAccount,
	userNotification,
	userProfile,
	userSession,
	userWebsite,
	website,
	websiteSetting,
};

/** Throws a UserError for a pair that the form does not offer. */
export function operationFor(resource: string, key: string): Operation {
	const operation = Object.hasOwn(resources, resource) ? resources[resource]?.operations : undefined;
	const found = operation && Object.hasOwn(operation, key) ? operation[key] : undefined;
	if (found) return found;
	throw new UserError(`Crisp has no operation "${key}" for "${resource}"`, {
		description: 'Choose resource and operation from their lists.',
	});
}
