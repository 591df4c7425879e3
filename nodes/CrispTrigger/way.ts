import type { ITriggerFunctions } from 'n8n-workflow';
import type { Clock } from '../shared/clock';
import { Refused } from '../shared/connection';
import { openTransport, type Credential, type Send } from '../shared/transport';

/** How to reach Crisp with the credential as it is now. Throws `Refused` where n8n has none any more. */
export type Open = (signal?: AbortSignal, isPatient?: boolean) => Promise<{ credential: Credential; send: Send }>;

/** The credential may change while the trigger listens, so it is read each time. */
export function wayOf(context: ITriggerFunctions, clock: Clock): Open {
	return async (signal, isPatient = true) => {
		const credential = await context
			.getCredentials<Credential>('crispApi')
			.catch(async (error: unknown) => await Promise.reject(new Refused(error)));
		return { credential, send: openTransport(context, credential, { clock, signal, isPatient }) };
	};
}
