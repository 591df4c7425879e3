import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import type { Credential } from '../../../nodes/shared/api/transport';
import { savedIn, type SavedNode } from './place';

/** A credential as n8n hands it to a node, after decrypting what it saved. */
export interface SavedCredential {
	id: string;
	name: string;
	type: string;
	data: Credential & Record<string, unknown>;
	/** The result of `requestWith`. */
	request: Awaited<ReturnType<typeof requestWith>>;
}

/** The saved credential of a node, for a server at the given address. */
export function credentialOf(version: string, node: Pick<SavedNode, 'credentials'>, baseUrl: string): Credential {
	const id = node.credentials?.crispApi?.id;
	const saved = savedIn<SavedCredential[]>(version, 'credentials.json').find((one) => one.id === id);
	if (!saved) throw new Error(`No credential ${id} is saved`);
	return { ...saved.data, baseUrl };
}

/** What a credential adds to a request to its API. The name and version of the package may change. */
export async function requestWith(
	data: SavedCredential['data'],
): Promise<{ url: string; auth: unknown; tier: unknown }> {
	const url = `${data.baseUrl ?? 'https://api.crisp.chat'}/v1/website/${data.websiteId}`;
	const sent = await new CrispApi().authenticate({ ...data } as ICredentialDataDecryptedObject, { url });
	return { url: sent.url, auth: sent.auth, tier: sent.headers?.['X-Crisp-Tier'] };
}
