import { refusalOf } from '../errors/apiErrors';
import type { Clock } from '../runtime/clock';
import { Store } from '../runtime/processState';
import type { CrispRequest } from './types';

/** How long the result of a check counts, in milliseconds. */
const maxAge = 60_000;

const checkedWebsites = new Store<true>({
	name: 'websites checked for the plugin, by token',
	maxEntries: 10_000,
	maxAge,
});

export interface WebsiteCheck {
	/** Sends a request; returns the data of the response, or throws a NodeApiError. */
	send(request: CrispRequest): Promise<unknown>;
	/** Identifies the token without revealing it. */
	token: string;
	clock: Clock;
}

/**
 * Returns a function to call with the path of a HEAD request to which Crisp responded 404. Such a response has no body:
 * it may mean that the resource does not exist, but also that the plugin is not installed on the website (Crisp responds
 * 404 `not_subscribed`). The function reads the website of the path, at most once in a minute unless the plugin is
 * missing, and throws the NodeApiError if the plugin is missing. If the website cannot be read for another reason, it
 * returns: the resource then counts as missing.
 */
export function websiteCheck({ send, token, clock }: WebsiteCheck): (path: string) => Promise<void> {
	/** The checks that have not ended, by path of the website. */
	const underWay = new Map<string, Promise<void>>();
	const check = async (website: string, key: string) => {
		try {
			await send({ method: 'GET', path: website });
		} catch (error) {
			const refusal = refusalOf(error);
			if (refusal?.reason === 'not_subscribed') throw error as Error;
			// Failures of the network and of the server say nothing about the plugin.
			if (!refusal || refusal.status >= 500) return;
		}
		checkedWebsites.set(key, true, clock.now());
	};
	return async (path) => {
		const [website] = /^\/v1\/website\/[^/]+/.exec(path) ?? [];
		if (website === undefined) return;
		const key = `${token} ${website}`;
		if (checkedWebsites.get(key, clock.now())) return;
		const checking = underWay.get(key) ?? check(website, key).finally(() => underWay.delete(key));
		underWay.set(key, checking);
		await checking;
	};
}
