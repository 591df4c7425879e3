import { entriesIn } from './list';
import type { Credential, Send } from './transport';

/** The IDs of all websites that a token may read. Empty for a website token: its only website is in the credential. */
export async function websitesOf(send: Send, tier: Credential['tier']): Promise<string[]> {
	if (tier === 'website') return [];
	if (tier === 'user') return idsIn(await send({ method: 'GET', path: '/v1/user/account/websites' }));
	const found = new Set<string>();
	for (let page = 1; ; page++) {
		const ids = idsIn(await send({ method: 'GET', path: `/v1/plugin/connect/websites/all/${page}` }));
		if (ids.every((id) => found.has(id))) return [...found];
		for (const id of ids) found.add(id);
	}
}

function idsIn(answer: unknown): string[] {
	return entriesIn(answer).map(({ website_id }) => String(website_id));
}
