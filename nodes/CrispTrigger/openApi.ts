import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../shared/runtime/clock';
import { RefusedError } from '../shared/realtime/connection';
import { openTransport, type Credential, type Send } from '../shared/api/transport';

/** How to reach Crisp with the credential as it is now. Throws `Refused` where n8n has none that can be used. */
export type OpenApi = (signal?: AbortSignal, isPatient?: boolean) => Promise<{ credential: Credential; send: Send }>;

/** The credential may change while the trigger listens, so it is read each time. */
export function apiOpener(context: ITriggerFunctions, clock: Clock): OpenApi {
	const open: OpenApi = async (signal, isPatient = true) => {
		const credential = await context.getCredentials<Credential>('crispApi');
		return { credential, send: openTransport(context, credential, { clock, signal, isPatient }) };
	};
	return async (...how) => await open(...how).catch(async (error) => await Promise.reject(new RefusedError(error)));
}
