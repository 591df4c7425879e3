import type { IExecuteFunctions } from 'n8n-workflow';
import { clientFor } from '../../shared/api/client';
import { planQuotasFor } from '../../shared/api/planQuota';
import { rateLimiterFor } from '../../shared/api/rateLimiter';
import { addressOf, openTransport, tokenHash, type Credential } from '../../shared/api/transport';
import { cancelSignalOf } from '../../shared/n8n/context';
import { ownKeyOf } from '../../shared/events/fingerprint';
import { recordingOwnActions } from '../../shared/events/loops/ownActions';
import { egressOf, enforcedGuardOf } from '../../shared/n8n/egress';
import type { Needs } from '../../shared/errors/tierAdvice';
import type { Clock } from '../../shared/runtime/clock';
import { fileHandler } from '../files/binaryFiles';
import { Uploads } from '../files/uploads';
import { clearsEmpty, quotaPatienceOf } from '../form/options';
import { changesFields, isComposed, type Operation } from '../operations/operation';
import type { Reading } from '../request/buildRequest';
import { identifierIn } from '../request/cleanText';
import { collectionName } from '../request/fieldsOf';
import { operatorFinder, withOperatorIds } from '../request/operatorEmails';
import { waitsOf, type WaitsOfRun } from '../waiting/begin';
import { composedTask } from './composedTask';
import { itemIdentity } from './itemIdentity';
import { parametersOf } from './parameters';
import { ConversationOrder } from '../sending/conversationOrder';
import type { MessageSender } from '../sending/sendOnce';
import { tableTask } from './tableTask';
import type { Item, Task } from './task';
import { endingTyping } from '../sending/typing';

/** Reads the items of one operation. Opened once per execution, and closed after its last item. */
export interface Runner {
	/** Reads an item. Throws a UserError for an invalid value; changes nothing in Crisp. */
	taskFor(itemIndex: number): Promise<Task>;
	/** Whether neither a rate limit nor the quota of a plan has limited this token recently. */
	isFree(): boolean;
	/** The waits that items have begun in n8n's database; undefined where there can be none. */
	waits?: WaitsOfRun;
	/** Closes what the items of the execution share. */
	close(): Promise<void>;
}

export async function openRunner(
	context: IExecuteFunctions,
	key: string,
	{ operation, needs, clock }: { operation: Operation; needs?: Needs; clock: Clock },
): Promise<Runner> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const signal = cancelSignalOf(context);
	const quotaPatience = quotaPatienceOf(context);
	const node = context.getNode();
	const look = openTransport(context, credential, { signal, clock, isPatient: false, needs });
	const order = new ConversationOrder({ node, signal, clock, look, address: addressOf(credential) });
	const transport = openTransport(context, credential, { signal, clock, quotaPatience, needs });
	const recording = recordingOwnActions(transport, String(context.getWorkflow().id), () => clock.now());
	const send = order.wrap(endingTyping(recording));
	const sender: MessageSender = { send, node, signal, clock, order };
	const token = tokenHash(credential);
	const rateLimiter = rateLimiterFor(token);
	const planQuotas = planQuotasFor(token);
	const client = clientFor(send);
	const find = operatorFinder(send);
	const parametersOfItem = parametersOf(context);
	const identityOf = itemIdentity(context);
	const shared = new Map<string, unknown>();
	const ownKey = ownKeyOf(credential, context.getInstanceId());
	const rules = { egress: egressOf(context), guard: enforcedGuardOf(context) };
	const uploads = new Uploads({ node, credential, send, ...rules, signal, clock });
	const filesOf = fileHandler(context, uploads, { signal, clock, apiAddress: addressOf(credential) });
	const waits = waitsOf(context, credential);
	return {
		waits,
		isFree: () => rateLimiter.isUnlimited(clock.now()) && !planQuotas.isLimited(clock.now()),
		close: async () => await uploads.close(),
		async taskFor(itemIndex) {
			const parameters = parametersOfItem(itemIndex);
			const given: Reading = {
				parameters,
				defaultWebsite: identifierIn(credential.websiteId ?? ''),
				collection: collectionName(key, operation),
				mode: changesFields(key, operation) ? (clearsEmpty(parameters) ? 'clear' : 'change') : 'new',
			};
			const identity = (content: unknown) => identityOf(itemIndex, content);
			const { json = {}, binary } = context.getInputData()[itemIndex] ?? {};
			const input = { json, binary };
			const files = filesOf(itemIndex);
			const taskOf = (reading: Reading): Task => {
				const waiting = waits?.for(itemIndex);
				const item: Item = { key, reading, client, sender, files, identity, shared, ownKey, input, waiting };
				return isComposed(operation) ? composedTask(operation, item) : tableTask(operation, item);
			};
			// Looking up an email takes a request, before which the other values are checked.
			return taskOf(await withOperatorIds(operation, given, { find, check: taskOf }));
		},
	};
}
