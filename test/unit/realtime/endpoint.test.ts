import { readFileSync } from 'node:fs';
import { NodeOperationError, type INode } from 'n8n-workflow';
import { findEndpoint } from '../../../nodes/shared/realtime/endpoint';
import { RefusedError } from '../../../nodes/shared/realtime/connection';
import type { Credential, CrispRequest } from '../../../nodes/shared/api/transport';

interface EventFacts {
	event: string;
	tiers: Array<Credential['tier']>;
	/** The sources that name it. An event with only `seed` is from the original wrapper, and its tiers are unknown. */
	in: string[];
}

const facts = JSON.parse(readFileSync('sandbox/data/events.json', 'utf8')) as EventFacts[];
const tiers = ['website', 'plugin', 'user'] as const;
const node = { name: 'Crisp Trigger', type: 'crispTrigger' } as INode;
const credential: Credential = { tier: 'website', identifier: 'i', key: 'k', baseUrl: 'https://api.crisp.chat' };
const egress = async () => await Promise.resolve(undefined);

/** Returns why an event is refused; undefined if it is not. */
async function refusalOf(event: string, tier: Credential['tier']): Promise<NodeOperationError | undefined> {
	const send = async () => await Promise.resolve({ socket: { app: 'wss://client.relay.crisp.chat/' } });
	try {
		const asking = { send, credential: { ...credential, tier }, node, egress };
		await findEndpoint(asking, { events: [event], websites: ['w'] });
		return undefined;
	} catch (error) {
		return (error as RefusedError).cause as NodeOperationError;
	}
}

describe('an event', () => {
	it.each(facts)('$event is refused for exactly the tiers that never receive it', async (fact) => {
		const isGuess = fact.in.every((source) => source === 'seed');
		for (const tier of tiers) {
			const refusal = await refusalOf(fact.event, tier);
			if (isGuess || fact.tiers.includes(tier)) {
				expect(refusal).toBeUndefined();
				continue;
			}
			expect(refusal?.message).toBe(`Crisp does not send the event ${fact.event} to a token of tier ${tier}`);
			for (const needed of fact.tiers) expect(refusal?.description).toMatch(new RegExp(`tier .*\\b${needed}\\b`));
		}
	});

	it('is refused for some tier, otherwise the table above proves nothing', async () => {
		const refusals = await Promise.all(facts.map(async ({ event }) => await refusalOf(event, 'website')));
		expect(refusals.filter(Boolean)).toHaveLength(11);
	});
});

describe('the path of the endpoint request', () => {
	it('stays within the website, for any content of the website ID', async () => {
		const asked: string[] = [];
		const send = async ({ path }: CrispRequest) => {
			asked.push(path);
			return await Promise.resolve({ socket: { app: 'wss://client.relay.crisp.chat/' } });
		};
		const asking = { send, credential, node, egress };
		await findEndpoint(asking, { events: ['message:send'], websites: ['a/../b?c'] });
		expect(asked).toEqual(['/v1/website/a%2F..%2Fb%3Fc/connect/endpoints']);
		for (const website of ['..', '.', '\ud800']) {
			const topics = { events: ['message:send'], websites: [website] };
			const refusal = await findEndpoint(asking, topics).catch((error: unknown) => error);
			// A retry would not help.
			expect(refusal).toBeInstanceOf(RefusedError);
			const { cause } = refusal as RefusedError & { cause: Error };
			expect(cause).toBeInstanceOf(NodeOperationError);
			expect(cause.message).toContain("'Website Names or IDs' cannot be");
		}
		expect(asked).toHaveLength(1);
	});
});
