import type { IExecuteFunctions } from 'n8n-workflow';
import { clientFor } from '../../shared/api/client';
import { rateLimiterFor } from '../../shared/api/rateLimiter';
import { openTransport, tokenHash, type Credential } from '../../shared/api/transport';
import { cancelSignalOf } from '../../shared/n8n/context';
import { egressOf } from '../../shared/n8n/egress';
import type { Clock } from '../../shared/runtime/clock';
import { fileHandler } from '../files/binaryFiles';
import { Uploads } from '../files/uploads';
import { isComposed, type Operation } from '../operations/operation';
import type { Reading } from '../request/buildRequest';
import { collectionName } from '../request/fieldsOf';
import { operatorFinder, withOperatorIds } from '../request/operatorEmails';
import { composedTask } from './composedTask';
import { itemIdentity } from './itemIdentity';
import { parametersOf } from './parameters';
import type { MessageSender } from './sendOnce';
import { tableTask } from './tableTask';
import type { Item, Task } from './task';
import { endingTyping } from './typing';

/** Reads the items of one operation. Opened once per execution, and closed after its last item. */
export interface Runner {
	/** Reads an item. Throws a UserError for an invalid value; changes nothing in Crisp. */
	taskFor(itemIndex: number): Promise<Task>;
	/** Whether Crisp has not rate limited this token recently. */
	isFree(): boolean;
	/** Closes what the items of the execution share. */
	close(): Promise<void>;
}

export async function openRunner(
	context: IExecuteFunctions,
	key: string,
	{ operation, clock }: { operation: Operation; clock: Clock },
): Promise<Runner> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const signal = cancelSignalOf(context);
	const send = endingTyping(openTransport(context, credential, { signal, clock }));
	const sender: MessageSender = { send, node: context.getNode(), signal, clock };
	const rateLimiter = rateLimiterFor(tokenHash(credential));
	const client = clientFor(send);
	const find = operatorFinder(send);
	const parametersOfItem = parametersOf(context);
	const identityOf = itemIdentity(context);
	const shared = new Map<string, unknown>();
	const uploads = new Uploads({ node: context.getNode(), credential, send, egress: egressOf(context), signal, clock });
	const filesOf = fileHandler(context, uploads, { signal, clock });
	return {
		isFree: () => rateLimiter.isUnlimited(clock.now()),
		close: async () => await uploads.close(),
		async taskFor(itemIndex) {
			const given: Reading = {
				parameters: parametersOfItem(itemIndex),
				defaultWebsite: credential.websiteId?.trim() ?? '',
				collection: collectionName(key, operation),
			};
			const reading = await withOperatorIds(operation, given, find);
			const identity = (content: unknown) => identityOf(itemIndex, content);
			const instanceId = () => context.getInstanceId();
			const { json = {}, binary } = context.getInputData()[itemIndex] ?? {};
			const input = { json, binary };
			const files = filesOf(itemIndex);
			const item: Item = { key, reading, client, sender, files, identity, shared, instanceId, input };
			return isComposed(operation) ? composedTask(operation, item) : tableTask(operation, item);
		},
	};
}
