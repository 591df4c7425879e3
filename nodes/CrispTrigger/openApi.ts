import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../shared/runtime/clock';
import { ownKeyOf } from '../shared/events/fingerprint';
import type { Filter } from '../shared/events/selection/filter';
import { RefusedError } from '../shared/realtime/connection';
import { openTransport, type Credential, type Send } from '../shared/api/transport';

/** Opens Crisp's API with the current credential. Throws `RefusedError` if n8n has no usable credential. */
export type OpenApi = (signal?: AbortSignal, isPatient?: boolean) => Promise<{ credential: Credential; send: Send }>;

/** The credential may change while the trigger is active, so it is read each time. */
export function apiOpener(context: ITriggerFunctions, clock: Clock): OpenApi {
	const open: OpenApi = async (signal, isPatient = true) => {
		const credential = await context.getCredentials<Credential>('crispApi');
		return { credential, send: openTransport(context, credential, { clock, signal, isPatient }) };
	};
	return async (...how) => await open(...how).catch(async (error) => await Promise.reject(new RefusedError(error)));
}

/**
 * Makes the filter recognize the messages that are sent with the current key of the token: it may change while the trigger
 * is active.
 */
export function keepingOwnKey(open: OpenApi, filter: Filter, instanceId: string): OpenApi {
	return async (...how) => {
		const api = await open(...how);
		filter.ownKey = ownKeyOf(api.credential, instanceId);
		return api;
	};
}
