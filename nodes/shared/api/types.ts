import type { IDataObject } from 'n8n-workflow';

/** The data of a credential of type `crispApi`. */
export interface Credential {
	tier: 'website' | 'plugin' | 'user';
	identifier: string;
	key: string;
	websiteId?: string;
	/** Whether the token belongs to a simulated Crisp; n8n leaves out `baseUrl` otherwise, as the form does. */
	isSimulated?: boolean;
	/** The address of a simulated Crisp; undefined for Crisp itself. */
	baseUrl?: string;
	/** The secret with which Crisp signs the requests of plugin hooks. */
	signingSecret?: string;
	/** The key that website hooks have to send as `?key=`. */
	hookSecret?: string;
}

export interface CrispRequest {
	method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** The escaped path, from `/v1` on. */
	path: string;
	query?: IDataObject;
	body?: IDataObject;
	/** Values in the request that no error may show, such as a token in the path; those in the body are found by name. */
	secrets?: string[];
}
