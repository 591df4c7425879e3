import { endFinder, entriesIn, isPartial } from './list';
import type { Credential, Send } from './transport';

/** Says whether enough websites are known, so that no further page is read. */
export type IsEnough = (count: number) => boolean;

const never = () => false;

/**
 * The IDs of all websites that a token may read. Empty for a website token: its only website is in the credential. Costs a
 * request for each page of about 20 websites, and one more; for the token of a user, one. With `isEnough`, reading ends with the
 * page after which it returns true, and the list may be incomplete.
 */
export async function websitesOf(send: Send, tier: Credential['tier'], isEnough: IsEnough = never): Promise<string[]> {
	if (tier === 'website') return [];
	if (tier === 'user') return idsIn(await send({ method: 'GET', path: '/v1/user/account/websites' }));
	const found = new Set<string>();
	const isEnd = endFinder();
	for (let page = 1; ; page++) {
		const answer = await send({ method: 'GET', path: `/v1/plugin/connect/websites/all/${page}` });
		const known = found.size;
		for (const id of idsIn(answer)) found.add(id);
		// The page size is not documented, so that only a page without new websites proves the end.
		const isLast = isEnd({ isPartial: isPartial(answer), fresh: found.size - known });
		if (isLast || isEnough(found.size)) return [...found];
	}
}

function idsIn(answer: unknown): string[] {
	return entriesIn(answer).map(({ website_id }) => String(website_id));
}
