import { Crisp as VendorClient } from 'crisp-api';
import type { INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';

import { message, type Action } from './actions';
import type { Wanted } from '../place/arrived';
import { declarativeSend } from './declarative';
import { execute, type Placed } from './engine';
import { HTTP_REQUEST_VERSION, type Host } from '../place/host';
import type { Place } from '../place/place';
import type { Workspace } from '../place/workspace';

/** A contender that does something for every item. */
export interface Peer {
	name: string;
	/** Resolves when all items are processed, with the number of items that it reports as failed. */
	run(items: Wanted[]): Promise<number>;
}

const OURS = 'Crisp node';
const HTTP = 'HTTP Request node';
export const names = {
	ours: OURS,
	oursEvaluated: `${OURS}, other expressions`,
	http: HTTP,
	httpPagination: `${HTTP}, Pagination`,
};

/** This package's node. With `isFresh` it is reloaded for each run, so that it keeps no state from earlier runs. */
export function ours({ host, workspace }: Place, { name = OURS, isFresh = false, action = message } = {}): Peer {
	let nodeType = host.freshCrisp();
	return {
		name,
		async run(items) {
			if (isFresh) nodeType = host.freshCrisp();
			return failedOf(await execute(host, crispNode(nodeType, action.crisp), access(workspace, items)));
		},
	};
}

export const crispNode = (nodeType: INodeType, parameters: INodeParameters): Placed => ({
	nodeType,
	type: 'n8n-nodes-crisp.crisp',
	parameters,
});

/** n8n's HTTP Request node with the same credential; `options` are those of its form. */
export function httpRequest(place: Place, { name = HTTP, options = {}, action = message }: HttpOptions = {}): Peer {
	const placed = httpNode(place.host, { ...action.http(place.workspace), options });
	return { name, run: async (items) => failedOf(await execute(place.host, placed, access(place.workspace, items))) };
}

interface HttpOptions {
	name?: string;
	options?: INodeParameters;
	action?: Action;
}

/** As users configure it against a rate limit: 50 items, then a pause of one second, and so on. */
export const httpRequestInBatches = (place: Place): Peer =>
	httpRequest(place, {
		name: `${HTTP}, 50 per second`,
		options: { batching: { batch: { batchSize: 50, batchInterval: 1000 } } },
	});

const TRIES = 3;
const BETWEEN_TRIES_MS = 1000;

/** With n8n's setting Retry On Fail and its defaults: n8n runs the node again with all its items. */
export function httpRequestRetried(place: Place): Peer {
	const { host, workspace } = place;
	const placed = httpNode(host, { ...message.http(workspace), options: {} });
	const once = async (items: Wanted[]) =>
		await execute(host, placed, { ...access(workspace, items), isStrict: true }).then(
			() => true,
			() => false,
		);
	return {
		name: `${HTTP}, Retry On Fail`,
		async run(items) {
			for (let tries = 1; tries <= TRIES; tries++) {
				if (await once(items)) return 0;
				if (tries < TRIES) await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
			}
			return items.length;
		},
	};
}

export const httpNode = (host: Host, parameters: INodeParameters): Placed => ({
	nodeType: host.httpRequest,
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: HTTP_REQUEST_VERSION,
	parameters: { authentication: 'predefinedCredentialType', nodeCredentialType: 'crispApi', ...parameters },
});

/** Crisp's SDK, one message after the other. */
export function sdkLoop({ workspace }: Place): Peer {
	const { website } = vendorClient(workspace);
	return {
		name: "Crisp's SDK, in a loop",
		async run(items) {
			let failed = 0;
			for (const { session_id, text } of items) {
				const content = { type: 'text', from: 'operator', origin: 'chat', content: text } as const;
				await website.sendMessageInConversation(workspace.websiteId, session_id, content).catch(() => failed++);
			}
			return failed;
		},
	};
}

export function vendorClient({ url, credential }: Workspace): VendorClient {
	const client = new VendorClient();
	client.setRestHost(url);
	client.authenticateTier('website', credential.identifier, credential.key);
	return client;
}

/** The same operation as a declarative node, which n8n's engine runs. */
export function declarative({ host, workspace }: Place): Peer {
	const placed: Placed = {
		nodeType: declarativeSend(workspace.url, workspace.websiteId),
		type: 'n8n-nodes-crisp.declarative',
		parameters: { operation: 'send', sessionId: '={{ $json.session_id }}', content: '={{ $json.text }}' },
	};
	return {
		name: 'Declarative node',
		run: async (items) => failedOf(await execute(host, placed, access(workspace, items))),
	};
}

const access = ({ credential }: Workspace, items: Wanted[]) => ({
	credential,
	items: items.map((item) => ({ ...item })),
});

const failedOf = (output: INodeExecutionData[]) =>
	failedIn(output.map(({ json, error }) => ({ error: error ?? json.error })));

/** The number of failures; `error: false` is part of a successful response of Crisp. */
export const failedIn = (answers: Array<{ error?: unknown }>) => answers.filter(({ error }) => Boolean(error)).length;
