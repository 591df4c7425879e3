import type { Credential } from '../../shared/api/types';
import type { Guard } from '../../shared/n8n/egress';
import { apiAddressOf, isSimulated } from '../../shared/security/keyDestination';
import { isLoopback, kindOfHost } from './hosts';

export interface UploadAddressOptions {
	credential: Pick<Credential, 'baseUrl' | 'key'>;
	/** n8n's guard against internal addresses. */
	guard: Guard;
}

/**
 * Why nothing is uploaded to an address that Crisp has named; undefined if it may be. The rules are those of `Sources`,
 * except that Crisp chooses the host: an answer that somebody else gives in Crisp's name must not lead a file, and a
 * request, into the network of n8n.
 */
export async function uploadFault(
	address: string,
	{ credential, guard }: UploadAddressOptions,
): Promise<string | undefined> {
	const url = new URL(address);
	if (url.username !== '' || url.password !== '') return 'the address contains a user name or a password';
	if (isOfSimulation(url, credential)) return undefined;
	if (url.protocol !== 'https:') return 'the address does not begin with https://';
	const kind = kindOfHost(url.hostname);
	const verdict = kind === 'forbidden' ? 'none' : await guard(url.href);
	if (verdict instanceof Error) return `n8n's network rules forbid it (${verdict.message})`;
	if (kind === 'name' || verdict === 'allowed') return undefined;
	return 'it is an IP address, or a name that only exists inside of a network';
}

/** Whether an address may be shown as the one of an uploaded file: a visitor's browser opens it. */
export function isPublicFile(address: string, credential: UploadAddressOptions['credential']): boolean {
	const url = new URL(address);
	return url.protocol === 'https:' || isOfSimulation(url, credential);
}

/** Whether an address is on this machine, and so is the simulated Crisp that named it, whose key is no secret. */
function isOfSimulation(url: URL, { baseUrl, key }: UploadAddressOptions['credential']): boolean {
	const api = apiAddressOf({ baseUrl });
	const isHere = URL.canParse(api) && isLoopback(new URL(api).hostname) && isLoopback(url.hostname);
	return isHere && isSimulated(key) && /^https?:$/.test(url.protocol);
}
