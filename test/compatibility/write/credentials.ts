import { SHOP_ID } from '../../../sandbox/state/seed';
import { tokens } from '../../../sandbox/state/tokens';
import { requestWith, type SavedCredential } from '../support/credentials';

const tiers = ['website', 'plugin', 'user'] as const;
const n8ns = { allowedHttpRequestDomains: 'domains', allowedDomains: 'api.crisp.chat, 127.0.0.1, localhost' };
const secrets = {
	website: { receiveWebhooks: true, hookSecret: 'a long random text' },
	plugin: { receiveWebhooks: true, signingSecret: 'the signing secret of a hook' },
	user: {},
};

/** Credentials of each tier as the form saves them: for a simulated Crisp, and for Crisp itself. */
export async function writtenCredentials(): Promise<SavedCredential[]> {
	const data = tiers.flatMap((tier) => [
		[tier, `Crisp (${tier})`, { tier, ...tokens[tier], isSimulated: true, baseUrl: 'http://127.0.0.1:8899' }] as const,
		[`crisp-${tier}`, `Crisp itself (${tier})`, { tier, identifier: `of a ${tier}`, key: `key of a ${tier}` }] as const,
	]);
	const saved = data.map(([id, name, own]) => {
		const all = { ...own, websiteId: SHOP_ID, ...secrets[own.tier], ...n8ns };
		return { id, name, type: 'crispApi', data: all };
	});
	return await Promise.all(saved.map(async (one) => ({ ...one, request: await requestWith(one.data) })));
}
