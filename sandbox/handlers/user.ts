import { Refusal, added, deleted, listed, resolved, updated, type Answer } from '../http/answer';
import { tokens } from '../state/tokens';
import { merged } from '../workspace/people';
import type { Call, Handlers } from './call';

export const userHandlers: Handlers = {
	'GET /v1/user/account': ({ world }) => resolved({ user_id: world.state.account.user_id }),
	// Signing up does not create a second account: the sandbox has one user, who owns its websites.
	'POST /v1/user/account': () => added(),
	'GET /v1/user/account/profile': ({ world }) => resolved(world.state.account.profile),
	'PATCH /v1/user/account/profile': ({ world, body }) => {
		world.state.account.profile = merged(world.state.account.profile, body);
		return updated();
	},
	'GET /v1/user/account/notification': ({ world }) => resolved(world.state.account.notification),
	'PATCH /v1/user/account/notification': ({ world, body }) => {
		world.state.account.notification = merged(world.state.account.notification, body);
		return updated();
	},
	'GET /v1/user/account/websites': ({ world }) => {
		const websites = [...world.state.websites.values()];
		const { user_id } = world.state.account;
		const own = { members: [user_id], count: 0, assigned: 0 };
		return listed(
			websites.map(({ website_id, name, domain, logo }) => ({
				...{ id: website_id, website_id, name, domain, logo },
				...own,
			})),
		);
	},
	'POST /v1/user/session/login': login,
	'POST /v1/user/session/logout': () => deleted(),
	'POST /v1/user/session/recover': () => ({ status: 202, reason: 'recovering', data: {} }),
};

/** Any password is accepted for the only account; other emails are rejected. */
function login({ world, body }: Call): Answer {
	if (body.email !== world.state.account.email) throw new Refusal(401, 'invalid_credentials');
	return added(tokens.user);
}
