import type { IDataObject } from 'n8n-workflow';

/** What the user stored, of the kind `crispApi`. */
export interface Credential {
	tier: 'website' | 'plugin' | 'user';
	identifier: string;
	key: string;
	websiteId?: string;
	baseUrl: string;
	/** What Crisp signs the requests of plugin hooks with. */
	signingSecret?: string;
	/** What website hooks have to send as `?key=`. */
	hookSecret?: string;
}

export interface CrispRequest {
	method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** From `/v1` on, escaped. */
	path: string;
	query?: IDataObject;
	body?: IDataObject;
}
