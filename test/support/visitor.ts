import type { IDataObject } from 'n8n-workflow';
import type { Sandbox } from '../../sandbox';
import { shop } from './sandboxWorkspace';

/** Performs an action for which Crisp has no route, such as writing as a visitor. */
export async function control(sandbox: Sandbox, path: string, body: IDataObject): Promise<IDataObject> {
	const response = await fetch(`${sandbox.url}/sandbox/${path}`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ website_id: shop, ...body }),
	});
	if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
	return (await response.json()) as IDataObject;
}

/** The messages that the sandbox has of a conversation. */
export async function messagesIn(sandbox: Sandbox, session: string): Promise<IDataObject[]> {
	const response = await fetch(`${sandbox.url}/sandbox/conversations/${shop}/${session}/messages`);
	return (await response.json()) as IDataObject[];
}
