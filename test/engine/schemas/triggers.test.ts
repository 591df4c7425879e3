import type { IDataObject } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { offeredEvents } from '../../../nodes/CrispTrigger/properties';
import { sampleOf } from '../../../nodes/CrispTrigger/samples/samples';
import { crispEventOf, derivedEvents, events } from '../../../nodes/shared/events/catalogue';
import { triggerSchemas } from '../../../scripts/schemas/triggerSchemas';
import { triggerContext } from '../../support/n8nContext';
import { credentialFor, shop } from '../../support/sandboxWorkspace';
import { control } from '../../support/visitor';
import { callHook, hookEvent, HookedWorkflows } from '../../support/webhookRequests';
import { missingIn, sharedIn, type Shown } from './compare';

/** n8n asks for one schema of a trigger, for any choice of events: it has what all of them share, and nothing else. */

const hooked = HookedWorkflows.use();

const webhookEvents = [...events, ...derivedEvents].map(({ name }) => name);

/** The outputs of the realtime trigger, in a test in the editor with sample events. */
async function realtimeOutputs(): Promise<IDataObject[]> {
	const parameters = { events: offeredEvents.map(({ name }) => name), useSampleEvent: true };
	const credential = credentialFor(hooked.sandbox);
	const { context, emitted, attach } = triggerContext({ credential, parameters, mode: 'manual' });
	const { manualTriggerFunction } = await activateTrigger(context);
	attach();
	await manualTriggerFunction?.();
	return emitted;
}

/** The output of the webhook trigger for each event, as Crisp delivers it. */
async function webhookOutputs(): Promise<IDataObject[]> {
	const outputs: IDataObject[] = [];
	for (const name of webhookEvents) {
		const { url, emitted } = await hooked.serve([name]);
		for (const one of [...(before[name] ?? []), name]) await deliver(url, one);
		outputs.push(...emitted());
	}
	return outputs;
}

/** A conversation is only reopened if it was resolved. */
const before: Record<string, string[]> = { 'conversation:reopened': ['conversation:resolved'] };

async function deliver(url: string, name: string): Promise<void> {
	const data = { ...sampleOf(name, Date.now(), shop), ...(name === 'message:first' && (await firstMessage())) };
	const body = JSON.stringify(hookEvent({ event: crispEventOf(name), data }));
	await callHook(url, { body, headers: { 'X-Delivery-Attempt-Count': '1' } });
}

/** The IDs of a message in a new conversation: the trigger looks for earlier ones in Crisp. */
async function firstMessage(): Promise<IDataObject> {
	const { session_id, fingerprint } = await control(hooked.sandbox, 'visitor/message', { text: 'Hi' });
	return { session_id, fingerprint };
}

const triggers = {
	CrispTrigger: { names: offeredEvents.map(({ name }) => name), outputs: realtimeOutputs },
	CrispWebhookTrigger: { names: webhookEvents, outputs: webhookOutputs },
};

describe.each(Object.entries(triggers))('the schema of %s', (node, { names, outputs }) => {
	const schema = triggerSchemas().get(node) as Shown;

	it('has only what each event has, with its type', async () => {
		const all = await outputs();
		expect(all.map(({ event }) => event)).toEqual(names);
		const missing = all.flatMap((one) => missingIn(one, schema).map((fault) => `${String(one.event)}: ${fault}`));
		expect(missing).toEqual([]);
	});

	it('has all that the events share', async () => {
		expect(schema).toEqual(sharedIn(await outputs()));
	});
});

it('each trigger has a schema', () => {
	expect([...triggerSchemas().keys()]).toEqual(Object.keys(triggers));
});
