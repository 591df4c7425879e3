import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import type { Ending } from '../realtime/connection';
import { reasonOf } from './apiErrors';
import { networkAdvice } from './addressAdvice';

const words: Record<Ending['kind'], string> = {
	closed: 'The realtime connection was closed',
	refused: "Crisp's realtime channel does not accept this token",
	blocked: "The network rules of this n8n block Crisp's realtime channel",
	unreachable: "Crisp's realtime channel could not be reached",
	silent: "Crisp's realtime channel did not answer the authentication",
	lost: 'The realtime connection was lost',
};

/** The error that n8n shows for a connection that ended. */
export function connectionError(node: INode, { kind, cause }: Ending): NodeApiError | NodeOperationError {
	if (cause instanceof NodeApiError || cause instanceof NodeOperationError) return cause;
	return new NodeOperationError(node, cause === undefined ? words[kind] : `${words[kind]} (${reasonOf(cause)})`, {
		description:
			kind === 'refused'
				? "Check 'Identifier', 'Key' and 'Tier' of the credential; for the tier Plugin, also the scopes of the chosen events."
				: networkAdvice,
	});
}
