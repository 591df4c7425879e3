import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Credential } from '../../../nodes/shared/api/transport';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { historyOf } from '../../support/n8nContext';
import type { Exchange } from './exchanges';
import type { SavedNode } from './place';

/** A memory, and what an agent read of a conversation. */
export interface SavedMemory {
	node: SavedNode;
	item: IDataObject;
	exchanges: Exchange[];
	/** Who says something, in order: `human` or `ai`. */
	roles: string[];
}

/** The roles in the history of a memory, in order. */
export async function rolesOf(
	parameters: INodeParameters,
	item: IDataObject,
	credential: Credential,
): Promise<string[]> {
	resetProcessState();
	const history = await historyOf({ credential, parameters, items: [item] });
	return history.map(([who]) => who);
}
