import { NodeApiError, type IDataObject, type INodeParameters } from 'n8n-workflow';
import type { RecordedRequest, Sandbox } from '../../sandbox';
import type { Conversation, Person } from '../../sandbox/state/state';
import { execute, type Execution } from './n8nContext';
import { credentialFor, locator, shop } from './sandboxWorkspace';

/** Helpers for tests of composed operations, which use the sandbox of their file. */
export function composing(sandbox: { current: Sandbox }) {
	const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
		await execute({ credential: credentialFor(sandbox.current, 'plugin'), parameters, ...more });
	const website = () => {
		const found = sandbox.current.state.websites.get(shop);
		if (!found) throw new Error('The sandbox has no shop');
		return found;
	};
	return {
		run,
		website,
		/** The JSON output of the node. */
		json: async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
			(await run(parameters, more)).map((item) => item.json),
		/** The node's error; fails if there is none. */
		async failure(parameters: INodeParameters, more: Partial<Execution> = {}) {
			return await run(parameters, more).then(
				() => Promise.reject(new Error('It did not fail')),
				(error: NodeApiError) => error,
			);
		},
		async newConversation(): Promise<string> {
			const [item] = await run({ resource: 'conversation', operation: 'create' });
			return String(item?.json.session_id);
		},
		conversation: (session: unknown): Conversation => {
			const found = website().conversations.get(String(session));
			if (!found) throw new Error(`The sandbox has no conversation ${String(session)}`);
			return found;
		},
		personWith: (email: string): Person | undefined =>
			[...website().people.values()].find((person) => person.email === email),
		/** The requests during a call, such as "GET meta": the method and the end of the path. */
		async asked(during: () => Promise<unknown>): Promise<string[]> {
			const before = sandbox.current.requests.length;
			await during();
			return sandbox.current.requests.slice(before).map(nameOf);
		},
	};
}

function nameOf({ method, path }: RecordedRequest): string {
	const parts = path.split('/').filter((part) => !/[0-9]{2}|^[0-9]+$|@/.test(part));
	return `${method} ${parts.at(-1)}`;
}

/** Names chosen one by one, as in the form. */
export const named = (...names: string[]) => names;

export const pairsOf = (values: IDataObject) => ({
	rows: Object.entries(values).map(([key, value]) => ({ key: locator(key, 'name'), value: value as string })),
});
