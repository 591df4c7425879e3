import { createHmac } from 'node:crypto';
import type { IDataObject, INodeParameters, INodeProperties, NodeParameterValueType } from 'n8n-workflow';
import { offeredEvents } from '../../../nodes/CrispTrigger/properties';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';
import { fingerprintFor, ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { startSandbox } from '../../../sandbox';
import { crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';
import { shop } from '../../support/sandboxWorkspace';
import type { SavedCredential } from '../support/credentials';
import { savedParameters } from '../support/forms';
import { instanceId, savedAt, useSavedTime, type SavedNode, type SavedWorkflow } from '../support/place';
import { keysOf, samplesOf, settingsOf, startedBy, type SavedDelivery, type SavedKey } from '../support/triggers';
import { withCollections } from './filled';
import { choicesOf, fieldsIn, sampleOf as valueFor } from './samples';

const events = ['message:send', 'conversation:resolved'];
const websiteIds = [shop];

type NodeType = typeof crispTrigger | typeof crispWebhookTrigger;

/** A trigger without options, one for each option and filter, with each value of a choice, and one with all of them. */
function forms({ description }: NodeType): Array<[name: string, parameters: INodeParameters]> {
	const groups = description.properties.filter(({ type }) => type === 'collection');
	const single = groups.flatMap((group) =>
		fieldsIn(group).flatMap((field) =>
			valuesOf(field).map((value): [string, INodeParameters] => [
				field.type === 'options' ? `with ${field.name} ${String(value)}` : `with ${field.name}`,
				{ events, websiteIds, [group.name]: { [field.name]: value } },
			]),
		),
	);
	const switches = description.properties.filter(({ type }) => type === 'boolean');
	const on = Object.fromEntries(switches.map((one) => [one.name, valueFor(one)]));
	return [
		['without options', { events }],
		...single,
		['with everything', withCollections(description, { events, websiteIds, ...on })],
	];
}

const valuesOf = (field: INodeProperties) =>
	(field.type === 'options' ? choicesOf(field) : [valueFor(field)]) as NodeParameterValueType[];

export interface WrittenTriggers {
	workflow: SavedWorkflow;
	/** What each trigger understands of its form, by its name. */
	settings: Record<string, unknown>;
}

export function writtenTriggers({ data }: SavedCredential): WrittenTriggers {
	const hooks = forms(crispWebhookTrigger).map(([name, one]): [string, INodeParameters] => [
		name,
		{ hook: 'plugin', ...one },
	]);
	const nodes = [
		...forms(crispTrigger).map((form) => nodeOf(crispTrigger, form)),
		...hooks.map((form) => nodeOf(crispWebhookTrigger, form)),
	];
	const settings = Object.fromEntries(nodes.map((node) => [node.name, settingsOf(node, data)]));
	return { workflow: { name: 'Crisp: triggers', nodes, connections: {}, settings: {} }, settings };
}

function nodeOf({ description }: NodeType, [name, parameters]: [string, INodeParameters]): SavedNode {
	return {
		id: `${description.name} ${name}`.replaceAll(' ', '-'),
		name: `${description.displayName} ${name}`,
		type: `n8n-nodes-crisp.${description.name}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: savedParameters(description, parameters),
		credentials: { crispApi: { id: 'plugin', name: 'Crisp (plugin)' } },
	};
}

/** The output of each event. */
export async function writtenEvents({ data }: SavedCredential) {
	return await samplesOf(
		offeredEvents.map(({ name }) => name),
		data,
	);
}

export async function writtenKeys({ data }: SavedCredential): Promise<SavedKey[]> {
	const sandbox = await startSandbox({ page: false, clock: () => savedAt });
	const names = ['message:send', 'message:received', 'people:profile:created', 'session:request:initiated'];
	const samples = names.map((name): SavedKey => ({ name, payload: sampleOf(name, savedAt, shop) }));
	const long: SavedKey = { name: 'message:send', payload: { ...samples[0]?.payload, session_id: 's'.repeat(300) } };
	try {
		const all = [...samples, long];
		const keys = await keysOf(sandbox, data, all);
		return all.map((one, index) => ({ ...one, key: keys[index] }));
	} finally {
		await sandbox.close();
	}
}

/** Requests of Crisp's hooks, with the credential that they belong to. */
export async function writtenDeliveries(website: SavedCredential, plugin: SavedCredential): Promise<SavedDelivery[]> {
	const sent = sampleOf('message:send', savedAt, shop);
	const answered = sampleOf('message:received', savedAt, shop);
	const own = { ...answered, fingerprint: fingerprintFor(ownKeyOf(plugin.data, instanceId), ['a message']) };
	const plain = { hook: 'plugin', events: ['message:send', 'message:received'] };
	const filtered = (filter: INodeParameters) => ({ ...plain, filters: filter });
	const cases: Array<[title: string, parameters: INodeParameters, event: string, data: IDataObject]> = [
		['a message of a visitor', plain, 'message:send', sent],
		['a message of an operator', plain, 'message:received', answered],
		['a message that this n8n sent', plain, 'message:received', own],
		['an own message, if own ones start', filtered({ ignoreOwn: false }), 'message:received', own],
		['an event that is not chosen', plain, 'session:set_nickname', sampleOf('session:set_nickname', savedAt, shop)],
		['another author', filtered({ author: 'operator' }), 'message:send', { ...sent, fingerprint: 21 }],
		['another type', filtered({ messageTypes: ['note'] }), 'message:send', { ...sent, fingerprint: 22 }],
		['another origin', filtered({ origins: 'email' }), 'message:send', { ...sent, fingerprint: 23 }],
		['an ignored origin', filtered({ ignoreOrigins: 'chat' }), 'message:send', { ...sent, fingerprint: 24 }],
		['another website', { ...plain, websiteIds: ['another'] }, 'message:send', { ...sent, fingerprint: 25 }],
		[
			'a new person',
			{ ...plain, events: ['people:profile:created'] },
			'people:profile:created',
			sampleOf('people:profile:created', savedAt, shop),
		],
	];
	const deliveries = [
		...cases.map(([title, parameters, event, data]) => signed({ title, parameters, event, data }, plugin)),
		{
			...signed(
				{
					title: 'a website hook',
					parameters: { events: ['message:send'] },
					event: 'message:send',
					data: { ...sent, fingerprint: 26 },
				},
				plugin,
			),
			query: { key: String(website.data.hookSecret) },
			headers: {},
		},
	];
	useSavedTime();
	const written: SavedDelivery[] = [];
	for (const delivery of deliveries) {
		const { hook = 'website' } = delivery.parameters;
		const { data } = hook === 'plugin' ? plugin : website;
		written.push({ ...delivery, started: await startedBy(delivery, data) });
	}
	return written;
}

function signed(
	{ title, parameters, event, data }: { title: string; parameters: INodeParameters; event: string; data: IDataObject },
	plugin: SavedCredential,
): SavedDelivery {
	const body = JSON.stringify({ website_id: shop, event, data, timestamp: savedAt });
	const signature = createHmac('sha256', String(plugin.data.signingSecret))
		.update(`[${savedAt};${body}]`)
		.digest('hex');
	const headers = { 'x-crisp-request-timestamp': String(savedAt), 'x-crisp-signature': signature };
	return { title, parameters, headers, query: {}, body };
}
